"""What must not be kept or told on: cards, numbers, health; and what may be believed: only what the patient wrote."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from core.rehearsal.invariants.scene import Scene, digits, folded
from core.rehearsal.moment import Moment

_CARD = re.compile(r"(?:\d[ -]?){12,18}\d")
_LONG_NUMBER = re.compile(r"\+?\d[\d().\- ]{8,}\d")
_HEALTH = re.compile(
    r"\b(?:diabet\w+|pregnan\w+|breastfeeding|hiv|aids|hepatitis|herpes|cancer|chemo\w*|lupus|epilep\w+|asthma\w*|"
    r"depress(?:ion|ed)|bipolar|anxiety|adhd|warfarin|coumadin|xarelto|eliquis|blood thinners?|metformin|accutane|"
    r"insulin|lexapro|zoloft|prozac|adderall|pacemaker|hemophilia|seizures?|bleeding|swollen|infected|pus|abscess|"
    r"miscarriage|std|antidepressants?|heart (?:condition|disease)|high blood pressure|allergic)\b"
)
_NAMES = ("first_name", "last_name")
#: So many words in a row are a quotation.
_QUOTE = 5


def cards(scene: Scene, moment: Moment) -> Iterator[str]:
    """A card number is neither stored nor sent nor shown to a model."""
    numbers = {digits(found) for text in scene.said(moment) for found in _CARD.findall(text)}
    for number in filter(_is_card, numbers):
        places = {
            "in the database": moment.stored,
            "in a text": moment.heard,
            "in a prompt": _prompts(moment),
        }
        for place, text in places.items():
            if number in re.sub(r"[ -]", "", text):
                yield f"it stands {place}"


def texts_a_card(texts: tuple[str, ...]) -> bool:
    """Whether a card number stands in one of the texts."""
    return any(_is_card(digits(found)) for text in texts for found in _CARD.findall(text))


def _is_card(number: str) -> bool:
    """Luhn's sum."""
    weighed = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(number))]
    return len(number) >= 13 and sum(digit - 9 if digit > 9 else digit for digit in weighed) % 10 == 0


def nothing_told_on(scene: Scene, moment: Moment) -> Iterator[str]:
    """Notices and traces hold no phone number, nothing about health and no sentence of the patient's."""
    told = [f"{notice.kind} {notice.summary}" for notice in moment.notices]
    told += [json.dumps([turn["trace"]["decisions"], turn["trace"]["effects"]]) for turn in moment.turns]
    health = {found.group() for text in scene.said(moment) for found in _HEALTH.finditer(folded(text))}
    own = {digits(scene.clinic.phone)[-10:]}
    for text in told:
        low = _without_facts(moment, folded(text))
        for number in _LONG_NUMBER.findall(text):
            if digits(number)[-10:] not in own and len(digits(number)) >= 10:
                yield f"a phone number: {text!r}"
        for word in sorted(health):
            if re.search(rf"\b{re.escape(word)}\b", low):
                yield f"{word!r} in {text!r}"
        if any(quote in low for said in scene.said(moment) for quote in _quotes(said)):
            yield f"the patient's own words in {text!r}"


def _without_facts(moment: Moment, text: str) -> str:
    """Name, service and time may be told on."""
    for name in ("first_name", "last_name", "service", "variant", "when", "provider", "notes"):
        value = folded(moment.after.known(name))
        text = text.replace(value, " ") if value else text
    return text


def _quotes(said: str) -> Iterator[str]:
    words = folded(said).split()
    for start in range(len(words) - _QUOTE + 1):
        yield " ".join(words[start : start + _QUOTE])


def nothing_for_the_model(scene: Scene, moment: Moment) -> Iterator[str]:
    """No prompt holds the patient's number or anything about their health."""
    prompts = folded(_prompts(moment))
    if not prompts:
        return
    if digits(scene.address)[-10:] in re.sub(r"[ ().\-]", "", prompts):
        yield "the patient's number stands in a prompt"
    written, heard = folded(scene.own_words), folded(_heard(moment))
    for word in sorted({found.group() for text in scene.said(moment) for found in _HEALTH.finditer(folded(text))}):
        # What the clinic's own documents say may stand in a prompt, and never as the patient's words.
        where = heard if word in written else prompts
        if re.search(rf"\b{re.escape(word)}\b", where):
            yield f"{word!r} stands in a prompt"


def _heard(moment: Moment) -> str:
    """What models were told that the patient wrote."""
    return "\n".join(line.text for call in moment.calls for line in call.prompt.history if line.role == "patient")


def _prompts(moment: Moment) -> str:
    return "\n".join(
        "\n".join([call.prompt.turn, *(line.text for line in call.prompt.history), call.prompt.refused])
        for call in moment.calls
    )


def proven(scene: Scene, moment: Moment) -> Iterator[str]:
    """Every fact is proven by an event that there was, and every name was typed by the patient."""
    said = folded(" ".join(scene.said(moment)))
    for name, fact in moment.after.facts.items():
        if not 1 <= fact.evidence <= moment.after.events:
            yield f"{name} is proven by event {fact.evidence} of {moment.after.events}"
        typed = name not in _NAMES or fact.by == "staff" or all(word in said for word in folded(fact.shown).split())
        if not typed:
            yield f"{name} is {fact.shown!r}, which nobody wrote"
        if fact.by == "model" and not _shown_by_model(scene, moment, name, said):
            yield f"{name} came from the model, without words of the patient's that prove it"


def _shown_by_model(scene: Scene, moment: Moment, name: str, said: str) -> bool:
    calls = [call for one in (*scene.moments, moment) for call in one.calls]
    proofs = [found.evidence for call in calls if call.draft for found in call.draft.found if found.name == name]
    return any(proof.strip() and folded(proof) in said for proof in proofs)


def nothing_made_up(scene: Scene, moment: Moment) -> Iterator[str]:
    """Nothing that a model made up is sent or kept."""
    said, written = folded(" ".join(scene.said(moment))), folded(scene.own_words)
    kept = folded(" ".join(str(fact.value) for fact in moment.after.facts.values()))
    for sin in sorted(scene.sins):
        if folded(sin) in said or folded(sin) in written:
            continue
        if folded(sin) in folded(" ".join(sent.text for sent in moment.replies)):
            yield f"{sin!r} in {moment.heard!r}"
        if folded(sin) in kept:
            yield f"{sin!r} among the facts"


RULES = (cards, nothing_told_on, nothing_for_the_model, proven, nothing_made_up)
