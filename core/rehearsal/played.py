"""Who plays the providers: a carrier that keeps every text, and the clinic's own knowledge, opened once for all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from pydantic import ConfigDict

from core.config.bindings import BindingPlan
from core.config.catalogue import Catalogue
from core.config.clinic import ClinicPlan
from core.rehearsal.models import Model
from deskbell import (
    LLM,
    Channel,
    ChannelConfig,
    DeliveryStatus,
    Draft,
    Knowledge,
    LinkRequest,
    OutboundText,
    Passage,
    Payment,
    PaymentConfig,
    PaymentEvent,
    PaymentLink,
    PaymentUpdate,
    Prompt,
    RawRequest,
    RetryLater,
    SendReceipt,
    Settings,
    SignatureInvalid,
)

_ANYTHING = ConfigDict(extra="allow", frozen=True, hide_input_in_errors=True, arbitrary_types_allowed=True)


class PlayedConfig(ChannelConfig):
    """Whatever the real channel is told: proving that is `deskbell check`'s work."""

    model_config = _ANYTHING


class PlayedChannel(Channel[PlayedConfig]):
    """A carrier that takes everything and keeps it in `outbound`."""

    name: ClassVar[str] = "rehearsal"
    Config = PlayedConfig

    def __init__(self, config: PlayedConfig, context: Any) -> None:
        super().__init__(config, context)
        self.outbound: list[OutboundText] = []

    @property
    def address(self) -> str:
        return str((self.config.model_extra or {}).get("number", self.context.binding))

    async def send(self, text: OutboundText) -> SendReceipt:
        self.outbound.append(text)
        return SendReceipt(message_id=text.id, status=DeliveryStatus.DELIVERED)


class PlayedPaymentConfig(PaymentConfig):
    model_config = _ANYTHING


class PlayedPayment(Payment[PlayedPaymentConfig]):
    """A payment provider that makes every link and remembers which can still be paid."""

    name: ClassVar[str] = "rehearsal"
    Config = PlayedPaymentConfig

    def __init__(self, config: PlayedPaymentConfig, context: Any) -> None:
        super().__init__(config, context)
        self.live: dict[str, LinkRequest] = {}
        #: Everything that was asked for in this conversation.
        self.asked: list[LinkRequest] = []

    def begin(self) -> None:
        """For another conversation."""
        self.live.clear()
        self.asked.clear()

    async def create_link(self, request: LinkRequest) -> PaymentLink:
        self.live[request.id] = request
        self.asked.append(request)
        return PaymentLink(request.id, f"https://checkout.example/{request.id}", request.id)

    async def cancel_link(self, link: PaymentLink) -> None:
        self.live.pop(link.id, None)

    async def look_up(self, link: PaymentLink) -> Sequence[PaymentUpdate]:
        return ()

    async def receive(self, request: RawRequest) -> list[PaymentEvent]:
        raise SignatureInvalid


class _Unused(Settings):
    model_config = _ANYTHING


def played(catalogue: Catalogue) -> Catalogue:
    """The catalogue with carriers, payments and models played: a clinic loads without any of its secrets."""
    channels: dict[str, type[Channel[Any]]] = {
        name: type("PlayedChannel", (PlayedChannel,), {"name": name, "kind": real.kind})
        for name, real in catalogue.channels.items()
    }
    payments: dict[str, type[Payment[Any]]] = {
        name: type("PlayedPayment", (PlayedPayment,), {"name": name}) for name in catalogue.payments
    }
    llms: dict[str, type[LLM[Any]]] = {
        name: type("PlayedModel", (LLM,), {"name": name, "Config": _Unused}) for name in catalogue.llms
    }
    return replace(catalogue, channels=channels, payments=payments, llms=llms)


class _Lent(Settings):
    model_config = _ANYTHING

    provider: Any


class _LentKnowledge(Knowledge[_Lent]):
    """Knowledge that somebody else opened and closes."""

    name: ClassVar[str] = "rehearsal"
    Config = _Lent

    async def search(self, question: str, *, limit: int = 4) -> list[Passage]:
        found: list[Passage] = await self.config.provider.search(question, limit=limit)
        return found


class Desk:
    """Where the model of the conversation at hand sits."""

    model: Model | None = None

    async def draft(self, prompt: Prompt) -> Draft:
        if self.model is None:
            raise RetryLater("no model sits at the desk")
        return await self.model.draft(prompt)


class _LentModel(LLM[_Lent]):
    """Whatever model sits at the desk."""

    name: ClassVar[str] = "rehearsal"
    Config = _Lent

    async def draft(self, prompt: Prompt, *, deadline_seconds: float) -> Draft:
        desk: Desk = self.config.provider
        return await desk.draft(prompt)


def cast(plan: ClinicPlan, knowledge: Knowledge[Any] | None, desk: Desk | None) -> ClinicPlan:
    """The plan with what is lent to one conversation: open knowledge, and a model or none. Payments stay played."""
    models: Mapping[str, BindingPlan] = {}
    if desk is not None:
        models = {"rehearsal": _lent(plan, "rehearsal", _LentModel, desk)}
    lent = _lent(plan, "knowledge", _LentKnowledge, knowledge) if knowledge is not None else None
    return replace(plan, models=models, knowledge=lent)


def _lent(plan: ClinicPlan, key: str, provider: Any, what: Any) -> BindingPlan:
    return BindingPlan(key, f"{plan.clinic.id}-{key}", provider, _Lent(provider=what))
