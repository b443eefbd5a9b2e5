"""A CSV of consents: what its lines say, and everything that is wrong with it at once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.cli.consent_file import Fault, Reader, row_of
from core.store.consent import Entry
from tests.conftest import CLINIC

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)


def read(*lines: str, header: str = "phone,status,when,words,source") -> list[Entry | Fault]:
    return list(Reader(CLINIC, NOW).read(f"{line}\n" for line in (header, *lines)))


def test_a_line_is_an_entry_with_its_number_in_e164_and_its_moment_in_utc() -> None:
    [entry] = read("(212) 555-0111,opted_in,2026-02-03T10:00:00,ticked the box,web form")
    assert entry == Entry(
        "+12125550111", False, datetime(2026, 2, 3, 15, tzinfo=UTC), "import: web form", "ticked the box"
    )


@pytest.mark.parametrize(
    "written",
    ["+12125550111", "2125550111", "212-555-0111", "1 (212) 555 0111", "tel:+1-212-555-0111", "+1 212.555.0111"],
)
def test_a_number_may_be_written_in_any_way(written: str) -> None:
    [entry] = read(f"{written},opted_out,2026-02-03")
    assert isinstance(entry, Fault)  # two cells too few
    [entry] = read(f"{written},opted_out,2026-02-03", header="phone,status,when")
    assert isinstance(entry, Entry)
    assert entry.phone == "+12125550111"


@pytest.mark.parametrize(
    ("status", "moment"),
    [("opted_out", "2026-02-04T04:59:59.999999+00:00"), ("opted_in", "2026-02-03T05:00:00+00:00")],
)
def test_a_day_without_a_time_is_taken_the_stricter_way(status: str, moment: str) -> None:
    [entry] = read(f"2125550111,{status},2026-02-03", header="phone,status,when")
    assert isinstance(entry, Entry)
    assert entry.at == datetime.fromisoformat(moment)


def test_the_columns_stand_in_any_order_and_empty_lines_are_passed_over() -> None:
    [entry] = read("", "2026-01-01T00:00:00Z,Opted Out,2125550111", ",,", header="When,STATUS,phone")
    assert isinstance(entry, Entry)
    assert entry.opted_out


def test_all_faults_of_all_lines_are_told_with_line_and_column() -> None:
    found = read(
        "2125550111,opted_in,2026-02-03,,",
        "12,maybe,yesterday,,",
        "2125550112,opted_out,2026-03-03T00:00:00Z,,",
        "2125550113,opted_out",
        '2125550114,opted_out,2026-02-03,"two',
    )
    faults = [(one.line, one.column) for one in found if isinstance(one, Fault)]
    assert faults[:5] == [(3, "phone"), (3, "status"), (3, "when"), (4, "when"), (5, "")]
    assert faults[5:], "an open quotation mark is no CSV"


def test_no_fault_repeats_a_number_or_anybodys_words() -> None:
    found = read(
        "212555011,opted_in,2026-02-03,,",
        "2125550111,opted_in,2026-02-03,card 4111 1111 1111 1111,",
        "2125550111,opted_in,2026-02-03,she takes blood thinners,",
    )
    told = " ".join(one.problem for one in found if isinstance(one, Fault))
    assert len(found) == 3
    assert "212" not in told
    assert "4111" not in told
    assert "thinners" not in told


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        ("phone,status", ["when"]),
        ("phone;status;when", ["phone", "status", "when", "phone;status;when"]),
        ("phone,status,when,word", ["word"]),
        ("phone,phone,status,when", ["phone"]),
        ("", ["phone", "status", "when"]),
    ],
)
def test_a_first_line_that_names_the_wrong_columns_ends_the_reading(header: str, columns: list[str]) -> None:
    found = read("2125550111,opted_in,2026-02-03", header=header)
    assert [one.column for one in found if isinstance(one, Fault)] == columns
    assert len(found) == len(columns)


def test_what_is_written_out_is_read_as_the_same_entry() -> None:
    entry = Entry("+12125550111", True, datetime(2026, 2, 3, 15, 4, 5, 678, tzinfo=UTC), "import: crm", "no, thanks")
    [again] = read(",".join(f'"{cell}"' for cell in row_of(entry)))
    assert again == entry
