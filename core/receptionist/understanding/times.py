"""The one time parser: from a patient's words to a `When`, against an injected now and the clinic's hours and zone.

Everything is read in the clinic's own zone. Bounds are kept as said ("after 4" excludes 4), a bare hour is read by
opening hours, and what lies in the past ("I came in last Tuesday") is no wish. Calendar dates ("March 3rd") go
through dateparser, which is slow to load and therefore loaded only when one is met.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from itertools import islice

from core.receptionist.understanding.clocks import CLOCK, Clock, read_clock
from core.receptionist.understanding.dates import opened, spans_of, weekdays_of
from core.receptionist.understanding.daytimes import bounded, open_ended, part_near, part_of, without, without_lead
from core.receptionist.understanding.spanish import times_in_english
from core.receptionist.understanding.timewords import DAY, HINT, ITEM, JOINS, KINDS, spelled
from core.receptionist.understanding.windows import WindowDraft
from core.receptionist.when import AFTERNOON, MORNING, NIGHT, Daytime, When, Window
from deskbell.clinic import Hours

#: Days and times read of one clause. Nobody means more, and each may cost a look by dateparser.
_MOST = 40


#: Kinds of items that name weekdays.
_DAYS = frozenset({"days", "day", "weekdays", "weekends"})
_DAY_BEHIND = re.compile(rf"\s(?:on\s)?(?:{DAY}|tomorrow|today)\b")
_OR_AND = re.compile(r"\b(?:or|and)\b|/")
_DENIED = re.compile(r"\b(?:not|no)\s(?:at\s)?$")
#: Parts of a day as `without` knows them.
_PART_NAMES = {MORNING: "morning", AFTERNOON: "afternoon", NIGHT: "evening"}
#: "Either one" names no hour.
_ONE_OF = re.compile(r"\b(either|any|that|this|which|first|second|last|other|each|no) one\b")


def read_when(low: str, now: datetime, hours: Hours | None, *, asked: bool = False) -> When | None:
    """What a `plain` clause wishes for, or None. `now` is aware and in the clinic's zone.

    `asked`: the clause answers our question for a time, so that a bare "4" is an hour and "morning" no greeting.
    """
    low = times_in_english(low)
    if not HINT.search(low) and not asked:
        return None
    text = _ONE_OF.sub(r"\1", spelled(low))
    if not asked and re.fullmatch(r"\W*(?:good )?(?:morning|afternoon|evening)\W*", text):
        return None
    reader = _Reader(now.date(), hours, asked)
    for found in islice(ITEM.finditer(text), _MOST):
        reader.item(found, text)
    return reader.result()


class _Reader:
    """Takes the items of a clause in order and keeps the windows that they add up to."""

    def __init__(self, today: date, hours: Hours | None, asked: bool) -> None:
        self.today = today
        self.hours = hours
        self.asked = asked
        self.drafts = [WindowDraft()]
        self.negated = False
        self.any = self.soon = False
        self.end = 0
        #: What stands between the last item and this one, and behind this one.
        self.between = self.behind = ""
        #: The last item.
        self.last = ""
        #: "Not this week": only where nothing else is said of days.
        self.not_before: date | None = None

    @property
    def draft(self) -> WindowDraft:
        return self.drafts[-1]

    def item(self, found: re.Match[str], text: str) -> None:
        """One match of the master pattern."""
        kind = next(name for name in KINDS if found[name] is not None)
        self.between, self.behind = text[self.end : found.start()], text[found.end() :]
        joined = bool(JOINS.search(self.between))
        self.end = found.end()
        self._take(found, kind, text, joined)
        self.last = kind

    def _take(self, found: re.Match[str], kind: str, text: str, joined: bool) -> None:
        if kind == "not":
            self.negated = True
        elif kind == "out":
            self._out()
        elif kind in ("any", "indifferent"):
            self.any |= kind == "any" or self.asked
        elif kind == "soon":
            self.soon = True
        elif kind in ("days", "day", "weekdays", "weekends"):
            self._days(found, kind, text)
        elif kind == "part" and self.negated:
            self.negated = False
            # "Not Tuesday mornings" rules out no other day's: the day alone is left out.
            for place, left in enumerate(() if self.draft.excluded else without(found["name"])):
                self._hours(left, joined=place > 0)
        elif kind == "clock" and _DENIED.search(text[: found.start()]):
            return
        elif kind in ("range", "bound", "clock", "part", "ampm"):
            self.negated = False
            daytime = self._daytime(found, kind, text)
            if daytime:
                self._hours(daytime, joined)
        elif kind not in ("greeting", "past"):
            self._dates(found, kind, text)

    def _out(self) -> None:
        """ "Monday won't work", "mornings are no good": what was just said is ruled out."""
        draft = self.draft
        part = _PART_NAMES.get(draft.hours) if self.last == "part" and draft.hours else None
        if part:
            draft.hours, *others = without(part)
            self.drafts += [
                WindowDraft(set(draft.weekdays), set(draft.excluded), draft.first, draft.last, one) for one in others
            ]
        else:
            draft.excluded |= draft.weekdays
            draft.weekdays = set()

    def result(self) -> When | None:
        if self.not_before and not any(draft.first or draft.last for draft in self.drafts):
            self.draft.first = self.not_before
        for draft, later in zip(self.drafts, self.drafts[1:], strict=False):
            if draft.is_moment and later.has_days:
                # "4 or 5 on Tuesday": the day is said once, for both.
                draft.weekdays, draft.excluded = set(later.weekdays), set(later.excluded)
                draft.first, draft.last = later.first, later.last
        windows = [draft.window() for draft in self.drafts if draft.has_days or draft.hours]
        if len(windows) == 1 and windows[0] == Window(tuple(range(7))):
            return When(soon=self.soon)
        if windows:
            return When(tuple(windows), soon=self.soon)
        return When(soon=self.soon) if self.any or self.soon else None

    def _days(self, found: re.Match[str], kind: str, text: str) -> None:
        days, first = weekdays_of(found, kind, self.today)
        if kind == "day" and not self.negated:
            named = first or self.today + timedelta(days=(min(days) - self.today.weekday()) % 7)
            if self._opened(named, named, found, text):
                return
        self._weekdays(days, first)

    def _opened(self, first: date, last: date, found: re.Match[str], text: str) -> bool:
        """A day or a stretch as a bound: "after the 15th", "by Friday", "March 20 or later"."""
        begin, end = opened(first, last, text[: found.start()], text[found.end() :])
        if begin is None and end is None:
            return False
        draft = self.draft
        if draft.last is not None or (draft.first is not None and begin is not None):
            draft = self._another()
        draft.first, draft.last = begin or draft.first, end
        return True

    def _weekdays(self, days: set[int], first: date | None) -> None:
        if self.negated and self.last in _DAYS and "," in self.between and not _OR_AND.search(self.between):
            # "Not Tuesday, Wednesday": the one instead of the other.
            self.negated = False
        if self.negated:
            self.draft.excluded |= days
            return
        draft = self.draft
        single = draft.first is not None and draft.first == draft.last
        if single and draft.first and days == {draft.first.weekday()} and not first:
            return
        if (draft.has_days and draft.hours and self.last not in _DAYS) or single or (first and draft.has_days):
            draft = self._another()
        if first:
            draft.first = draft.last = first
        else:
            draft.weekdays |= days

    def _dates(self, found: re.Match[str], kind: str, text: str) -> None:
        spans = spans_of(found, kind, self.today)
        for first, last in spans:
            open_ended = kind in ("date", "week", "nextmonth") and len(spans) == 1 and not self.negated
            if not (open_ended and self._opened(first, last, found, text)):
                self._date(first, last)
        if kind == "today" and found["tonight"]:
            self._hours(NIGHT, joined=False)

    def _date(self, first: date, last: date) -> None:
        if self.negated and first != last:
            self.negated, self.not_before = False, last + timedelta(days=1)
            return
        if self.negated:
            self.draft.excluded.add(first.weekday())
            return
        draft = self.draft
        named = first == last and draft.weekdays == {first.weekday()}
        if draft.first is not None or (draft.weekdays and first == last and not named):
            draft = self._another()
        if named:
            draft.weekdays = set()
        draft.first, draft.last = first, last

    def _another(self) -> WindowDraft:
        self.drafts.append(WindowDraft())
        return self.draft

    def _hours(self, daytime: Daytime, joined: bool) -> None:
        draft = self.draft
        if draft.hours is None and draft.has_days and joined and _DAY_BEHIND.match(self.behind):
            # "Wednesday or after 3 on Thursday": the hours are of the day behind them.
            self._another().hours = daytime
        elif draft.hours is None:
            for earlier in reversed(self.drafts):
                if earlier.hours is not None:
                    break
                earlier.hours = daytime
        elif joined:
            self.drafts.append(WindowDraft(set(draft.weekdays), set(draft.excluded), draft.first, draft.last, daytime))
        else:
            draft.hours = draft.hours.both(daytime)

    def _daytime(self, found: re.Match[str], kind: str, text: str) -> Daytime | None:
        if kind == "part":
            return part_of(found["name"], found["edge"])
        if kind == "ampm":
            return MORNING if "a" in found.group() else AFTERNOON
        words = found.group()
        clocks = [read_clock(hit.group()) for hit in re.finditer(CLOCK, without_lead(words))]
        if not clocks:
            return None
        part = part_near(text, found)
        if kind == "range":
            if not found["between"] and not self._believed(clocks):
                return None
            return self._range(clocks[0], clocks[-1], part)
        if kind == "clock" and not self._believed(clocks):
            return None
        at = self._hour(
            clocks[0], part, lower=kind == "bound" and found["side"] in ("after", "aftr", "past", "later than")
        )
        if kind == "clock":
            return open_ended(at, found["plus"] or "", clocks[0])
        return bounded(at, found, clocks[0])

    def _believed(self, clocks: list[Clock]) -> bool:
        """Whether bare numbers are hours: they say so themselves, or follow a day, or answer our question."""
        if any(clock.sure for clock in clocks):
            return True
        dayed = self.draft.has_days or bool(_DAY_BEHIND.match(self.behind))
        return (self.asked or dayed) and all(clock.hour <= 12 for clock in clocks)

    def _hour(self, clock: Clock, part: str | None, *, lower: bool = False) -> time:
        return clock.resolved(_opening_of(self.hours, self.draft.window().days(self.today)), part, lower=lower)

    def _range(self, first: Clock, last: Clock, part: str | None) -> Daytime | None:
        """``2-4``, ``10-2``, ``9am-noon``: the end lies after the beginning."""
        end = self._hour(last, part)
        if first.meridiem is None and last.meridiem is not None:
            options = [time(first.hour % 12, first.minute), time(first.hour % 12 + 12, first.minute)]
            begin = max((one for one in options if one < end), default=options[0])
        else:
            begin = self._hour(first, part)
        if end <= begin and last.meridiem is None and end.hour < 12:
            end = time(end.hour + 12, end.minute)
        if end <= begin and first.meridiem is None and begin.hour >= 12:
            begin = time(begin.hour - 12, begin.minute)
        return Daytime(begin, end) if begin < end else None


def _opening_of(hours: Hours | None, days: list[date]) -> tuple[time, time] | None:
    """From the first opening to the last closing over the days in question."""
    if hours is None:
        return None
    spans = [span for day in days for span in hours.spans(day)]
    if not spans:
        return None
    return min(span.opens for span in spans), max(span.closes for span in spans)
