"""What a process opens beside its database: a history and a mail server, where the operator has named them."""

from __future__ import annotations

import pytest
import structlog

from core.config.catalogue import Catalogue
from core.config.settings import load_runtime
from core.plugins import load_catalogue
from core.runtime.history import near_history
from core.runtime.mail import mailer_of
from deskbell import ManualClock
from plugins.history.redis import RedisHistory

REDIS = {"DESKBELL_REDIS_URL": "redis://:opensesame@127.0.0.1:1/0"}
SMTP = {"DESKBELL_SMTP_URL": "smtps://bell:opensesame@mail.example", "DESKBELL_MAIL_FROM": "bell@desk.example"}


async def test_without_a_redis_there_is_none(clock: ManualClock) -> None:
    async with near_history(load_runtime({}), load_catalogue(), clock) as history:
        assert history is None


async def test_a_redis_that_is_away_at_the_start_does_not_stop_it(clock: ManualClock) -> None:
    async with near_history(load_runtime(REDIS), load_catalogue(), clock) as history:
        assert isinstance(history, RedisHistory)
        assert "opensesame" not in repr(history)


async def test_a_redis_that_no_plugin_is_for_is_told_and_done_without(clock: ManualClock) -> None:
    with structlog.testing.capture_logs() as logs:
        async with near_history(load_runtime(REDIS), Catalogue(), clock) as history:
            assert history is None
    assert "no working plugin brings a history 'redis'" in logs[0]["why"]


@pytest.mark.parametrize(
    ("settings", "sandboxed", "sends"),
    [
        ({}, False, False),
        (SMTP, False, True),
        (SMTP, True, False),
        ({**SMTP, "DESKBELL_SMTP_URL": "smtp://127.0.0.1:2525"}, True, True),
        ({"DESKBELL_SMTP_URL": SMTP["DESKBELL_SMTP_URL"]}, False, False),
    ],
)
def test_a_sandbox_sends_no_e_mail_beyond_this_machine(
    clock: ManualClock, settings: dict[str, str], sandboxed: bool, sends: bool
) -> None:
    assert (mailer_of(load_runtime(settings), clock, sandboxed=sandboxed) is not None) is sends
