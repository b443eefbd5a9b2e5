"""Answers to questions, from the clinic's own facts first and then from its knowledge; nothing is invented."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta

from core.receptionist.opening import call_back, day_text, spans_text, week_text
from core.receptionist.planner import Act
from core.receptionist.responders.contract import Scene
from core.receptionist.understanding.questions import Question, Topic
from core.receptionist.understanding.times import read_when
from core.receptionist.understanding.words import plain
from core.receptionist.when import clock_text, listed
from deskbell.clinic import Clinic, Service
from deskbell.turn import RequestStatus

#: Longest part of a passage that is quoted, in characters.
_QUOTE = 280
_PRICES = 4
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_PRONOUN = re.compile(r"\b(?:it|its|they|them|that|this)\b")
_FILLERS = re.compile(r"\b(?:hi|hey|hello|guys|please|pls|lol|btw|ok|okay|just|also|um|uh)\b[\s,.!]*", re.IGNORECASE)
_NOW = re.compile(
    r"\b(?:right )?now\b|\bstill open\b|\b(?:are|r) (?:you|u|y'all)(?: guys)? (?:still |currently )?open\W*$"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """Empty text: nothing to say to this one."""

    text: str = field(default="", repr=False)
    unanswered: bool = False
    source: str = field(default="", repr=False)


async def answer(question: Question, scene: Scene) -> Answer:
    """Answers one question."""
    known = _from_facts(question, scene)
    if known:
        return Answer(known)
    passage = await _passage(question, scene)
    if passage:
        return Answer(_quoted(passage), source=passage)
    if question.soft or question.topic in (Topic.AVAILABILITY, Topic.SELLS, Topic.BOOKING):
        return Answer()
    return Answer("", unanswered=True)


def money_text(cents: int) -> str:
    """``1300`` is ``$13``, ``1250`` is ``$12.50``, ``125000`` is ``$1,250``."""
    return f"${cents // 100:,}" if cents % 100 == 0 else f"${cents / 100:,.2f}"


def price_text(service: Service) -> str:
    """``$13 per unit``, ``from $99``; empty when the menu has no price."""
    if service.price is None:
        return ""
    unit = f" per {service.price.per}" if service.price.per else ""
    return f"{'from ' if service.price.starting_at else ''}{money_text(service.price.cents)}{unit}"


def _from_facts(question: Question, scene: Scene) -> str:
    clinic = scene.clinic
    match question.topic:
        case Topic.HOURS:
            return _hours(question, scene)
        case Topic.ADDRESS:
            return f"We're at {clinic.address}." if clinic.address else ""
        case Topic.PHONE:
            return f"You can call us at {clinic.phone_shown}."
        case Topic.WEBSITE:
            return f"Our website is {clinic.website}" if clinic.website else ""
        case Topic.SERVICES:
            return _menu(clinic)
        case Topic.PRICE:
            return _prices(question, clinic)
        case Topic.DURATION | Topic.SELLS | Topic.KNOWLEDGE:
            return _about(question, clinic)
        case _:
            return _about_us(question.topic, scene)


def _about_us(topic: Topic, scene: Scene) -> str:
    """What needs a person, and who is writing."""
    clinic = scene.clinic
    match topic:
        case Topic.MEDICAL:
            return (
                "That's a question for your provider and not for a text: they go over it with you in person at a "
                "consultation before anything is done."
            )
        case Topic.APPOINTMENT:
            by = call_back(clinic, scene.now)
            return (
                "I can't see or change appointments from here, so I'm passing this to our team. "
                f"They'll get back to you {by}. If it's urgent, call {clinic.phone_shown}."
            )
        case Topic.IDENTITY:
            return f"I'm the automated text assistant of {clinic.name}. If you'd rather have a person, just say so."
        case Topic.AVAILABILITY:
            return f"Our team keeps the calendar{_exact_time(scene)}."
        case _:
            return ""


def _exact_time(scene: Scene) -> str:
    if scene.step.act is Act.COMPLETE:
        return ""
    by = f" {call_back(scene.clinic, scene.now)}" if scene.request is RequestStatus.READY else ""
    return f" and will call you{by} to fix the exact time"


def _menu(clinic: Clinic) -> str:
    names = [service.name for service in clinic.services]
    shown = names[:8]
    return f"We offer {listed(shown, 'and')}." if len(shown) == len(names) else f"We offer {', '.join(shown)} and more."


def _prices(question: Question, clinic: Clinic) -> str:
    named = [service for service in clinic.services if service.name in question.services]
    priced = [(one.name, price) for one in (named or clinic.services) if (price := price_text(one))]
    if not priced:
        return ""
    if named:
        return " ".join(f"{name} is {price}." for name, price in priced[:_PRICES])
    listing = ", ".join(f"{name} {price}" for name, price in priced[:_PRICES])
    return f"It depends on the treatment: {listing}{', and more' if len(priced) > _PRICES else ''}."


def _about(question: Question, clinic: Clinic) -> str:
    """A visit's length, that something is sold, or the one sentence the menu has about it."""
    named = [service for service in clinic.services if service.name in question.services]
    if question.topic is Topic.DURATION:
        return " ".join(f"A {one.name} visit takes about {one.minutes} minutes." for one in named if one.minutes)
    if question.topic is Topic.SELLS:
        return f"Yes, we do {listed([one.name for one in named], 'and')}." if named else ""
    low = plain(question.text)
    if len(named) == 1 and named[0].about and re.search(r"\b(?:what(?:'s| is|s)|tell me|about|info\w*|explain)\b", low):
        return named[0].about
    return ""


