"""What patients text of a deposit: whether they ask for the link, say that they paid, or mean it at all."""

from __future__ import annotations

import pytest

from core.receptionist.facts import Known
from core.receptionist.memory import Memory, Pending
from core.receptionist.paying import FIELD, Paying, decide
from core.receptionist.situation import Situation
from core.receptionist.steps import Act
from core.receptionist.understanding.findings import Reading
from core.receptionist.understanding.offers import (
    OfferAnswer,
    answer_to_offer,
    names_deposit,
    says_done,
    says_paid,
    wants_link,
)
from deskbell import Deposit, DepositStatus, Money, RequestStatus
from tests.unit.receptionist.conftest import harbor


def listed(texts: str) -> list[str]:
    return texts.strip().split("|")


LINK = listed(
    "where's the link|i cant find the link|link doesnt work|the link wont open|can u send it again|resend pls|i "
    "never got the link|lost the link|whats the link|it says expired|how do i pay|where do i pay|send the "
    "link|can you text me the link again|i deleted the text, link?|need a new link|ready to pay|im ready to "
    "pay|do you have a link|link?|pay link pls|can i have the link"
)
NO_LINK = listed(
    "do you have parking|i like your instagram link in bio|can you send me directions|thanks for sending that|see"
    " you then|is there a website|send me the menu|i'll pay when i get there|what do i get|ok"
)
PAID = listed(
    "paid|just paid|i paid|ok paid it|all paid|payment sent|i just made the payment|did it go through?|did you "
    "get my payment|deposit is paid|i already paid the deposit|done, paid|paid!! ty|just sent the deposit|did my "
    "payment go thru"
)
NOT_PAID = listed(
    "i haven't paid yet|not paid yet|when i get paid|i get paid friday|ill pay later|can i pay tomorrow|do i have"
    " to have it paid before|once its paid what happens|my friend paid for hers|how much is paid parking|i was "
    "paid a compliment lol"
)
REFUSED = listed(
    "no|nope|nah im good|no thanks|id rather not|not paying anything ahead|i dont do deposits|no deposit|can i "
    "just pay there|ill pay at the appointment|prefer to pay in person|nvm|forget it|not comfortable giving my "
    "card|i dont wanna pay upfront|no gracias|skip it|just call me instead|absolutely not|hell no|of course "
    "not|cant afford that rn|cancel my deposit|actually nvm|i changed my mind about paying|yes actually "
    "no|nevermind the deposit"
)
AGREED = listed(
    "yes|y|yep|sure|ok|k|kk|bet|sounds good|send it|yes pls|ya thats fine|ok send me the link|works for me|lets "
    "do it|go ahead|👍|si|dale|of course|im down|alright|ok cool|sure thing|do it|yes please send the link|no "
    "problem send it|why not|i dont mind|happy to|perfect, send it over|yes ma'am|yea go for it|ok yes|fine|i "
    "guess|no wait yes|no that's fine|nah its fine send it|yes!! and do you have parking"
)
ASKED = listed(
    "is it refundable?|do i have to|why do you need a deposit|how much is it again?|is that on top of the "
    "price|does it go towards the treatment|what if i cancel|hmm thats a lot|is it safe|do you take venmo|can i "
    "pay half|only if its refundable|yes if its refundable|what's it for|how long do i have to pay|is this a "
    "scam|not sure|im not sure about that|yes but can i pay cash|ok but how much|if i must"
)
NEITHER = listed(
    "let me think about it|maybe later|ill let you know|hold on|one sec|hm|tuesday works better|thank you|let me "
    "ask my husband|not right now|when i get paid friday|sure but not today"
)


@pytest.mark.parametrize("text", LINK)
def test_a_link_is_asked_for(text: str) -> None:
    assert wants_link(text)


@pytest.mark.parametrize("text", NO_LINK)
def test_no_link_is_asked_for(text: str) -> None:
    assert not wants_link(text)


@pytest.mark.parametrize("text", PAID)
def test_somebody_says_that_they_paid(text: str) -> None:
    assert says_paid(text)


@pytest.mark.parametrize("text", NOT_PAID)
def test_nobody_says_that_they_paid(text: str) -> None:
    assert not says_paid(text)


@pytest.mark.parametrize("text", ["done", "all done!", "just did", "ok did it", "sent", "completed it"])
def test_a_short_text_says_that_it_is_done(text: str) -> None:
    assert says_done(text)


@pytest.mark.parametrize("text", ["done with work at 5", "i did my makeup there", "nothing to be done", "ok"])
def test_other_words_of_doing_say_nothing_of_it(text: str) -> None:
    assert not says_done(text)


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        *((OfferAnswer.REFUSES, text) for text in REFUSED),
        *((OfferAnswer.AGREES, text) for text in AGREED),
        *((OfferAnswer.ASKS, text) for text in ASKED),
        *((OfferAnswer.UNCLEAR, text) for text in NEITHER),
    ],
)
def test_an_offer_is_answered(answer: OfferAnswer, text: str) -> None:
    assert answer_to_offer(text) is answer


