"""Answers to questions, from the clinic's own facts first and then from its knowledge; nothing is invented."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta

from core.receptionist.holidays import holiday_named, names_holidays
from core.receptionist.money import dollars
from core.receptionist.opening import call_back, day_text, spans_text, week_text
from core.receptionist.responders.contract import Scene
from core.receptionist.steps import Act
from core.receptionist.understanding.questions import Question, Topic
from core.receptionist.understanding.times import read_when
from core.receptionist.understanding.words import plain
from core.receptionist.when import clock_text, date_text, listed
from deskbell.clinic import Clinic, Hours, Service
from deskbell.known import RequestStatus

#: Longest part of a passage that is quoted, in characters.
_QUOTE = 280
_PRICES = 4
_HOLIDAYS = 4
#: What a clinic's notes may call help on the same day, and its rule about age.
_SAME_DAY = "emergency same day appointment"
_MINORS = "how old do I have to be minors under 18"
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_PRONOUN = re.compile(r"\b(?:it|its|they|them|that|this)\b")
_FILLERS = re.compile(r"\b(?:hi|hey|hello|guys|please|pls|lol|btw|ok|okay|just|also|um|uh)\b[\s,.!]*", re.IGNORECASE)
_NOW = re.compile(
    r"\b(?:right )?now\b|\bstill open\b|(?<!do )(?<!will )\b(?:you|u|y'all)(?: guys)? (?:still |currently )?open\W*$"
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
        # The days of opening hours may lie further ahead than other texts may name dates.
        return Answer(known, source=known if question.topic is Topic.HOURS else "")
    passage = await _passage(question, scene)
    if passage:
        return Answer(_quoted(passage), source=passage)
    if question.soft or question.topic in (Topic.AVAILABILITY, Topic.SELLS, Topic.BOOKING):
        return Answer(_calendar(scene) if question.topic is Topic.AVAILABILITY else "")
    if question.topic is Topic.MINOR:
        return Answer(_minor(scene))
    return Answer("", unanswered=True)


def price_text(service: Service) -> str:
    """``$13 per unit``, ``from $99``; empty when the menu has no price."""
    if service.price is None:
        return ""
    unit = f" per {service.price.per}" if service.price.per else ""
    return f"{'from ' if service.price.starting_at else ''}{dollars(service.price.cents)}{unit}"


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
        case Topic.DEPOSIT:
            return _deposits(question, clinic)
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
                "That's for a provider to answer and not for a text: they'll go over it with you in person, or you can "
                f"call us at {clinic.phone_shown}."
            )
        case Topic.PROBE:
            return f"I can only help with {clinic.name} and visits here."
        case Topic.APPOINTMENT:
            by = call_back(clinic, scene.now)
            return (
                "I can't see or change appointments from here, so I'm passing this to our team. "
                f"They'll get back to you {by}. If it's urgent, call {clinic.phone_shown}."
            )
        case Topic.IDENTITY:
            who = "the clinic's" if scene.step.greet else f"{clinic.name}'s"
            return f"I'm {who} automated text assistant. If you'd rather have a person, just say so."
        case Topic.AFTERCARE:
            by = call_back(clinic, scene.now)
            return (
                "I'm sorry to hear that. I've asked our team to have somebody call you about it "
                f"{by}. If it gets worse or can't wait, please call {clinic.phone_shown}."
            )
        case _:
            return ""


def _minor(scene: Scene) -> str:
    age, by = scene.clinic.minimum_age, call_back(scene.clinic, scene.now)
    return f"For anyone under {age} we need a parent to talk with our team first. They'll call you {by}."


def _calendar(scene: Scene) -> str:
    """Our team keeps it; nothing to say of that beside a confirmation that says the same."""
    if scene.step.act in (Act.COMPLETE, Act.OFFER) or scene.step.unfit:
        return ""
    return f"Our team keeps the calendar{_exact_time(scene)}."


def _exact_time(scene: Scene) -> str:
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


def _deposits(question: Question, clinic: Clinic) -> str:
    """Exact amounts, from the menu only; empty where it leaves one open."""
    named = [service for service in clinic.services if service.name in question.services] or clinic.services
    if clinic.deposit is None and any(service.deposit_cents is None for service in named):
        return ""
    amounts = {one.name: money.cents if (money := clinic.deposit_for(one)) else 0 for one in named}
    by_amount: dict[int, list[str]] = {}
    for name, cents in amounts.items():
        by_amount.setdefault(cents, []).append(name)
    largest = max(by_amount, key=lambda cents: len(by_amount[cents]))
    many = len(by_amount[largest]) > _PRICES
    others = [(cents, names) for cents, names in sorted(by_amount.items()) if not (many and cents == largest)]
    first = [f"{_deposit_text(largest)} for most visits"] if many else []
    text = listed([*first, *(f"{_deposit_text(cents)} for {listed(names, 'and')}" for cents, names in others)], "and")
    return f"The deposit is {text}." if max(by_amount) else f"There is no deposit{text.removeprefix('none')}."


def _deposit_text(cents: int) -> str:
    return dollars(cents) if cents else "none"


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
    if names_holidays(low):
        return _holiday(low, hours, local.date())
    wished = read_when(low, local, hours) if question.text else None
    days = [day for window in wished.windows for day in window.days(local.date(), 6)] if wished else []
    if _NOW.search(low) and not days:
        return _open_now(scene)
    if not days or len({day.weekday() for day in days}) > 2:
        return f"Our hours are {week_text(hours)}."
    first, *rest = sorted(set(days))
    today = local.date()
    if not any(hours.spans(day) for day in days):
        closed = [day_text(first, today), *(day_text(day, today).removeprefix("on ") for day in rest[:1])]
        return f"We're closed {listed(closed, 'and')}. Our hours are {week_text(hours)}."
    texts = [
        f"{spans_text(spans)} {day_text(day, today)}"
        if (spans := hours.spans(day))
        else f"closed {day_text(day, today)}"
        for day in (first, *rest[:1])
    ]
    closes_first = "We're" if not hours.spans(first) else "We're open"
    return f"{closes_first} {', '.join(texts)}."


def _holiday(low: str, hours: Hours, today: date) -> str:
    """Open or closed on a holiday; empty while the clinic has written no closed days of that year."""
    named = holiday_named(low, today)
    if named is None:
        ahead = [day for day in sorted(hours.closed_on) if day >= today][:_HOLIDAYS]
        closed = listed([date_text(day).split(", ")[1] for day in ahead], "and")
        return f"The next days we're closed for holidays are {closed}." if closed else ""
    name, day = named
    if day.year not in {closed.year for closed in hours.closed_on}:
        return ""
    spans = hours.spans(day)
    return f"We're open {spans_text(spans)} on {name}." if spans else f"We're closed on {name} ({date_text(day)})."


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
    if scene.knowledge is None or not question.text:
        return ""
    for words in _searches(question, scene):
        found = await scene.knowledge.search(words)
        if found:
            return found[0].text.strip()
    return ""


def _searches(question: Question, scene: Scene) -> list[str]:
    """What to look for, in this order."""
    match question.topic:
        case Topic.MEDICAL | Topic.APPOINTMENT | Topic.AFTERCARE | Topic.IDENTITY | Topic.SELLS | Topic.PROBE:
            return []
        case Topic.AVAILABILITY:
            return [_SAME_DAY] if scene.step.hurts or "emergency" in plain(scene.known.service) else []
        case Topic.MINOR:
            return [_MINORS, "do you see children"]
    asked = _FILLERS.sub(" ", question.text).strip()
    about = scene.known.service
    return [asked, f"{asked} ({about})"] if about and _PRONOUN.search(plain(question.text)) else [asked]


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
