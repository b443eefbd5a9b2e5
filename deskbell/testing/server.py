"""A provider's HTTP API on the loopback, played from a script, for tests of whatever talks HTTP.

It runs in threads of its own, so that it neither shares nor disturbs the event loop under test, and it is a real
server on a real socket: the one double that fits every SDK, whichever HTTP library it brings.
"""

from __future__ import annotations

import json
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote_plus


@dataclass(frozen=True)
class Answer:
    """What the provider answers. `body` may be bytes, text, or anything that JSON can hold."""

    status: int = 200
    body: Any = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    #: Never answers: holds the connection open until the server stops.
    silent: bool = False
    #: Cuts the connection instead of answering.
    cut: bool = False
    #: Lets the body drip in: so many seconds before each of its bytes.
    drip: float = 0.0

    def encoded(self) -> tuple[bytes, str]:
        """The body's bytes and their content type."""
        if isinstance(self.body, bytes):
            return self.body, "application/octet-stream"
        if isinstance(self.body, str):
            return self.body.encode(), "text/plain; charset=utf-8"
        return json.dumps(self.body).encode(), "application/json"


@dataclass(frozen=True)
class Call:
    """A request as it reached the provider. Header names are lower-case."""

    method: str
    #: Path and query.
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        """The body, read as a form; of a repeated field the last value."""
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def plain(self) -> str:
        """Everything that was sent, as it was and percent-decoded, to search in."""
        parts = [self.path, *(f"{name}: {value}" for name, value in self.headers.items())]
        sent = "\n".join([*parts, self.body.decode("utf-8", "replace")])
        return f"{sent}\n{unquote_plus(sent)}"


Script = Answer | Callable[[Call], Answer]


class ProviderServer:
    """Answers each request with the next scripted answer, and with `otherwise` when there is none left."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.otherwise: Script = Answer(500, "nothing was scripted for this request")
        self._script: deque[Script] = deque()
        self._stopping = threading.Event()
        self._http = _Threads(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def url(self) -> str:
        """``http://127.0.0.1:<port>``, without a slash at the end."""
        return f"http://127.0.0.1:{self._http.server_port}"

    def script(self, *answers: Script) -> None:
        """Appends answers (or functions from the request to its answer), to be given in this order."""
        self._script.extend(answers)

    def answer(self, call: Call) -> Answer:
        self.calls.append(call)
        script = self._script.popleft() if self._script else self.otherwise
        return script(call) if callable(script) else script

    def wait_for_stop(self, seconds: float | None = None) -> bool:
        """Holds an answer's thread until the server stops, or so long; says whether it stops."""
        return self._stopping.wait(seconds)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


@contextmanager
def deaf_port() -> Iterator[str]:
    """An address at which nobody picks up: connecting neither succeeds nor fails."""
    with socket.socket() as listener, ExitStack() as callers:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):  # until the queue is full and the kernel lets further callers wait
            caller = callers.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


class _Threads(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    #: Many connections at once shall not be turned away.
    request_queue_size = 128


@contextmanager
def provider_server() -> Iterator[ProviderServer]:
    """A running server, stopped at the end."""
    server = ProviderServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()


def closed_port() -> str:
    """An address at which nobody listens: connecting is refused."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


def _handler(server: ProviderServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def play(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = server.answer(Call(self.command, self.path, headers, self.rfile.read(length)))
            if answer.silent:
                server.wait_for_stop()
            if answer.silent or answer.cut:
                self.close_connection = True
                return
            body, content_type = answer.encoded()
            self.send_response(answer.status)
            for name, value in {"content-type": content_type, **answer.headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            if answer.drip:
                self.drip(body, answer.drip)
            else:
                self.wfile.write(body)

        def drip(self, body: bytes, seconds: float) -> None:
            with suppress(OSError):  # the caller has hung up
                for byte in body:
                    if server.wait_for_stop(seconds):
                        break
                    self.wfile.write(bytes([byte]))
            self.close_connection = True

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = play  # noqa: N815 (the base class names them so)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class names it so)
            """Silent: what was asked stands in `ProviderServer.calls`."""

    return Handler
