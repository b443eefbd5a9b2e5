"""The Twilio stand-in, asked through the official SDK and verified with its own validator."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

# aiohttp announces the end of what the SDK still uses.
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*BasicAuth.*:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The .auth. parameter is deprecated:DeprecationWarning"),
]

PALM = "+13105550177"
DANA = "+12125550117"


@pytest.fixture
async def client(sandbox: Any) -> AsyncIterator[Client]:
    settings = sandbox.overrides["twilio"]
    http = AsyncTwilioHttpClient(max_retries=None)
    client = Client(settings["account_sid"], settings["auth_token"], http_client=http)
    client.api.base_url = settings["base_url"]
    yield client
    await http.close()


def fields(delivery: Any) -> dict[str, str]:
    return dict(parse_qsl(delivery.body.decode(), keep_blank_values=True))


def is_signed(delivery: Any, token: str, url: str | None = None) -> bool:
    signature = delivery.headers["x-twilio-signature"]
    return bool(RequestValidator(token).validate(url or delivery.url, fields(delivery), signature))


async def test_a_text_from_a_phone_arrives_as_a_signed_form(sandbox, application, text, thread) -> None:
    text_id = await text("¿Cuánto cuesta? 😀", to=PALM)
    await sandbox.idle()

    [delivery] = application.deliveries
    assert is_signed(delivery, sandbox.overrides["twilio"]["auth_token"])
    found = fields(delivery)
    assert (found["MessageSid"], found["From"], found["To"]) == (text_id, DANA, PALM)
    assert (found["Body"], found["NumMedia"], found["SmsStatus"]) == ("¿Cuánto cuesta? 😀", "0", "received")
    assert found["FromCity"] == ""
    assert [one["provider"] for one in await thread()] == ["twilio"]


async def test_a_signature_belongs_to_one_address_and_one_token(sandbox, application, text) -> None:
    await text("Hello", to=PALM)
    await sandbox.idle()

    [delivery] = application.deliveries
    token = sandbox.overrides["twilio"]["auth_token"]
    assert not is_signed(delivery, token, url=delivery.url + "?x=1")
    assert not is_signed(delivery, token[::-1])


async def test_a_sent_text_reaches_the_phone_and_its_callback(sandbox, application, client, thread) -> None:
    callback = f"{application.url}/webhooks/twilio/palm-main?text=t-7&x=a%20b"
    sent = await client.messages.create_async(to=DANA, from_=PALM, body="Hello", status_callback=callback)
    assert (sent.status, sent.num_segments, sent.direction) == ("queued", "1", "outbound-api")
    await sandbox.idle()

    assert [fields(one)["MessageStatus"] for one in application.deliveries] == ["sent", "delivered"]
    for delivery in application.deliveries:
        assert is_signed(delivery, sandbox.overrides["twilio"]["auth_token"], url=callback)
    [shown] = await thread()
    assert (shown["id"], shown["status"], shown["author"]) == (sent.sid, "delivered", "clinic")
    again = await client.messages(sent.sid).fetch_async()
    assert again.status == "delivered"


async def test_without_a_callback_nobody_is_told(sandbox, application, client) -> None:
    await client.messages.create_async(to=DANA, from_=PALM, body="Hello")
    await sandbox.idle()

    assert application.deliveries == []


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"to": "12", "from_": PALM, "body": "Hi"}, 21211),
        ({"to": DANA, "from_": "+12125550100", "body": "Hi"}, 21606),
        ({"to": DANA, "from_": "+12125550142", "body": "Hi"}, 21606),
        ({"to": DANA, "body": "Hi"}, 21603),
        ({"to": DANA, "from_": PALM}, 21602),
        ({"to": DANA, "from_": PALM, "body": "x" * 1601}, 21617),
        ({"to": DANA, "from_": PALM, "body": "Hi", "status_callback": "nowhere"}, 21609),
    ],
)
async def test_a_bad_send_is_refused_with_its_own_code(client, thread, wanted, code) -> None:
    with pytest.raises(TwilioRestException) as refused:
        await client.messages.create_async(**wanted)

    assert (refused.value.status, refused.value.code) == (400, code)
    assert await thread() == []


async def test_wrong_credentials_are_refused(sandbox) -> None:
    http = AsyncTwilioHttpClient(max_retries=None)
    stranger = Client(sandbox.overrides["twilio"]["account_sid"], "wrong", http_client=http)
    stranger.api.base_url = sandbox.overrides["twilio"]["base_url"]
    with pytest.raises(TwilioRestException) as refused:
        await stranger.messages.create_async(to=DANA, from_=PALM, body="Hi")
    await http.close()

    assert (refused.value.status, refused.value.code) == (401, 20003)


@pytest.mark.parametrize("word", ["STOP", "revoke", "OptOut", "CANCEL", "stopall"])
async def test_stop_words_block_and_are_answered_by_the_carrier(
    sandbox, application, client, text, thread, word
) -> None:
    await text(word, to=PALM)
    await sandbox.idle()

    assert len(application.deliveries) == 1
    assert "OptOutType" not in fields(application.deliveries[0])
    assert [one["author"] for one in await thread()] == ["contact", "carrier"]
    with pytest.raises(TwilioRestException) as refused:
        await client.messages.create_async(to=DANA, from_=PALM, body="Hi")
    assert (refused.value.status, refused.value.code) == (400, 21610)


@pytest.mark.parametrize("word", ["START", "yes", "Unstop"])
async def test_start_words_lift_the_block(sandbox, client, text, thread, word) -> None:
    await text("STOP", to=PALM)
    await text(word, to=PALM)
    await client.messages.create_async(to=DANA, from_=PALM, body="Welcome back")
    await sandbox.idle()

    assert [one["author"] for one in await thread()].count("carrier") == 2


async def test_help_is_answered_unless_the_phone_opted_out(sandbox, text, thread) -> None:
    await text("HELP", to=PALM)
    await text("STOP", to=PALM)
    await text("INFO", to=PALM)
    await sandbox.idle()

    authors = [one["author"] for one in await thread()]
    assert authors == ["contact", "carrier", "contact", "carrier", "contact"]


async def test_a_refused_webhook_is_not_repeated(sandbox, application, text, thread) -> None:
    application.answers = [500]
    await text("Hello", to=PALM)
    await sandbox.idle()

    assert len(application.deliveries) == 1
    assert [one["status"] for one in await thread()] == ["failed"]


async def test_a_failed_connection_is_tried_once_more(sandbox, clinics, text, control) -> None:
    gone = [type(one)(one.clinic, one.name, one.channel, one.number, "http://127.0.0.1:9/") for one in clinics]
    await sandbox.introduce(gone)
    await text("Hello", to=PALM)
    await sandbox.idle()

    log = (await control.get("/api/log")).json()
    assert [(entry["attempt"], entry["status"]) for entry in log] == [(1, None), (2, None)]


async def test_messages_are_listed_newest_first_by_their_ends_and_time(sandbox, client, control, text) -> None:
    early = datetime.now(UTC)
    first = await client.messages.create_async(to=DANA, from_=PALM, body="first")
    await control.post("/api/clock", json={"advance_seconds": 3600})
    second = await client.messages.create_async(to=DANA, from_=PALM, body="second")
    await client.messages.create_async(to="+12125550188", from_=PALM, body="to another")
    inbound = await text("Hello", to=PALM)
    await sandbox.idle()

    async def sids(**wanted: Any) -> list[str]:
        return [str(one.sid) for one in await client.messages.list_async(**wanted)]

    assert await sids(to=DANA, from_=PALM) == [second.sid, first.sid]
    assert await sids(to=DANA, date_sent_after=early + timedelta(minutes=30)) == [second.sid]
    assert await sids(to=DANA, date_sent_before=early + timedelta(minutes=30)) == [first.sid]
    assert await sids(from_=DANA) == [inbound]
    assert await sids(to=DANA, page_size=1) == [second.sid, first.sid]


async def test_a_picture_travels_as_mms_both_ways(sandbox, application, client, text, thread, control) -> None:
    stored = (await control.post("/api/media", content=b"\xff\xd8\xff" + b"0" * 20)).json()
    await text("", to=PALM, media=[stored["url"]])
    await sandbox.idle()
    sent = await client.messages.create_async(to=DANA, from_=PALM, body="See", media_url=[stored["url"]])

    found = fields(application.deliveries[0])
    assert (found["NumMedia"], found["MediaUrl0"], found["MediaContentType0"]) == ("1", stored["url"], "image/jpeg")
    assert str(sent.sid).startswith("MM")
    assert [one["media"][0]["content_type"] for one in await thread()] == ["image/jpeg", "image/jpeg"]


async def test_the_account_can_be_asked_about(client, sandbox) -> None:
    account = await client.api.accounts(sandbox.overrides["twilio"]["account_sid"]).fetch_async()
    numbers = await client.incoming_phone_numbers.list_async(phone_number=PALM)

    assert account.status == "active"
    assert [number.phone_number for number in numbers] == [PALM]


async def test_an_unknown_message_is_not_found(client) -> None:
    with pytest.raises(TwilioRestException) as refused:
        await client.messages("SM" + "0" * 32).fetch_async()
    assert (refused.value.status, refused.value.code) == (404, 20404)