@pytest.mark.parametrize("text", ["the deposit is too much", "i dont want to pay", "no link pls"])
def test_a_text_that_names_it_is_meant_for_it_whatever_was_asked_last(text: str) -> None:
    assert names_deposit(text)


# ---- what follows from it ------------------------------------------------------------------------------------------

FIFTY = Money(5000)
URL = "https://clinic.example/pay/0123456789abcdef"


def situation(
    request: RequestStatus,
    *,
    answer: OfferAnswer = OfferAnswer.UNCLEAR,
    status: DepositStatus | None = None,
    memory: Memory | None = None,
    due: Money | None = FIFTY,
    learned: frozenset[str] = frozenset(),
    **said: bool,
) -> Situation:
    return Situation(
        clinic=harbor(),
        known=Known(service="Botox"),
        reading=Reading(),
        memory=memory or Memory(pending=Pending(FIELD), offers=1, offered_cents=5000),
        request=request,
        learned=learned,
        due=due,
        takes_payments=True,
        deposit=Deposit(1, 1, status, FIFTY, URL) if status else None,
        answer=answer,
        **said,
    )


def act(found: Paying | None) -> Act | None:
    return found.act if found else None


OFFERED, PENDING, READY, PAID_FOR = (
    RequestStatus.OFFERED,
    RequestStatus.PENDING,
    RequestStatus.READY,
    RequestStatus.PAID,
)


def test_a_yes_sends_the_link_and_a_no_ends_the_offer() -> None:
    assert decide(situation(OFFERED, answer=OfferAnswer.AGREES)) == Paying(Act.SEND_LINK, FIFTY)
    assert act(decide(situation(OFFERED, answer=OfferAnswer.REFUSES))) is Act.NO_DEPOSIT


def test_a_yes_to_an_amount_that_has_changed_since_is_asked_for_again() -> None:
    assert decide(situation(OFFERED, answer=OfferAnswer.AGREES, due=Money(7500))) == Paying(Act.OFFER, Money(7500))


def test_a_question_puts_the_offer_once_more_and_then_leaves_it() -> None:
    assert decide(situation(OFFERED, answer=OfferAnswer.ASKS)) == Paying(Act.OFFER, FIFTY, again=True)
    asked_twice = Memory(pending=Pending(FIELD), offers=2)
    assert decide(situation(OFFERED, answer=OfferAnswer.ASKS, memory=asked_twice)) is None


def test_whoever_refused_is_offered_nothing_even_by_a_yes() -> None:
    refused = Memory(pending=Pending(FIELD), no_deposit=True)
    assert decide(situation(OFFERED, answer=OfferAnswer.AGREES, memory=refused)) is None
    assert act(decide(situation(READY, wants_link=True, memory=refused))) is Act.OFFER, "unless they ask to pay"


@pytest.mark.parametrize("status", [DepositStatus.LINK_SENT, DepositStatus.FAILED])
def test_an_open_link_is_pointed_to_and_never_made_again(status: DepositStatus) -> None:
    assert decide(situation(PENDING, status=status, wants_link=True)) == Paying(Act.LINK_AGAIN, FIFTY, URL)
    assert decide(situation(PENDING, status=status, answer=OfferAnswer.UNCLEAR)) is None


def test_a_link_that_is_being_made_needs_no_word() -> None:
    assert act(decide(situation(PENDING, status=DepositStatus.REQUESTED, wants_link=True))) is Act.SILENT


def test_who_says_they_paid_is_told_to_wait_for_the_provider_until_it_has_spoken() -> None:
    assert act(decide(situation(PENDING, status=DepositStatus.LINK_SENT, says_paid=True))) is Act.AWAIT
    assert act(decide(situation(PAID_FOR, status=DepositStatus.PAID, says_paid=True))) is Act.STATUS


def test_another_service_has_its_own_deposit_or_none() -> None:
    changed = frozenset({"service"})
    dearer = situation(PENDING, status=DepositStatus.LINK_SENT, learned=changed, due=Money(10_000))
    assert decide(dearer) == Paying(Act.OFFER, Money(10_000), gives_up="superseded")
    free = situation(PENDING, status=DepositStatus.LINK_SENT, learned=changed, due=None)
    assert decide(free) == Paying(Act.UPDATE, gives_up="superseded")
    same = situation(PENDING, status=DepositStatus.LINK_SENT, learned=changed)
    assert decide(same) is None


def test_a_change_of_mind_gives_the_link_up() -> None:
    found = decide(situation(PENDING, status=DepositStatus.LINK_SENT, answer=OfferAnswer.REFUSES))
    assert found == Paying(Act.NO_DEPOSIT, gives_up="declined")
