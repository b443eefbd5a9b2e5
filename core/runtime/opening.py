"""Opening clinics: from a plan to open bindings and a pipeline, and closing them again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from core import log
from core.config.clinics import BindingPlan, ClinicPlan
from core.config.stages import StagePlan
from core.engine.accounts.grants import Grants
from core.engine.live import LiveClinic
from core.engine.models import Models
from core.engine.pipeline import Pipeline
from core.receptionist import quiet
from deskbell import Clock, Grant, Knowledge, ProviderContext, ProviderNotReady, Stage, StageContext
from deskbell.provider import no_grant
from deskbell.stage import TrafficCount, Transcript, UsageCount, no_traffic, no_usage

logger = log.get(__name__)


class Opener:
    """Opens clinics with what this process has: its clock, its public address, its transcripts, its home folder."""

    def __init__(
        self,
        clock: Clock,
        public_url: str,
        transcript: Transcript,
        home: Path = Path(".deskbell"),
        *,
        traffic: TrafficCount = no_traffic,
        usage: UsageCount = no_usage,
        calm: asyncio.Event | None = None,
        grants: Grants | None = None,
    ) -> None:
        self._clock = clock
        self._home = home
        self._public_url = public_url.rstrip("/")
        self._transcript = transcript
        self._traffic = traffic
        self._usage = usage
        #: Models are opened once it is set: loading their SDKs must not hold up a start.
        self._calm = calm
        #: Without them no binding has an account.
        self._grants = grants

    def webhook_url(self, plan: BindingPlan) -> str:
        """The address a provider is told to call for this binding."""
        return f"{self._public_url}/webhooks/{plan.provider.name}/{plan.id}"

    async def open(self, plan: ClinicPlan) -> LiveClinic:
        """Opens every provider of a clinic. Raises `ProviderNotReady`; whatever was open already is closed then."""
        channels: dict[str, Any] = {}
        payments: dict[str, Any] = {}
        knowledge: Knowledge[Any] | None = None
        models = Models()
        try:
            for binding in plan.channels.values():
                channels[binding.id] = await self._provider(plan, binding)
            for binding in plan.payments.values():
                payments[binding.id] = await self._provider(plan, binding)
            knowledge = await self.open_knowledge(plan)
            wanted = {key: partial(self._provider, plan, binding) for key, binding in plan.models.items()}
            models = Models(wanted, calm=self._calm)
            stages = StageContext(
                clinic=plan.clinic,
                knowledge=knowledge,
                models=models,
                takes_payments=bool(payments),
                transcript=self._transcript,
                traffic=self._traffic,
                usage=self._usage,
            )
            pipeline = Pipeline([_stage(plan, stage, stages) for stage in plan.pipeline])
        except BaseException:
            await close_all([*channels.values(), *payments.values(), models, *([knowledge] if knowledge else [])])
            raise
        return LiveClinic(plan, channels, knowledge, pipeline, models, payments)

    async def open_knowledge(self, plan: ClinicPlan) -> Knowledge[Any] | None:
        """Opens only what a clinic looks answers up in; None where it has nothing of the kind."""
        if plan.knowledge is None:
            return None
        provider: Knowledge[Any] = await self._provider(plan, plan.knowledge)
        return provider

    async def open_binding(self, plan: ClinicPlan, binding: BindingPlan) -> Any:
        """One provider alone, open; the caller closes it. Raises `ProviderNotReady`."""
        return await self._provider(plan, binding)

    def _grant(self, plan: ClinicPlan, binding: BindingPlan) -> Callable[[], Awaitable[Grant | None]]:
        """The account of a payment binding; nothing else is connected to one."""
        if self._grants is None or plan.payments.get(binding.key) != binding:
            return no_grant
        return self._grants.reader(plan.clinic.id, binding.id)

    async def _provider(self, plan: ClinicPlan, binding: BindingPlan) -> Any:
        context = ProviderContext(
            clinic=plan.clinic.id,
            binding=binding.id,
            webhook_url=self.webhook_url(binding),
            clock=self._clock,
            folder=str(plan.folder),
            state=str(self._home),
            phones=_phones(plan),
            website=plan.clinic.website,
            grant=self._grant(plan, binding),
        )
        provider = binding.provider(binding.config, context)
        try:
            await provider.open()
        except ProviderNotReady:
            raise
        except ModuleNotFoundError as error:
            name = binding.provider.name
            raise ProviderNotReady(
                f"clinic '{plan.clinic.id}', binding '{binding.id}': '{name}' needs the package '{error.name}',"
                f" which is not installed. Install deskbell[{name}], or the plugin with what it needs."
            ) from error
        except Exception as error:
            raise ProviderNotReady(
                f"clinic '{plan.clinic.id}', binding '{binding.id}': {binding.provider.name} did not open"
                f" ({type(error).__name__})"
            ) from error
        return provider


def _stage(plan: ClinicPlan, stage: StagePlan, context: StageContext) -> Stage[Any]:
    """A stage, with the quiet hours of its own texts."""
    return stage.stage(stage.config, replace(context, quiet_until=partial(_quiet_until, plan, stage.stage.name)))


def _quiet_until(plan: ClinicPlan, kind: str, address: str, now: datetime) -> datetime | None:
    hours = plan.quiet_hours.of(kind)
    return None if hours.then == "drop" else quiet.ends(now, address, plan.clinic.timezone, hours.begin, hours.end)


def _phones(plan: ClinicPlan) -> tuple[str, ...]:
    """The clinic's own numbers: its line, and those of its channels that have one."""
    numbers = (getattr(binding.config, "number", None) for binding in plan.channels.values())
    return tuple(dict.fromkeys([plan.clinic.phone, *(number for number in numbers if number)]))


async def close_clinic(live: LiveClinic) -> None:
    """Closes every provider of a clinic; one that fails does not keep the others open."""
    providers = [*live.channels.values(), *live.payments.values(), live.models]
    await close_all([*providers, *([live.knowledge] if live.knowledge else [])])


async def close_all(providers: list[Any]) -> None:
    for outcome, provider in zip(
        await asyncio.gather(*(provider.close() for provider in providers), return_exceptions=True),
        providers,
        strict=True,
    ):
        if isinstance(outcome, BaseException):
            logger.error("provider did not close", provider=repr(provider), error=type(outcome).__name__)
