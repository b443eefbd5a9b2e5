"""Faults on demand, on both ways."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from telnyx import APIConnectionError, APITimeoutError, AsyncTelnyx, InternalServerError, RateLimitError
from twilio.base.exceptions import TwilioRestException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client

HARBOR = "+12125550142"
PALM = "+13105550177"
DANA = "+12125550117"


@pytest.fixture
async def client(sandbox: Any) -> AsyncIterator[AsyncTelnyx]:
    settings = sandbox.overrides["telnyx"]
    async with AsyncTelnyx(api_key=settings["api_key"], base_url=settings["base_url"], max_retries=0) as client:
        yield client


def texts(application: Any) -> list[str]:
    return [json.loads(one.body)["data"]["payload"]["text"] for one in application.deliveries]


async def test_duplicate_delivers_a_webhook_that_many_times_more(sandbox, application, text, fault) -> None:
    await fault("telnyx", "duplicate", times=4)
    await text("first")
    await text("second")
    await sandbox.idle()

    assert sorted(texts(application)) == ["first"] * 5 + ["second"]
    firsts = [one for one in application.deliveries if b"first" in one.body]
    assert len({json.loads(one.body)["data"]["id"] for one in firsts}) == 1


async def test_duplicate_can_meet_several_webhooks(sandbox, application, text, fault) -> None:
    await fault("telnyx", "duplicate", times=1, deliveries=2)
    for words in ("a", "b", "c"):
        await text(words)
    await sandbox.idle()

    assert sorted(texts(application)) == ["a", "a", "b", "b", "c"]


async def test_reorder_lets_the_next_text_overtake(sandbox, application, text, fault) -> None:
    await fault("telnyx", "reorder")
    for words in ("first", "second", "third"):
        await text(words)
    async with asyncio.timeout(10):  # well before a held text goes out on its own
        await sandbox.idle()

    assert texts(application).index("second") < texts(application).index("first")
    assert sorted(texts(application)) == ["first", "second", "third"]


async def test_delay_lets_later_texts_pass(sandbox, application, text, fault) -> None:
    await fault("telnyx", "delay", seconds=0.05)
    await text("late")
    await text("prompt")
    await sandbox.idle()

    assert texts(application) == ["prompt", "late"]


async def test_a_held_text_goes_out_when_the_faults_are_cleared(sandbox, application, text, fault, control) -> None:
    await fault("telnyx", "reorder")
    await text("held")
    await control.delete("/api/faults")
    await sandbox.idle()

    assert texts(application) == ["held"]


async def test_a_lost_answer_makes_the_provider_deliver_again(sandbox, application, text, fault, thread) -> None:
    await fault("telnyx", "drop_response", on="webhook")
    await text("twice")
    await sandbox.idle()

    assert texts(application) == ["twice", "twice"]
    assert [one["status"] for one in await thread()] == ["delivered"]


async def test_faults_for_receipts_leave_texts_alone(sandbox, application, text, fault, client) -> None:
    await fault("telnyx", "duplicate", times=1, event="receipt")
    await text("inbound")
    await client.messages.send(to=DANA, from_=HARBOR, text="outbound")
    await sandbox.idle()

    kinds = [json.loads(one.body)["data"]["event_type"] for one in application.deliveries]
    assert sorted(kinds) == ["message.finalized", "message.received", "message.sent", "message.sent"]


async def test_receipts_can_be_reordered(sandbox, application, fault, client) -> None:
    await fault("telnyx", "reorder", event="receipt")
    await client.messages.send(to=DANA, from_=HARBOR, text="outbound")
    await sandbox.idle()

    kinds = [json.loads(one.body)["data"]["event_type"] for one in application.deliveries]
    assert kinds == ["message.finalized", "message.sent"]


async def test_one_provider_s_faults_leave_the_other_alone(sandbox, application, text, fault) -> None:
    await fault("twilio", "duplicate", times=3)
    await text("Hello")
    await sandbox.idle()

    assert len(application.deliveries) == 1


async def test_status_answers_without_acting(client, fault, thread) -> None:
    await fault("telnyx", "status", code=503, times=2)
    for _ in range(2):
        with pytest.raises(InternalServerError) as failed:
            await client.messages.send(to=DANA, from_=HARBOR, text="Hi")
        assert failed.value.status_code == 503
    assert await thread() == []
    await client.messages.send(to=DANA, from_=HARBOR, text="Hi")
    assert len(await thread()) == 1


async def test_status_carries_a_body_and_a_retry_after(client, fault) -> None:
    body = {"errors": [{"code": "10011", "title": "Slow down", "detail": ""}]}
    await fault("telnyx", "status", code=429, body=body, retry_after=7)
    with pytest.raises(RateLimitError) as failed:
        await client.messages.send(to=DANA, from_=HARBOR, text="Hi")

    assert failed.value.body == body
    assert failed.value.response.headers["retry-after"] == "7"


@pytest.mark.filterwarnings("ignore:.*BasicAuth.*:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:The .auth. parameter is deprecated:DeprecationWarning")
async def test_status_has_the_other_provider_s_shape_too(sandbox, fault) -> None:
    settings = sandbox.overrides["twilio"]
    http = AsyncTwilioHttpClient(max_retries=None)
    client = Client(settings["account_sid"], settings["auth_token"], http_client=http)
    client.api.base_url = settings["base_url"]
    await fault("twilio", "status", code=429)
    with pytest.raises(TwilioRestException) as failed:
        await client.messages.create_async(to=DANA, from_=PALM, body="Hi")
    await http.close()

    assert (failed.value.status, failed.value.code) == (429, 20429)


async def test_drop_response_acts_and_says_nothing(sandbox, application, client, fault, thread) -> None:
    await fault("telnyx", "drop_response")
    with pytest.raises(APIConnectionError) as cut:
        await client.with_options(timeout=10).messages.send(to=DANA, from_=HARBOR, text="Hi", idempotency_key="t-1")
    assert not isinstance(cut.value, APITimeoutError)
    await sandbox.idle()

    assert [one["status"] for one in await thread()] == ["delivered"]
    assert len(application.deliveries) == 2
    await client.messages.send(to=DANA, from_=HARBOR, text="Hi", idempotency_key="t-1")
    assert len(await thread()) == 1


async def test_timeout_acts_and_never_answers(sandbox, client, fault, thread, control) -> None:
    await fault("telnyx", "timeout")
    with pytest.raises(APITimeoutError):
        await client.with_options(timeout=0.1).messages.send(to=DANA, from_=HARBOR, text="Hi")
    await sandbox.idle()

    assert [one["status"] for one in await thread()] == ["delivered"]
    calls = [entry for entry in (await control.get("/api/log")).json() if entry["kind"] == "api"]
    assert [(call["status"], call["note"]) for call in calls] == [(None, "timeout")]


async def test_faults_on_the_api_meet_sends_and_not_lookups(client, fault) -> None:
    await fault("telnyx", "status", code=500)
    await client.balance.retrieve()
    with pytest.raises(InternalServerError):
        await client.messages.send(to=DANA, from_=HARBOR, text="Hi")


async def test_lookups_can_be_met_too(client, fault) -> None:
    await fault("telnyx", "status", code=500, event="read")
    with pytest.raises(InternalServerError):
        await client.balance.retrieve()


async def test_waiting_faults_are_listed_until_used(sandbox, control, text, fault) -> None:
    await fault("telnyx", "duplicate", times=2)
    await fault("twilio", "status", times=3, code=500)
    await text("Hello")

    [left] = (await control.get("/api/faults")).json()
    assert (left["provider"], left["kind"], left["on"], left["event"], left["left"]) == (
        "twilio",
        "status",
        "api",
        "send",
        3,
    )
    await control.delete("/api/faults")
    assert (await control.get("/api/faults")).json() == []


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"provider": "telnyx"},
        {"provider": "stripe", "kind": "delay"},
        {"provider": "square", "kind": "delay", "event": "receipt"},
        {"provider": "telnyx", "kind": "explode"},
        {"provider": "telnyx", "kind": "status", "on": "webhook"},
        {"provider": "telnyx", "kind": "duplicate", "on": "api"},
        {"provider": "telnyx", "kind": "duplicate", "times": 51},
        {"provider": "telnyx", "kind": "delay", "event": "send"},
        {"provider": "telnyx", "kind": "delay", "times": 0},
        {"provider": "telnyx", "kind": "delay", "seconds": -1},
        {"provider": "telnyx", "kind": "status", "code": 99},
        {"provider": "telnyx", "kind": "delay", "second": 1},
    ],
)
async def test_an_impossible_fault_is_refused_with_what_is_possible(control, wanted) -> None:
    answer = await control.post("/api/faults", json=wanted)

    assert answer.status_code == 400
    assert set(answer.json()) == {"error", "allowed"}
    assert answer.json()["allowed"]
    assert (await control.get("/api/faults")).json() == []


async def test_two_hundred_phones_with_every_webhook_doubled_lose_nothing(sandbox, application, text, fault) -> None:
    await fault("telnyx", "duplicate", times=1, deliveries=200)
    await asyncio.gather(*(text(f"from {index}", sender=f"+1212555{index:04}") for index in range(200)))
    await sandbox.idle()

    assert sorted(texts(application)) == sorted(f"from {index}" for index in range(200) for _ in range(2))


async def test_stopping_cuts_off_a_caller_that_is_kept_waiting(sandbox, client, fault) -> None:
    await fault("telnyx", "timeout")
    call = asyncio.ensure_future(client.messages.send(to=DANA, from_=HARBOR, text="Hi"))
    async with httpx.AsyncClient(base_url=sandbox.url) as http:
        while not (await http.get("/api/log")).json():
            pass
    await sandbox.stop()

    with pytest.raises(APIConnectionError):
        await call
