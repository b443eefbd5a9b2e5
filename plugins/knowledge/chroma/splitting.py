"""Cuts running text into passages, through LangChain's splitters; a price is never cut from what it is the price of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_PRICE = r"(?:\W*(?:is|are|costs?|for|from|only|just|starting at|starts at|starting from)\s+)*[$€£]\s?\d"
#: A line that is a price and nothing else belongs to the line above it.
_BEFORE_PRICE = re.compile(rf"\s*\n\s*(?=\W*{_PRICE})", re.IGNORECASE)
#: Where to cut, the best places first.
_PLACES = [r"\n\s*\n", r"\n", rf"(?<=[.!?])\s+(?!(?i:{_PRICE}))", r"\s+(?![$€£\d])", ""]

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060\ufeff]")


@dataclass(frozen=True, slots=True)
class Cut:
    """A piece of a text, and the line (from 1) on which it begins."""

    line: int
    text: str


def split(text: str, size: int) -> Iterator[Cut]:
    """Pieces of about `size` characters, none empty."""
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(
        separators=_PLACES,
        is_separator_regex=True,
        keep_separator="end",
        strip_whitespace=False,
        chunk_size=size,
        chunk_overlap=0,
        add_start_index=True,
    )
    # Letter for letter, so that places keep their lines.
    bound = _BEFORE_PRICE.sub(lambda gap: " " * len(gap.group()), text)
    for piece in splitter.create_documents([bound]):
        start = int(piece.metadata["start_index"])
        blank = len(piece.page_content) - len(piece.page_content.lstrip())
        if piece.page_content.strip():
            yield Cut(text.count("\n", 0, start + blank) + 1, tidy(piece.page_content))


def tidy(text: str) -> str:
    """Paragraphs a line each, without spaces at their ends or more than one between words."""
    lines = (" ".join(_CONTROL.sub(" ", line).split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def headed(text: str, otherwise: str) -> str:
    """What a piece is about: its first line if that is a heading, else what its document is called."""
    first, _, rest = text.partition("\n")
    words = first.strip("#*_=- \t:")
    return words if rest and 0 < len(words) <= 80 and not first.rstrip().endswith((".", "!", ",", ";")) else otherwise
