"""`deskbell consent`, as a clinic's people run it beside a system that is up."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from core.store.database import Database
from tests.integration.cli.test_deposits import run

GOOD = """\
phone,status,when,words,source
(212) 555-0111,opted_in,2026-02-03T10:00:00,ticked the box,web form
212-555-0112,opted_out,2026-02-04,asked on the phone,
212-555-0111,opted_in,2026-02-03T10:00:00,ticked the box,web form
"""
BAD = """\
phone,status,when
12,opted_in,2026-02-03
2125550111,perhaps,2026-02-03
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "consents.csv"
    path.write_text("\ufeff" + GOOD, encoding="utf-8")
    return path


def consent(database_url: str, *arguments: Any) -> tuple[int, str]:
    return run(database_url, *map(str, arguments), command="consent")


async def test_a_file_is_tried_first_then_entered_and_the_second_time_it_is_no_news(
    database: Database, database_url: str, file: Path
) -> None:
    status, said = consent(database_url, "import", "harbor", file)
    assert (status, "1 contacts would be opted out" in said, "--write" in said) == (0, True, True)
    async with database.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM contact") == 0
    for news in ({"contacts": 2, "entries": 2, "opted_out": 1}, {"contacts": 0, "entries": 0, "opted_out": 0}):
        status, said = consent(database_url, "import", "harbor", file, "--write", "--json")
        assert status == 0
        assert json.loads(said) == {"written": True, "lines": 2, "opted_in": 0, **news}
    async with database.connection() as connection:
        [row] = await connection.fetch("SELECT binding, touched_at FROM conversation WHERE address = '+12125550112'")
    assert row["binding"] == "harbor-main"
    assert f"{row['touched_at']:%Y-%m-%d}" == "2026-02-05"  # the last moment of the 4th in New York


async def test_a_file_with_faults_enters_nothing_and_names_every_line(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(BAD)
    status, said = consent(database_url, "import", "harbor", path, "--write")
    assert status == 1
    assert "bad.csv:2: 'phone'" in said
    assert "bad.csv:3: 'status'" in said
    path.write_bytes("phone,status,when\n2125550111,opted_in,2026-02-03\nÜ".encode("latin-1"))
    assert "UTF-8" in consent(database_url, "import", "harbor", path, "--write")[1]
    async with database.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM contact") == 0


async def test_what_one_contact_said_is_shown_and_the_whole_ledger_goes_into_a_file_that_comes_back(
    database_url: str, file: Path, tmp_path: Path
) -> None:
    consent(database_url, "import", "harbor", file, "--write")
    status, said = consent(database_url, "record", "harbor", "212 555 0111", "opted_out", "--by", "rosa")
    assert (status, said) == (0, "Recorded: nothing is sent there any more.\n")
    shown = json.loads(consent(database_url, "show", "harbor", "+12125550111", "--json")[1])
    assert shown["opted_out"]
    assert [(one["opted_out"], one["source"], one["words"]) for one in shown["ledger"]] == [
        (False, "import: web form", "ticked the box"),
        (True, "staff rosa", ""),
    ]
    assert "opted out since" in consent(database_url, "show", "harbor", "+12125550111")[1]
    out = tmp_path / "out.csv"
    assert "3 entries" in consent(database_url, "export", "harbor", out)[1]
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert consent(database_url, "export", "harbor")[1] == out.read_text()
    assert json.loads(consent(database_url, "import", "harbor", out, "--json")[1])["entries"] == 0


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("show", "harbour", "2125550111"), "Did you mean 'harbor'?"),
        (("show", "harbor", "12"), "is no telephone number"),
        (("show", "harbor", "2125550199"), "knows nobody"),
        (("record", "harbor", "2125550111", "opted_out", "--words", "has diabetes"), "health"),
    ],
)
async def test_what_cannot_be_done_is_said_with_the_reason(
    database_url: str, arguments: tuple[str, ...], why: str
) -> None:
    status, said = consent(database_url, *arguments)
    assert status == 1
    assert why in said
    assert "diabetes" not in said
