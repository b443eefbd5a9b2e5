"""Tokens are renewed in time, by one worker, and staff are told once when they cannot be."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
import structlog
from prometheus_client import REGISTRY

from core.engine.accounts.grants import renew_at
from core.store import grants as store
from deskbell.testing.server import Answer
from tests.integration.accounts.conftest import Harbor, make_engine

AT = datetime(2026, 3, 2, 15, tzinfo=UTC)
AWAY = Answer(503, {})


@pytest.mark.parametrize(
    ("life", "after"),
    [
        (timedelta(days=30), timedelta(days=6)),
        (timedelta(days=9), timedelta(days=6)),
        (timedelta(days=3), timedelta(days=2)),
        (timedelta(hours=24), timedelta(hours=16)),
        (timedelta(0), timedelta(minutes=1)),
        (timedelta(days=-1), timedelta(minutes=1)),
    ],
)
def test_tokens_are_renewed_after_six_days_or_with_a_third_of_their_life_left(
    life: timedelta, after: timedelta
) -> None:
    assert renew_at(AT, AT + life) == AT + after


async def test_nothing_is_asked_before_six_days_and_then_once_a_week_at_least(harbor: Harbor) -> None:
    await harbor.connected()
    first = await harbor.grant()
    await harbor.pass_days(5.9)
    assert harbor.bank.renewals == 0
    await harbor.pass_days(0.2)
    assert harbor.bank.renewals == 1
    second = await harbor.grant()
    assert first
    assert second
    assert first.access_token != second.access_token
    await harbor.pass_days(24, step=timedelta(hours=12))
    assert harbor.bank.renewals == 5
    assert await harbor.notices() == ["account_connected"]


async def test_a_token_of_a_day_is_renewed_with_a_third_left(harbor: Harbor) -> None:
    harbor.bank.life = timedelta(hours=24)
    await harbor.connected()
    await harbor.pass_days(15.9 / 24)
    assert harbor.bank.renewals == 0
    await harbor.pass_days(0.2 / 24, step=timedelta(minutes=1))
    assert harbor.bank.renewals == 1


async def test_two_workers_renew_once(harbor: Harbor) -> None:
    """Refresh tokens are good for one use here: a second worker's would be refused for good."""
    await harbor.connected()
    other = make_engine(harbor.database, harbor.clock)
    other.directory.swap({"harbor": harbor.live})
    assert other.accounts
    harbor.clock.advance(6.5 * 86400)
    tried = await asyncio.gather(
        *(accounts.renewal.renew_due() for accounts in (harbor.accounts, other.accounts) for _ in range(3))
    )
    assert (sum(tried), harbor.bank.renewals) == (1, 1)
    assert await harbor.value("SELECT failing_since FROM oauth_grant") is None


async def test_a_claim_is_left_alone_until_its_lease_is_over(harbor: Harbor) -> None:
    await harbor.connected()
    harbor.clock.advance(6.5 * 86400)
    now = harbor.clock.now()
    async with harbor.database.connection() as connection:
        [lost] = await store.claim(
            connection, [("harbor", "harbor-till")], now, wall=now, lease_until=now + timedelta(seconds=60)
        )
    assert await harbor.accounts.renewal.renew_due() == 0
    harbor.clock.advance(61)
    assert await harbor.accounts.renewal.renew_due() == 1
    # Who comes back with the old claim changes nothing.
    kept = await harbor.value("SELECT ciphertext FROM oauth_grant")
    async with harbor.database.connection() as connection:
        assert not await store.failed(connection, lost, "Late", refresh_at=None, told=False, now=now)
        assert not await store.renewed(
            connection, lost, account="", ciphertext="x", key_id="y", expires_at=now, refresh_at=now, now=now
        )
    assert await harbor.value("SELECT ciphertext FROM oauth_grant") == kept


async def test_connecting_again_during_a_renewal_wins_over_it(harbor: Harbor) -> None:
    await harbor.connected()
    harbor.clock.advance(6.5 * 86400)
    now = harbor.clock.now()
    async with harbor.database.connection() as connection:
        [claimed] = await store.claim(
            connection, [("harbor", "harbor-till")], now, wall=now, lease_until=now + timedelta(seconds=60)
        )
    await harbor.connected()
    fresh = await harbor.grant()
    async with harbor.database.connection() as connection:
        assert not await store.renewed(
            connection, claimed, account="", ciphertext="x", key_id="y", expires_at=now, refresh_at=now, now=now
        )
    harbor.accounts.grants.forget_near("harbor", "harbor-till")
    assert await harbor.grant() == fresh


