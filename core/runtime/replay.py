"""Replaying webhooks: as if the provider had delivered them again, straight into the intake, signatures and all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from core import log
from core.config.clinics import BindingPlan, ClinicPlan, LoadedClinics
from core.config.settings import Runtime as Settings
from core.engine.engine import Engine
from core.engine.live import LiveClinic
from core.engine.pipeline import Pipeline
from core.runtime.opening import Opener, close_clinic
from core.server.kept import Recorded
from core.server.webhooks import NotStored, Receiver
from deskbell import DeskbellError, InboundError, ManualClock, ProviderNotReady

logger = log.get(__name__)


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of one webhook."""

    #: Whether it need not be tried again.
    done: bool
    #: In words: "stored", "nothing new", or why it was refused.
    said: str


class Replay:
    """Takes recorded webhooks for the clinics it was opened with."""

    def __init__(self, receiver: Receiver, clock: ManualClock) -> None:
        self._receiver = receiver
        self._clock = clock

    async def __call__(self, recorded: Recorded) -> Replayed:
        """What was handled before stores nothing: every event is known by the provider's own id."""
        whose = self._receiver.addressed(recorded.provider, recorded.binding)
        if whose is None:
            return Replayed(False, f"no clinic has the address /webhooks/{recorded.provider}/{recorded.binding}")
        # A signature is fresh or stale as of the moment at which it came in.
        self._clock.set(recorded.at)
        try:
            _, outcomes = await self._receiver.take(whose, recorded.request)
        except InboundError as error:
            return Replayed(False, f"refused: {error}")
        except NotStored as error:
            return Replayed(False, f"not stored ({type(error.__cause__).__name__}): is the database well?")
        new = [outcome for outcome in outcomes if outcome != "duplicate"]
        return Replayed(True, f"stored ({', '.join(new)})" if new else "nothing new")


@asynccontextmanager
async def replaying(
    settings: Settings, loaded: LoadedClinics, engine: Engine, recorded: Sequence[Recorded]
) -> AsyncIterator[Replay]:
    """Opens the bindings that `recorded` came to, and all that may share a payment provider's webhooks with them."""
    clock = ManualClock(datetime.now(UTC))
    opener = Opener(
        clock,
        settings.public_url or f"http://{settings.host}:{settings.port}",
        engine.windows.before,
        settings.home,
        grants=engine.accounts.grants if engine.accounts else None,
    )
    bindings = {one.binding for one in recorded}
    providers = {one.provider for one in recorded}
    async with AsyncExitStack() as stack:
        served: dict[str, LiveClinic] = {}
        for plan in loaded.plans.values():
            live = LiveClinic(
                plan,
                await _open(opener, plan, [one for one in plan.channels.values() if one.id in bindings]),
                None,
                Pipeline([]),
                payments=await _open(
                    opener, plan, [one for one in plan.payments.values() if one.provider.name in providers]
                ),
            )
            stack.push_async_callback(close_clinic, live)
            served[live.id] = live
        engine.directory.swap(served)
        yield Replay(Receiver(engine.directory, engine.intake), clock)


async def _open(opener: Opener, plan: ClinicPlan, wanted: Sequence[BindingPlan]) -> dict[str, Any]:
    """The providers that open; one that does not is named in the log, and its webhooks stay."""
    opened = {}
    for binding in wanted:
        try:
            opened[binding.id] = await opener.open_binding(plan, binding)
        except (ProviderNotReady, DeskbellError) as error:
            logger.error("binding not opened", clinic=plan.clinic.id, binding=binding.id, why=str(error))
    return opened
