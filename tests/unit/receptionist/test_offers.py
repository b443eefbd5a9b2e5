"""Agreement is bound to the offer and hears negation, hedging and conditions."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.receptionist.understanding.offers import OfferAnswer, answer_to_offer

AGREES = [
    "yes", "Yes please!", "yep", "yea thats fine", "ok", "k", "okay send it", "sure", "sure, sometime next week works",
    "sounds good", "no problem", "np send it", "sure why not", "why not", "fine", "👍", "let's do it", "go ahead",
    "I'll pay it now", "how do i pay", "where's the link?", "can you send me the link?", "that works", "deal",
    "i don't mind paying a deposit", "no... wait, ok yes send it", "yes! whats the address?", "not a problem at all",
    "si", "sí, mándame", "ya that's ok", "works for me", "I guess so, ok", "not sure... oh well ok send the link",
    "yes and tuesday works", "OK.", "alright", "of course", "I’m fine with that", "yes i'll pay tonight",
    "lets lock me in", "happy to pay", "no questions, send it over",
]  # fmt: skip
REFUSES = [
    "no", "nope", "No thanks", "nah im good", "I'd rather not", "not paying a deposit", "i dont want to pay a deposit",
    "I don't do deposits", "no deposit please", "can I just pay when I get there", "yes... actually no",
    "ok but no deposit", "can't afford that", "forget it", "yeah no", "yeah right", "👎", "just call me",
    "i wont put anything down, no", "I'm not comfortable paying online", "never mind", "no gracias", "skip the deposit",
    "ok no", "I do not want to pay",
]  # fmt: skip
ASKS = [
    "not sure about a deposit", "is it refundable?", "why do i need a deposit?", "yes, is it refundable?",
    "ok but is it refundable", "only if its refundable", "yes if I can cancel", "how much", "how much is it?",
    "does it go towards the treatment?", "do I lose it if i cancel", "idk", "that's a lot", "what for?",
    "is this a scam", "ok as long as i get it back", "hmm not sure", "can i pay with cash?", "what time do you close?",
    "I already paid last time", "🤔", "depends",
]  # fmt: skip
UNCLEAR = [
    "", "hm", "lol", "thanks", "let me think about it", "maybe", "ok let me think", "ill let you know", "maybe later",
    "later", "tuesday works", "mornings", "I need to ask my husband", "not right now", "one sec", "botox", "Dana Cole",
    "got it", "asdf", "after 4", "yes maybe",
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        *((text, OfferAnswer.AGREES) for text in AGREES),
        *((text, OfferAnswer.REFUSES) for text in REFUSES),
        *((text, OfferAnswer.ASKS) for text in ASKS),
        *((text, OfferAnswer.UNCLEAR) for text in UNCLEAR),
    ],
)
def test_a_reply_to_an_offer(text: str, answer: OfferAnswer) -> None:
    assert answer_to_offer(text) is answer


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=80), lead=st.sampled_from(["not sure about", "only if", "i dont want to pay,", "maybe"]))
def test_a_hedge_a_condition_or_a_refusal_alone_is_never_a_yes(text: str, lead: str) -> None:
    assert answer_to_offer(lead) is not OfferAnswer.AGREES
    assert isinstance(answer_to_offer(text), OfferAnswer)


_NEUTRAL = """
    the a deposit visit tuesday after 4 botox my mom and with dana monday new please about money link what
"""


@settings(max_examples=200, deadline=None)
@given(words=st.lists(st.sampled_from(_NEUTRAL.split()), max_size=8))
def test_nobody_agrees_without_a_word_of_agreement(words: list[str]) -> None:
    assert answer_to_offer(" ".join(words)) is not OfferAnswer.AGREES


@settings(max_examples=200, deadline=None)
@given(yes=st.sampled_from(AGREES), no=st.sampled_from(["no", "actually no", "wait nope", "no deposit", "never mind"]))
def test_the_last_word_counts(yes: str, no: str) -> None:
    assert answer_to_offer(f"{yes}. {no}") is OfferAnswer.REFUSES
    assert answer_to_offer(f"{no}. ok yes send it") is OfferAnswer.AGREES
