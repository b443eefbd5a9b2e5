"""What the receptionist remembers between turns: the pending question and how often each was asked. JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

KEY = "receptionist"


@dataclass(frozen=True, slots=True)
class Pending:
    """The question that we asked last, and whatever else a short reply may refer to."""

    #: Empty: no question stands.
    field: str
    #: What was offered to choose from.
    options: tuple[str, ...] = ()
    #: Asked in the last text we sent, and not before it.
    fresh: bool = True
    #: Services that we named last, for "the first one".
    offered: tuple[str, ...] = ()
    #: A time that could not be met and that the next words may mend; `When.to_json`.
    wish: Mapping[str, Any] | None = None
    #: It was an invitation, which may be left unanswered.
    invite: bool = False
    #: What the patient asked last, a `Topic`: "and on Saturday?" asks the same of another day.
    topic: str = ""
    #: Asked before, and still open.
    earlier: tuple[str, ...] = ()

    @classmethod
    def of(cls, value: Mapping[str, Any]) -> Pending:
        return cls(
            field=value["field"],
            options=tuple(value.get("options", ())),
            fresh=bool(value.get("fresh")),
            offered=tuple(value.get("offered", ())),
            wish=value.get("wish"),
            invite=bool(value.get("invite")),
            topic=value.get("topic", ""),
            earlier=tuple(value.get("earlier", ())),
        )


@dataclass(frozen=True, slots=True)
class Memory:
    """One contact's conversation, without anything that is a fact."""

    greeted: bool = False
    pending: Pending = Pending("")
    #: How often each field was asked for, in this request.
    asked: Mapping[str, int] = field(default_factory=dict)
    #: How much was not understood in a row; see `planner.riddle`.
    missed: int = 0
    #: Texts written so far; wording varies by it.
    said: int = 0
    #: Thanks were answered.
    thanked: bool = False
    #: The patient wants nothing more for now: nothing is asked until they do.
    parted: bool = False
    #: The patient would rather not pay ahead: never asked again.
    no_deposit: bool = False
    #: How often the deposit of this request was offered.
    offers: int = 0
    #: The amount that was offered last, in cents; None before any was.
    offered_cents: int | None = None
    #: It is about a visit they have, a worry after one, or a child: for staff, and no booking.
    errand: bool = False

    @classmethod
    def of(cls, value: Any) -> Memory:
        """From what was remembered; nothing remembered is a fresh memory."""
        if not isinstance(value, Mapping):
            return cls()
        pending = value.get("pending")
        return cls(
            greeted=bool(value.get("greeted")),
            pending=Pending.of(pending) if pending else Pending(""),
            asked=dict(value.get("asked", {})),
            missed=int(value.get("missed", 0)),
            said=int(value.get("said", 0)),
            thanked=bool(value.get("thanked")),
            parted=bool(value.get("parted")),
            no_deposit=bool(value.get("no_deposit")),
            offers=int(value.get("offers", 0)),
            offered_cents=value.get("offered_cents"),
            errand=bool(value.get("errand")),
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "greeted": self.greeted,
            "pending": {
                name: list(one) if isinstance(one, tuple) else one for name, one in asdict(self.pending).items()
            },
            "asked": dict(self.asked),
            "missed": self.missed,
            "said": self.said,
            "thanked": self.thanked,
            "parted": self.parted,
            "no_deposit": self.no_deposit,
            "offers": self.offers,
            "offered_cents": self.offered_cents,
            "errand": self.errand,
        }
