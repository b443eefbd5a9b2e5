"""The Telnyx stand-in, asked through the official SDK."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from telnyx import (
    APIStatusError,
    AsyncTelnyx,
    AuthenticationError,
    BadRequestError,
    NotFoundError,
    UnprocessableEntityError,
)

from sandbox.pace import Pace

HARBOR = "+12125550142"
DANA = "+12125550117"
MARCO = "+12125550188"


@pytest.fixture
async def client(sandbox: Any) -> AsyncIterator[AsyncTelnyx]:
    settings = sandbox.overrides["telnyx"]
    async with AsyncTelnyx(api_key=settings["api_key"], base_url=settings["base_url"], max_retries=0) as client:
        yield client


def verify(delivery: Any, public_key: str) -> None:
    signed = delivery.headers["telnyx-timestamp"].encode() + b"|" + delivery.body
    signature = base64.b64decode(delivery.headers["telnyx-signature-ed25519"])
    Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key)).verify(signature, signed)


def events(application: Any) -> list[str]:
    return [json.loads(delivery.body)["data"]["event_type"] for delivery in application.deliveries]


def payload(delivery: Any) -> dict[str, Any]:
    return dict(json.loads(delivery.body)["data"]["payload"])


def code_of(problem: APIStatusError) -> str:
    body: Any = problem.body
    return str(body["errors"][0]["code"])


async def test_a_text_from_a_phone_arrives_as_a_signed_webhook(sandbox, application, text, thread) -> None:
    text_id = await text("Do you do lip filler?")
    await sandbox.idle()

    [delivery] = application.deliveries
    verify(delivery, sandbox.overrides["telnyx"]["public_key"])
    assert delivery.path == "/webhooks/telnyx/harbor-main"
    found = payload(delivery)
    assert (found["id"], found["text"], found["direction"]) == (text_id, "Do you do lip filler?", "inbound")
    assert (found["from"]["phone_number"], found["to"][0]["phone_number"]) == (DANA, HARBOR)
    assert "autoresponse_type" not in found
    assert [(one["status"], one["author"]) for one in await thread()] == [("delivered", "contact")]


async def test_a_signature_covers_timestamp_and_body(sandbox, application, text) -> None:
    await text("Hello")
    await sandbox.idle()

    [delivery] = application.deliveries
    delivery.headers["telnyx-timestamp"] = "1"
    with pytest.raises(InvalidSignature):
        verify(delivery, sandbox.overrides["telnyx"]["public_key"])


async def test_a_sent_text_reaches_the_phone_and_its_receipts_reach_the_application(
    sandbox, application, client, thread
) -> None:
    sent = await client.messages.send(to=DANA, from_=HARBOR, text="We do!")
    assert sent.data is not None
    assert sent.data.to is not None
    assert (sent.data.to[0].status, sent.data.parts, sent.data.encoding) == ("queued", 1, "GSM-7")
    await sandbox.idle()

    assert events(application) == ["message.sent", "message.finalized"]
    assert [payload(one)["to"][0]["status"] for one in application.deliveries] == ["sent", "delivered"]
    for delivery in application.deliveries:
        verify(delivery, sandbox.overrides["telnyx"]["public_key"])
    [shown] = await thread()
    assert (shown["id"], shown["status"], shown["author"]) == (sent.data.id, "delivered", "clinic")
    again = await client.messages.retrieve(sent.data.id or "")
    assert again.data is not None
    assert again.data.id == sent.data.id


async def test_a_message_s_own_webhook_address_wins_over_the_profile_s(sandbox, application, client) -> None:
    own = f"{application.url}/elsewhere?text=t-1"
    await client.messages.send(to=DANA, from_=HARBOR, text="Hi", webhook_url=own)
    await sandbox.idle()

    assert {delivery.url for delivery in application.deliveries} == {own}


async def test_no_receipts_go_out_when_the_profile_s_address_was_declined(sandbox, application, client) -> None:
    await client.messages.send(to=DANA, from_=HARBOR, text="Hi", use_profile_webhooks=False)
    await sandbox.idle()

    assert application.deliveries == []


async def test_the_same_idempotency_key_and_body_sends_once(sandbox, client, thread) -> None:
    first = await client.messages.with_raw_response.send(to=DANA, from_=HARBOR, text="Hi", idempotency_key="t-1")
    second = await client.messages.with_raw_response.send(to=DANA, from_=HARBOR, text="Hi", idempotency_key="t-1")
    await sandbox.idle()

    assert "idempotent-replayed" not in first.headers
    assert second.headers["idempotent-replayed"] == "true"
    assert await first.text() == await second.text()
    assert len(await thread()) == 1


async def test_the_same_idempotency_key_with_another_body_is_refused(client, thread) -> None:
    await client.messages.send(to=DANA, from_=HARBOR, text="Hi", idempotency_key="t-1")
    with pytest.raises(UnprocessableEntityError) as refused:
        await client.messages.send(to=DANA, from_=HARBOR, text="Hello", idempotency_key="t-1")

    assert code_of(refused.value) == "10027"
    assert len(await thread()) == 1


async def test_a_refusal_is_not_remembered_under_its_key(client, text, sandbox) -> None:
    await text("STOP")
    with pytest.raises(BadRequestError):
        await client.messages.send(to=DANA, from_=HARBOR, text="Hi", idempotency_key="t-1")
    await text("START")
    await client.messages.send(to=DANA, from_=HARBOR, text="Hi", idempotency_key="t-1")


async def test_an_idempotency_key_is_forgotten_after_a_day(client, control, thread) -> None:
    await client.messages.send(to=DANA, from_=HARBOR, text="Hi", idempotency_key="t-1")
    await control.post("/api/clock", json={"advance_seconds": 24 * 3600 + 1})
    await client.messages.send(to=DANA, from_=HARBOR, text="Hi", idempotency_key="t-1")

    assert len(await thread()) == 2


async def test_a_wrong_key_is_refused(sandbox) -> None:
    base_url = sandbox.overrides["telnyx"]["base_url"]
    async with AsyncTelnyx(api_key="KEY_wrong", base_url=base_url, max_retries=0) as stranger:
        with pytest.raises(AuthenticationError) as refused:
            await stranger.messages.send(to=DANA, from_=HARBOR, text="Hi")
    assert code_of(refused.value) == "10009"


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"to": "555", "from_": HARBOR, "text": "Hi"}, "40310"),
        ({"to": DANA, "from_": "+12125550100", "text": "Hi"}, "40305"),
        ({"to": DANA, "from_": "+13105550177", "text": "Hi"}, "40305"),
        ({"to": DANA, "from_": HARBOR}, "40316"),
        ({"to": DANA, "from_": HARBOR, "text": "x" * 1531}, "40302"),
        ({"to": DANA, "from_": HARBOR, "text": "Hi", "messaging_profile_id": "nobody's"}, "40311"),
        ({"to": DANA, "from_": HARBOR, "media_urls": ["javascript:alert(1)"]}, "40317"),
    ],
)
async def test_a_bad_send_is_refused_with_its_own_code(client, thread, wanted, code) -> None:
    with pytest.raises(BadRequestError) as refused:
        await client.messages.send(**wanted)

    assert code_of(refused.value) == code
    assert await thread() == []


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff\xfe", b'{"to": "\\ud800"}', b""])
async def test_a_body_that_is_no_json_object_is_a_bad_request(sandbox, control, body) -> None:
    headers = {"authorization": f"Bearer {sandbox.overrides['telnyx']['api_key']}"}
    answer = await control.post("/telnyx/v2/messages", content=body, headers=headers)

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "10015")


async def test_stop_blocks_on_the_profile_and_the_carrier_answers_it(
    sandbox, application, client, text, thread
) -> None:
    await text(" stop ")
    await sandbox.idle()

    assert payload(application.deliveries[0])["autoresponse_type"] == "STOP"
    assert [one["author"] for one in await thread()] == ["contact", "carrier"]
    with pytest.raises(BadRequestError) as refused:
        await client.messages.send(to=DANA, from_=HARBOR, text="Hi")
    assert code_of(refused.value) == "40300"
    await client.messages.send(to=MARCO, from_=HARBOR, text="Hi")


async def test_a_second_stop_is_not_answered_again(sandbox, text, thread) -> None:
    await text("STOP")
    await text("STOP")
    await sandbox.idle()

    assert [one["author"] for one in await thread()].count("carrier") == 1


async def test_start_lifts_the_block(sandbox, application, client, text) -> None:
    await text("STOP")
    await text("Start")
    await client.messages.send(to=DANA, from_=HARBOR, text="Welcome back")
    await sandbox.idle()

    inbound = [payload(one) for one in application.deliveries if payload(one)["direction"] == "inbound"]
    assert [one["autoresponse_type"] for one in inbound] == ["STOP", "START"]


@pytest.mark.parametrize("words", ["STOP please", "cancel my 3pm", "REVOKE", "HELP", "YES", "stop by tomorrow"])
async def test_other_words_are_left_to_the_application(sandbox, application, client, text, words) -> None:
    await text(words)
    await sandbox.idle()

    assert "autoresponse_type" not in payload(application.deliveries[0])
    await client.messages.send(to=DANA, from_=HARBOR, text="Hi")


async def test_a_picture_travels_as_mms(sandbox, application, text, control) -> None:
    stored = (await control.post("/api/media", content=b"\x89PNG\r\n\x1a\n" + b"0" * 20)).json()
    await text("", media=[stored["url"]])
    await sandbox.idle()

    found = payload(application.deliveries[0])
    assert found["type"] == "MMS"
    assert [(one["url"], one["content_type"], one["size"]) for one in found["media"]] == [
        (stored["url"], "image/png", 28)
    ]


async def test_a_refused_webhook_is_tried_three_times_and_signed_anew(sandbox, application, text, thread) -> None:
    application.answers = [500, 302]
    await text("Hello")
    await sandbox.idle()

    assert [json.loads(one.body)["meta"]["attempt"] for one in application.deliveries] == [1, 2, 3]
    assert len({json.loads(one.body)["data"]["id"] for one in application.deliveries}) == 1
    for delivery in application.deliveries:
        verify(delivery, sandbox.overrides["telnyx"]["public_key"])
    assert [one["status"] for one in await thread()] == ["delivered"]


async def test_after_three_refusals_the_text_counts_as_failed(sandbox, application, text, thread) -> None:
    application.answers = [503, 503, 503, 200]
    await text("Hello")
    await sandbox.idle()

    assert len(application.deliveries) == 3
    assert [one["status"] for one in await thread()] == ["failed"]


class TestSlowApplication:
    @pytest.fixture
    def pace(self) -> Pace:
        return Pace(sent_after=0, delivered_after=0, retries_after=(0, 0), telnyx_deadline=0.05)

    async def test_an_answer_beyond_the_deadline_counts_as_none(self, sandbox, application, text, control) -> None:
        application.answering.clear()
        await text("Hello")
        await sandbox.idle()

        assert len(application.deliveries) == 3
        log = (await control.get("/api/log")).json()
        assert [entry["status"] for entry in log] == [None, None, None]


async def test_texts_of_one_phone_arrive_in_order(sandbox, application, text) -> None:
    for index in range(20):
        await text(f"text {index}")
    await sandbox.idle()

    assert [payload(one)["text"] for one in application.deliveries] == [f"text {index}" for index in range(20)]


class TestPatientCarrier:
    @pytest.fixture
    def pace(self) -> Pace:
        return Pace(sent_after=0, delivered_after=0, retries_after=(0, 0), telnyx_deadline=60)

    async def test_a_text_waits_for_the_one_before_it_and_for_nobody_else_s(self, sandbox, application, text) -> None:
        application.answering.clear()
        await text("first")
        await text("second")
        await text("from another phone", sender=MARCO)
        await application.heard(2)
        assert {payload(one)["text"] for one in application.deliveries} == {"first", "from another phone"}

        application.answering.set()
        await sandbox.idle()
        assert len(application.deliveries) == 3


async def test_the_account_can_be_asked_about(client) -> None:
    profiles = [profile async for profile in await client.messaging_profiles.list()]
    balance = await client.balance.retrieve()

    assert [profile.name for profile in profiles] == ["Harbor Skin Studio"]
    assert balance.data is not None
    assert balance.data.currency == "USD"
    sent = await client.messages.send(to=DANA, messaging_profile_id=profiles[0].id or "", text="Hi")
    assert sent.data is not None
    assert sent.data.from_ is not None
    assert sent.data.from_.phone_number == HARBOR


async def test_an_unknown_message_and_an_unknown_path_are_not_found(client, sandbox) -> None:
    with pytest.raises(NotFoundError):
        await client.messages.retrieve("nothing")
    async with httpx.AsyncClient() as http:
        answer = await http.get(f"{sandbox.url}/telnyx/v2/nothing")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, "10005")
