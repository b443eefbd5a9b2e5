"""Opt-outs and opt-ins that a carrier acted on, through its stand-in and its own SDK, into the ledger and out of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from core.engine.live import LiveClinic
from core.plugins import load_catalogue
from core.stages.consent import Consent
from core.store.database import Database
from deskbell import Channel, ManualClock, ProviderContext, RawRequest, SystemClock
from tests.integration.engine.conftest import Echo, World, make_world
from tests.integration.sandbox.conftest import DANA, HARBOR, PALM, Application

NUMBERS = {"telnyx": HARBOR, "twilio": PALM}
CODES = {"telnyx": "carrier 40300", "twilio": "carrier 21610"}


@dataclass
class Desk:
    """A clinic on a carrier's stand-in, whose webhooks the test hands on or loses."""

    world: World
    channel: Channel[Any]
    application: Application
    sandbox: Any
    text: Any
    thread: Any
    taken: int = 0

    async def texts(self, words: str, *, lost: bool = False) -> None:
        """Dana texts; with `lost`, the webhook never reaches us."""
        await self.text(words, to=self.channel.address)
        await self.hand_on(lost=lost)
        await self.world.settle()
        await self.hand_on()

    async def hand_on(self, *, lost: bool = False) -> None:
        await self.sandbox.idle()
        fresh, self.taken = self.application.deliveries[self.taken :], len(self.application.deliveries)
        for one in () if lost else fresh:
            heard = await self.channel.receive(RawRequest("POST", one.url, one.headers, one.body))
            await self.world.engine.intake.accept(self.world.live, self.channel, heard)

    async def ledger(self) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in await self.world.rows("SELECT opted_out, source, words FROM consent ORDER BY id")]

    async def reads(self) -> list[str]:
        """Who wrote what Dana's phone shows."""
        return [one["author"] for one in await self.thread()]


@pytest.fixture(params=["telnyx", "twilio"])
async def desk(
    request: pytest.FixtureRequest, sandbox: Any, application: Application, database: Database, text: Any, thread: Any
) -> AsyncIterator[Desk]:
    name = request.param
    provider = load_catalogue().channels[name]
    binding = "harbor-main" if name == "telnyx" else "palm-main"
    config = provider.Config.model_validate(
        {"number": NUMBERS[name], "deadline_seconds": 30, **sandbox.overrides[name]}
    )
    webhook = f"{application.url}/webhooks/{name}/{binding}"
    channel = provider(config, ProviderContext("harbor", binding, webhook, SystemClock()))
    await channel.open()
    world = make_world(database, ManualClock(SystemClock().now()))
    world.live = LiveClinic(world.live.plan, {binding: channel}, None, world.live.pipeline)
    world.use(Consent, Echo)
    yield Desk(world, channel, application, sandbox, text, thread)
    await world.engine.stop(timedelta(seconds=1))
    await channel.close()


async def test_a_stop_that_only_the_carrier_heard_is_learned_from_its_refusal(desk: Desk) -> None:
    await desk.texts("how much is botox?")
    await desk.texts("STOP", lost=True)
    # Staff do not know, and the carrier refuses.
    await desk.world.engine.takeover.reply(
        "harbor", await desk.world.value("SELECT id FROM conversation"), "rosa", "Hi"
    )
    await desk.world.settle()
    assert await desk.ledger() == [(True, CODES[desk.channel.name], "")]
    await desk.texts("is Friday free?")
    assert await desk.reads() == ["contact", "clinic", "contact", "carrier", "contact"]


async def test_stop_and_start_are_answered_by_the_carrier_alone_and_both_stand_in_the_ledger(desk: Desk) -> None:
    for words in ("hello there", "Stop", "hello?", "Start", "is Friday free?"):
        await desk.texts(words)
    assert await desk.ledger() == [(True, "carrier", "stop"), (False, "carrier", "start")]
    assert await desk.reads() == [
        *("contact", "clinic"),
        *("contact", "carrier"),
        "contact",
        *("contact", "carrier"),
        *("contact", "clinic"),
    ]


async def test_a_word_that_the_carrier_does_not_know_is_confirmed_by_us_once(desk: Desk) -> None:
    for words in ("please stop texting me", "hello?", "opt out"):
        await desk.texts(words)
    assert await desk.ledger() == [(True, "phrase", "stop texting")]
    assert (await desk.reads()).count("clinic") == 1
    assert (await desk.reads()).count("carrier") == 0


async def test_a_phone_reads_nothing_of_the_clinics_after_its_stop_whatever_is_tried(desk: Desk) -> None:
    await desk.texts("Revoke")
    shown = len(await desk.thread(DANA))
    for words in ("hello?", "how much is botox?", "STOP", "quit", "not interested"):
        await desk.texts(words)
    assert [one for one in (await desk.reads())[shown:] if one == "clinic"] == []
