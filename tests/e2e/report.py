"""The walks as a page of Markdown: what was said, what was told between the processes, and the rows that it left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.e2e.system import System
from tests.e2e.walk import Walk

#: Which processes said something in a log line of the sandbox.
_WAY = {"webhook": "provider → Deskbell", "api": "Deskbell → provider"}


def write(file: Path, walks: Sequence[Walk], system: System, notes: Iterable[str], at: datetime) -> None:
    """Writes the report."""
    parts = [
        "# From a missed call to a paid deposit\n",
        f"{at:%Y-%m-%d %H:%M:%S} UTC. {_verdict(walks, system)} Patients are invented, providers are stand-ins.\n",
        "## What ran\n",
        _table(
            ("process", "command", "ended with"),
            [(one.name, f"`deskbell {' '.join(one.command)}`", one.code) for one in system.processes],
        ),
        f"Connections to `{urlsplit(system.public_url).netloc}`, shared out: "
        + ", ".join(f"{name} {count}" for name, count in sorted(system.shared_out.items()))
        + ".\n",
        *(f"{note}\n" for note in notes),
        *(_walk(file, walk) for walk in walks),
    ]
    file.write_text("\n".join(parts))


def _verdict(walks: Sequence[Walk], system: System) -> str:
    deviations = sum(len(walk.deviations) for walk in walks) + sum(one.code != 0 for one in system.processes)
    return "**Everything was as it should be.**" if not deviations else f"**{deviations} deviations.**"


def _walk(file: Path, walk: Walk) -> str:
    pictures = [f"![{one.stem}]({one.relative_to(file.parent)})" for one in walk.pictures]
    return "\n".join(
        [
            f"## {walk.carrier.capitalize()}\n",
            _table(
                ("", "what must hold", ""), [("ok" if ok else "**NO**", said, why) for said, ok, why in walk.checks]
            ),
            "### Texts\n",
            _table(
                ("at", "from", "text", "became", "segments"),
                [(_time(one["at"]), one["author"], one["text"], one["status"], one["segments"]) for one in walk.thread],
            ),
            _table(("seconds", "from"), [(f"{value:.1f}", name) for name, value in walk.seconds.items()]),
            *(["### Pictures\n", " ".join(pictures) + "\n"] if pictures else []),
            "### Webhooks and calls, as they happened\n",
            _table(
                ("at", "way", "provider", "event", "where", "answer", "ms"),
                [
                    (_time(one["at"]), _WAY[one["kind"]], one["provider"], one["event"], *_exchange(one))
                    for one in walk.log
                ],
            ),
            "### Rows\n",
            *(f"`{table}`\n\n{_rows(rows)}" for table, rows in walk.rows.items()),
        ]
    )


def _exchange(entry: Mapping[str, Any]) -> tuple[str, Any, int]:
    """Where it went, what was answered, and after how many milliseconds."""
    where = f"`{entry['method']} {urlsplit(entry['url']).path}`"
    return where, entry["status"], round(entry["milliseconds"] or 0)


def _rows(rows: Sequence[Mapping[str, Any]]) -> str:
    return _table(tuple(rows[0]), [tuple(row.values()) for row in rows]) if rows else "none\n"


def _table(heads: Sequence[str], lines: Iterable[Sequence[Any]]) -> str:
    rows = [heads, ["---"] * len(heads), *lines]
    return "".join("| " + " | ".join(_cell(value) for value in row) + " |\n" for row in rows)


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%H:%M:%S.%f}"[:-3]
    return "" if value is None else str(value).replace("|", "\\|").replace("\n", "<br>")


def _time(at: str) -> str:
    return _cell(datetime.fromisoformat(at))
