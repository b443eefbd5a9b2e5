"""How the clinic asks and greets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.rehearsal.invariants.scene import Scene, folded
from core.rehearsal.moment import Moment

_LINK = re.compile(r"https?://\S+|www\.\S+")
#: How each field is asked for, in whatever words: a sentence with these in it that ends in a question mark.
_ASKING = {
    "name": r"\b(?:your|first and last|full|last|first|what) name\b",
    "new_or_returning": r"\b(?:been (?:to|with|here)|visited|seen) (?:us|before)\b"
    r"|\bfirst (?:time|visit) (?:with|to|at)\b",
    "when": r"\b(?:what|which) (?:days?|times?)\b|\bdays? and times?\b",
    "service": r"\b(?:what|which) (?:treatment|service)\b|\bwould you like to come in for\b",
}


def one_question(scene: Scene, moment: Moment) -> Iterator[str]:
    """A text asks one question at most."""
    for sent in moment.replies:
        if _LINK.sub("", sent.text).count("?") > 1:
            yield repr(sent.text)


def nothing_known(scene: Scene, moment: Moment) -> Iterator[str]:
    """What is known is never asked."""
    step = moment.step or {}
    if step.get("clears_up"):
        return
    asked = step.get("asks")
    if asked and _is_known(moment, asked):
        yield f"the plan asks for {asked!r}, which is known"
    for sent in moment.replies:
        for field in _asked_in(scene.loose(sent.text)):
            if _is_known(moment, field):
                yield f"{field!r} is known, and asked: {sent.text!r}"


def _is_known(moment: Moment, field: str) -> bool:
    if field == "name":
        return bool(moment.after.known("first_name") and moment.after.known("last_name"))
    return bool(moment.after.known(field))


def _asked_in(text: str) -> Iterator[str]:
    questions = [part for part in re.findall(r"[^.!?]*[.!?]?", text) if part.endswith("?")]
    for field, pattern in _ASKING.items():
        if any(re.search(pattern, question, re.IGNORECASE) for question in questions):
            yield field


def not_again(scene: Scene, moment: Moment) -> Iterator[str]:
    """A question that stays unanswered is put once more in other words, and then left alone."""
    asked = (moment.step or {}).get("asks")
    if not asked or (moment.step or {}).get("clears_up"):
        return
    earlier = [one for one in scene.moments if one.step is not None]
    last = earlier[-1:] and earlier[-1].step
    if not last or last.get("asks") != asked or last.get("clears_up"):
        return
    if _question(moment) and _question(moment) == _question(earlier[-1]):
        yield f"the same words twice in a row: {_question(moment)!r}"
    before = earlier[-2].step if len(earlier) > 1 else None
    if before and before.get("asks") == asked and not before.get("clears_up"):
        yield f"{asked!r} is asked for the third time in a row"


def _question(moment: Moment) -> str:
    """The last sentence, where it is a question."""
    asked = re.findall(r"[^.!?]*\?", moment.heard)
    return folded(asked[-1]) if asked else ""


def greets_once(scene: Scene, moment: Moment) -> Iterator[str]:
    """The clinic greets a patient once, and not after a text that it sent first: that was the greeting."""
    first = [sent.text for one in scene.moments for sent in one.replies if sent.kind == "outreach"][:1]
    answers = [[sent.text for sent in one.replies if sent.kind != "outreach"] for one in (*scene.moments, moment)]
    greeted = [*first, *(text for texts in answers for text in texts if _greets(scene, text))]
    if len(greeted) > 1 and any(_greets(scene, text) for text in answers[-1]):
        yield f"greeting number {len(greeted)}: {greeted[-1]!r}"


def _greets(scene: Scene, text: str) -> bool:
    name = re.escape(folded(scene.clinic.name))
    return re.search(rf"\b(?:hi|hello|hey|welcome)\b[^.!?]{{0,30}}\b{name}", folded(text)) is not None


RULES = (one_question, nothing_known, not_again, greets_once)
