"""Corrections: a member of staff puts a fact right. An event like any other, kept before any stage runs."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from core.engine import events
from core.engine.queue import WakeQueue
from core.receptionist.corrections import corrected, kept
from core.receptionist.facts import Known
from core.receptionist.understanding import Reader
from core.store import mailbox
from core.store.database import Database
from core.store.mailbox import Snapshot
from deskbell import Clinic, Clock, Fact, Learn, StaffCorrected, Turn

#: Details of a service, which another service does not have.
_DETAILS = ("variant", "provider")


class Corrections:
    """Takes a correction in, if it holds."""

    def __init__(self, database: Database, queue: WakeQueue, clock: Clock) -> None:
        self._database = database
        self._queue = queue
        self._clock = clock

    async def correct(self, clinic: Clinic, conversation: int, author: str, name: str, written: str) -> bool:
        """Keeps `written` as the fact `name`, by staff; empty text forgets it. False: no such conversation.

        Raises `core.receptionist.corrections.CorrectionRefused`, which says what could be kept instead.
        """
        now = self._clock.now()
        async with self._database.transaction() as connection:
            snapshot = await mailbox.load(connection, clinic.id, conversation)
            if snapshot is None:
                return False
            value = corrected(Reader(clinic), name, written, Known.of(known_facts(snapshot)), now)
            stored = await mailbox.append(
                connection,
                clinic.id,
                conversation,
                events.CORRECTION,
                f"staff:{uuid4()}",
                events.correction_body(author, name, value),
                now,
            )
            if stored and stored.woke:
                await self._queue.wake(connection, clinic.id, conversation, timedelta())
        return True


def known_facts(snapshot: Snapshot) -> dict[str, Fact]:
    """What is known of a contact, as turns read it."""
    return {
        name: Fact(
            name=name,
            value=value,
            evidence=evidence,
            at=datetime.fromisoformat(at),
            by=learned_by,
            scope="request" if request else "identity",
        )
        for request, name, value, evidence, learned_by, at in snapshot.facts
    }


def keep_corrections(turn: Turn) -> None:
    """Keeps what staff put right among a turn's events. The details of a service go with it."""
    for event in turn.events:
        if not isinstance(event, StaffCorrected):
            continue
        before = turn.facts.get(event.name)
        turn.add(Learn(kept(event)))
        if event.name == "service" and before is not None and before.value != event.value:
            for name in _DETAILS:
                if name in turn.facts and turn.facts[name].value:
                    turn.add(Learn(Fact(name, "", event.seq, event.at, by="staff")))
