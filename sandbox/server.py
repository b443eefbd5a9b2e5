"""The sandbox: one web server that plays every provider, and the person's phone beside them."""

from __future__ import annotations

import errno
import logging
import secrets
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sanic import HTTPResponse, Request, Sanic
from sanic.exceptions import SanicException
from sanic.response import json, raw

from deskbell import Clock, DeskbellError, Payee, Reachable
from sandbox import keys as keyring
from sandbox.bedrock import errors as model_errors
from sandbox.bedrock.api import ModelApi
from sandbox.bedrock.calls import ModelCalls
from sandbox.bedrock.control import ModelControl
from sandbox.bedrock.script import Script
from sandbox.carrier import Carrier, Numbers, World
from sandbox.clock import SandboxClock
from sandbox.control import Control
from sandbox.faults import Faults
from sandbox.guard import Guard
from sandbox.live import Live
from sandbox.media import LARGEST, Media
from sandbox.pace import Pace
from sandbox.page.routes import page_blueprint
from sandbox.provider_calls import ProviderCalls, Refusal
from sandbox.square import errors as square_errors
from sandbox.square import provider as square
from sandbox.tasks import Tasks
from sandbox.telnyx import errors as telnyx_errors
from sandbox.telnyx.api import TelnyxApi
from sandbox.telnyx.carrier import Telnyx
from sandbox.threads import Threads
from sandbox.traffic import Traffic
from sandbox.twilio import errors as twilio_errors
from sandbox.twilio.api import TwilioApi
from sandbox.twilio.carrier import Twilio
from sandbox.webhooks import Courier

_log = logging.getLogger("deskbell.sandbox")


class AddressTaken(DeskbellError):
    """The sandbox's address is in use."""


