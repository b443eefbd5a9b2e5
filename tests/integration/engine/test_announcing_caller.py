"""One call to a subscriber, over real HTTP: straight there, bounded, and to nowhere that only we can reach."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from core.engine.announcing import caller
from core.engine.announcing.addresses import Reach
from core.engine.announcing.caller import Caller
from deskbell import SystemClock
from deskbell.testing.server import Answer, ProviderServer, closed_port, provider_server


@contextmanager
def listening() -> Iterator[ProviderServer]:
    """A subscriber that takes everything that is not scripted otherwise."""
    with provider_server() as server:
        server.otherwise = Answer(204)
        yield server


async def post(reach: Reach, url: str, **options: Any) -> caller.Answer:
    calling = Caller(SystemClock(), reach=reach, **options)
    try:
        return await calling.post(url, b"{}", {"content-type": "application/json"})
    finally:
        await calling.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "127.1", "2130706433", "0x7f000001"])
async def test_outside_of_a_sandbox_this_machine_is_not_called_however_it_is_written(host: str) -> None:
    with listening() as crm:
        answer = await post("public", f"http://{host}:{crm.url.rsplit(':', 1)[-1]}/")
    assert answer.outcome == "refused"
    assert crm.calls == []


async def test_in_a_sandbox_a_name_of_this_machine_is_called() -> None:
    with listening() as crm:
        answer = await post("loopback", crm.url.replace("127.0.0.1", "localhost"))
    assert answer.outcome == "taken"


async def test_a_redirect_is_not_followed() -> None:
    with listening() as crm:
        crm.script(Answer(307, headers={"location": f"{crm.url}/elsewhere"}))
        answer = await post("loopback", crm.url)
    assert (answer.outcome, len(crm.calls)) == ("refused", 1)
    assert "redirects" in answer.reason


async def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with listening() as crm, listening() as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        assert (await post("loopback", crm.url)).outcome == "taken"
    assert (len(crm.calls), len(proxy.calls)) == (1, 0)


async def test_an_answer_without_end_is_not_read() -> None:
    with listening() as crm:
        crm.script(Answer(200, b"x" * 1000, drip=0.5))
        assert (await post("loopback", crm.url)).outcome == "taken"


@pytest.mark.parametrize("answer", [Answer(silent=True), Answer(cut=True)], ids=["silent", "cut"])
async def test_silence_and_a_cut_line_are_reasons_and_no_errors(answer: Answer) -> None:
    with listening() as crm:
        crm.script(answer)
        told = await post("loopback", crm.url, deadline_seconds=0.3)
    assert told.outcome == "refused"


async def test_nobody_there_is_a_reason_too() -> None:
    assert "cannot be reached" in (await post("loopback", closed_port())).reason


async def test_a_server_that_does_not_speak_tls_is_not_trusted() -> None:
    with listening() as crm:
        answer = await post("loopback", crm.url.replace("http://", "https://"))
    assert answer.outcome == "refused"
    assert crm.calls == []
