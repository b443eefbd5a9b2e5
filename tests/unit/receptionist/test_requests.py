"""The life of a request is a table, and the engine keeps to it whatever effects a turn brings."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.engine.requests import Requests
from core.receptionist.requests import MOVES, may_move
from core.store.mailbox import Snapshot
from deskbell import RequestStatus

S = RequestStatus
STATUSES = st.sampled_from(list(S))


def snapshot(status: RequestStatus | None = None) -> Snapshot:
    """A conversation whose third request is open and has this status; None: two are over and none is open."""
    given: dict[str, Any] = dict.fromkeys(Snapshot.__slots__, 0)
    given |= {"request": 3 if status else 0, "request_status": status, "requests": 3 if status else 2}
    return Snapshot(**given)


def test_the_table_knows_every_status() -> None:
    assert MOVES.keys() == set(S)


@pytest.mark.parametrize(
    "way",
    [
        [S.COLLECTING, S.READY, S.OFFERED, S.PENDING, S.PAID, S.BOOKED, S.CLOSED],
        [S.COLLECTING, S.READY, S.BOOKED],
        [S.COLLECTING, S.READY, S.OFFERED, S.READY, S.BOOKED],
        [S.COLLECTING, S.READY, S.OFFERED, S.PENDING, S.OFFERED, S.PENDING, S.PAID, S.CLOSED],
        [S.COLLECTING, S.DECLINED, S.CLOSED],
    ],
)
def test_the_ways_of_a_clinic_are_open(way: list[RequestStatus]) -> None:
    assert all(may_move(before, after) for before, after in pairwise(way))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (S.COLLECTING, S.PAID),
        (S.COLLECTING, S.BOOKED),
        (S.DECLINED, S.PENDING),
        (S.READY, S.COLLECTING),
        (S.PAID, S.OFFERED),
        (S.PAID, S.DECLINED),
        (S.BOOKED, S.READY),
        (S.DECLINED, S.OFFERED),
        (S.CLOSED, S.READY),
    ],
)
def test_nothing_is_paid_unasked_booked_early_or_opened_again(before: RequestStatus, after: RequestStatus) -> None:
    assert not may_move(before, after)


def test_every_request_can_end_and_none_lives_on_after_it() -> None:
    assert all(may_move(status, S.CLOSED) for status in S)
    assert not MOVES[S.CLOSED]


@given(
    start=st.none() | st.sampled_from([one for one in S if one is not S.CLOSED]), moves=st.lists(STATUSES, max_size=8)
)
def test_what_is_written_is_only_ever_a_legal_walk(start: RequestStatus | None, moves: list[RequestStatus]) -> None:
    requests = Requests(snapshot(start))
    number, status = (3, start) if start else (2, S.CLOSED)
    for move in moves:
        refused = len(requests.refused)
        requests.move(move)
        after = requests.moved.get(max(requests.moved, default=number), status)
        if max(requests.moved, default=number) > number:
            number, status = max(requests.moved), S.COLLECTING
        assert may_move(status, after)
        if len(requests.refused) > refused:
            assert after is status
            assert not may_move(status, move)
        elif not (status is S.CLOSED and move is S.CLOSED):
            assert after is move
        status = after
    assert all(isinstance(one, S) for one in requests.moved.values())


def test_after_a_close_the_next_fact_opens_the_next_request() -> None:
    requests = Requests(snapshot(S.BOOKED))
    requests.move(S.CLOSED)
    assert requests.current() == 4
    assert requests.moved == {3: S.CLOSED, 4: S.COLLECTING}


def test_closing_nothing_opens_nothing() -> None:
    requests = Requests(snapshot())
    requests.move(S.CLOSED)
    assert requests.moved == {}
