"""Presence: a lock that a process holds for as long as it is connected, so that others know when it is gone."""

from __future__ import annotations

from core.store.database import Connection

#: The first half of the key of these advisory locks; the second is the worker's number.
LOCKS = 0x6465736B

#: Of a row `o` with a `worker`: whether that process is connected.
IS_CONNECTED = f"""
EXISTS (SELECT FROM pg_locks l
         WHERE l.locktype = 'advisory' AND l.classid = {LOCKS} AND l.objid::bigint = o.worker AND l.objsubid = 2
           AND l.granted
           AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()))
"""  # noqa: S608 - a constant


async def enter(connection: Connection, worker: int) -> bool:
    """Takes the lock of this worker, until the connection ends. False while an earlier connection of its has it."""
    taken: bool = await connection.fetchval("SELECT pg_try_advisory_lock($1, $2)", LOCKS, worker)
    return taken
