"""The access is withdrawn or given back: the tokens are forgotten everywhere, and the clinic's people know."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from core.store import grants as store
from core.store import notices as notice_store
from core.store import staff
from deskbell.testing.server import Answer
from tests.integration.accounts.conftest import Harbor, make_engine


async def withdrawn(harbor: Harbor) -> bool:
    return await harbor.accounts.grants.revoked("harbor", "harbor-till", harbor.clock.now())


async def test_its_tokens_are_forgotten_at_once(harbor: Harbor) -> None:
    await harbor.connected()
    assert await harbor.grant() is not None
    assert await withdrawn(harbor) is True
    assert await harbor.grant() is None
    [row] = await harbor.rows("SELECT ciphertext, key_id, refresh_at, revoked_at FROM oauth_grant")
    assert tuple(row) == (None, None, None, harbor.clock.now())


async def test_staff_are_told_once_and_reminded_until_it_is_connected_again(harbor: Harbor) -> None:
    await harbor.connected()
    await withdrawn(harbor)
    assert await withdrawn(harbor) is False
    [told] = await harbor.page()
    assert told == (
        "Harbor: The till account was disconnected; payment links cannot be made until it is connected again."
    )
    harbor.clock.advance(31 * 60)
    assert len(await harbor.page()) == 2
    await harbor.connected()
    harbor.clock.advance(31 * 60)
    assert len(await harbor.page()) == 2


async def test_saying_that_it_is_seen_ends_the_reminders(harbor: Harbor) -> None:
    await harbor.connected()
    await withdrawn(harbor)
    await harbor.page()
    assert await harbor.engine.takeover.seen("harbor", notice_store.NO_CONVERSATION) == 1
    harbor.clock.advance(31 * 60)
    assert len(await harbor.page()) == 1


async def test_two_accounts_that_are_withdrawn_are_two_pieces_of_news(harbor: Harbor) -> None:
    await harbor.connected()
    async with harbor.browser() as browser:
        await browser.get(await harbor.invited(binding="harbor-second"))
    for binding in ("harbor-till", "harbor-second"):
        await harbor.accounts.grants.revoked("harbor", binding, harbor.clock.now())
        await harbor.page()
    assert len(await harbor.page()) == 2
    async with harbor.database.connection() as connection:
        shown = await staff.notices(connection, "harbor")
    assert [row["subject"] for row in shown if row["kind"] == "account_revoked"] == ["harbor-till", "harbor-second"]


async def test_late_news_of_an_earlier_connection_change_nothing(harbor: Harbor) -> None:
    await harbor.connected()
    withdrawn_at = harbor.clock.now() + timedelta(minutes=1)
    harbor.clock.advance(120)
    await harbor.connected()
    assert await harbor.accounts.grants.revoked("harbor", "harbor-till", withdrawn_at) is False
    assert await harbor.grant() is not None


async def test_news_of_an_account_that_was_never_connected_change_nothing(harbor: Harbor) -> None:
    assert await withdrawn(harbor) is False
    assert await harbor.notices() == []


async def test_of_two_processes_that_hear_it_one_tells(harbor: Harbor) -> None:
    await harbor.connected()
    other = make_engine(harbor.database, harbor.clock)
    assert other.accounts
    at = harbor.clock.now()
    heard = await asyncio.gather(
        *(
            one.grants.revoked("harbor", "harbor-till", at)
            for one in (harbor.accounts, other.accounts)
            for _ in range(4)
        )
    )
    assert sorted(heard) == [False] * 7 + [True]
    assert (await harbor.notices()).count("account_revoked") == 1


async def test_a_renewal_that_is_under_way_does_not_bring_it_back(harbor: Harbor) -> None:
    await harbor.connected()
    harbor.clock.advance(6 * 86400)

    async def revoked_meanwhile(old: Any) -> Any:
        await withdrawn(harbor)
        return replace(old, access_token="access-late")

    harbor.till.refresh = revoked_meanwhile  # type: ignore[method-assign]
    assert await harbor.accounts.renewal.renew_due() == 1
    assert await harbor.grant() is None
    assert await harbor.value("SELECT ciphertext FROM oauth_grant") is None


async def test_a_look_that_began_before_does_not_keep_it_near(harbor: Harbor, monkeypatch: pytest.MonkeyPatch) -> None:
    await harbor.connected()
    whole = store.of

    async def slow(connection: Any, clinic: str, binding: str) -> Any:
        found = await whole(connection, clinic, binding)
        monkeypatch.setattr(store, "of", whole)
        await withdrawn(harbor)
        return found

    monkeypatch.setattr(store, "of", slow)
    assert await harbor.grant() is not None
    assert await harbor.grant() is None


async def test_who_gives_it_back_is_named_and_nobody_is_reminded(harbor: Harbor) -> None:
    await harbor.connected()
    assert await harbor.accounts.grants.given_back("harbor", "harbor-till", "olga") is True
    assert await harbor.accounts.grants.given_back("harbor", "harbor-till", "olga") is False
    assert await harbor.grant() is None
    # The provider's own news of it come afterwards, and are none.
    harbor.clock.advance(5)
    assert await withdrawn(harbor) is False
    assert await harbor.page() == []
    assert "disconnected by olga" in await harbor.value("SELECT summary FROM notice ORDER BY id DESC LIMIT 1")


async def test_it_is_not_renewed_any_more(harbor: Harbor) -> None:
    await harbor.connected()
    await withdrawn(harbor)
    harbor.bank.refusal = Answer(400, {})
    await harbor.pass_days(40, step=timedelta(days=1))
    assert harbor.bank.renewals == 0
    assert "account_failing" not in await harbor.notices()
