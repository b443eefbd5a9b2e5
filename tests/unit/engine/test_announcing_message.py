"""What a subscriber is sent, and the proof of whose it is."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from pydantic import SecretStr

from core.config.subscribers import Subscriber
from core.engine.announcing import message
from core.store.announcements import Announced

NEW = "whsec_" + base64.b64encode(b"n" * 32).decode()
OLD = "whsec_" + base64.b64encode(b"o" * 24).decode()
NOW = datetime(2026, 3, 2, 15, 0, 30, tzinfo=UTC)
PATIENT = "+12125550111"
LEARNED = Announced(
    clinic="harbor",
    id=9,
    key=UUID("6f9619ff-8b86-4011-b42d-00cf4fc964ff"),
    conversation=12,
    contact=7,
    phone=PATIENT,
    type="fact.learned",
    data={"field": "email", "value": "dana@example.com", "by": "rule"},
    at=NOW,
)


def subscriber(**changes: object) -> Subscriber:
    return Subscriber.model_validate({"url": "https://crm.example/deskbell", "secret": NEW} | changes)


def test_the_signature_is_the_one_that_the_standard_publishes() -> None:
    secret = SecretStr("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signed = message.signature("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}', secret)
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_headers_name_the_message_and_the_second_and_sign_both_with_the_body() -> None:
    headers = message.headers("m1", b"{}", subscriber().secrets, NOW)
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == ("m1", str(int(NOW.timestamp())))
    by_hand = hmac.new(b"n" * 32, f"m1.{int(NOW.timestamp())}.{{}}".encode(), hashlib.sha256).digest()
    assert headers["webhook-signature"] == f"v1,{base64.b64encode(by_hand).decode()}"


def test_while_a_secret_changes_both_sign_the_new_one_first() -> None:
    both = message.headers("m1", b"{}", subscriber(former_secret=OLD).secrets, NOW)["webhook-signature"].split(" ")
    assert both == [message.signature("m1", int(NOW.timestamp()), b"{}", SecretStr(one)) for one in (NEW, OLD)]
    assert both[0] != both[1]


def test_the_body_says_what_when_and_about_whom() -> None:
    announced = replace(LEARNED, data={"field": "first_name", "value": "Zoë", "by": "rule"})
    content = message.body(announced, subscriber())
    assert json.loads(content) == {
        "type": "fact.learned",
        "timestamp": "2026-03-02T15:00:30Z",
        "clinic": "harbor",
        "conversation": 12,
        "contact": 7,
        "data": {"field": "first_name", "value": "Zoë", "by": "rule"},
    }
    assert content == message.body(announced, subscriber())


def test_what_a_patient_is_reached_by_goes_only_where_it_is_wanted() -> None:
    kept = json.loads(message.body(LEARNED, subscriber()))
    assert "phone" not in kept
    assert kept["data"] == {"field": "email", "by": "rule"}
    told = json.loads(message.body(LEARNED, subscriber(phone=True)))
    assert told["phone"] == PATIENT
    assert told["data"]["value"] == "dana@example.com"


def test_a_conversation_that_is_not_by_text_has_no_phone_number() -> None:
    assert "phone" not in json.loads(message.body(replace(LEARNED, phone=None), subscriber(phone=True)))


def test_a_plugin_is_not_told_what_a_patient_is_reached_by() -> None:
    announcement = message.announcement(LEARNED)
    assert (announcement.id, announcement.contact) == (str(LEARNED.key), 7)
    assert "value" not in announcement.data


def test_no_repr_shows_a_number_a_name_or_a_secret() -> None:
    announced = replace(LEARNED, data={"field": "first_name", "value": "Dana"})
    said = f"{announced!r} {message.announcement(announced)!r} {subscriber(former_secret=OLD)!r}"
    assert not any(word in said for word in (PATIENT, "Dana", NEW, OLD))
