"""What to do next: a pure function from what is known and what was just read to one `Step`.

The one owner of "what to ask next". It never asks for a known field, asks one thing at a time, and always ends. It
never asks for the same field twice in a row while there is another to ask for: what is left unanswered is put once
more later, and then left alone. Only words that nobody can make out get the question that stands again at once.
"""

from __future__ import annotations

from dataclasses import replace

from core.receptionist.menu import menu_of
from core.receptionist.paying import Paying, decide
from core.receptionist.situation import ENOUGH, NAMES, STATEMENT, Situation
from core.receptionist.steps import Act, Ask, Step
from core.receptionist.understanding.findings import Reading
from core.receptionist.understanding.questions import Topic

#: So much not understood in a row, and a person takes over: two riddles, or four times "ok".
_LOST = 4


def plan(situation: Situation) -> Step:
    """The next step. Always ends: no field is asked more than twice, nothing is repeated without limit."""
    reading = situation.reading
    reason = _for_a_person(reading)
    if reason:
        return _step(situation, Act.HAND_OVER, reason=reason)
    paying = decide(situation) if situation.settled else None
    if paying:
        return _paying(situation, paying)
    if situation.settled:
        return _after_request(situation)
    if situation.errand:
        return _errand(situation)
    thanked = not situation.understood and reading.filler and reading.thanks and not situation.wants_something
    if thanked or situation.parting:
        return _step(situation, Act.SILENT if situation.memory.thanked else Act.WELCOME)
    lost = _is_lost(situation)
    if lost and situation.memory.missed + riddle(reading) >= _LOST:
        return _step(situation, Act.HAND_OVER, reason="several texts were not understood", lost=True)
    ask = _next_question(situation)
    if ask or _waits(situation):
        return _step(situation, Act.TALK, ask=ask, lost=lost)
    if situation.wants_something:
        offer = situation.offer
        return _paying(situation, Paying(Act.OFFER, offer)) if offer else _step(situation, Act.COMPLETE)
    if situation.asks or situation.reading.unsold:
        return _step(situation, Act.TALK)
    return _step(situation, Act.HAND_OVER, reason="could not find out what is wanted", lost=True)


def riddle(reading: Reading) -> int:
    """How much a text that was not understood weighs: "hm" says nothing, and is only half a riddle."""
    return 1 if reading.filler else 2


def _for_a_person(reading: Reading) -> str:
    """Why a person has to take over at once; empty when none has to."""
    if reading.wants_person and not reading.complains:
        return "asked for a person"
    if reading.complains:
        return "wrote in anger" if reading.insults else "a complaint"
    return "wrote in another language" if reading.foreign else ""


def _step(situation: Situation, act: Act, *, ask: Ask | None = None, reason: str = "", lost: bool = False) -> Step:
    reading = situation.reading
    offered = reading.options if not situation.known.service else ()
    return Step(
        act,
        greet=not situation.memory.greeted and act is not Act.SILENT,
        questions=() if reading.complains or reading.foreign else reading.questions,
        ask=ask,
        learned=situation.learned,
        hello=reading.greeting and reading.filler,
        unsold=reading.unsold,
        options=offered,
        unfit=reading.unfit,
        picture=situation.picture,
        lost=lost,
        noted=lost and _makes_sense(reading),
        garbled=lost and reading.unintelligible,
        hurts=reading.hurts,
        parting=situation.parting,
        thanked=reading.thanks,
        earlier=situation.earlier,
        foreign=reading.foreign,
        reason=reason,
    )


def _paying(situation: Situation, paying: Paying) -> Step:
    """A step about the deposit; what the text says besides goes with it."""
    return replace(
        _step(situation, paying.act),
        amount=paying.amount,
        link=paying.link,
        again=paying.again,
        gives_up=paying.gives_up,
    )


def _makes_sense(reading: Reading) -> bool:
    """Words enough to pass on."""
    return reading.length >= STATEMENT and not (reading.unintelligible or reading.filler)


def _confused(situation: Situation) -> bool:
    """A text that neither we nor staff can make out: the question that stands is put again, in other words."""
    reading = situation.reading
    return _is_lost(situation) and not reading.filler and not _makes_sense(reading)


