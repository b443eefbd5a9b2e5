"""What the author of a channel tells the kit: how to make one, sign for one, and answer one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from deskbell.channel import Channel, DeliveryStatus, Keyword, OutboundText
from deskbell.http import RawRequest
from deskbell.provider import ProviderContext
from deskbell.testing.contract import Contract
from deskbell.testing.refusal import Refusal
from deskbell.testing.server import Answer, Call
from deskbell.types import ManualClock

#: The patient of every sample. Neither number nor words may turn up where they do not belong.
PATIENT = "+13105550177"
WORDS = "the peacock sings at noon"
PICTURE = "https://media.example/peacock.jpg"
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
#: The deadline of a call that a test does not mean to time out, in seconds: an SDK may be loaded meanwhile.
PATIENCE = 30.0


@dataclass(frozen=True)
class Sample:
    """A text that a patient sends. `event_id` names the delivery, `message_id` the text."""

    message_id: str
    event_id: str
    sender: str
    recipient: str
    text: str
    media: tuple[str, ...]
    at: datetime


@dataclass(frozen=True)
class CallSample:
    """A call that a patient makes. `event_id` names the deliveries, `call_id` the call."""

    call_id: str
    event_id: str
    caller: str
    called: str
    at: datetime


class ChannelScene(Contract, ABC):
    """The author's part. Class attributes say what the provider is like, methods build what it sends."""

    channel: ClassVar[type[Channel[Any]]]
    #: The binding's own number or address, as `Channel.address` gives it.
    number: ClassVar[str]
    #: Every secret in `settings`: none may show anywhere.
    secrets: ClassVar[Sequence[str]]
    #: Top-level module of the provider's SDK, which nothing may load before `open()`.
    sdk: ClassVar[str | None] = None
    #: Header that carries the signature, in lower case.
    signature_header: ClassVar[str]
    #: How old a signature may be; None where the provider signs no timestamp.
    tolerance: ClassVar[timedelta | None] = None
    #: The signature covers the webhook's address.
    signs_address: ClassVar[bool] = False
    #: What each state in the provider's receipts means.
    receipts: ClassVar[Mapping[str, DeliveryStatus]]
    #: Whole messages that the carrier answers itself; empty where it answers none.
    carrier_words: ClassVar[Mapping[str, Keyword]] = {}
    #: The ways in which a call ends that nobody answered, and that somebody did, in the provider's words; empty where
    #: the provider reports no calls.
    missed_calls: ClassVar[Sequence[str]] = ()
    answered_calls: ClassVar[Sequence[str]] = ()

    webhook_url: ClassVar[str] = "https://desk.example/webhooks/contract/harbor-main"
    now: ClassVar[datetime] = NOW

    # ---- the author fills these in ----------------------------------------------------------------------------

    @abstractmethod
    def settings(self, base_url: str) -> dict[str, Any]:
        """The `Config` of a working binding whose provider's API is at `base_url`."""

    @abstractmethod
    def sign(self, url: str, body: bytes, at: datetime, *, forged: bool = False) -> RawRequest:
        """A webhook with any body, signed for this address at this moment; `forged`: with somebody else's key."""

    @abstractmethod
    def text(self, sample: Sample) -> bytes:
        """The body of the webhook that delivers a patient's text."""

    @abstractmethod
    def receipt(self, message_id: str, state: str, at: datetime) -> bytes:
        """The body of the webhook that says: our message is now in `state`, one of `receipts`."""

    @abstractmethod
    def unknown_event(self) -> bytes:
        """The body of a webhook about something that is not a text, or that does not exist yet."""

    @abstractmethod
    def accepted(self, message_id: str) -> Answer:
        """The provider takes the text."""

    @abstractmethod
    def refusals(self) -> Sequence[Refusal]:
        """The provider's error table: at least one refusal for good, one opt-out, one that passes, one of our own
        making. Let the messages name `PATIENT` and `WORDS`, as providers' do."""

    @abstractmethod
    def too_many_requests(self, seconds: int) -> Answer:
        """The provider wants to be left alone for so many seconds, and says so in its own way."""

    @abstractmethod
    def bad_credentials(self) -> Answer:
        """The provider does not accept our key."""

    @abstractmethod
    def healthy(self) -> Answer:
        """The answer to `check()` when all is well."""

    @abstractmethod
    def callback_of(self, call: Call) -> str | None:
        """The address for receipts that a send named; None where the provider takes none."""

    @abstractmethod
    def listing(self, taken: Sequence[tuple[str, OutboundText]], at: datetime) -> Answer | None:
        """The answer to `look_up` when the provider took these texts (by message id) at `at`; None where it has
        no such list."""

    def call(self, sample: CallSample, ended: str) -> Sequence[bytes]:
        """The bodies of all webhooks of a call that ended so, one of `missed_calls` or `answered_calls`, in order."""
        raise NotImplementedError

    # ---- what the tests make of it ----------------------------------------------------------------------------

    def made(self, base_url: str = "http://127.0.0.1:9", *, deadline: float = PATIENCE) -> Channel[Any]:
        """A channel in its surroundings, not opened."""
        config = self.channel.Config(**{**self.settings(base_url), "deadline_seconds": deadline})
        return self.channel(config, ProviderContext("harbor", "harbor-main", self.webhook_url, ManualClock(self.now)))

    @asynccontextmanager
    async def opened(
        self, base_url: str = "http://127.0.0.1:9", *, deadline: float = PATIENCE
    ) -> AsyncIterator[Channel[Any]]:
        channel = self.made(base_url, deadline=deadline)
        await channel.open()
        try:
            yield channel
        finally:
            await channel.close()

    def sample(self, **changes: Any) -> Sample:
        return replace(Sample("message-1", "event-1", PATIENT, self.number, WORDS, (), self.now), **changes)

    def call_sample(self, **changes: Any) -> CallSample:
        return replace(CallSample("call-1", "event-1", PATIENT, self.number, self.now), **changes)

    def outbound(self, **changes: Any) -> OutboundText:
        return replace(OutboundText(id="text-4711", to=PATIENT, sender=self.number, text=WORDS), **changes)

    def unsigned(self, request: RawRequest) -> RawRequest:
        headers = {name: value for name, value in request.headers.items() if name.lower() != self.signature_header}
        return replace(request, headers=headers)

    def tampered(self, request: RawRequest) -> RawRequest:
        """The same request with another body."""
        return replace(request, body=request.body + b" ")

    def private(self) -> list[str]:
        """What may not show in logs, errors and reprs."""
        return [*self.secrets, WORDS, PICTURE, *(number.removeprefix("+") for number in (PATIENT, self.number))]