class Sandbox:
    """The built-in `deskbell.StandIn`.

    `port` 0 takes any free one; `url` and `overrides` then tell it after `start()`. With `real_models` only carriers
    are played, and language models are the real ones. `pace` and `machine` (the clock under the movable one) are for
    tests.
    """

    def __init__(
        self,
        *,
        host: str,
        port: int,
        folder: Path,
        real_models: bool = False,
        pace: Pace | None = None,
        machine: Clock | None = None,
    ) -> None:
        self._host = host
        self._port = port
        self._folder = folder
        self._real_models = real_models
        self._pace = pace or Pace()
        self._clock = SandboxClock(folder / "clock", machine)
        self._keys: keyring.Keys | None = None
        self._square: square.Square | None = None
        # Sanic's own handle; its life-cycle methods carry no types.
        self._server: Any = None
        self._live = Live()
        self._tasks = Tasks()
        self._faults = Faults(self._live)
        self._media = Media()
        self._traffic = Traffic(self._clock)
        self._script = Script()
        self._model_calls = ModelCalls(self._clock)
        self._courier = Courier(faults=self._faults, traffic=self._traffic, tasks=self._tasks, pace=self._pace)
        self._world = World(
            numbers=Numbers(),
            threads=Threads(self._live),
            courier=self._courier,
            tasks=self._tasks,
            clock=self._clock,
            pace=self._pace,
        )

    # ---- the contract ------------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}"

    @property
    def clock_file(self) -> Path:
        return self._clock.file

    @property
    def overrides(self) -> Mapping[str, Mapping[str, Any]]:
        keys = self._known_keys()
        return {
            "telnyx": {
                "base_url": f"{self.url}/telnyx/v2",
                "api_key": keys.telnyx_api_key,
                "public_key": keys.telnyx_public_key,
            },
            "twilio": {
                "base_url": f"{self.url}/twilio",
                "account_sid": keys.twilio_account_sid,
                "auth_token": keys.twilio_auth_token,
            },
            "square": square.overrides(keys, self.url),
            **({} if self._real_models else self._model_overrides(keys)),
        }

    def _model_overrides(self, keys: keyring.Keys) -> dict[str, dict[str, Any]]:
        return {
            "bedrock": {
                "base_url": f"{self.url}/bedrock",
                "aws_access_key": keys.aws_access_key,
                "aws_secret_key": keys.aws_secret_key,
                "aws_session_token": None,
                "api_key": None,
            },
            "anthropic": {"base_url": f"{self.url}/anthropic", "api_key": keys.anthropic_api_key},
            # Questions go to no real model to be embedded.
            "chroma": {"embedder": "offline"},
        }

    async def start(self) -> None:
        """Raises `AddressTaken`, `KeysUnreadable` or `ClockUnreadable`."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._keys = keyring.load_or_make(self._folder / "keys.json")
        self._clock.load()
        listening = _listen(self._host, self._port)
        self._port = listening.getsockname()[1]
        await self._courier.open()
        app = self._app()
        server: Any = await app.create_server(sock=listening, access_log=False, return_asyncio_server=True)
        self._server = server
        await server.startup()
        await server.before_start()
        await server.after_start()

    async def introduce(self, clinics: Sequence[Reachable], payees: Sequence[Payee] = ()) -> None:
        played = [clinic for clinic in clinics if clinic.channel in ("telnyx", "twilio")]
        for clinic in clinics:
            if clinic not in played:
                _log.info("no stand-in plays %s: %s is not on the phones", clinic.channel, clinic.clinic)
        self._world.numbers.replace(played)
        if self._square is not None:
            self._square.introduce([payee for payee in payees if payee.provider == square.Square.name])
        self._live.tell("clinics", {})

    async def stop(self) -> None:
        """Safe to call twice and after a failed start. What is still on its way is lost, as in a power cut."""
        server, self._server = self._server, None
        await self._tasks.cancel()
        if server is not None:
            await self._stop_serving(server)
        await self._courier.close()

    # ---- inside ------------------------------------------------------------------------------------------

    async def idle(self) -> None:
        """Waits until every receipt and webhook is through: what a test waits for instead of sleeping."""
        await self._tasks.idle()

    async def _stop_serving(self, server: Any) -> None:
        await server.before_stop()
        # Open streams and kept-alive connections would hold the server; nobody is owed an answer any more.
        for connection in list(server.connections):
            connection.abort()
        closing = server.close()
        if closing is not None:
            await closing
        await server.after_stop()
        Sanic.unregister_app(server.app)

    def _known_keys(self) -> keyring.Keys:
        if self._keys is None:
            raise RuntimeError("the sandbox has no keys before start()")
        return self._keys

    def _connection(self) -> dict[str, Any]:
        overrides = {name: dict(settings) for name, settings in self.overrides.items()}
        return {"overrides": overrides, "clock_file": str(self.clock_file.resolve()), "url": self.url}

    def _app(self) -> Sanic[Any, Any]:
        # Names are unique in a process, and several sandboxes may live in one.
        app: Sanic[Any, Any] = Sanic(f"deskbell-sandbox-{secrets.token_hex(6)}", configure_logging=False)
        app.config.update(
            MOTD=False,
            AUTO_EXTEND=False,
            # It rewrites Sanic's classes for one app; here several share a process.
            TOUCHUP=False,
            # Well above a picture's limit, so that one too large is told so instead of being cut off.
            REQUEST_MAX_SIZE=6 * LARGEST,
            # Streams to the pages stay open, and a fault may keep a caller waiting.
            RESPONSE_TIMEOUT=86_400,
        )
        keys = self._known_keys()
        telnyx, twilio = Telnyx(self._world, keys), Twilio(self._world, keys)
        models = ModelApi(keys, self._script, self._model_calls)
        guard = Guard(self._host, self._port)
        control = self._control({telnyx.name: telnyx, twilio.name: twilio}, guard)
        app.blueprint(control.blueprint("control"))
        app.blueprint(ModelControl(self._script, self._model_calls, guard).blueprint("models"))
        app.blueprint(page_blueprint("page", self._media))
        app.blueprint(TelnyxApi(telnyx, keys, self._media).blueprint("telnyx", self._calls("telnyx")))
        app.blueprint(TwilioApi(twilio, keys, self._media).blueprint("twilio", self._calls("twilio")))
        app.blueprint(models.bedrock("bedrock", self._calls("bedrock")))
        app.blueprint(models.anthropic("anthropic", self._calls("anthropic")))
        self._square = self._payments(keys)
        for blueprint in self._square.blueprints(self._calls("square"), guard):
            app.blueprint(blueprint)
        app.exception(Exception)(_failed)
        return app

    def _payments(self, keys: keyring.Keys) -> square.Square:
        return square.Square(
            keys=keys,
            courier=self._courier,
            tasks=self._tasks,
            clock=self._clock,
            pace=self._pace,
            live=self._live,
            url=lambda: self.url,
        )

    def _control(self, carriers: Mapping[str, Carrier], guard: Guard) -> Control:
        return Control(
            world=self._world,
            carriers=carriers,
            clock=self._clock,
            faults=self._faults,
            media=self._media,
            live=self._live,
            traffic=self._traffic,
            guard=guard,
            introduce=self.introduce,
            connection=self._connection,
        )

    def _calls(self, provider: str) -> ProviderCalls:
        return ProviderCalls(provider, faults=self._faults, traffic=self._traffic, refusal=_REFUSALS[provider])


#: How each provider says no, by the first step of its paths.
_REFUSALS: Mapping[str, Refusal] = {
    "telnyx": telnyx_errors.refusal,
    "twilio": twilio_errors.refusal,
    "square": square_errors.refusal,
    "bedrock": model_errors.bedrock_refusal,
    "anthropic": model_errors.anthropic_refusal,
}


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=1_024)
    except OSError as problem:
        if problem.errno != errno.EADDRINUSE:
            raise
        raise AddressTaken(
            f"{host}:{port} is in use, perhaps by another sandbox. Stop that one, or set DESKBELL_SANDBOX_PORT."
        ) from None


def _failed(request: Request, problem: Exception) -> HTTPResponse:
    """What no handler answered: unknown paths and methods, bodies too large, and our own mistakes."""
    status = problem.status_code if isinstance(problem, SanicException) else 500
    if status >= 500:
        _log.error("the sandbox failed at %s %s", request.method, request.path, exc_info=problem)
    refusal = _REFUSALS.get(request.path.split("/")[1])
    if refusal is not None:
        return refusal(status)
    if request.path == "/favicon.ico":
        return raw(b"", 204)
    error = str(problem) if status < 500 else "the sandbox failed; its log says why"
    return json({"error": error, "allowed": "what docs/sandbox.md lists"}, status)