def _hours(question: Question, scene: Scene) -> str:
    clinic, hours = scene.clinic, scene.clinic.hours
    if hours is None:
        return ""
    local = scene.now.astimezone(clinic.timezone)
    low = plain(question.text)
    wished = read_when(low, local, hours) if question.text else None
    days = [day for window in wished.windows for day in window.days(local.date(), 6)] if wished else []
    if _NOW.search(low) and not days:
        return _open_now(scene)
    if not days or len({day.weekday() for day in days}) > 2:
        return f"Our hours are {week_text(hours)}."
    first = days[0]
    spans = hours.spans(first)
    when = day_text(first, local.date())
    texts = [f"We're open {spans_text(spans)} {when}." if spans else f"We're closed {when}."]
    for other in days[1:2]:
        spans = hours.spans(other)
        when = day_text(other, local.date())
        texts.append(f"Open {spans_text(spans)} {when}." if spans else f"Closed {when}.")
    return " ".join(texts) + ("" if any(hours.spans(day) for day in days) else f" Our hours are {week_text(hours)}.")


def _open_now(scene: Scene) -> str:
    clinic, hours = scene.clinic, scene.clinic.hours
    if hours is None:
        return ""
    local = scene.now.astimezone(clinic.timezone)
    for span in hours.spans(local.date()):
        if span.opens <= local.time() < span.closes:
            return f"Yes, we're open today until {clock_text(span.closes)}."
    opens = clinic.next_opening(scene.now + timedelta(minutes=1))
    if opens is None:
        return f"We're closed right now. Our hours are {week_text(hours)}."
    return (
        f"We're closed right now and open again {day_text(opens.date(), local.date())} at {clock_text(opens.time())}."
    )


async def _passage(question: Question, scene: Scene) -> str:
    """The text of the passage that fits best, or nothing."""
    wants = question.topic not in (Topic.MEDICAL, Topic.APPOINTMENT, Topic.IDENTITY, Topic.AVAILABILITY, Topic.SELLS)
    if scene.knowledge is None or not question.text or not wants:
        return ""
    meant = f" ({scene.known.service})" if scene.known.service and _PRONOUN.search(plain(question.text)) else ""
    found = await scene.knowledge.search(_FILLERS.sub(" ", question.text).strip() + meant)
    return found[0].text.strip() if found else ""


def _quoted(passage: str) -> str:
    """As many whole sentences of a passage as a text has room for."""
    flat = re.sub(r"\s+", " ", re.sub(r"(?m)^[#>*-]+\s*", "", passage)).strip()
    kept = ""
    for sentence in _SENTENCE.split(flat):
        longer = f"{kept} {sentence}".strip()
        if kept and len(longer) > _QUOTE:
            break
        kept = longer
    return kept


def unknown_line(scene: Scene, said: int) -> str:
    """Nothing was found: a person will tell."""
    by = call_back(scene.clinic, scene.now)
    lines: tuple[str, ...] = (
        f"I don't have that in front of me, so I've asked our team. They'll get back to you {by}.",
        f"I'd rather not guess on that one. Our team will tell you {by}.",
    )
    return lines[said % len(lines)]
