"""What is read of documents of every kind, and what is refused with its place and reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from plugins.knowledge.chroma.documents import Library, Reading
from plugins.knowledge.chroma.loading import Piece
from plugins.knowledge.chroma.splitting import split
from plugins.knowledge.entries import Own
from tests.integration.knowledge.documents import write_docx, write_pdf

MARK = "Quillonby"


@pytest.fixture
def knowledge(tmp_path: Path) -> Path:
    (tmp_path / "knowledge").mkdir()
    return tmp_path / "knowledge"


def library(knowledge: Path, size: int = 600) -> Library:
    return Library(knowledge, Own(("+12125550134",), "https://pier.example"), size, 1_000_000)


def read(knowledge: Path, size: int = 600) -> Reading:
    """Everything in the folder, together."""
    shelf = library(knowledge, size)
    documents, refused = shelf.documents()
    readings = [shelf.read(document) for document in documents]
    return Reading(
        tuple(piece for reading in readings for piece in reading.pieces),
        (*refused, *(fault for reading in readings for fault in reading.refused)),
    )


def test_notes_keep_their_entries_headings_and_further_wordings(knowledge: Path) -> None:
    (knowledge / "visit.md").write_text("# Visiting\n\n## Where can I park?\nAlso: garage; lot\nNext door.\n")
    assert read(knowledge).pieces == (Piece("Where can I park?", "Next door.", "visit.md:3", ("garage", "lot")),)


def test_an_entry_is_one_passage_however_long(knowledge: Path) -> None:
    (knowledge / "menu.md").write_text("## Menu\n" + "\n\n".join(f"Treatment {n}: ${n}." for n in range(200)))
    [piece] = read(knowledge, size=200).pieces
    assert "Treatment 199: $199." in piece.text


def test_a_pdf_is_found_by_page(knowledge: Path) -> None:
    write_pdf(knowledge / "house.pdf", [["Our studio", "We open at nine."], ["Price list", "Botox", "$13 a unit"]])
    first, second = read(knowledge).pieces
    assert (first.title, first.text, first.source) == (
        "Our studio", "Our studio\nWe open at nine.", "house.pdf, page 1"
    )  # fmt: skip
    assert "Botox $13 a unit" in second.text
    assert second.source == "house.pdf, page 2"


def test_a_word_document_is_read(knowledge: Path) -> None:
    write_docx(knowledge / "first-visit.docx", ["Plan an hour.", "Bring a photo ID & a list of medications."])
    [piece] = read(knowledge).pieces
    assert piece.title == "first visit"
    assert "Bring a photo ID & a list of medications." in piece.text
    assert piece.source == "first-visit.docx, paragraph 1"


def test_a_web_page_is_read_without_its_scripts(knowledge: Path) -> None:
    (knowledge / "faq.html").write_text(
        "<html><head><title>Pier FAQ</title><style>p {color: red}</style></head>"
        "<body><script>track('you')</script><h1>Parking</h1><p>Next door &amp; free.</p></body></html>"
    )
    text = "\n".join(piece.text for piece in read(knowledge).pieces)
    assert "Next door & free." in text
    assert "track" not in text
    assert "color" not in text


def test_a_row_of_a_table_is_a_passage_with_its_line(knowledge: Path) -> None:
    (knowledge / "prices.csv").write_text("Service,Price\nBotox,$13 a unit\nLip filler,$720 a syringe\n,\n")
    pieces = read(knowledge).pieces
    assert [(piece.title, piece.source) for piece in pieces] == [
        ("Botox", "prices.csv, row 2"),
        ("Lip filler", "prices.csv, row 3"),
    ]
    assert pieces[1].text == "Service: Lip filler\nPrice: $720 a syringe"


@pytest.mark.parametrize("between", [",", ";", "\t"])
def test_a_table_may_be_saved_by_any_spreadsheet(knowledge: Path, between: str) -> None:
    rows = [("Service", "Price"), ("Botox", "$13"), ('"Lip\nfiller"', "$720"), ("Peel", "$175")]
    (knowledge / "prices.csv").write_text("\r\n".join(between.join(row) for row in rows), newline="")
    pieces = read(knowledge).pieces
    assert pieces[0].text == "Service: Botox\nPrice: $13"
    assert (pieces[2].title, pieces[2].source) == ("Peel", "prices.csv, row 4")


def test_plain_text_and_markdown_without_entries_know_their_lines(knowledge: Path) -> None:
    (knowledge / "rules.txt").write_text("\ufeffOur rules\n\n" + "Be kind to all. " * 20 + "\n\nLast of all, smile.\n")
    (knowledge / "about.md").write_text("# About us\n\nWe are a family business.\n")
    pieces = {piece.source: piece for piece in read(knowledge, size=340).pieces}
    assert pieces["about.md:1"].title == "About us"
    assert pieces["rules.txt:1"].title == "Our rules"
    assert pieces["rules.txt:5"].text == "Last of all, smile."


@pytest.mark.parametrize("size", [35, 60, 120, 600])
def test_a_price_is_never_cut_from_what_it_is_the_price_of(size: int) -> None:
    menu = (
        "Botox\n$13 per unit\n\nLip filler\n\n  from $720 a syringe\nPeels: $175. HydraFacial costs $225 a session. "
        "Laser is for legs. Starting at $95 for a small area. Facial .......... $99\n"
    )
    named = {"$13": "Botox", "$720": "Lip filler", "$175": "Peels", "$225": "HydraFacial", "$99": "Facial"}
    for cut in split(menu, size):
        for price, name in named.items():
            if price in cut.text:
                assert name in cut.text, (size, cut)


@pytest.mark.parametrize(
    ("file", "content", "reason"),
    [
        ("scan.pdf", b"%PDF-1.4\n" + MARK.encode(), "cannot be read as pdf"),
        ("letter.docx", MARK.encode(), "cannot be read as docx"),
        ("old.txt", b"Caf\xe9 " + MARK.encode(), "is not UTF-8 text"),
        ("old.csv", b"a,b\nCaf\xe9,1\n", "cannot be read as csv"),
        ("empty.txt", b" \n", "holds no text"),
        ("photo.png", b"\x89PNG", "of a kind that cannot be read"),
        ("huge.txt", b"x" * 1_000_001, "has more than 1 MB"),
    ],
)
def test_a_bad_document_is_refused_with_its_reason_and_the_rest_is_read(
    knowledge: Path, file: str, content: bytes, reason: str
) -> None:
    (knowledge / "good.txt").write_text("Parking is free.")
    (knowledge / file).write_bytes(content)
    reading = read(knowledge)
    assert [piece.source for piece in reading.pieces] == ["good.txt:1"]
    [refused] = reading.refused
    assert refused.source == file
    assert reason in refused.reason
    assert MARK not in str(refused)


def test_a_pdf_of_pictures_is_refused_because_nobody_can_read_it(knowledge: Path) -> None:
    write_pdf(knowledge / "scan.pdf", [[], []])
    [refused] = read(knowledge).refused
    assert "holds no text" in refused.reason


def test_hidden_files_and_those_of_an_open_editor_count_as_absent(knowledge: Path) -> None:
    for file in (".DS_Store", "~$letter.docx", ".git/config.txt"):
        (knowledge / file).parent.mkdir(exist_ok=True)
        (knowledge / file).write_text("nothing")
    assert read(knowledge) == Reading()


def test_a_link_leads_to_no_other_clinics_documents(knowledge: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "secret.txt").write_text("Three knocks.")
    (knowledge / "mine.txt").symlink_to(tmp_path / "other" / "secret.txt")
    reading = read(knowledge)
    assert reading.pieces == ()
    assert "leads out" in reading.refused[0].reason


def test_what_tells_of_a_patient_is_refused_by_row_page_or_line_and_not_repeated(knowledge: Path) -> None:
    (knowledge / "export.csv").write_text(f"patient_name,dob\n{MARK},1988-04-12\n")
    write_pdf(knowledge / "chart.pdf", [["Welcome"], [f"Patient: {MARK}"]])
    (knowledge / "note.txt").write_text(f"Welcome\n\nCall {MARK} at 310-555-0177\n")
    reading = read(knowledge)
    assert reading.pieces == ()
    assert [refused.source for refused in reading.refused] == [
        "chart.pdf, page 2",
        "export.csv, row 2",
        "export.csv, row 2",
        "note.txt:3",
    ]
    assert not any(MARK in str(refused) or "0177" in str(refused) for refused in reading.refused)
