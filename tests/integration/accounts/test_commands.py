"""`deskbell connections`, as an operator runs it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.fernet import Fernet
from typer.testing import CliRunner

from core.cli import connections
from core.cli import staff as staff_commands
from core.config.clinics import LoadedClinics
from core.config.settings import load_runtime
from deskbell.testing.server import Answer
from tests.integration.accounts.conftest import KEY, Harbor, Till

Run = Callable[..., Any]


@pytest.fixture
def run(
    harbor: Harbor,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Run:
    """Runs a command on the same database; returns what it said."""
    environment = {
        "DESKBELL_DATABASE_URL": database_url,
        "DESKBELL_PUBLIC_URL": harbor.url,
        "DESKBELL_HOME": str(tmp_path),
        "DESKBELL_SECRET_KEYS": KEY,
    }
    loaded = LoadedClinics(plans={"harbor": harbor.live.plan}, found=("harbor",))
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(connections, "opened", lambda: (load_runtime(environment), None, environment))
    monkeypatch.setattr(connections, "load_clinics", lambda *given, **more: loaded)
    monkeypatch.setattr(connections.log, "set_up", lambda *given, **more: None)
    monkeypatch.setattr(connections, "SystemClock", lambda: harbor.clock)
    monkeypatch.setattr(connections.getpass, "getuser", lambda: "olga")
    for console in (connections.console, staff_commands.console):
        monkeypatch.setattr(console, "_width", 250)

    async def command(*arguments: str, code: int = 0, keys: str = KEY, app: Any = connections.app) -> str:
        environment["DESKBELL_SECRET_KEYS"] = keys
        done = await asyncio.to_thread(CliRunner().invoke, app, list(arguments))
        said = done.output + (str(done.exception) if done.exception else "")
        assert done.exit_code == code, said
        return said

    return command


async def test_an_account_is_connected_from_the_command_line_listed_and_given_back(harbor: Harbor, run: Run) -> None:
    assert "not connected" in await run("list")
    said = await run("connect", "harbor", "till")
    [link] = re.findall(rf"^{harbor.url}/connect/\S+$", said, re.MULTILINE)
    assert f"{harbor.url}/oauth/callback" in said
    async with httpx.AsyncClient(follow_redirects=True) as browser:
        assert (await browser.get(link)).url.path == "/oauth/done/connected"
    listed = await run("list")
    assert re.search(r"harbor +till +till +M-HARBOR +connected +2026-03-02 15:00 +olga +2026-04-01", listed)
    assert "disconnected" in await run("disconnect", "harbor", "till")
    assert harbor.bank.server.calls[-1].path == "/revoke"
    assert "revoked" in await run("list")
    assert "nothing was connected" in await run("disconnect", "harbor", "till")


async def test_places_of_business_are_listed_with_their_ids(harbor: Harbor, run: Run) -> None:
    assert "connections connect harbor till" in await run("locations", "harbor", "till", code=1)
    await harbor.connected()
    said = await run("locations", "harbor", "till")
    assert re.search(r"L1 +Pier 4 +USD +yes", said)
    assert re.search(r"L2 +Old quay +USD +no", said)


async def test_what_is_not_there_is_named_with_what_is(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "there are: harbor" in await run("connect", "harbour", "till", code=1)
    assert "those are: till, second" in await run("connect", "harbor", "tull", code=1)
    monkeypatch.setattr(Till, "connects", False)
    assert "those are: none" in await run("connect", "harbor", "till", code=1)


async def test_when_the_provider_does_not_take_it_back_the_tokens_stay_unless_they_must_go(
    harbor: Harbor, run: Run
) -> None:
    await harbor.connected()
    harbor.bank.refusal = Answer(503, {})
    said = await run("disconnect", "harbor", "till", code=1)
    assert "RetryLater (503)" in said
    assert "--anyway" in said
    assert await harbor.grant() is not None
    assert "disconnected" in await run("disconnect", "harbor", "till", "--anyway")
    assert await harbor.value("SELECT ciphertext FROM oauth_grant") is None


async def test_rotation_says_how_many_and_which_it_could_not_open(harbor: Harbor, run: Run) -> None:
    await harbor.connected()
    new = Fernet.generate_key().decode()
    assert "harbor-till" in await run("rotate", keys=new, code=1)
    assert "1 grant encrypted" in await run("rotate", keys=f"{new},{KEY}")
    assert "0 grants encrypted" in await run("rotate", keys=new)


async def test_staff_notices_show_what_belongs_to_no_conversation_and_it_can_be_seen(harbor: Harbor, run: Run) -> None:
    await harbor.connected()
    await harbor.accounts.grants.revoked("harbor", "harbor-till", harbor.clock.now())
    said = await run("notices", "harbor", app=staff_commands.app)
    assert re.search(r"harbor-till +account_revoked +The till account was disconnected", said)
    assert "c0" not in said
    assert "harbor: 1 notice seen." in await run("seen", "harbor", app=staff_commands.app)
    assert "no conversation 'sierra'" in await run("seen", "sierra", code=1, app=staff_commands.app)
