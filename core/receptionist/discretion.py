"""What of a reading may go on when guards have withheld words of the texts: facts of a booking, and none of the words.

Pure. A concern, and the words of a question, stay only where they stand in what the guards left.
"""

from __future__ import annotations

from dataclasses import replace

from core.receptionist.facts import ALSO
from core.receptionist.health import tells
from core.receptionist.understanding.findings import Found, Reading
from core.receptionist.understanding.questions import Question, Topic
from deskbell.effects import Withhold
from deskbell.events import TextReceived
from deskbell.turn import Turn

#: The reason of `Withhold` for what somebody tried on the assistant.
INJECTION = "injection"


def discreet(reading: Reading, turn: Turn) -> Reading:
    """A reading of the turn's texts, joined by lines, without what is withheld of them."""
    if not turn.withheld:
        return reading
    attempts = {
        effect.evidence for effect in turn.effects if isinstance(effect, Withhold) and effect.reason == INJECTION
    }
    questions = [kept for one in reading.questions if (kept := _question(one, turn, attempts)) is not None]
    if attempts and not any(one.topic is Topic.PROBE for one in questions):
        questions.insert(0, Question(Topic.PROBE, ""))
    return replace(
        reading,
        found=tuple(one for one in reading.found if _may_go_on(one, turn)),
        questions=tuple(questions),
    )


def source_of(place: int, turn: Turn) -> TextReceived:
    """The text that a place in the joined texts belongs to."""
    for text in turn.texts:
        place -= len(text.text) + 1
        if place < 0:
            return text
    return turn.texts[-1]


def _may_go_on(found: Found, turn: Turn) -> bool:
    """Menu names, people's names and times may; a patient's own words only where they are not withheld."""
    if found.field in ("first_name", "last_name") and source_of(found.start, turn).seq in turn.withheld:
        read = "\n".join(text.text for text in turn.texts)[found.start : found.end]
        return not tells(read)  # "sleep apnea here" is nobody's name
    if found.field == "concern" or (found.field == "notes" and not str(found.value).startswith(ALSO)):
        return _stands(str(found.value), found.start, turn)
    return True


def _question(question: Question, turn: Turn, attempts: set[int]) -> Question | None:
    """The question, without its words where they are withheld; None where nothing is left to answer."""
    if question.soft:
        left = "\n".join(words for text in turn.texts if (words := turn.shown(text)))
        return replace(question, text=left) if left else None
    if _stands(question.text, question.start, turn):
        return question
    attempted = source_of(question.start, turn).seq in attempts
    return None if attempted and question.topic is Topic.KNOWLEDGE else replace(question, text="")


def _stands(words: str, place: int, turn: Turn) -> bool:
    """Whether these words of a text may go on."""
    text = source_of(place, turn)
    return text.seq not in turn.withheld or " ".join(words.split()) in " ".join(turn.shown(text).split())
