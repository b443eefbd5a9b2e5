"""Stretches of time as people write them: ``1.5s``, ``2m``, ``24h``. A number without its unit is refused."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
PATTERN = r"^[0-9]{1,9}(\.[0-9]{1,6})? ?(ms|s|m|h|d)$"
_DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?) ?(ms|s|m|h|d)")


def parse_duration(value: Any) -> Any:
    """``"1.5s"`` as a timedelta; a timedelta is returned as it is. Raises ValueError for everything else."""
    if isinstance(value, timedelta):
        return value
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if not found:
        raise ValueError("must be a number with its unit (ms, s, m, h or d), e.g. '1.5s', '2m' or '24h'")
    try:
        return timedelta(seconds=float(found[1]) * _UNITS[found[2]])
    except OverflowError:
        raise ValueError("is longer than time can be counted") from None


#: A length of time, never negative.
Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    WithJsonSchema({"type": "string", "pattern": PATTERN, "examples": ["1.5s", "2m", "24h"]}),
]