async def test_while_the_provider_is_away_it_is_asked_again_with_growing_pauses(harbor: Harbor) -> None:
    await harbor.connected()
    harbor.bank.refusal = AWAY
    harbor.clock.advance(6 * 86400)
    pauses = []
    for _ in range(9):
        assert await harbor.accounts.renewal.renew_due() == 1
        due = await harbor.value("SELECT refresh_at FROM oauth_grant")
        pauses.append((due - harbor.clock.now()).total_seconds() / 60)
        assert await harbor.accounts.renewal.renew_due() == 0
        harbor.clock.set(due)
    assert [
        0.75 * least <= pause <= 1.25 * least
        for pause, least in zip(pauses, [1, 2, 4, 8, 16, 32, 60, 60, 60], strict=True)
    ] == [True] * 9
    assert await harbor.value("SELECT failing_why FROM oauth_grant") == "RetryLater 503"


async def test_staff_are_told_once_when_it_fails_for_a_day(harbor: Harbor) -> None:
    await harbor.connected()
    harbor.bank.refusal = AWAY
    await harbor.pass_days(6.9)
    assert await harbor.notices() == ["account_connected"]
    await harbor.pass_days(0.3)
    assert await harbor.notices() == ["account_connected", "account_failing"]
    await harbor.pass_days(3, step=timedelta(days=1))
    assert await harbor.notices() == ["account_connected", "account_failing"]
    [told] = await harbor.page()
    assert told == (
        "Harbor: Access to the till account cannot be renewed and ends Wed 01 Apr, 11 am; connect it again in time."
    )


@pytest.mark.parametrize(
    ("refusal", "why", "again"),
    [
        (Answer(400, {}), "Undeliverable invalid_grant", None),
        (Answer(401, {}), "Misconfigured invalid_client", timedelta(hours=1)),
    ],
)
async def test_staff_are_told_at_once_when_it_is_refused_for_good(
    harbor: Harbor, refusal: Answer, why: str, again: timedelta | None
) -> None:
    await harbor.connected()
    harbor.bank.refusal = refusal
    harbor.clock.advance(6 * 86400)
    await harbor.accounts.renewal.renew_due()
    [row] = await harbor.rows("SELECT failing_why, refresh_at FROM oauth_grant")
    assert tuple(row) == (why, again and harbor.clock.now() + again)
    await harbor.pass_days(2)
    assert await harbor.notices() == ["account_connected", "account_failing"]
    # What is there is good until it ends.
    assert await harbor.grant() is not None


async def test_a_short_lived_token_that_ends_before_a_day_is_over_is_told_when_it_ends(harbor: Harbor) -> None:
    harbor.bank.life = timedelta(hours=3)
    await harbor.connected()
    harbor.bank.refusal = AWAY
    await harbor.pass_days(2.9 / 24, step=timedelta(minutes=5))
    assert await harbor.notices() == ["account_connected"]
    await harbor.pass_days(1.5 / 24, step=timedelta(minutes=5))
    assert await harbor.notices() == ["account_connected", "account_failing"]
    assert "ends now" in await harbor.value("SELECT summary FROM notice ORDER BY id DESC LIMIT 1")


async def test_when_it_comes_right_nobody_is_reminded_any_more_and_the_next_failure_is_told(harbor: Harbor) -> None:
    await harbor.connected()
    harbor.bank.refusal = Answer(401, {})
    await harbor.pass_days(6.1)
    assert len(await harbor.page()) == 1
    harbor.clock.advance(31 * 60)
    assert "Still waiting" in (await harbor.page())[-1]
    harbor.bank.refusal = None
    await harbor.pass_days(0.1)
    harbor.clock.advance(31 * 60)
    assert len(await harbor.page()) == 2
    assert tuple((await harbor.rows("SELECT attempts, failing_since, told_at FROM oauth_grant"))[0]) == (0, None, None)
    harbor.bank.refusal = Answer(401, {})
    await harbor.pass_days(6.1)
    assert len(await harbor.page()) == 3


