"""What every carrier does: knows numbers, takes texts both ways, blocks, answers keywords, sends receipts.

`sandbox.telnyx` and `sandbox.twilio` say what differs: words, texts, shapes and signatures.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from deskbell import Clock, Keyword, Reachable
from sandbox.pace import Pace
from sandbox.segments import measure
from sandbox.tasks import Tasks
from sandbox.threads import Attachment, Author, Message, Status, Threads
from sandbox.webhooks import Courier, Webhook

#: How a call to a clinic ends: rung out, answered, taken by the clinic's voicemail, engaged, refused at the other
#: end, or given up by the caller before anything else.
Outcome = Literal["missed", "answered", "voicemail", "busy", "rejected", "hung_up"]


class Numbers:
    """The clinics' numbers, as introduced by the application."""

    def __init__(self) -> None:
        self._known: dict[str, Reachable] = {}

    def replace(self, clinics: Sequence[Reachable]) -> None:
        self._known = {clinic.number: clinic for clinic in clinics}

    def get(self, number: str) -> Reachable | None:
        return self._known.get(number)

    def all(self, channel: str | None = None) -> list[Reachable]:
        return [clinic for clinic in self._known.values() if channel in (None, clinic.channel)]


@dataclass(frozen=True, slots=True)
class World:
    """What the carriers of one sandbox share."""

    numbers: Numbers
    threads: Threads
    courier: Courier
    tasks: Tasks
    clock: Clock
    pace: Pace


class Carrier:
    """The common part of the stand-ins."""

    name: ClassVar[str]
    #: Words that the carrier acts on when they are the whole text, upper-case.
    words: ClassVar[dict[str, Keyword]]
    #: What the carrier answers to each; nothing where it has no text.
    answers: ClassVar[dict[Keyword, str]]

    def __init__(self, world: World) -> None:
        self.world = world
        self._blocked: set[tuple[str, str]] = set()

    # ---- what differs ------------------------------------------------------------------------------------

    def new_id(self, media: Sequence[Attachment]) -> str:
        raise NotImplementedError

    def block_scope(self, clinic: Reachable) -> str:
        """What a STOP blocks: the sender's profile, or only the one number."""
        raise NotImplementedError

    def inbound_webhook(self, message: Message, clinic: Reachable, handled: Keyword | None) -> Webhook:
        raise NotImplementedError

    def receipt_webhook(self, message: Message, url: str) -> Webhook:
        """Tells what became of a text; its present status says what."""
        raise NotImplementedError

    def call(self, caller: str, clinic: Reachable, outcome: Outcome) -> str:
        """A phone calls a clinic: the first webhook is on its way when this returns. Gives the call's id."""
        raise NotImplementedError

    # ---- both ways ---------------------------------------------------------------------------------------

    def receive(self, sender: str, clinic: Reachable, text: str, media: Sequence[Attachment]) -> Message:
        """A phone texts a clinic: the webhook is on its way when this returns."""
        message = self._message("inbound", sender, clinic.number, text, media, "contact")
        self.world.threads.add(message)
        handled = self._act_on(message, clinic)
        webhook = self.inbound_webhook(message, clinic, handled)
        self.world.courier.dispatch(webhook, lambda taken: self._settle(message, taken))
        return message

    def accept(
        self, clinic: Reachable, recipient: str, text: str, media: Sequence[Attachment], callback: str | None
    ) -> Message:
        """A clinic's text was accepted by the API: it goes out, and receipts to `callback`."""
        message = self._message("outbound", clinic.number, recipient, text, media, "clinic")
        message.callback = callback
        self._send_out(message)
        return message

    def is_blocked(self, clinic: Reachable, phone: str) -> bool:
        return (self.block_scope(clinic), phone) in self._blocked

    # ---- keywords ----------------------------------------------------------------------------------------

    def _act_on(self, message: Message, clinic: Reachable) -> Keyword | None:
        """Blocks, unblocks and answers, as the carrier does on its own; says which keyword it acted on."""
        keyword = self.words.get(message.text.strip().upper())
        if keyword is None:
            return None
        was_blocked = self.is_blocked(clinic, message.phone)
        pair = (self.block_scope(clinic), message.phone)
        if keyword is Keyword.STOP:
            self._blocked.add(pair)
        elif keyword is Keyword.START:
            self._blocked.discard(pair)
        # Whoever is blocked hears nothing more, neither a second farewell nor help.
        if not was_blocked or keyword is Keyword.START:
            self._answer(message, clinic, self.answers[keyword])
        return keyword

    def _answer(self, message: Message, clinic: Reachable, text: str) -> None:
        self._send_out(self._message("outbound", clinic.number, message.phone, text, (), "carrier"))

    # ---- the life of a text ------------------------------------------------------------------------------

    def _message(
        self,
        direction: Literal["inbound", "outbound"],
        sender: str,
        recipient: str,
        text: str,
        media: Sequence[Attachment],
        author: Author,
    ) -> Message:
        size = measure(text)
        return Message(
            id=self.new_id(media),
            provider=self.name,
            direction=direction,
            sender=sender,
            recipient=recipient,
            text=text,
            media=tuple(media),
            at=self.world.clock.now(),
            author=author,
            # An MMS is billed as one message, however long its text.
            segments=1 if media else size.segments,
            encoding=size.encoding,
        )

    def _send_out(self, message: Message) -> None:
        self.world.threads.add(message)
        self.world.tasks.start(self._travel(message), f"{self.name} carries a text")

    async def _travel(self, message: Message) -> None:
        await asyncio.sleep(self.world.pace.sent_after)
        self._reach(message, "sent")
        await asyncio.sleep(self.world.pace.delivered_after)
        self._reach(message, "delivered")

    def _reach(self, message: Message, status: Status) -> None:
        self.world.threads.move(message, status, self.world.clock.now())
        if message.callback is not None:
            self.world.courier.dispatch(self.receipt_webhook(message, message.callback))

    def _settle(self, message: Message, taken: bool) -> None:
        self.world.threads.move(message, "delivered" if taken else "failed", self.world.clock.now())
