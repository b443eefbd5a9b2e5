"""The measure of all things: the least a webhook server can do. A bare Sanic handler that verifies and commits a row.

It listens the way Deskbell does, on the same server and loop, with as many connections to the same PostgreSQL, and
is spared the reset between uses as Deskbell's are: whatever helps us helps it.
"""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

import asyncpg
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sanic import HTTPResponse, Request, Sanic, empty, json

from bench import child
from bench.texts import WEBHOOK_PATH
from core.server.listener import Listener

_TABLE = "CREATE TABLE webhook (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text NOT NULL, at timestamptz)"
_INSERT = "INSERT INTO webhook (body, at) VALUES ($1, $2)"


def _app(key: Ed25519PublicKey, pool: asyncpg.Pool) -> Sanic[Any, Any]:
    app: Sanic[Any, Any] = Sanic("bare", configure_logging=False)
    app.config.update(ACCESS_LOG=False, AUTO_EXTEND=False, MOTD=False)

    async def receive(request: Request) -> HTTPResponse:
        signature = base64.b64decode(request.headers["telnyx-signature-ed25519"])
        signed = request.headers["telnyx-timestamp"].encode() + b"|" + request.body
        try:
            key.verify(signature, signed)
        except InvalidSignature:
            return empty(401)
        await pool.execute(_INSERT, request.body.decode(), datetime.now(UTC))
        return json({})

    app.add_route(receive, WEBHOOK_PATH, methods=["POST"])
    return app


async def _keep(connection: asyncpg.Connection) -> None:
    """No reset: it would cost a round trip that Deskbell's pool does not pay either."""


async def _bare(database: str, public_key: str, pool_size: int) -> None:
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key))
    async with asyncpg.create_pool(database, min_size=pool_size, max_size=pool_size, reset=_keep) as pool:
        await pool.execute(_TABLE)
        listener = Listener(_app(key, pool), "127.0.0.1", 0)
        await listener.start()
        await child.answer({"port": listener.port})
        await listener.stop()


if __name__ == "__main__":
    child.main(_bare)
