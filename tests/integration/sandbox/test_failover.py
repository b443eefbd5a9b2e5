"""Both carriers' stand-ins, and a clinic that has a binding at each: Telnyx fails for a while."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from core.config.catalogue import new_manager
from core.engine.engine import Engine
from core.engine.live import LiveClinic
from core.engine.pipeline import Pipeline
from core.observers import ObserverCalls
from core.store.database import Database
from deskbell import InboundText, ManualClock, Provider, ProviderContext, StageContext
from plugins.channels.telnyx import TelnyxChannel
from plugins.channels.twilio import TwilioChannel
from sandbox.server import Sandbox
from tests.conftest import CLINIC, bare_plan
from tests.integration.engine.conftest import Echo
from tests.integration.sandbox.conftest import DANA, HARBOR, PALM, Application


class Clinic:
    """Harbor with Telnyx first and Twilio second, on a business clock that the test moves."""

    def __init__(self, engine: Engine, live: LiveClinic, clock: ManualClock) -> None:
        self.engine, self.live, self.clock = engine, live, clock
        self.heard = 0

    async def hears(self, text: str) -> None:
        self.heard += 1
        event = InboundText(f"in{self.heard}", DANA, HARBOR, text, self.clock.now())
        await self.engine.intake.accept(self.live, self.live.channels["harbor-main"], [event])
        self.clock.advance(10)
        await self.engine.turns.handle("harbor", 1, 0)

    async def waits(self, seconds: int) -> None:
        for _ in range(seconds // 5):
            self.clock.advance(5)
            await self.engine.sweeper.send_due()


@pytest.fixture
async def clinic(
    database: Database, clock: ManualClock, sandbox: Sandbox, application: Application
) -> AsyncIterator[Clinic]:
    async def opened(kind: type[Provider[Any]], number: str, binding: str) -> Any:
        settings = {key: _own(value, binding) for key, value in sandbox.overrides[kind.name].items()}
        config = kind.Config.model_validate({**settings, "number": number})
        url = f"{application.url}/webhooks/{kind.name}/{binding}"
        provider = kind(config, ProviderContext("harbor", binding, url, clock=clock))
        await provider.open()
        await provider.check()  # its SDK is loaded once this returns
        return provider

    channels = {
        "harbor-main": await opened(TelnyxChannel, HARBOR, "harbor-main"),
        "harbor-spare": await opened(TwilioChannel, PALM, "palm-main"),
    }
    channels["harbor-spare"].context = replace(channels["harbor-spare"].context, binding="harbor-spare")
    engine = Engine(database, clock, ObserverCalls(new_manager()), wall=clock, random=Random(7))
    plan = replace(bare_plan(), sending=bare_plan().sending.model_copy(update={"failover": "any_number"}))
    live = LiveClinic(plan, channels, None, Pipeline([Echo(Echo.Config(), StageContext(CLINIC))]))
    engine.directory.swap({"harbor": live})
    yield Clinic(engine, live, clock)
    for channel in channels.values():
        await channel.close()
    await engine.stop(timedelta(seconds=1))


def _own(value: Any, binding: str) -> Any:
    return value.replace("{binding}", binding) if isinstance(value, str) else value


async def test_while_telnyx_fails_texts_go_by_twilio_and_back_once_a_probe_gets_through(
    clinic: Clinic, fault: Callable[..., Any], thread: Callable[..., Any], sandbox: Sandbox
) -> None:
    await clinic.hears("one")
    await fault("telnyx", "status", code=500, times=4)
    for text in ("two", "three", "four"):
        await clinic.hears(text)
        await clinic.waits(30)
    await clinic.waits(120)
    await clinic.hears("five")
    await clinic.waits(10)
    await sandbox.idle()
    sent = [line for line in await thread() if line["direction"] == "outbound"]
    assert Counter(line["text"] for line in sent) == Counter(["one", "two", "three", "four", "five"])
    by = {line["text"]: line["from"] for line in sent}
    assert (by["one"], by["two"], by["five"]) == (HARBOR, PALM, HARBOR)
