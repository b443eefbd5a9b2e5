"""Both carriers' error tables: every code that their pages name, what we do about it, and how long we wait."""

from __future__ import annotations

from datetime import timedelta

import pytest

from deskbell import Misconfigured, OptedOut, OutboundError, OutcomeUnknown, RetryLater, Undeliverable
from plugins.channels.telnyx import errors as telnyx
from plugins.channels.twilio import errors as twilio

MINUTES = timedelta(minutes=2)

TELNYX: dict[type[OutboundError], str] = {
    OptedOut: "40300",
    Undeliverable: "10002 10015 10016 40001 40009 40012 40301 40302 40304 40309 40310 40316 40317 40319 40322"
    " 90015 90018 90034",
    Misconfigured: (
        "10001 10009 10010 40003 40010 40013 40100 40151 40305 40306 40308 40311 40312 40313 40314 40315 40321 40329"
        " 40333"
    ),
    RetryLater: ("10007 10008 10011 40002 40004 40005 40006 40008 40011 40014 40016 40017 40018 40020 40318 40320"),
    OutcomeUnknown: "10027 10036",
}
TWILIO: dict[type[OutboundError], str] = {
    OptedOut: "21610",
    Undeliverable: "21211 21408 21602 21604 21612 21614 21617 21635",
    Misconfigured: "20003 20005 20404 21601 21603 21606 21608 21659 21660 30034",
    RetryLater: "20429 21611 30022 30023",
}


def rows(table: dict[type[OutboundError], str]) -> list[tuple[str, type[OutboundError]]]:
    return [(code, error) for error, codes in table.items() for code in codes.split()]


@pytest.mark.parametrize(("code", "error"), rows(TELNYX))
def test_every_code_of_telnyxs_is_what_it_says_whatever_the_http_status(code: str, error: type[OutboundError]) -> None:
    for status in (400, 401, 403, 422, 429, 500, 503):
        found = telnyx.refusal(status, code, None)
        assert (type(found), found.code) == (error, code)


@pytest.mark.parametrize(("code", "error"), rows(TWILIO))
def test_every_code_of_twilios_is_what_it_says_whatever_the_http_status(code: str, error: type[OutboundError]) -> None:
    for status in (400, 403, 429, 500):
        found = twilio.refusal(status, code)
        assert (type(found), found.code) == (error, code)


def test_no_code_stands_in_a_table_and_not_here() -> None:
    ours = {code for code, _ in rows(TELNYX)}
    assert ours == {
        *telnyx.OPTED_OUT,
        *telnyx.UNDELIVERABLE,
        *telnyx.MISCONFIGURED,
        *telnyx.PASSING,
        *telnyx.EARLIER_ATTEMPT,
    }
    ours = {code for code, _ in rows(TWILIO)}
    assert ours == {*twilio.OPTED_OUT, *twilio.UNDELIVERABLE, *twilio.MISCONFIGURED, *twilio.SLOW_DOWN}


@pytest.mark.parametrize(
    ("code", "asked", "waits"),
    [
        ("40018", None, MINUTES),
        ("40016", None, timedelta(hours=1)),
        ("40020", None, timedelta(hours=24)),
        ("10011", None, None),
        ("10011", timedelta(seconds=7), timedelta(seconds=7)),
        ("40318", timedelta(seconds=7), timedelta(seconds=7)),
    ],
)
def test_telnyxs_own_pause_comes_first_then_what_is_known_of_the_code(
    code: str, asked: timedelta | None, waits: timedelta | None
) -> None:
    error = telnyx.refusal(400, code, asked)
    assert isinstance(error, RetryLater)
    assert error.after == waits


@pytest.mark.parametrize(("status", "code", "certain"), [(500, None, False), (503, "10007", True), (429, None, True)])
def test_a_failure_of_telnyxs_without_a_code_leaves_open_whether_the_text_left(
    status: int, code: str | None, certain: bool
) -> None:
    error = telnyx.refusal(status, code, None)
    assert isinstance(error, RetryLater)
    assert error.certain is certain


@pytest.mark.parametrize(("code", "waits"), [("21611", MINUTES), ("30023", timedelta(hours=1)), ("20429", None)])
def test_twilios_full_queue_and_caps_are_waited_for(code: str, waits: timedelta | None) -> None:
    error = twilio.refusal(400, code)
    assert isinstance(error, RetryLater)
    assert error.after == waits


@pytest.mark.parametrize(
    ("error", "down"),
    [
        *((telnyx.refusal(500, code, None), code in ("10007", "10008")) for code in sorted(telnyx.PASSING)),
        *((twilio.refusal(400, code), False) for code in sorted(twilio.SLOW_DOWN)),
        *((telnyx.refusal(status, None, None), down) for status, down in ((500, True), (503, True), (429, False))),
        *((twilio.refusal(status, None), down) for status, down in ((500, True), (503, True), (429, False))),
    ],
)
def test_a_carrier_is_down_when_it_is_in_trouble_itself_and_not_when_one_text_has_to_wait(
    error: OutboundError, down: bool
) -> None:
    assert isinstance(error, RetryLater)
    assert error.down is down


@pytest.mark.parametrize("status", [502, 504])
def test_a_gateway_that_answers_in_their_place_leaves_it_open(status: int) -> None:
    assert isinstance(telnyx.refusal(status, None, None), OutcomeUnknown)
    assert isinstance(twilio.refusal(status, None), OutcomeUnknown)
