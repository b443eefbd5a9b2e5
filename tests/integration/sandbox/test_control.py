"""The control API: what it answers, what it refuses, and whom."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest

HARBOR = "+12125550142"
DANA = "+12125550117"


async def test_the_introduced_clinics_are_listed(control) -> None:
    assert (await control.get("/api/clinics")).json() == [
        {"id": "harbor", "name": "Harbor Skin Studio", "channel": "telnyx", "number": HARBOR},
        {"id": "palm", "name": "Palm Dental", "channel": "twilio", "number": "+13105550177"},
    ]


async def test_another_process_gets_the_connection_and_introduces_its_clinics(sandbox, control, application) -> None:
    connection = (await control.get("/api/connection")).json()
    assert connection["overrides"] == {name: dict(settings) for name, settings in sandbox.overrides.items()}
    assert connection["url"] == sandbox.url
    assert connection["clock_file"] == str(sandbox.clock_file.resolve())

    given = {
        "clinic": "lake",
        "name": "Lake Clinic",
        "channel": "telnyx",
        "number": "+13125550160",
        "webhook_url": application.url + "/webhooks/telnyx/lake-main",
    }
    answer = await control.post("/api/clinics", json=[given, {**given, "channel": "terminal", "clinic": "x"}])
    assert [clinic["id"] for clinic in answer.json()] == ["lake"]


async def test_a_thread_shows_a_text_as_the_reference_says(sandbox, text, thread) -> None:
    text_id = await text("Hello {there}")
    await sandbox.idle()

    [shown] = await thread()
    assert shown.pop("at").endswith("+00:00")
    assert shown == {
        "id": text_id,
        "direction": "inbound",
        "from": DANA,
        "to": HARBOR,
        "text": "Hello {there}",
        "media": [],
        "status": "delivered",
        "provider": "telnyx",
        "segments": 1,
        "encoding": "GSM-7",
        "author": "contact",
    }


async def test_a_phone_that_never_texted_has_an_empty_thread(control) -> None:
    answer = await control.get("/api/threads/+12125550199")
    assert (answer.status_code, answer.json()) == (200, [])


async def test_a_phone_in_an_address_may_be_percent_encoded(text, control) -> None:
    await text("Hello")
    assert len((await control.get("/api/threads/%2B12125550117")).json()) == 1


@pytest.mark.parametrize("sender", ["72975", "SHOPNEWS"])
async def test_short_codes_and_sender_names_can_text_too(text, thread, sender) -> None:
    await text("10 % off", sender=sender)
    assert [one["from"] for one in await thread(sender)] == [sender]


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        ({"from": DANA, "to": "+12125550100", "text": "Hi"}, 404),
        ({"from": DANA, "to": "harbor", "text": "Hi"}, 400),
        ({"from": "+0", "to": HARBOR, "text": "Hi"}, 400),
        ({"from": DANA, "to": HARBOR, "text": 7}, 400),
        ({"from": DANA, "to": HARBOR, "text": "x" * 20_001}, 400),
        ({"from": DANA, "to": HARBOR, "text": "Hi", "media": ["file:///etc/hosts"]}, 400),
        ({"from": DANA, "to": HARBOR, "text": "Hi", "colour": "red"}, 400),
        ({"to": HARBOR, "text": "Hi"}, 400),
        ([], 400),
        ("Hi", 400),
    ],
)
async def test_a_text_that_cannot_be_sent_is_refused_with_what_is_allowed(control, thread, wanted, status) -> None:
    answer = await control.post("/api/texts", json=wanted)

    assert answer.status_code == status
    assert set(answer.json()) == {"error", "allowed"}
    assert answer.json()["allowed"]
    assert await thread() == []


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff", b"[" * 9999, b'{"from":"+12125550117","to":"+12125550142","text":"\\ud83d"}']
)
async def test_a_body_that_is_no_text_is_refused(control, body) -> None:
    answer = await control.post("/api/texts", content=body)
    assert (answer.status_code, set(answer.json())) == (400, {"error", "allowed"})


@pytest.mark.parametrize(
    ("words", "segments", "encoding", "left"),
    [
        ("", 1, "GSM-7", 160),
        ("x" * 160, 1, "GSM-7", 0),
        ("x" * 161, 2, "GSM-7", 145),
        ("€" * 80, 1, "GSM-7", 0),
        ("é’", 1, "UCS-2", 68),
        ("😀" * 36, 2, "UCS-2", 61),
    ],
)
async def test_segments_are_counted_by_encoding(control, words, segments, encoding, left) -> None:
    answer = (await control.post("/api/segments", json={"text": words})).json()
    assert (answer["segments"], answer["encoding"], answer["left"]) == (segments, encoding, left)


async def test_a_picture_is_stored_by_what_it_is_and_served_harmlessly(control) -> None:
    stored = await control.post("/api/media", content=b"GIF89a...", headers={"content-type": "text/html"})
    served = await control.get(stored.json()["url"])

    assert served.content == b"GIF89a..."
    assert served.headers["content-type"] == "image/gif"
    assert served.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"<svg onload=alert(1)>", 415),
        (b"", 415),
        (b"RIFF0000WAVEfmt ", 415),
        (b"\xff\xd8\xff" + b"0" * (5 * 1024 * 1024), 413),
    ],
)
async def test_what_is_no_picture_or_too_large_is_not_stored(control, body, status) -> None:
    answer = await control.post("/api/media", content=body)
    assert (answer.status_code, set(answer.json())) == (status, {"error", "allowed"})


async def test_the_clock_moves_and_its_file_says_by_how_much(sandbox, control) -> None:
    answer = await control.post("/api/clock", json={"advance_seconds": 3600})
    assert float(sandbox.clock_file.read_text()) == answer.json()["offset_seconds"] == 3600

    await control.post("/api/clock", json={"now": "2027-03-01T09:00:00-05:00"})
    now = datetime.fromisoformat((await control.get("/api/clock")).json()["now"])
    assert timedelta(0) <= now - datetime(2027, 3, 1, 14, tzinfo=UTC) < timedelta(seconds=30)

    await control.post("/api/clock", json={"reset": True})
    assert float(sandbox.clock_file.read_text()) == 0


async def test_texts_and_signatures_carry_the_moved_time(sandbox, application, control, text, thread) -> None:
    await control.post("/api/clock", json={"now": "2027-03-01T09:00:00Z"})
    await text("Hello from the future")
    await sandbox.idle()

    [shown] = await thread()
    assert shown["at"].startswith("2027-03-01T09:0")
    stamp = int(application.deliveries[0].headers["telnyx-timestamp"])
    assert datetime.fromtimestamp(stamp, UTC).date().isoformat() == "2027-03-01"


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"now": "2027-03-01T09:00:00"},
        {"now": "tomorrow"},
        {"now": "2099-01-01T00:00:00Z"},
        {"advance_seconds": "soon"},
        {"advance_seconds": 1e300},
        {"advance_seconds": 1, "reset": True},
        {"reset": False},
        {"rewind": 1},
    ],
)
async def test_a_clock_is_not_moved_to_nowhere(sandbox, control, wanted) -> None:
    answer = await control.post("/api/clock", json=wanted)

    assert (answer.status_code, set(answer.json())) == (400, {"error", "allowed"})
    assert float(sandbox.clock_file.read_text()) == 0


async def test_the_log_shows_both_ways_and_no_credential(sandbox, control, text) -> None:
    settings = sandbox.overrides["telnyx"]
    await text("Hello")
    await sandbox.idle()
    headers = {"authorization": f"Bearer {settings['api_key']}"}
    body = {"to": DANA, "from": HARBOR, "text": "Hi", "use_profile_webhooks": False}
    await control.post("/telnyx/v2/messages", json=body, headers=headers)

    answer = await control.get("/api/log")
    first, second = answer.json()
    assert (first["kind"], first["event"], first["status"]) == ("webhook", "message.received", 200)
    assert (second["kind"], second["event"], second["status"]) == ("api", "send", 200)
    assert json.loads(second["body"]) == body
    assert settings["api_key"] not in answer.text
    assert (await control.get(f"/api/log?since={first['id']}")).json() == [second]
    assert (await control.get("/api/log?since=x")).status_code == 400


async def test_open_pages_hear_of_texts_as_they_come(control, text) -> None:
    async with control.stream("GET", "/api/stream") as stream:
        lines = stream.aiter_lines()
        async for line in lines:
            if line == "event: ready":
                break
        sending = asyncio.ensure_future(text("<b>live</b>"))
        async for line in lines:
            if line == "event: message":
                break
        told = json.loads((await anext(lines)).removeprefix("data: "))
        assert (told["id"], told["text"]) == (await sending, "<b>live</b>")


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://elsewhere.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:1"},
        {"host": "rebound.example"},
        {"host": "127.0.0.1"},
        {"sec-fetch-site": "cross-site"},
    ],
)
async def test_pages_of_other_sites_cannot_drive_the_sandbox(sandbox, control, thread, headers) -> None:
    body = {"from": DANA, "to": HARBOR, "text": "Hi"}
    answer = await control.post("/api/texts", json=body, headers=headers)
    secret = await control.get("/api/connection", headers=headers)

    assert (answer.status_code, secret.status_code) == (403, 403)
    assert await thread() == []


async def test_the_sandbox_s_own_page_can(sandbox, control) -> None:
    headers = {"origin": sandbox.url, "sec-fetch-site": "same-origin"}
    answer = await control.post("/api/texts", json={"from": DANA, "to": HARBOR, "text": "Hi"}, headers=headers)
    assert answer.status_code == 200


async def test_the_page_allows_nothing_from_elsewhere(control) -> None:
    page = await control.get("/")
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["content-security-policy"]


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/api/nothing", 404), ("PUT", "/api/clock", 405)])
async def test_unknown_addresses_and_methods_are_told_so(control: httpx.AsyncClient, method, path, status) -> None:
    answer = await control.request(method, path)
    assert (answer.status_code, set(answer.json())) == (status, {"error", "allowed"})