async def test_tokens_that_no_key_opens_are_a_failure_that_staff_are_told_of(harbor: Harbor) -> None:
    await harbor.connected()
    await harbor.rows("UPDATE oauth_grant SET ciphertext = 'lost'")
    await harbor.pass_days(6.1)
    assert await harbor.value("SELECT failing_why FROM oauth_grant") == "Misconfigured secret_keys"
    assert await harbor.notices() == ["account_connected", "account_failing"]
    assert harbor.bank.renewals == 0


async def test_a_provider_that_leaves_the_refresh_token_out_means_the_old_one(harbor: Harbor) -> None:
    harbor.bank.single_use = False
    await harbor.connected()
    before = await harbor.grant()
    assert before
    end = (harbor.clock.now() + timedelta(days=36)).isoformat()
    harbor.bank.refusal = Answer(200, {"access": "access-new", "refresh": "", "expires_at": end, "account": ""})
    await harbor.pass_days(6.1)
    after = await harbor.grant()
    assert after
    assert (after.access_token, after.refresh_token) == ("access-new", before.refresh_token)
    assert after.account == "M-HARBOR"


async def test_a_plugin_that_breaks_is_a_failure_like_another_and_its_words_are_not_logged(
    harbor: Harbor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refresh(grant: object) -> None:
        raise KeyError("opensesame-77")

    await harbor.connected()
    monkeypatch.setattr(harbor.till, "refresh", refresh)
    with structlog.testing.capture_logs() as logs:
        await harbor.pass_days(6.1)
    assert await harbor.value("SELECT failing_why FROM oauth_grant") == "OutcomeUnknown plugin"
    assert "opensesame" not in repr(logs)


async def test_what_another_process_does_is_seen_within_a_minute(harbor: Harbor) -> None:
    await harbor.connected()
    before = await harbor.grant()
    other = make_engine(harbor.database, harbor.clock)
    other.directory.swap({"harbor": harbor.live})
    assert other.accounts
    harbor.clock.advance(6 * 86400)
    assert await harbor.grant() == before  # looked again, and keeps it near from here on
    assert await other.accounts.renewal.renew_due() == 1
    harbor.clock.advance(59)
    assert await harbor.grant() == before
    harbor.clock.advance(2)
    assert await harbor.grant() != before


async def test_one_that_has_ended_is_read_again_at_once(harbor: Harbor) -> None:
    harbor.bank.life = timedelta(seconds=30)
    await harbor.connected()
    before = await harbor.grant()
    other = make_engine(harbor.database, harbor.clock)
    other.directory.swap({"harbor": harbor.live})
    assert other.accounts
    await harbor.rows("UPDATE oauth_grant SET refresh_at = $1", harbor.clock.now())
    assert await other.accounts.renewal.renew_due() == 1
    assert await harbor.grant() == before
    harbor.clock.advance(31)
    assert await harbor.grant() != before


async def test_figures_tell_how_many_accounts_stand_how(harbor: Harbor) -> None:
    def figure(state: str) -> float | None:
        return REGISTRY.get_sample_value("deskbell_grants", {"clinic": "harbor", "state": state})

    await harbor.connected()
    await harbor.accounts.renewal.measure()
    assert (figure("connected"), figure("failing")) == (1, None)
    harbor.bank.refusal = Answer(401, {})
    await harbor.pass_days(6.1)
    await harbor.accounts.renewal.measure()
    assert (figure("connected"), figure("failing")) == (None, 1)
    await harbor.pass_days(30, step=timedelta(days=1))
    await harbor.accounts.renewal.measure()
    assert figure("expired") == 1
    await harbor.accounts.grants.revoked("harbor", "harbor-till", harbor.clock.now())
    await harbor.accounts.renewal.measure()
    assert (figure("expired"), figure("revoked")) == (None, 1)


async def test_a_worker_renews_by_itself(harbor: Harbor) -> None:
    await harbor.connected()
    harbor.clock.advance(6 * 86400)
    harbor.engine.work()
    assert await asyncio.to_thread(harbor.bank.renewed.wait, 20)
    assert harbor.engine.working
