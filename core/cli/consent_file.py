"""Consent as a CSV file: ``phone,status,when,words,source``. Pure: a line in, an entry or its faults out."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import lru_cache
from typing import TypeVar

import phonenumbers

from core.config.nearest import nearest
from core.receptionist.cards import cut_cards
from core.receptionist.health import HealthRules
from core.store.consent import Entry
from deskbell import Clinic

COLUMNS = ("phone", "status", "when", "words", "source")
_NEEDED = COLUMNS[:3]
_STATUSES = {"opted_in": False, "opted_out": True}
_LONGEST = {"words": 160, "source": 60}
_SOURCE = "import"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a line. Says nothing of what stands in it but a status."""

    line: int
    column: str
    problem: str


class Reader:
    """Reads the lines of one clinic's file."""

    def __init__(self, clinic: Clinic, now: datetime) -> None:
        self._clinic = clinic
        self._now = now
        self._region = region_of(clinic)
        health = HealthRules(clinic)
        #: Files repeat their words ten thousand times.
        self._tells_of_health = lru_cache(maxsize=1024)(health.holds)

    def read(self, lines: Iterable[str]) -> Iterator[Entry | Fault]:
        """Every line's entry, or all that is wrong with it. A file that is no such table has one fault."""
        rows = csv.reader(lines, strict=True)
        try:
            names = [name.strip().lower() for name in next(rows, [])]
            wrong = list(_header(names))
            yield from wrong
            if wrong:
                return
            for row in rows:
                if any(cell.strip() for cell in row):
                    yield from self._line(rows.line_num, row, names)
        except csv.Error as error:
            yield Fault(rows.line_num, "", f"is no CSV: {error}")

    def _line(self, line: int, row: list[str], names: list[str]) -> Iterator[Entry | Fault]:
        if len(row) != len(names):
            yield Fault(line, "", f"has {len(row)} cells, where the first line names {len(names)}")
            return
        cells = {name: cell.strip() for name, cell in zip(names, row, strict=True)}
        faults: list[Fault] = []

        def told(column: str, read: Callable[[], T]) -> T | None:
            try:
                return read()
            except ValueError as error:
                faults.append(Fault(line, column, str(error)))
                return None

        phone = told("phone", lambda: as_e164(cells["phone"], self._region))
        opted_out = told("status", lambda: _status(cells["status"]))
        at = told("when", lambda: self._moment(cells["when"], bool(opted_out)))
        words = told("words", lambda: self.words(_short(cells, "words")))
        source = told("source", lambda: _source(cells))
        if phone is None or opted_out is None or at is None or words is None or source is None:
            yield from faults
        else:
            yield Entry(phone, opted_out, at, source, words)

    def _moment(self, cell: str, opted_out: bool) -> datetime:
        """A date without a time is its last moment for an opt-out and its first for an opt-in: the stricter way."""
        try:
            moment = datetime.fromisoformat(cell)
        except ValueError:
            raise ValueError("is no date such as 2026-03-02 or 2026-03-02T15:04:05-05:00") from None
        if len(cell) <= len("2026-03-02") and opted_out:
            moment = datetime.combine(moment.date(), time.max)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=self._clinic.timezone)
        if moment > self._now:
            raise ValueError("is in the future; of today, give the time as well")
        return moment.astimezone(UTC)

    def words(self, words: str) -> str:
        """What was said, if it may be kept. Raises `ValueError`, without the words in it."""
        if cut_cards(words)[1]:
            raise ValueError("hold a card number, which is never stored")
        if words and self._tells_of_health(words):
            raise ValueError("tell of somebody's health: keep what was said of texts and no more")
        return words


def region_of(clinic: Clinic) -> str:
    """The country whose numbers may be written without their country's code."""
    return phonenumbers.region_code_for_number(phonenumbers.parse(clinic.phone)) or "US"


def as_e164(written: str, region: str) -> str:
    """A telephone number however it is written. Raises `ValueError`, without the number in it."""
    try:
        parsed = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed is None or not phonenumbers.is_valid_number(parsed):
        raise ValueError(f"is no telephone number ({len(written)} characters)")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def row_of(entry: Entry) -> tuple[str, ...]:
    """An entry as a line that can be read again."""
    status = "opted_out" if entry.opted_out else "opted_in"
    return entry.phone, status, entry.at.astimezone(UTC).isoformat(), entry.words, entry.source


def _header(names: list[str]) -> Iterator[Fault]:
    for name in _NEEDED:
        if name not in names:
            yield Fault(1, name, "is missing: the first line names the columns " + ", ".join(COLUMNS))
    for name in names:
        if name not in COLUMNS:
            near = nearest(name, COLUMNS)
            yield Fault(1, name, "is no column of ours" + (f"; did you mean '{near}'?" if near else ""))
        elif names.count(name) > 1:
            yield Fault(1, name, "stands there twice")
            return


def _status(cell: str) -> bool:
    word = cell.lower().replace(" ", "_").replace("-", "_")
    if word not in _STATUSES:
        raise ValueError(f"is '{cell[:20]}'; it may be {' or '.join(_STATUSES)}")
    return _STATUSES[word]


def _source(cells: Mapping[str, str]) -> str:
    given = _short(cells, "source")
    return given if given.startswith(_SOURCE) else f"{_SOURCE}: {given}" if given else _SOURCE


def _short(cells: Mapping[str, str], column: str) -> str:
    cell = cells.get(column, "")
    if len(cell) > _LONGEST[column]:
        raise ValueError(f"is longer than {_LONGEST[column]} characters")
    if not cell.isprintable():
        raise ValueError("holds characters that cannot be printed")
    return cell
