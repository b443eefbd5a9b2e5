"""Small value types that every contract shares: clocks, phone numbers, secrets' base configuration."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Protocol

import phonenumbers
from pydantic import AfterValidator, BaseModel, ConfigDict, Field


class Clock(Protocol):
    """Business time. Injected everywhere; nothing of ours asks the operating system for the date."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class ManualClock:
    """A clock that stands still until it is told: for tests and for walking through a month in a second."""

    def __init__(self, now: datetime) -> None:
        if now.tzinfo is None:
            raise ValueError("a clock needs an aware datetime, e.g. datetime(2026, 1, 5, 9, tzinfo=UTC)")
        self._now = now

    def now(self) -> datetime:
        return self._now

    def set(self, now: datetime) -> None:
        self._now = now

    def advance(self, seconds: float) -> None:
        from datetime import timedelta

        self._now += timedelta(seconds=seconds)


def _e164(value: str) -> str:
    if not re.fullmatch(r"\+[1-9]\d{6,14}", value):
        raise ValueError("must be a phone number in E.164 form: '+', country code, number, e.g. '+12125550142'")
    if not phonenumbers.is_possible_number(phonenumbers.parse(value)):
        raise ValueError("is not a possible phone number of its country")
    return value


#: A phone number as '+' and up to 15 digits, checked by libphonenumber.
E164 = Annotated[
    str,
    AfterValidator(_e164),
    Field(json_schema_extra={"pattern": r"^\+[1-9]\d{6,14}$", "examples": ["+12125550142"]}),
]

_PHONE_LIKE = re.compile(r"\+?\d[\d\-.() ]{6,}\d")


_LONE = re.compile("[\ud800-\udfff]")


def storable(text: str) -> str:
    """`text` without what no database keeps: NUL goes, half a surrogate pair becomes U+FFFD."""
    return _LONE.sub("\ufffd", text.replace("\x00", ""))


def mask_number(value: str) -> str:
    """``+12125550142`` becomes ``+1212***0142``: enough to recognise, too little to call."""
    if len(value) < 8:
        return "***"
    return f"{value[:5]}***{value[-4:]}" if value.startswith("+") else f"***{value[-4:]}"


def mask_numbers(text: str) -> str:
    """Masks everything in `text` that looks like a phone number."""
    return _PHONE_LIKE.sub(lambda found: "***" + re.sub(r"\D", "", found.group())[-4:], text)


class Settings(BaseModel):
    """Base of every configuration model: unknown keys are errors and values do not change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