def _errand(situation: Situation) -> Step:
    """For staff to see to: answered, passed on, and only a name is asked, so that they know whose visit it is."""
    reading, asked = situation.reading, situation.asked
    nameless = next((one for one in situation.missing if one in NAMES and asked.get(one, 0) < ENOUGH), "")
    again = nameless == situation.pending
    child = any(question.topic is Topic.MINOR for question in reading.questions)
    twice = again and (situation.memory.errand or situation.memory.asked.get(nameless, 0) >= ENOUGH)
    ask = Ask(nameless, visit=not child) if nameless and not twice else None
    if situation.asks or reading.unsold:
        return _step(situation, Act.TALK, ask=ask)
    if reading.thanks or reading.declines:
        return _step(situation, Act.SILENT if situation.memory.thanked else Act.WELCOME)
    if reading.filler and not situation.picture:
        return _step(situation, Act.SILENT)
    return _step(situation, Act.PASS_ON, ask=ask)


def _after_request(situation: Situation) -> Step:
    """Staff have the request: answer, note what changes, and ask for nothing but what is unclear."""
    reading = situation.reading
    if reading.unfit:
        return _step(situation, Act.TALK, ask=None if situation.pending == "when" else Ask("when"))
    if reading.candidates:
        return _step(situation, Act.TALK, ask=Ask("service", reading.candidates, again=situation.pending == "service"))
    if situation.learned:
        return _step(situation, Act.UPDATE)
    if any(not question.soft for question in reading.questions) or reading.unsold:
        return _step(situation, Act.TALK)
    if reading.thanks:
        return _step(situation, Act.SILENT if situation.memory.thanked else Act.WELCOME)
    if reading.unintelligible and situation.memory.thanked:
        return _step(situation, Act.SILENT)
    if reading.greeting or reading.unintelligible:
        return _step(situation, Act.STATUS)
    return _step(situation, Act.SILENT if reading.filler and not situation.picture else Act.PASS_ON)


def _is_lost(situation: Situation) -> bool:
    """Nothing was understood, and the text was no first greeting either."""
    reading, pending = situation.reading, situation.memory.pending
    meant = situation.understood or reading.wants_to_come or (pending.invite and reading.agrees is True)
    if meant or situation.picture:
        return False
    return bool(situation.pending) or not (reading.filler or reading.greeting)


def _waits(situation: Situation) -> bool:
    """The patient asked something back: it is answered, and our own question is neither put again nor given up."""
    return situation.asks and any(situation.asked.get(one, 0) < ENOUGH for one in situation.missing)


def _next_question(situation: Situation) -> Ask | None:
    """What to ask now; None when the patient's own question goes first, or when nothing is left to ask."""
    forced = _forced(situation)
    if forced:
        return forced
    reading, pending = situation.reading, situation.memory.pending
    left = [one for one in situation.missing if situation.asked.get(one, 0) < ENOUGH]
    if reading.unsure and pending.field in left:
        left.remove(pending.field)
    if not left or (situation.asks and not _may_ask(situation)):
        return None
    accepted = pending.invite and reading.agrees is True
    unanswered = pending.fresh and not accepted and pending.field in left
    if unanswered and not _confused(situation):
        # They told or asked something else, or nothing: another question now, and this one waits its turn.
        left = [one for one in left if one != pending.field] or ([] if situation.asks else left)
        unanswered = pending.field in left
    if not left:
        return None
    wanted = pending.field if unanswered else left[0]
    only_asked = situation.asks and not reading.hurts and not reading.wants_to_come and not situation.memory.asked
    return Ask(wanted, _options(situation, wanted), again=unanswered, invite=only_asked)


def _may_ask(situation: Situation) -> bool:
    """Beside an answer: not twice in a row, and of somebody who only wants to know something, once."""
    if any(question.topic is Topic.IDENTITY for question in situation.reading.questions):
        return situation.reading.wants_to_come
    if situation.memory.parted and not situation.reading.wants_to_come:
        return False
    if situation.reading.wants_to_come or situation.learned - {"service"}:
        return True
    if situation.memory.pending.fresh and situation.pending in situation.missing:
        return False
    return situation.wants_something or not situation.memory.asked


def _options(situation: Situation, wanted: str) -> tuple[str, ...]:
    service = situation.service
    if service is None:
        return ()
    return {"variant": service.variants, "provider": service.providers}.get(wanted, ())


def _forced(situation: Situation) -> Ask | None:
    """What has to be cleared up before anything else: which of two, another time, something that is sold."""
    reading, known = situation.reading, situation.known
    asked = situation.asked
    if reading.candidates and asked.get("service", 0) <= ENOUGH:
        return Ask("service", reading.candidates, again=situation.pending == "service")
    if reading.unfit and asked.get("when", 0) <= ENOUGH:
        return Ask("when", again=situation.pending == "when")
    if reading.unsold and not known.service and not known.concern and asked.get("service", 0) < ENOUGH:
        return Ask("service", menu_of(situation.clinic, reading.unsold), again=situation.pending == "service")
    return None
