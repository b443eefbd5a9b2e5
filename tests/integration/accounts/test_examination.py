"""`deskbell doctor` tells of each account: connected since when, until when, and what fails."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from core.config.catalogue import Catalogue
from core.config.clinics import LoadedClinics
from core.config.settings import load_runtime
from core.runtime.examination import Examination
from core.runtime.finding import Finding
from deskbell.testing.server import Answer
from tests.integration.accounts.conftest import KEY, Harbor

Look = Callable[..., Awaitable[Finding]]


@pytest.fixture
def look(harbor: Harbor, database_url: str, tmp_path: Path) -> Look:
    async def found(keys: str = KEY, url: str = database_url, about: str = "harbor: account of till (till)") -> Finding:
        settings = load_runtime(
            {"DESKBELL_DATABASE_URL": url, "DESKBELL_HOME": str(tmp_path), "DESKBELL_SECRET_KEYS": keys}
        )
        loaded = LoadedClinics(plans={"harbor": harbor.live.plan}, found=("harbor",))
        examination = Examination(settings, Catalogue(), loaded, harbor.clock, sandboxed=True)
        findings = {one.about: one for one in await examination.run()}
        return findings[about]

    return found


async def test_one_that_is_connected_is_told_with_its_dates(harbor: Harbor, look: Look) -> None:
    await harbor.connected()
    found = await look()
    assert found.state == "ok"
    assert found.found == (
        "connected to M-HARBOR since 2026-03-02, by olga; expires 2026-04-01 15:00 UTC, renewed 2026-03-02"
    )


async def test_one_that_is_not_connected_is_a_problem_with_the_command_that_helps(look: Look) -> None:
    found = await look()
    assert (found.state, found.found) == ("problem", "not connected")
    assert "deskbell connections connect harbor till" in found.advice


async def test_what_fails_is_a_warning_until_it_ends_and_a_problem_then(harbor: Harbor, look: Look) -> None:
    await harbor.connected()
    harbor.bank.refusal = Answer(401, {})
    await harbor.pass_days(6.1)
    found = await look()
    assert found.state == "warning"
    assert "renewing fails since 2026-03-08" in found.found
    assert "invalid_client" in found.found
    await harbor.pass_days(24, step=timedelta(days=1))
    found = await look()
    assert found.state == "problem"
    assert "expired 2026-04-01" in found.found


async def test_one_that_was_withdrawn_is_a_problem(harbor: Harbor, look: Look) -> None:
    await harbor.connected()
    await harbor.accounts.grants.revoked("harbor", "harbor-till", harbor.clock.now())
    found = await look()
    assert (found.state, found.found) == ("problem", "disconnected since 2026-03-02 15:00 UTC")


async def test_keys_that_open_nothing_and_a_database_that_is_away_are_problems(harbor: Harbor, look: Look) -> None:
    await harbor.connected()
    found = await look(keys=Fernet.generate_key().decode())
    assert found.state == "problem"
    assert "DESKBELL_SECRET_KEYS" in found.found
    away = await look(url="postgresql://nobody@127.0.0.1:9/none")
    assert away.state == "problem"
    assert "database cannot be read" in away.found


async def test_a_key_on_this_machine_for_a_database_elsewhere_is_a_warning(look: Look) -> None:
    assert (await look(about="secret keys")).state == "ok"
    alone = await look(keys="", about="secret keys")
    assert alone.state == "warning"
    assert "DESKBELL_SECRET_KEYS" in alone.advice
