"""Takeover: staff write, take a conversation, or give it back. From the commit on the bot is silent."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal
from uuid import uuid4

from core.engine import events
from core.engine.queue import WakeQueue
from core.receptionist.sms import count, parts
from core.receptionist.timers import NUDGE, PROMISE
from core.store import mailbox, notices, outbox, staff, timers
from core.store.database import Database
from deskbell import Clock, DeskbellError

Action = Literal["reply", "take", "release"]


class ContactOptedOut(DeskbellError):
    """This contact has opted out: no text may be sent. Call them, or wait until they text START."""


class Takeover:
    """What a member of staff does to one conversation.

    Each act is an event too: the wake that it causes sends what staff wrote. It also says that somebody looks after
    the conversation, so its notices count as seen.
    """

    def __init__(self, database: Database, queue: WakeQueue, clock: Clock) -> None:
        self._database = database
        self._queue = queue
        self._clock = clock

    async def reply(self, clinic: str, conversation: int, author: str, text: str) -> bool:
        """Sends a text of a person's. The bot falls silent until `release`. False: no such conversation.

        Raises `ContactOptedOut`, so that nobody believes to have sent what the gate would drop.
        """
        return await self._act(clinic, conversation, author, "reply", text)

    async def take(self, clinic: str, conversation: int, author: str) -> bool:
        """Silences the bot without writing. False: no such conversation."""
        return await self._act(clinic, conversation, author, "take")

    async def release(self, clinic: str, conversation: int, author: str) -> bool:
        """Gives the conversation back to the bot. False: no such conversation."""
        return await self._act(clinic, conversation, author, "release")

    async def seen(self, clinic: str, conversation: int) -> int:
        """Somebody has seen what there is to see: its notices are not raised again. Returns how many there were."""
        async with self._database.transaction() as connection:
            await timers.settle(connection, clinic, conversation, (), PROMISE)
            return await notices.see(connection, clinic, conversation, self._clock.now())

    async def _act(self, clinic: str, conversation: int, author: str, action: Action, text: str = "") -> bool:
        now = self._clock.now()
        async with self._database.transaction() as connection:
            if text and await staff.opted_out(connection, clinic, conversation):
                raise ContactOptedOut
            change = staff.release if action == "release" else staff.take
            if await change(connection, clinic, conversation) is None:
                return False
            await notices.see(connection, clinic, conversation, now)
            # A person sees to it: no promise comes due, and what was left open is not for the bot to come back to.
            await timers.settle(connection, clinic, conversation, (NUDGE,), PROMISE)
            for part in parts(text) if text else ():
                segments = count(part).segments
                await outbox.put_staff_text(connection, clinic, conversation, author, part, segments, now)
            stored = await mailbox.append(
                connection,
                clinic,
                conversation,
                events.STAFF,
                f"staff:{uuid4()}",
                events.staff_body(author, action),
                now,
            )
            if stored and stored.woke:
                await self._queue.wake(connection, clinic, conversation, timedelta())
        return True
