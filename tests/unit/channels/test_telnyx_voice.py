"""Calls through Telnyx: one event of the many says whether anybody answered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import pytest

from deskbell import Malformed
from plugins.channels.telnyx.testing import call, event

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
EARLIER = datetime(2026, 3, 2, 14, 59, 58, tzinfo=UTC)
OURS, CALLER, LINE = "+12125550142", "+13105550177", "+12125550134"
LEG: dict[str, Any] = {"call_session_id": "s1", "from": CALLER, "to": OURS, "hangup_cause": "originator_cancel"}


def ended(**changes: Any) -> bytes:
    return event("call.hangup", {**LEG, **changes}, at=EARLIER)


async def test_a_caller_who_gives_up_has_been_missed(telnyx_hears: Callable[..., Any]) -> None:
    [missed] = await telnyx_hears(ended())
    assert (missed.id, missed.caller, missed.called, missed.at) == ("s1", CALLER, OURS, EARLIER)


async def test_the_events_of_a_call_may_come_in_any_order(telnyx_hears: Callable[..., Any]) -> None:
    bodies = call(session="s1", caller=CALLER, to=OURS, at=NOW, cause="no_answer")
    for order in permutations(bodies):
        events = [heard for body in order for heard in await telnyx_hears(body)]
        assert [heard.id for heard in events] == ["s1"]


@pytest.mark.parametrize("cause", ["normal_clearing", "time_limit", "unspecified", "something_new", None, 7])
async def test_a_call_that_was_answered_or_that_nobody_can_tell_of_is_none(
    telnyx_hears: Callable[..., Any], cause: object
) -> None:
    assert await telnyx_hears(ended(hangup_cause=cause)) == []


@pytest.mark.parametrize("leg", [{"to": LINE}, {"from": OURS, "to": CALLER}, {"to": None}, {"to": [OURS]}])
async def test_a_leg_that_did_not_come_in_at_our_number_says_nothing(
    telnyx_hears: Callable[..., Any], leg: dict[str, Any]
) -> None:
    assert await telnyx_hears(ended(**leg)) == []


@pytest.mark.parametrize(
    "changes", [{"call_session_id": ""}, {"call_session_id": None}, {"from": None}, {"from": "2" * 400}]
)
async def test_a_missed_call_of_nobody_is_malformed(telnyx_hears: Callable[..., Any], changes: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        await telnyx_hears(ended(**changes))


async def test_an_event_without_a_payload_is_malformed(telnyx_hears: Callable[..., Any]) -> None:
    with pytest.raises(Malformed):
        await telnyx_hears(event("call.hangup", None, at=NOW))  # type: ignore[arg-type]
