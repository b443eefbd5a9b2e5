"""Square's contract for `idempotency_key`: the same key with the same body is the same thing, with another an error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from sandbox.square.accounts import Account
from sandbox.square.errors import SquareError

ThingT = TypeVar("ThingT")

#: Keys remembered at most; the oldest are forgotten beyond that.
_MOST = 50_000


class Once(Generic[ThingT]):
    """Things that were made, by account and key. Only successes are remembered."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, str], tuple[dict[str, Any], ThingT]] = {}

    def make(self, account: Account, key: str | None, body: dict[str, Any], act: Callable[[], ThingT]) -> ThingT:
        """What `act` makes, now or the first time. Without a key every request stands for itself.

        Raises `SquareError` IDEMPOTENCY_KEY_REUSED.
        """
        if key is None:
            return act()
        earlier = self._made.get((account.binding, key))
        if earlier is None:
            made = act()
            self._made[account.binding, key] = (body, made)
            if len(self._made) > _MOST:
                del self._made[next(iter(self._made))]
            return made
        if earlier[0] != body:
            detail = "Different request parameters used for the same idempotency_key."
            raise SquareError("IDEMPOTENCY_KEY_REUSED", detail, "idempotency_key")
        return earlier[1]
