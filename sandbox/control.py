"""The control API: what people, tests and integrators steer the sandbox with. Reference: docs/sandbox.md."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from typing import Any

from sanic import Blueprint, HTTPResponse, Request, json

from deskbell import Payee, Reachable
from sandbox import media as pictures
from sandbox.carrier import Carrier, World
from sandbox.clock import SandboxClock
from sandbox.faults import FaultRequest, Faults
from sandbox.guard import Answer, Guard
from sandbox.live import Live
from sandbox.media import Media
from sandbox.phones import is_sender
from sandbox.requests import (
    CallRequest,
    ClinicRequest,
    ClockRequest,
    PayeeRequest,
    Refused,
    SegmentsRequest,
    TextRequest,
    convert,
    read,
    read_json,
)
from sandbox.segments import measure
from sandbox.traffic import Traffic

#: A comment line this often keeps the stream open through anything that counts silence.
_HEARTBEAT = 15.0


class Control:
    """The handlers. `introduce` and `connection` belong to the sandbox itself."""

    def __init__(
        self,
        *,
        world: World,
        carriers: Mapping[str, Carrier],
        clock: SandboxClock,
        faults: Faults,
        media: Media,
        live: Live,
        traffic: Traffic,
        guard: Guard,
        introduce: Callable[[list[Reachable], list[Payee]], Awaitable[None]],
        connection: Callable[[], dict[str, Any]],
    ) -> None:
        self._world = world
        self._carriers = carriers
        self._clock = clock
        self._faults = faults
        self._media = media
        self._live = live
        self._traffic = traffic
        self._guard = guard
        self._introduce = introduce
        self._connection = connection

    def blueprint(self, name: str) -> Blueprint:
        blueprint = Blueprint(name, url_prefix="/api")
        routes: tuple[tuple[str, str, Answer], ...] = (
            ("GET", "/clinics", self.clinics),
            ("POST", "/clinics", self.introduced),
            ("GET", "/connection", self.connection),
            ("POST", "/texts", self.text),
            ("POST", "/calls", self.call),
            ("POST", "/segments", self.segments),
            ("POST", "/media", self.picture),
            ("GET", "/phones", self.phones),
            ("GET", "/threads/<phone:str>", self.thread),
            ("GET", "/faults", self.faults),
            ("POST", "/faults", self.add_fault),
            ("DELETE", "/faults", self.clear_faults),
            ("GET", "/clock", self.clock),
            ("POST", "/clock", self.move_clock),
            ("GET", "/log", self.log),
            ("GET", "/stream", self.stream),
        )
        for method, path, answer in routes:
            blueprint.add_route(self._guard.guarded(answer), path, methods=[method], unquote=True)
        return blueprint

    # ---- clinics -----------------------------------------------------------------------------------------

    async def clinics(self, request: Request) -> HTTPResponse:
        return json(self._clinics())

    async def introduced(self, request: Request) -> HTTPResponse:
        self._guard.check_loopback(request)
        clinics, payees = _introduced(read_json(request))
        await self._introduce(
            [convert(one, ClinicRequest).reachable() for one in clinics],
            [convert(one, PayeeRequest).payee() for one in payees],
        )
        return json(self._clinics())

    async def connection(self, request: Request) -> HTTPResponse:
        self._guard.check_loopback(request)
        return json(self._connection())

    def _clinics(self) -> list[dict[str, str]]:
        return [
            {"id": clinic.clinic, "name": clinic.name, "channel": clinic.channel, "number": clinic.number}
            for clinic in self._world.numbers.all()
        ]

    # ---- texts -------------------------------------------------------------------------------------------

    async def text(self, request: Request) -> HTTPResponse:
        wanted = read(request, TextRequest)
        clinic = self._called(wanted.to)
        attachments = [self._media.attachment(url) for url in wanted.media]
        message = self._carriers[clinic.channel].receive(wanted.sender, clinic, wanted.text, attachments)
        return json({"id": message.id})

    async def call(self, request: Request) -> HTTPResponse:
        wanted = read(request, CallRequest)
        clinic = self._called(wanted.to)
        return json({"id": self._carriers[clinic.channel].call(wanted.caller, clinic, wanted.outcome)})

    def _called(self, number: str) -> Reachable:
        """The clinic with this number."""
        clinic = self._world.numbers.get(number)
        if clinic is None:
            numbers = [one.number for one in self._world.numbers.all()]
            raise Refused("to: no clinic has this number", numbers, 404)
        return clinic

    async def segments(self, request: Request) -> HTTPResponse:
        return json(asdict(measure(read(request, SegmentsRequest).text)))

    async def picture(self, request: Request) -> HTTPResponse:
        allowed = {"types": pictures.TYPES, "bytes": pictures.LARGEST}
        if len(request.body) > pictures.LARGEST:
            raise Refused("the picture is too large", allowed, 413)
        try:
            picture = self._media.add(request.body)
        except pictures.NotAPicture as problem:
            raise Refused(str(problem), allowed, 415) from None
        url = f"{self._connection()['url']}/media/{picture.id}"
        size = len(picture.body)
        return json({"id": picture.id, "url": url, "content_type": picture.content_type, "size": size})

    async def phones(self, request: Request) -> HTTPResponse:
        return json(self._world.threads.phones())

    async def thread(self, request: Request, phone: str) -> HTTPResponse:
        if not is_sender(phone):
            raise Refused("this is no phone", TextRequest.model_fields["sender"].description)
        return json([message.as_json() for message in self._world.threads.of_phone(phone)])

    # ---- faults ------------------------------------------------------------------------------------------

    async def faults(self, request: Request) -> HTTPResponse:
        return json(self._faults.all())

    async def add_fault(self, request: Request) -> HTTPResponse:
        return json(self._faults.add(read(request, FaultRequest)).as_json())

    async def clear_faults(self, request: Request) -> HTTPResponse:
        self._faults.clear()
        return json([])

    # ---- clock -------------------------------------------------------------------------------------------

    async def clock(self, request: Request) -> HTTPResponse:
        return json(self._time())

    async def move_clock(self, request: Request) -> HTTPResponse:
        wanted = read(request, ClockRequest)
        try:
            if wanted.now is not None:
                self._clock.set(wanted.now)
            elif wanted.advance_seconds is not None:
                self._clock.advance(wanted.advance_seconds)
            else:
                self._clock.reset()
        except ValueError as problem:
            raise Refused(str(problem), "at most ten years either way") from None
        self._live.tell("clock", self._time())
        return json(self._time())

    def _time(self) -> dict[str, Any]:
        return {"now": self._clock.now().isoformat(), "offset_seconds": self._clock.offset}

    # ---- watching ----------------------------------------------------------------------------------------

    async def log(self, request: Request) -> HTTPResponse:
        since = request.args.get("since", "0")
        if not since.isdecimal():
            raise Refused("since: is no whole number", "the id of the last entry that you have")
        return json(self._traffic.since(int(since)))

    async def stream(self, request: Request) -> None:
        headers = {"cache-control": "no-store"}
        with self._live.listen() as frames:
            response = await request.respond(content_type="text/event-stream; charset=utf-8", headers=headers)
            if response is None:
                return
            # From here on nothing is missed: the page reads the present state when it hears this.
            await response.send("retry: 1000\nevent: ready\ndata: {}\n\n")
            while True:
                try:
                    async with asyncio.timeout(_HEARTBEAT):
                        frame = await frames.get()
                except TimeoutError:
                    frame = ": still here\n\n"
                if frame is None:
                    return
                await response.send(frame)


def _introduced(given: Any) -> tuple[list[Any], list[Any]]:
    """Clinics and payees; a bare list holds clinics only."""
    if isinstance(given, list):
        return given, []
    if isinstance(given, dict) and set(given) <= {"clinics", "payees"}:
        clinics, payees = given.get("clinics", []), given.get("payees", [])
        if isinstance(clinics, list) and isinstance(payees, list):
            return clinics, payees
    raise Refused("the body is no list of clinics", "a JSON list of clinics, or {clinics: […], payees: […]}")
