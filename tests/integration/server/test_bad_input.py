"""Whatever is thrown at the webhook: a clear status, nothing stored twice, nothing lost, still ready."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from core.server.app import MAX_BODY_BYTES

if TYPE_CHECKING:
    from tests.integration.server.conftest import Site


async def test_a_signed_text_is_stored_and_answered_200(site: Site) -> None:
    answer = await site.post(site.text())
    assert (answer.status_code, await site.stored()) == (200, 1)


async def test_without_a_signature_nothing_is_stored(site: Site) -> None:
    request = site.text()
    answer = await site.post(replace(request, headers={"content-type": "application/json"}))
    assert (answer.status_code, await site.stored(), await site.ready()) == (403, 0, 200)


async def test_with_a_wrong_signature_nothing_is_stored(site: Site) -> None:
    request = site.text()
    answer = await site.post(replace(request, body=request.body.replace(b"hello", b"jello")))
    assert (answer.status_code, await site.stored()) == (403, 0)


async def test_a_stale_signature_is_refused(site: Site) -> None:
    request = site.text()
    site.clock.advance(301)
    assert ((await site.post(request)).status_code, await site.stored()) == (403, 0)


async def test_an_oversized_body_is_refused(site: Site) -> None:
    request = site.text("x" * (MAX_BODY_BYTES + 1))
    assert ((await site.post(request)).status_code, await site.stored(), await site.ready()) == (413, 0, 200)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff\xfe\x00", b'{"data": 3}', b'{"data": {}}', b"\x00"])
async def test_a_signed_body_that_makes_no_sense_is_a_clear_400_or_nothing_to_do(site: Site, body: bytes) -> None:
    answer = await site.post(site.signer.sign("ignored", body, site.clock.now()))
    assert answer.status_code in (200, 400)
    assert "Traceback" not in answer.text
    assert (await site.stored(), await site.ready()) == (0, 200)


async def test_a_number_that_is_not_ours_is_404(site: Site) -> None:
    request = site.text()
    foreign = request.body.replace(b"+12125550142", b"+12125550199")
    answer = await site.post(site.signer.sign("ignored", foreign, site.clock.now()))
    assert (answer.status_code, await site.stored()) == (404, 0)


@pytest.mark.parametrize("path", ["/webhooks/telnyx/nobody", "/webhooks/twilio/harbor-main", "/webhooks/telnyx/%00"])
async def test_an_address_that_is_nobodys_is_404(site: Site, path: str) -> None:
    assert ((await site.post(site.text(), path)).status_code, await site.stored()) == (404, 0)


async def test_an_unknown_event_is_heard_and_nothing_is_done(site: Site) -> None:
    body = site.text().body.replace(b"message.received", b"message.pondered")
    answer = await site.post(site.signer.sign("ignored", body, site.clock.now()))
    assert (answer.status_code, await site.stored()) == (200, 0)


@pytest.mark.parametrize(
    "text", ["", "x" * 10_000, "\U0001f600\U0001f389", "a\x00b\x07c\x1b[31m", "‮abc", "' OR 1=1; --", "{{7*7}}"]
)
async def test_a_strange_text_is_stored_as_a_text(site: Site, text: str) -> None:
    answer = await site.post(site.text(text))
    assert (answer.status_code, await site.stored(), await site.ready()) == (200, 1, 200)


async def test_fifty_deliveries_at_once_are_all_200_and_stored_once(site: Site) -> None:
    request = site.text()
    answers = await asyncio.gather(*(site.post(request) for _ in range(50)))
    assert {answer.status_code for answer in answers} == {200}
    assert await site.stored() == 1


async def test_the_same_text_under_another_event_id_is_stored_once(site: Site) -> None:
    await site.post(site.text(event_id="first"))
    await site.post(site.text(event_id="second"))
    assert await site.stored() == 1


async def test_a_get_is_405_and_says_so(site: Site) -> None:
    answer = await site.http.get("/webhooks/telnyx/harbor-main")
    assert answer.status_code == 405
    assert "Traceback" not in answer.text


async def test_bytes_that_are_not_http_do_not_hurt(site: Site) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", site.listener.port, family=socket.AF_INET)
    writer.write(b"\x16\x03\x01\x02\x00\x01\x00" + b"\xff" * 500 + b"\r\n\r\n")
    await writer.drain()
    await reader.read(1000)
    writer.close()
    assert await site.ready() == 200


async def test_without_a_database_the_webhook_is_503_so_that_it_comes_again(site: Site) -> None:
    await site.database.close()
    answer = await site.post(site.text())
    assert answer.status_code == 503
    assert answer.json() == {"error": "Not stored. Deliver it again."}


async def test_the_figures_count_without_naming_anybody(site: Site) -> None:
    await site.post(site.text())
    await site.post(site.text(), "/webhooks/made-up/nobody")
    figures = (await site.http.get("/metrics")).text
    assert 'deskbell_webhooks_total{channel="telnyx",status="200"}' in figures
    assert "made-up" not in figures
    assert "5550111" not in figures
    assert "5550142" not in figures


async def test_health_says_alive_and_ready(site: Site) -> None:
    assert (await site.http.get("/health/live")).json() == {"status": "alive"}
    assert (await site.http.get("/health/ready")).json() == {"ready": True, "missing": []}
