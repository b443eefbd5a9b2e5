"""What channels tell their providers because of a webhook, once it is stored: a call being put through."""

from __future__ import annotations

import asyncio

from core import log
from deskbell import FollowUp, OutboundError, OutcomeUnknown, RetryLater

logger = log.get(__name__)

#: Seconds before each further attempt: who is to be put through is waiting on the telephone.
PAUSES = (0.5, 1.5)
#: How long a stopping process waits for those under way.
_AT_THE_END_SECONDS = 5.0


class FollowUps:
    """Runs them beside the answers. A failed one costs a call its ringing, no more: who then hangs up was missed."""

    def __init__(self, pauses: tuple[float, ...] = PAUSES) -> None:
        self._pauses = pauses
        self._running: set[asyncio.Task[None]] = set()

    def start(self, follow_up: FollowUp, binding: str) -> None:
        """Returns at once."""
        task = asyncio.create_task(self._run(follow_up, binding), name=f"{binding} follows up")
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def close(self) -> None:
        """Waits a while for those that run, and ends what remains."""
        if self._running:
            await asyncio.wait(self._running, timeout=_AT_THE_END_SECONDS)
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _run(self, follow_up: FollowUp, binding: str) -> None:
        for pause in (*self._pauses, None):
            failed = await self._attempt(follow_up, binding)
            if pause is None or not isinstance(failed, RetryLater | OutcomeUnknown):
                return
            await asyncio.sleep(pause)

    async def _attempt(self, follow_up: FollowUp, binding: str) -> Exception | None:
        try:
            await follow_up()
        except OutboundError as error:
            # Often no more than a caller who was quicker: the call is over.
            logger.warning("call not put through", binding=binding, why=type(error).__name__, code=error.code)
            return error
        except Exception as error:  # noqa: BLE001 - a plugin's mistake must not pass unseen in a task that nobody awaits
            logger.error("call not put through", binding=binding, why=type(error).__name__)
            return error
        return None
