"""The fields the receptionist learns of a contact, and a typed view of them.

Identity lasts between contacts, the rest belongs to the request and ends with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from core.receptionist.when import When
from deskbell.known import Fact, Scope

Field = Literal[
    "first_name",
    "last_name",
    "email",
    "new_or_returning",
    "service",
    "variant",
    "concern",
    "when",
    "provider",
    "notes",
]

SCOPES: Mapping[Field, Scope] = {
    "first_name": "identity",
    "last_name": "identity",
    #: Kept when given; asked for only where the clinic's questions say so.
    "email": "identity",
    "new_or_returning": "identity",
    #: Exactly as the clinic's menu names it.
    "service": "request",
    "variant": "request",
    #: The patient's own words for what bothers them. For staff behind the login, never in a notification.
    "concern": "request",
    #: `When.to_json`.
    "when": "request",
    "provider": "request",
    #: What else staff should know, e.g. a second service.
    "notes": "request",
}


#: Begins the notes that name further services.
ALSO = "Also "


@dataclass(frozen=True, slots=True)
class Known:
    """What is known now. Empty is unknown."""

    first_name: str = ""
    last_name: str = ""
    email: str = ""
    new_or_returning: str = ""
    service: str = ""
    variant: str = ""
    concern: str = ""
    when: When | None = None
    provider: str = ""
    notes: str = ""
    #: Fields that staff have put right.
    corrected: frozenset[str] = frozenset()

    @classmethod
    def of(cls, facts: Mapping[str, Fact]) -> Known:
        """From a turn's facts; a field that is none of ours is left alone."""
        values = {name: fact.value for name, fact in facts.items() if name in SCOPES}
        when = When.from_json(values.pop("when", None))
        corrected = frozenset(name for name in values.keys() | {"when"} if name in facts and facts[name].by == "staff")
        return cls(when=when, corrected=corrected, **{name: str(value or "") for name, value in values.items()})

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def also(self) -> str:
        """Services wished for besides: ``also HydraFacial``; empty when the notes say something else."""
        return f"also {self.notes[len(ALSO) :]}" if self.notes.startswith(ALSO) else ""

    @property
    def summary(self) -> str:
        """Name, service, time: all that may stand in a notification that leaves the building."""
        service = f"{self.service} ({self.variant})" if self.variant else self.service
        return ", ".join(
            part for part in (self.full_name, service, self.also, self.when.text if self.when else "") if part
        )
