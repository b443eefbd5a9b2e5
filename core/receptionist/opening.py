"""Opening hours in words: the week on one line, one day, what is nearest to a wish, and when staff will call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from core.receptionist.when import When, clock_text, date_text, listed, weekday_text
from deskbell.clinic import WEEKDAYS, Clinic, Hours, Span

#: With less than this left of the day, staff will hardly get to a call.
_ENOUGH_TO_CALL = timedelta(hours=1)
_AHEAD = 21


def spans_text(spans: tuple[Span, ...]) -> str:
    """``9 am-5 pm``, or ``9 am-12 pm and 2 pm-6 pm``; empty when closed."""
    return listed([f"{clock_text(span.opens)}-{clock_text(span.closes)}" for span in spans], "and")


def week_text(hours: Hours) -> str:
    """The week, equal neighbours together: ``Mon-Fri 9 am-5 pm, Sat 10 am-2 pm``. Unwritten days are closed."""
    runs: list[tuple[int, int, str]] = []
    for number, day in enumerate(WEEKDAYS):
        text = spans_text(tuple(sorted(getattr(hours, day), key=lambda span: span.opens)))
        if runs and runs[-1][2] == text:
            runs[-1] = (runs[-1][0], number, text)
        else:
            runs.append((number, number, text))
    return ", ".join(f"{_run_text(first, last)} {text}" for first, last, text in runs if text)


def _run_text(first: int, last: int) -> str:
    names = weekday_text(first)[:3], weekday_text(last)[:3]
    return names[0] if first == last else f"{names[0]}-{names[1]}"


def day_text(day: date, today: date) -> str:
    """``today``, ``tomorrow``, ``on Friday`` within the week, else ``on Fri, Mar 6``."""
    ahead = (day - today).days
    if ahead in (0, 1):
        return ("today", "tomorrow")[ahead]
    return f"on {weekday_text(day.weekday())}" if 0 < ahead < 7 else f"on {date_text(day)}"


def call_back(clinic: Clinic, now: datetime) -> str:
    """By when staff will be in touch, e.g. ``today before 5 pm``; without hours, nothing that could be wrong."""
    found = _time_to_call(clinic, now)
    if found is None:
        return "as soon as they can"
    day, span = found
    local = now.astimezone(clinic.timezone)
    if datetime.combine(day, span.opens, clinic.timezone) <= local:
        return f"today before {clock_text(span.closes)}"
    return f"{day_text(day, local.date())} between {clock_text(span.opens)} and {clock_text(span.closes)}"


def call_back_by(clinic: Clinic, now: datetime) -> datetime | None:
    """The moment that `call_back` names; None where it names none."""
    found = _time_to_call(clinic, now)
    return datetime.combine(found[0], found[1].closes, clinic.timezone).astimezone(UTC) if found else None


def _time_to_call(clinic: Clinic, now: datetime) -> tuple[date, Span] | None:
    """The first opening hours that leave staff enough time for a call; None when nobody knows, or none are near."""
    if clinic.hours is None:
        return None
    local = now.astimezone(clinic.timezone)
    for ahead in range(_AHEAD + 1):
        day = local.date() + timedelta(days=ahead)
        for span in clinic.hours.spans(day):
            closes = datetime.combine(day, span.closes, clinic.timezone)
            if closes - now >= _ENOUGH_TO_CALL:
                return day, span
    return None


def opens_text(clinic: Clinic, now: datetime) -> str:
    """When the clinic opens next, e.g. ``tomorrow at 9 am``; empty when nobody knows, or none is near."""
    opens = clinic.next_opening(now)
    if opens is None:
        return ""
    today = now.astimezone(clinic.timezone).date()
    return f"{day_text(opens.date(), today)} at {clock_text(opens.timetz())}"


@dataclass(frozen=True, slots=True)
class Unfit:
    """A wish that opening hours cannot meet: why, and the nearest that they can."""

    reason: str
    nearest: str
    #: The day is right and the hour is not.
    same_day: bool = False


def unfit(clinic: Clinic, when: When, now: datetime) -> Unfit | None:
    """None when at least one window of the wish meets opening hours, or when the clinic has told none."""
    if clinic.hours is None or not when.windows:
        return None
    local = now.astimezone(clinic.timezone)
    today = local.date()
    hours = clinic.hours
    wished = [day for window in when.windows for day in window.days(today, _AHEAD)]
    for window in when.windows:
        for day in window.days(today, _AHEAD):
            left = (span for span in hours.spans(day) if day > today or span.closes > local.time())
            if any(window.hours is None or window.hours.meets(span.opens, span.closes) for span in left):
                return None
    open_days = [day for day in wished if hours.spans(day)]
    if open_days:
        day = open_days[0]
        if open_days == [today]:
            return Unfit("We're done for today by then", _nearest(hours, wished, today))
        near = f"on {weekday_text(day.weekday())} we're open {spans_text(hours.spans(day))}"
        return Unfit("That's outside our opening hours", near, same_day=True)
    weekdays = sorted({day.weekday() for day in wished})
    closed = "that day" if when.windows[0].first else f"on {listed([weekday_text(day) for day in weekdays])}"
    return Unfit(f"We're closed {closed}", _nearest(hours, wished, today))


def _nearest(hours: Hours, wished: list[date], today: date) -> str:
    """The open days next to the first day that was wished for, by their weekday."""
    wish = wished[0] if wished else today
    around = sorted(
        (wish + timedelta(days=n) for n in range(-_AHEAD, _AHEAD + 1) if wish + timedelta(days=n) > today),
        key=lambda day: (abs((day - wish).days), day),
    )
    found = sorted([day for day in around if hours.spans(day)][:2])
    return "the nearest is " + listed(
        [f"{weekday_text(day.weekday())} ({spans_text(hours.spans(day))})" for day in found]
    )
