"""Whether a conversation goes round in circles: what another machine does and no patient. Pure.

A machine sends the same text again and again, or two in turns; it answers each of ours with more than anybody can type
by then, or more often within a minute than anybody takes turns.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2s
from typing import Any

#: Shorter texts ("ok", "hello?") are repeated by people too.
_LONG_ENOUGH = 20
#: So much in so little time after our text is nobody's typing.
_TYPED = 40
_AT_ONCE = timedelta(seconds=3)
#: So many texts back the same one is looked for: machines take turns with two or three.
_BACK = 12
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Course:
    """What the last texts were like. Holds none of their words."""

    #: When we said something last.
    said: datetime | None = None
    #: Digests of the last texts; empty for those too short to tell.
    recent: tuple[str, ...] = ()
    #: Texts in a row that came at once after ours.
    fast: int = 0
    #: When the present minute began, and its turns.
    minute: datetime | None = None
    turns: int = 0

    @property
    def same(self) -> int:
        """How often the last text stands among the last few; one too short to tell goes by those around it."""
        if self.recent and self.recent[-1]:
            return self.recent.count(self.recent[-1])
        return max(Counter(filter(None, self.recent)).values(), default=0)

    @classmethod
    def of(cls, value: Any) -> Course:
        """From what was remembered."""
        if not isinstance(value, Mapping):
            return cls()
        said, minute = value.get("said"), value.get("minute")
        return cls(
            said=datetime.fromisoformat(said) if said else None,
            recent=tuple(map(str, value.get("recent", ()))),
            fast=int(value.get("fast", 0)),
            minute=datetime.fromisoformat(minute) if minute else None,
            turns=int(value.get("turns", 0)),
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "said": self.said.isoformat() if self.said else None,
            "recent": list(self.recent),
            "fast": self.fast,
            "minute": self.minute.isoformat() if self.minute else None,
            "turns": self.turns,
        }

    def heard(self, now: datetime, texts: Sequence[tuple[datetime, str]]) -> Course:
        """With the texts of a turn: when each came, and its words."""
        if self.minute is not None and timedelta() <= now - self.minute < _MINUTE:
            course = replace(self, turns=self.turns + 1)
        else:
            course = replace(self, minute=now, turns=1)
        for at, text in texts:
            words = " ".join(re.findall(r"\w+", text.casefold()))
            digest = blake2s(words.encode(), digest_size=6).hexdigest() if len(words) >= _LONG_ENOUGH else ""
            # What came before our text, or with it, was written without having read it: a person's haste.
            after = at - self.said if self.said else timedelta()
            at_once = timedelta() < after <= _AT_ONCE and len(text) >= _TYPED
            recent = (*course.recent, digest)[-_BACK:]
            course = replace(course, recent=recent, fast=course.fast + 1 if at_once else 0)
        return course
