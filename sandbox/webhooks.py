"""Webhooks on their way to the application: signed anew for each attempt, retried, and disturbed when asked for.

Deliveries of one lane (a conversation, a text's receipts) start in order, as on a quiet day at a real carrier; what
is retried, delayed or held back no longer keeps its place.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

import aiohttp
from yarl import URL

from sandbox.faults import Faults, Mishap
from sandbox.pace import Pace
from sandbox.tasks import Tasks
from sandbox.traffic import Entry, Traffic

#: Webhooks in flight at the same time; more wait for a place, which does not count against their deadline.
_AT_ONCE = 128


@dataclass(frozen=True, slots=True)
class Post:
    """One signed request."""

    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Webhook:
    """Something the application is to be told. `sign` makes the request of an attempt, counted from 1."""

    provider: str
    #: What faults pick it out by: one of `sandbox.faults.WEBHOOK_EVENTS` of its provider.
    event: str
    name: str
    url: str = field(repr=False)
    lane: str = field(repr=False)
    sign: Callable[[int], Post] = field(repr=False)
    #: Seconds that the provider waits for an answer.
    deadline: float
    #: Seconds before the second attempt, the third and so on; the last one has been made then.
    retries_after: tuple[float, ...]
    #: Whether an answer other than 2xx is a reason to try again, or only a failed connection.
    retries_on_refusal: bool
    #: Told the body of an answer that took it, for providers that do as they are answered.
    heard: Callable[[bytes], None] | None = field(default=None, repr=False)


class Courier:
    """Delivers webhooks."""

    def __init__(self, *, faults: Faults, traffic: Traffic, tasks: Tasks, pace: Pace) -> None:
        self._faults = faults
        self._traffic = traffic
        self._tasks = tasks
        self._pace = pace
        self._lanes: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._client: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        # Neither proxies of the environment nor cookies: each delivery stands alone. Its deadline is ours.
        self._client = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=_AT_ONCE),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
            trust_env=False,
        )

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()
            self._client = None

    def dispatch(self, webhook: Webhook, done: Callable[[bool], None] | None = None, *, copies: int = 0) -> None:
        """Starts a delivery and returns. `done` hears whether the application took it in the end.

        `copies` is how many times more it is delivered, at once, beside what a fault adds.
        """
        # The fault is taken here and not in the task, so that it meets the webhooks in the order of dispatch.
        mishap = self._faults.for_webhook(webhook.provider, webhook.event)
        for _ in range(mishap.copies + copies):
            self._tasks.start(self._copy(webhook, mishap.delay), f"copy of {webhook.name}")
        self._tasks.start(self._deliver(webhook, mishap, done), webhook.name)

    async def _copy(self, webhook: Webhook, delay: float) -> None:
        await asyncio.sleep(delay)
        await self._attempt(webhook, 1, note="duplicate")

    async def _deliver(self, webhook: Webhook, mishap: Mishap, done: Callable[[bool], None] | None) -> None:
        try:
            accepted = await self._first(webhook, mishap)
        finally:
            for held in mishap.releases:
                held.set()
        for attempt, pause in enumerate(webhook.retries_after, start=2):
            if accepted is not None:
                break
            await asyncio.sleep(pause)
            accepted = await self._attempt(webhook, attempt)
        if done is not None:
            done(accepted is True)

    async def _first(self, webhook: Webhook, mishap: Mishap) -> bool | None:
        if mishap.wait_for is not None:
            await self._held(mishap.wait_for)
        if mishap.delay:
            await asyncio.sleep(mishap.delay)
        if mishap.wait_for is not None or mishap.delay:
            accepted = await self._attempt(webhook, 1, note=mishap.note)
        else:
            async with self._lane(webhook.lane):
                accepted = await self._attempt(webhook, 1, note=mishap.note)
        return None if mishap.lost_answer else accepted

    async def _held(self, release: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(self._pace.reorder_hold):
                await release.wait()
        except TimeoutError:
            return  # nothing followed: the held delivery goes out alone

    async def _attempt(self, webhook: Webhook, attempt: int, note: str | None = None) -> bool | None:
        """True when accepted, False when refused for good, None when it is worth another attempt."""
        async with self._places:
            post = webhook.sign(attempt)
            entry = self._traffic.note(
                "webhook",
                webhook.provider,
                method="POST",
                url=webhook.url,
                event=webhook.name,
                body=post.body,
                attempt=attempt,
                note=note,
            )
            await self._send(webhook, post, entry)
        if entry.status is None:
            return None
        if 200 <= entry.status < 300:
            return True
        return None if webhook.retries_on_refusal else False

    async def _send(self, webhook: Webhook, post: Post, entry: Entry) -> None:
        if self._client is None:
            raise RuntimeError("the courier is not open; start the sandbox first")
        started = time.perf_counter()
        try:
            async with asyncio.timeout(webhook.deadline):
                # The address goes out as it was given, letter by letter: Twilio signs it.
                address = URL(webhook.url, encoded=True)
                async with self._client.post(
                    address, data=post.body, headers=post.headers, allow_redirects=False
                ) as answer:
                    body = await answer.read()
            entry.status = answer.status
            if webhook.heard is not None and answer.ok:
                webhook.heard(body)
        except TimeoutError:
            entry.note = f"no answer within {webhook.deadline:g} s"
        except (aiohttp.ClientError, ValueError) as problem:
            entry.note = type(problem).__name__
        entry.milliseconds = round((time.perf_counter() - started) * 1_000, 1)

    def _lane(self, name: str) -> asyncio.Lock:
        lane = self._lanes.get(name)
        if lane is None:
            lane = self._lanes[name] = asyncio.Lock()
        return lane
