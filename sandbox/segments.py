"""How many SMS segments a text takes, counted as carriers bill it: GSM-7 160/153, UCS-2 70/67."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import smsutil

#: By encoding: units in a single segment, units in each of several, bytes of a unit.
_ROOM = {"gsm0338": (160, 153, 1), "utf_16_be": (70, 67, 2)}


@dataclass(frozen=True, slots=True)
class Measure:
    """The size of one text. `units` are septets (GSM-7) or UTF-16 units (UCS-2); `left` fit into the last segment."""

    segments: int
    encoding: Literal["GSM-7", "UCS-2"]
    units: int
    left: int


def measure(text: str) -> Measure:
    """Sizes of `text`; an empty text takes one segment, because a carrier still sends it."""
    if not text:
        return Measure(segments=1, encoding="GSM-7", units=0, left=160)
    split = smsutil.split(text)
    single, several, unit_bytes = _ROOM[split.encoding]
    room = single if len(split.parts) == 1 else several
    return Measure(
        segments=len(split.parts),
        encoding="GSM-7" if split.encoding == "gsm0338" else "UCS-2",
        units=split.total_bytes // unit_bytes,
        left=room - split.parts[-1].bytes // unit_bytes,
    )
