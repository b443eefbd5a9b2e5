"""Opening clinics: what is missing is named, and nothing stays open that should not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from core.config.bindings import BindingPlan
from core.config.clinic import ClinicPlan
from core.runtime.opening import Opener
from deskbell import (
    Channel,
    ChannelConfig,
    Line,
    ManualClock,
    ProviderNotReady,
    Turn,
)
from tests.conftest import bare_plan


class Door(Channel[ChannelConfig]):
    """A channel that keeps count of itself."""

    name = "door"
    Config: ClassVar[type[Any]] = ChannelConfig
    open_now: ClassVar[set[str]] = set()

    @property
    def address(self) -> str:
        return "+12125550142"

    async def open(self) -> None:
        self.open_now.add(self.context.binding)

    async def close(self) -> None:
        self.open_now.discard(self.context.binding)


class Missing(Door):
    name = "missing"

    async def open(self) -> None:
        raise ModuleNotFoundError("No module named 'carrier_sdk'", name="carrier_sdk")


async def no_transcript(turn: Turn, limit: int) -> Sequence[Line]:
    return ()


@pytest.fixture
def plan() -> ClinicPlan:
    return bare_plan()


def with_channels(plan: ClinicPlan, **channels: type[Channel[Any]]) -> ClinicPlan:
    made = {key: BindingPlan(key, f"harbor-{key}", kind, ChannelConfig()) for key, kind in channels.items()}
    return replace(plan, channels=made)


@pytest.fixture
def opener(clock: ManualClock) -> Opener:
    return Opener(clock, "https://desk.example/", no_transcript)


async def test_an_sdk_that_is_not_installed_is_named_with_what_to_install(plan: ClinicPlan, opener: Opener) -> None:
    with pytest.raises(ProviderNotReady, match=r"'carrier_sdk'.*deskbell\[missing\]"):
        await opener.open(with_channels(plan, main=Missing))


async def test_when_one_provider_does_not_open_the_others_are_closed_again(plan: ClinicPlan, opener: Opener) -> None:
    with pytest.raises(ProviderNotReady):
        await opener.open(with_channels(plan, main=Door, second=Missing))
    assert Door.open_now == set()


async def test_a_binding_is_told_its_own_webhook_address(plan: ClinicPlan, opener: Opener) -> None:
    live = await opener.open(with_channels(plan, main=Door))
    assert live.channels["harbor-main"].context.webhook_url == "https://desk.example/webhooks/door/harbor-main"


async def test_a_binding_is_told_where_to_keep_things_and_what_is_the_clinics_own(
    plan: ClinicPlan, clock: ManualClock, tmp_path: Path
) -> None:
    opener = Opener(clock, "https://desk.example/", no_transcript, tmp_path)
    live = await opener.open(with_channels(plan, main=Door))
    context = live.channels["harbor-main"].context
    assert (context.state, context.phones) == (str(tmp_path), (plan.clinic.phone,))
    assert context.website == plan.clinic.website
