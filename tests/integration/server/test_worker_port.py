"""Where a worker answers: for its health and figures alone, and beside other workers of the same machine."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from uuid import uuid4

import httpx
import pytest

from core.server.app import build_health_app
from core.server.listener import AddressUnusable, Listener

Make = Callable[..., Awaitable[Listener]]


@pytest.fixture
async def worker() -> AsyncIterator[Make]:
    """Makes workers' listeners."""
    async with AsyncExitStack() as stack:

        async def start(port: int = 0, spare: int = 0, missing: tuple[str, ...] = ()) -> Listener:
            async def readiness() -> list[str]:
                return list(missing)

            made = Listener(build_health_app(f"test-{uuid4().hex}", readiness), "127.0.0.1", port, spare=spare)
            await made.start()
            stack.push_async_callback(made.stop, 0.1)
            return made

        yield start


async def asked(listener: Listener, path: str, method: str = "GET") -> httpx.Response:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{listener.port}") as http:
        return await http.request(method, path)


async def test_workers_of_one_machine_take_one_port_after_the_other(worker: Make) -> None:
    first = await worker()
    second = await worker(first.port, spare=40)
    third = await worker(first.port, spare=40)
    assert first.port < second.port < third.port <= first.port + 40
    for one in (first, second, third):
        assert "deskbell_turns_total" in (await asked(one, "/metrics")).text


async def test_without_spare_ports_a_taken_one_is_an_error_that_names_the_setting(worker: Make) -> None:
    first = await worker()
    with pytest.raises(AddressUnusable, match=rf"{first.port} cannot be listened on .* DESKBELL_PORT"):
        await worker(first.port)


async def test_a_worker_says_what_it_lacks_and_takes_no_webhooks(worker: Make) -> None:
    ailing = await worker(missing=("worker: not taking wakes",))
    answer = await asked(ailing, "/health/ready")
    assert (answer.status_code, answer.json()["missing"]) == (503, ["worker: not taking wakes"])
    assert (await asked(ailing, "/health/live")).status_code == 200
    assert (await asked(ailing, "/webhooks/telnyx/harbor-main", "POST")).status_code == 404
