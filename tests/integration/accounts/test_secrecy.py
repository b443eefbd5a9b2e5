"""No token, link, state, cookie or code stands anywhere in the clear: not stored, not logged, not shown."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
import structlog
from cryptography.fernet import Fernet

from core.engine.accounts.grants import Grants
from core.vault import Vault
from deskbell import Misconfigured
from deskbell.testing.server import Answer
from tests.integration.accounts.conftest import KEY, Harbor

NEW = Fernet.generate_key().decode()


def found(secrets: Sequence[str], text: str) -> list[str]:
    return [secret for secret in secrets if secret in text]


async def a_whole_life(harbor: Harbor) -> str:
    """Everything that can happen to an account. Returns all pages that a browser saw, and where it ended."""
    seen = []
    async with harbor.browser() as browser:
        for agrees in (False, True):
            harbor.bank.agrees = agrees
            link = await harbor.invited()
            answer = await browser.get(link)
            harbor.bank.secrets += [value for value in browser.cookies.values() if value]
            seen += [answer.text, str(answer.url), (await browser.get(link)).text]
        harbor.bank.refusal = Answer(400, {"error": "gone"})
        answer = await browser.get(await harbor.invited())
        seen += [answer.text, str(answer.url)]
        harbor.bank.refusal = None
        begun = await browser.get(await harbor.invited(), follow_redirects=False)
        harbor.bank.secrets += [value for value in browser.cookies.values() if value]
        assert begun.status_code == 303
    await harbor.pass_days(13, step=timedelta(hours=12))
    harbor.bank.refusal = Answer(503, {})
    await harbor.pass_days(8, step=timedelta(hours=12))
    harbor.bank.refusal = None
    await harbor.pass_days(1)
    await harbor.page()
    return "\n".join(seen)


async def test_of_all_that_is_secret_nothing_is_stored_logged_or_shown(
    harbor: Harbor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.WARNING, logger="httpx")  # the browsers' and the till's own
    caplog.set_level(logging.WARNING, logger="httpcore")
    with structlog.testing.capture_logs() as logs:
        shown = await a_whole_life(harbor)
    grant = await harbor.grant()
    assert grant
    secrets = [*harbor.bank.secrets, KEY, "app-secret-of-the-till"]
    assert len(secrets) > 15
    assert grant.access_token in secrets
    stored = await harbor.everything_stored()
    assert "M-HARBOR" in stored  # it was looked at
    assert found(secrets, stored) == []
    assert found(secrets, shown) == []
    assert found(secrets, repr(logs) + caplog.text) == []
    assert {entry["event"] for entry in logs} >= {"account connected", "connection denied", "grant not renewed"}
    reprs = (
        f"{grant!r} {harbor.accounts.grants!r} {vars(harbor.accounts.grants)!r} {harbor.till!r} {harbor.till.config!r}"
    )
    assert found(secrets, reprs) == []
    assert found(secrets, "\n".join(await harbor.page())) == []


@pytest.mark.parametrize("failing", ["begin", "complete"])
async def test_when_the_database_breaks_the_log_holds_neither_link_nor_code(
    harbor: Harbor, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    async def broken(*given: Any) -> None:
        raise asyncpg.InterfaceError(f"cannot do it with {given}")

    link = await harbor.invited()
    monkeypatch.setattr(f"core.store.oauth_states.{failing}", broken)
    with structlog.testing.capture_logs() as logs:
        async with harbor.browser() as browser:
            answer = await browser.get(link)
            harbor.bank.secrets += [value for value in browser.cookies.values() if value]
    assert (answer.url.path, answer.status_code) == ("/oauth/done/failed", 500)
    assert [entry["error"] for entry in logs if entry["log_level"] == "error"] == ["InterfaceError"]
    assert found(harbor.bank.secrets, repr(logs) + answer.text) == []


async def test_a_ciphertext_that_was_moved_to_another_row_is_nobodys(harbor: Harbor) -> None:
    await harbor.connected()
    await harbor.rows(
        """
        INSERT INTO oauth_grant (clinic, binding, provider, account, ciphertext, key_id, expires_at, connected_by,
                                 connected_at, refreshed_at)
        SELECT clinic, 'harbor-second', provider, account, ciphertext, key_id, expires_at, connected_by,
               connected_at, refreshed_at FROM oauth_grant
        """
    )
    with pytest.raises(Misconfigured, match="belongs to another"):
        await harbor.live.payments["harbor-second"].context.grant()


async def test_rotation_encrypts_all_with_the_first_key_and_loses_nothing(harbor: Harbor) -> None:
    await harbor.connected()
    async with harbor.browser() as browser:
        await browser.get(await harbor.invited(binding="harbor-second"))
    before = await harbor.grant()
    both = Grants(harbor.database, Vault([NEW, KEY]), harbor.clock)
    assert await both.rotate() == (2, [])
    assert await both.rotate() == (0, [])
    alone = Grants(harbor.database, Vault([NEW]), harbor.clock)
    assert await alone.read("harbor", "harbor-till") == before
    harbor.clock.advance(timedelta(minutes=2).total_seconds())
    with pytest.raises(Misconfigured, match="DESKBELL_SECRET_KEYS"):
        await harbor.grant()


async def test_rotation_names_what_it_cannot_open_and_does_the_rest(harbor: Harbor) -> None:
    await harbor.connected()
    async with harbor.browser() as browser:
        await browser.get(await harbor.invited(binding="harbor-second"))
    await harbor.rows("UPDATE oauth_grant SET ciphertext = 'lost' WHERE binding = 'harbor-second'")
    done, faults = await Grants(harbor.database, Vault([NEW, KEY]), harbor.clock).rotate()
    assert done == 1
    assert len(faults) == 1
    assert "harbor-second" in faults[0]


async def test_what_is_withdrawn_needs_no_rotation(harbor: Harbor) -> None:
    await harbor.connected()
    await harbor.accounts.grants.revoked("harbor", "harbor-till", harbor.clock.now())
    assert await Grants(harbor.database, Vault([NEW]), harbor.clock).rotate() == (0, [])
