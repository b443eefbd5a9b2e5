"""Starting, stopping, starting again; and the command."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
from pathlib import Path

import httpx
import pytest

from deskbell import Reachable, StandIn
from sandbox.clock import ClockUnreadable
from sandbox.keys import KeysUnreadable
from sandbox.plugin import register_commands, register_stand_ins
from sandbox.server import AddressTaken, Sandbox


def make(folder: Path, port: int = 0) -> Sandbox:
    return Sandbox(host="127.0.0.1", port=port, folder=folder)


def credentials(sandbox: Sandbox) -> list[object]:
    given = [pair for settings in sandbox.overrides.values() for pair in settings.items()]
    return [value for name, value in given if name not in ("base_url", "embedder", "environment") and value is not None]


async def test_a_restart_keeps_keys_and_clock(tmp_path) -> None:
    first = make(tmp_path)
    await first.start()
    async with httpx.AsyncClient(base_url=first.url) as control:
        await control.post("/api/clock", json={"advance_seconds": 86_400})
    given = credentials(first)
    await first.stop()

    second = make(tmp_path)
    await second.start()
    async with httpx.AsyncClient(base_url=second.url) as control:
        clock = (await control.get("/api/clock")).json()
    await second.stop()
    assert credentials(second) == given
    assert clock["offset_seconds"] == 86_400


async def test_the_folder_holds_the_clock_and_private_keys_and_nothing_else(tmp_path) -> None:
    sandbox = make(tmp_path / "new" / "sandbox")
    await sandbox.start()
    await sandbox.stop()

    assert sorted(file.name for file in sandbox.clock_file.parent.iterdir()) == ["clock", "keys.json"]
    assert (sandbox.clock_file.parent / "keys.json").stat().st_mode & 0o777 == 0o600


async def test_two_sandboxes_live_in_one_process(tmp_path) -> None:
    one, other = make(tmp_path / "1"), make(tmp_path / "2")
    await one.start()
    await other.start()
    async with httpx.AsyncClient() as client:
        await one.introduce([Reachable("a", "A", "telnyx", "+12125550142", "http://127.0.0.1:9/")])
        assert len((await client.get(f"{one.url}/api/clinics")).json()) == 1
        assert (await client.get(f"{other.url}/api/clinics")).json() == []
    assert set(credentials(one)).isdisjoint(credentials(other))
    await one.stop()
    await other.stop()


async def test_stopping_closes_open_streams_and_frees_the_address(tmp_path) -> None:
    sandbox = make(tmp_path)
    await sandbox.start()
    async with httpx.AsyncClient(base_url=sandbox.url) as page, page.stream("GET", "/api/stream") as stream:
        lines = stream.aiter_lines()
        await anext(lines)
        await sandbox.stop()
        with pytest.raises(httpx.HTTPError):
            async for _ in lines:
                pass
    await sandbox.stop()

    again = make(tmp_path, port=int(sandbox.url.rpartition(":")[2]))
    await again.start()
    await again.stop()


async def test_a_taken_address_is_named_with_what_to_do(tmp_path) -> None:
    sandbox = make(tmp_path / "1")
    await sandbox.start()
    port = int(sandbox.url.rpartition(":")[2])
    second = make(tmp_path / "2", port=port)
    with pytest.raises(AddressTaken, match=f"{port}.*DESKBELL_SANDBOX_PORT"):
        await second.start()
    await second.stop()
    await sandbox.stop()


@pytest.mark.parametrize("content", ["", "soon", "nan", "1e99"])
async def test_an_unreadable_clock_is_named(tmp_path, content) -> None:
    (tmp_path / "clock").write_text(content)
    with pytest.raises(ClockUnreadable, match="clock"):
        await make(tmp_path).start()


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"telnyx_seed": "AA=="}'])
async def test_unreadable_keys_are_named_and_not_shown(tmp_path, content) -> None:
    (tmp_path / "keys.json").write_text(content)
    with pytest.raises(KeysUnreadable, match=r"keys\.json"):
        await make(tmp_path).start()


def test_the_plugin_brings_the_stand_in_and_the_command() -> None:
    [stand_in] = register_stand_ins()
    contract: type[StandIn] = stand_in
    assert contract is Sandbox
    assert [name for name, _ in register_commands()] == ["sandbox"]


async def test_the_command_says_where_the_phone_is_and_ends_on_a_signal(tmp_path) -> None:
    script = "import typer; from sandbox.plugin import run_sandbox; typer.run(run_sandbox)"
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-c", script, "--port", "0", "--home", str(tmp_path)),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "NO_COLOR": "1"},
    )
    assert process.stdout is not None
    line = (await process.stdout.readline()).decode()
    found = re.search(r"http://127\.0\.0\.1:\d+", line)
    assert found, line
    async with httpx.AsyncClient(base_url=found.group()) as control:
        assert (await control.get("/api/clinics")).json() == []
    process.send_signal(signal.SIGTERM)
    assert await process.wait() == 0


async def test_keys_of_before_there_were_models_are_kept_and_completed(tmp_path) -> None:
    first = make(tmp_path)
    await first.start()
    await first.stop()
    file = tmp_path / "keys.json"
    carriers = {name: key for name, key in json.loads(file.read_text()).items() if name[:6] in ("telnyx", "twilio")}
    file.write_text(json.dumps(carriers))

    second = make(tmp_path)
    await second.start()
    await second.stop()
    assert second.overrides["telnyx"]["api_key"] == first.overrides["telnyx"]["api_key"]
    completed = json.loads(file.read_text())
    assert carriers.items() < completed.items()
    assert completed["aws_secret_key"] == second.overrides["bedrock"]["aws_secret_key"]
    assert file.stat().st_mode & 0o777 == 0o600


async def test_real_models_are_left_alone_when_that_is_wished(tmp_path) -> None:
    sandbox = Sandbox(host="127.0.0.1", port=0, folder=tmp_path, real_models=True)
    await sandbox.start()
    await sandbox.stop()
    assert set(sandbox.overrides) == {"telnyx", "twilio", "square"}
