"""A turn: one run of the pipeline over a conversation's pending events.

Data goes one way. The runtime loads what is known, stages read it and append effects, the commit carries the
effects out. A stage writes nothing and sends nothing by itself, so a turn that dies is simply run again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from deskbell.clinic import Clinic
from deskbell.deposit import Deposit
from deskbell.effects import Effect, Learn, MoveRequest, Remember, Say, TextKind, Withhold
from deskbell.events import CallMissed, DepositChanged, TextReceived, TurnEvent
from deskbell.known import Contact, Fact, Line, RequestStatus


@dataclass(frozen=True, slots=True)
class Note:
    """A decision, for the trace: which stage, what, and details that hold none of the patient's words."""

    stage: str
    decision: str
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Turn:
    """What a stage may read, and the effects it may append.

    Everything but `effects` and `notes` is what was true when the turn began.
    """

    clinic: Clinic
    contact: Contact
    #: The conversation's id; for traces, never for texts.
    conversation: int
    #: Who leads the conversation.
    owner: Literal["bot", "staff"]
    now: datetime
    #: Oldest first; never empty.
    events: Sequence[TurnEvent]
    #: Facts known before this turn, by field.
    known: Mapping[str, Fact] = field(default_factory=dict)
    request: RequestStatus | None = None
    #: The newest deposit of the open request, and of the last one where none is open.
    deposit: Deposit | None = None
    #: What stages remembered, by key.
    memory: Mapping[str, Any] = field(default_factory=dict)
    #: Filled by the `history` stage, oldest first, without this turn's events.
    history: Sequence[Line] = ()
    effects: list[Effect] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    #: The stage that is running; set by the pipeline.
    stage: str = ""
    #: Names the state of the transcript when the turn began; for histories (`deskbell.Page`).
    edition: str = ""

    @property
    def texts(self) -> list[TextReceived]:
        """The pending texts of the patient, oldest first."""
        return [event for event in self.events if isinstance(event, TextReceived)]

    @property
    def calls(self) -> list[CallMissed]:
        """The pending calls that nobody answered, oldest first."""
        return [event for event in self.events if isinstance(event, CallMissed)]

    @property
    def facts(self) -> dict[str, Fact]:
        """What is known now: before this turn, and learned in it."""
        facts = dict(self.known)
        for effect in self.effects:
            if isinstance(effect, Learn):
                facts[effect.fact.name] = effect.fact
            elif isinstance(effect, MoveRequest) and effect.status is RequestStatus.CLOSED:
                facts = {name: fact for name, fact in facts.items() if fact.scope == "identity"}
        return facts

    @property
    def standing(self) -> RequestStatus | None:
        """Where the request stands with this turn's moves."""
        moves = [effect.status for effect in self.effects if isinstance(effect, MoveRequest)]
        return moves[-1] if moves else self.request

    @property
    def deposits(self) -> list[DepositChanged]:
        """The pending news of deposits, oldest first."""
        return [event for event in self.events if isinstance(event, DepositChanged)]

    @property
    def withheld(self) -> set[int]:
        """`seq` of the events whose words go no further."""
        return {effect.evidence for effect in self.effects if isinstance(effect, Withhold)}

    def shown(self, text: TextReceived) -> str:
        """What of a text may go further than the clinic: all of it, or what the last guard left of it."""
        left = [effect.shown for effect in self.effects if isinstance(effect, Withhold) and effect.evidence == text.seq]
        return left[-1] if left else text.text

    @property
    def replies(self) -> list[Say]:
        """The texts this turn would send, in order."""
        return [effect for effect in self.effects if isinstance(effect, Say)]

    def recall(self, key: str, default: Any = None) -> Any:
        """What is remembered under `key`, this turn's effects included."""
        value = self.memory.get(key, default)
        for effect in self.effects:
            if isinstance(effect, Remember) and effect.key == key:
                value = effect.value
        return default if value is None else value

    def add(self, effect: Effect) -> None:
        """Appends an effect; carried out at the commit and not before."""
        if isinstance(effect, Learn) and self._overruled(effect.fact):
            return
        if isinstance(effect, Say) and not effect.by:
            effect = replace(effect, by=self.stage)
        self.effects.append(effect)

    def _overruled(self, fact: Fact) -> bool:
        """Whether staff have put this field right and the fact is not theirs; it may be emptied, but not replaced."""
        before = self.facts.get(fact.name)
        if fact.by == "staff" or not fact.value or before is None or before.by != "staff" or not before.value:
            return False
        if before.value != fact.value:
            self.note("overruled_by_staff", field=fact.name, evidence=fact.evidence)
        return True

    def say(self, text: str, kind: TextKind = TextKind.REPLY) -> None:
        self.add(Say(text, kind))

    def rewrite(self, change: Callable[[Say], Say | None]) -> None:
        """For guards and formatters on the way out: each text as `change` returns it, or not at all."""
        kept: list[Effect] = []
        for effect in self.effects:
            if isinstance(effect, Say):
                changed = change(effect)
                if changed is not None:
                    kept.append(changed)
            else:
                kept.append(effect)
        self.effects[:] = kept

    def note(self, decision: str, **details: Any) -> None:
        """Writes a decision into the turn's trace. Never the patient's words."""
        self.notes.append(Note(self.stage, decision, details))
