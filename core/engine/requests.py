"""A conversation's requests, as a turn's effects open, move and close them; a move the table forbids is refused."""

from __future__ import annotations

from dataclasses import dataclass

from core.receptionist.requests import may_move
from core.store.mailbox import Snapshot
from deskbell import RequestStatus


@dataclass(frozen=True, slots=True)
class Refused:
    """A move that no request may make; it is left where it was."""

    request: int
    before: RequestStatus
    after: RequestStatus


class Requests:
    """Numbers the requests. `moved` holds the new status of each that the turn has touched."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._open = snapshot.request
        self._latest = snapshot.requests
        self._status = RequestStatus(snapshot.request_status) if snapshot.request_status else RequestStatus.COLLECTING
        self.moved: dict[int, RequestStatus] = {}
        self.refused: list[Refused] = []

    def current(self) -> int:
        """The open request; the first fact of a new one opens it."""
        if not self._open:
            self._latest += 1
            self._open = self._latest
            self._set(RequestStatus.COLLECTING)
        return self._open

    def move(self, status: RequestStatus) -> None:
        """Where no request is open, closing changes nothing and any other move opens one first."""
        if status is RequestStatus.CLOSED and not self._open:
            return
        number = self.current()
        if not may_move(self._status, status):
            self.refused.append(Refused(number, self._status, status))
            return
        if status is not self._status:
            self._set(status)
        if status is RequestStatus.CLOSED:
            self._open = 0

    def _set(self, status: RequestStatus) -> None:
        self._status = status
        self.moved[self._open] = status
