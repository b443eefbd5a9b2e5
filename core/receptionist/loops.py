"""Whether a conversation goes round in circles: what another machine does and no patient. Pure.

A machine sends the same text again and again, or answers each of ours with more than anybody can type by then.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2s
from typing import Any

#: Shorter texts ("ok", "hello?") are repeated by people too.
_LONG_ENOUGH = 12
#: So much in so little time after our text is nobody's typing.
_TYPED = 40
_AT_ONCE = timedelta(seconds=3)


@dataclass(frozen=True, slots=True)
class Course:
    """What the last texts were like. Holds none of their words."""

    #: When we said something last.
    said: datetime | None = None
    #: A digest of the last text, and how often in a row it has come.
    last: str = ""
    same: int = 0
    #: Texts in a row that came at once after ours.
    fast: int = 0

    @classmethod
    def of(cls, value: Any) -> Course:
        """From what was remembered."""
        if not isinstance(value, Mapping):
            return cls()
        said = value.get("said")
        return cls(
            said=datetime.fromisoformat(said) if said else None,
            last=str(value.get("last", "")),
            same=int(value.get("same", 0)),
            fast=int(value.get("fast", 0)),
        )

    def to_json(self) -> dict[str, Any]:
        said = self.said.isoformat() if self.said else None
        return {"said": said, "last": self.last, "same": self.same, "fast": self.fast}

    def heard(self, texts: Sequence[tuple[datetime, str]]) -> Course:
        """With the texts of a turn: when each came, and its words."""
        course = self
        for at, text in texts:
            words = " ".join(re.findall(r"\w+", text.casefold()))
            digest = blake2s(words.encode(), digest_size=6).hexdigest() if len(words) >= _LONG_ENOUGH else ""
            same = course.same + 1 if digest and digest == course.last else 1
            # What came before our text, or with it, was written without having read it: a person's haste.
            after = at - self.said if self.said else timedelta()
            at_once = timedelta() < after <= _AT_ONCE and len(text) >= _TYPED
            course = replace(course, last=digest, same=same, fast=course.fast + 1 if at_once else 0)
        return course
