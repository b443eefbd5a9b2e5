"""The planner's statistics: a young database has none, and what is planned without them reads whole tables.

PostgreSQL's own autovacuum comes by once a minute. Until then plans made for empty tables are kept, and in a rush of
new patients every statement becomes slower with each of them. Whoever sweeps looks for tables that have doubled.
"""

from __future__ import annotations

from core.store.database import Connection

_GROWN = """
SELECT quote_ident(c.relname) AS name
  FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid
 WHERE s.schemaname = current_schema() AND s.n_live_tup >= greatest(100, 2 * c.reltuples)
"""


async def analyse_grown(connection: Connection) -> list[str]:
    """Analyses tables that have doubled since they were last analysed. Returns their names, nearly always none."""
    names = [row["name"] for row in await connection.fetch(_GROWN)]
    if names:
        await connection.execute(f"ANALYZE {', '.join(names)}")
    return names
