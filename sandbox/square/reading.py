"""Reads what callers send, field by field; what does not fit is a `SquareError` that names the field."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sanic import Request

from sandbox.square.accounts import CURRENCY
from sandbox.square.errors import SquareError, missing

_MOST_ON_A_PAGE = 100

ItemT = TypeVar("ItemT")


@dataclass(frozen=True, slots=True)
class Body:
    """A JSON object and where it stands in the request."""

    content: dict[str, Any]
    path: str = ""

    def at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def text(self, name: str, most: int, *, required: bool = False) -> str | None:
        """A string of at most `most` characters; None when it is absent or empty."""
        value = self._value(name, str, "EXPECTED_STRING", required)
        if value is not None and len(value) > most:
            raise SquareError("VALUE_TOO_LONG", f"`{name}` takes at most {most} characters.", self.at(name))
        return value or None

    def required_text(self, name: str, most: int) -> str:
        value = self.text(name, most, required=True)
        if value is None:
            raise SquareError("VALUE_EMPTY", f"`{name}` must not be empty.", self.at(name))
        return value

    def object(self, name: str, *, required: bool = False) -> Body | None:
        value = self._value(name, dict, "EXPECTED_OBJECT", required)
        return None if value is None else Body(value, self.at(name))

    def required_object(self, name: str) -> Body:
        found = self.object(name, required=True)
        if found is None:
            raise missing(self.at(name))
        return found

    def list(self, name: str) -> Sequence[Any]:
        value = self._value(name, list, "EXPECTED_ARRAY", True)
        if not value:
            raise SquareError("ARRAY_EMPTY", f"`{name}` must not be empty.", self.at(name))
        return list(value)

    def cents(self, name: str) -> int:
        """The amount of a money object: whole, above zero, in the account's currency."""
        money = self.required_object(name)
        amount = money.content.get("amount")
        if not isinstance(amount, int) or isinstance(amount, bool):
            raise SquareError("EXPECTED_INTEGER", "An amount is a whole number of cents.", money.at("amount"))
        if amount < 1:
            raise SquareError("VALUE_TOO_LOW", "An amount is at least 1.", money.at("amount"))
        if money.content.get("currency") != CURRENCY:
            raise SquareError("INVALID_VALUE", f"This account takes {CURRENCY}.", money.at("currency"))
        return amount

    def _value(self, name: str, kind: type, code: str, required: bool) -> Any:
        value = self.content.get(name)
        if value is None:
            if required:
                raise missing(self.at(name))
            return None
        if not isinstance(value, kind):
            raise SquareError(code, f"`{name}` is of another type.", self.at(name))
        return value


def body_of(request: Request) -> Body:
    try:
        content = json.loads(request.body)
        # A lone surrogate is JSON but no text: no page could show it.
        json.dumps(content, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise SquareError("EXPECTED_JSON_BODY", "The body is not JSON in UTF-8.") from None
    if not isinstance(content, dict):
        raise SquareError("EXPECTED_JSON_BODY", "The body is not a JSON object.")
    return Body(content)


def time_of(request: Request, name: str) -> datetime | None:
    given = request.args.get(name)
    if given is None:
        return None
    try:
        at = datetime.fromisoformat(given)
        if at.tzinfo is None:
            raise ValueError
    except ValueError:
        raise SquareError("INVALID_TIME", f"`{name}` is no RFC 3339 time.", name) from None
    return at


def page_of(items: Sequence[ItemT], *, cursor: str | None, limit: Any) -> tuple[list[ItemT], dict[str, str]]:
    """One page of `items`, and the cursor of the next one if there is more."""
    start = 0 if cursor is None else _number(cursor, "INVALID_CURSOR", "cursor")
    size = _MOST_ON_A_PAGE if limit is None else _number(limit, "EXPECTED_INTEGER", "limit")
    end = start + min(max(size, 1), _MOST_ON_A_PAGE)
    return list(items[start:end]), {"cursor": str(end)} if end < len(items) else {}


def _number(given: Any, code: str, name: str) -> int:
    if not str(given).isdecimal():
        raise SquareError(code, f"`{name}` is not one that was given out, or no number.", name)
    return int(given)
