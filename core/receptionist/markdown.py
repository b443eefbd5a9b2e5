"""Takes markdown out of a text: a phone shows asterisks as asterisks."""

from __future__ import annotations

import re

#: Links are left alone: an underscore in an address is no emphasis.
_LINK = re.compile(r"(?:https?://|www\.)[^\s)\]>]+", re.IGNORECASE)
_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"```[a-z]*\n?|`"), ""),
    (re.compile(r"^[ \t]{0,3}#{1,6}[ \t]+", re.MULTILINE), ""),
    (re.compile(r"^[ \t]*>[ \t]?", re.MULTILINE), ""),
    (re.compile(r"^[ \t]*[-*_]{3,}[ \t]*$\n?", re.MULTILINE), ""),
    (re.compile(r"^[ \t]*[*+][ \t]+", re.MULTILINE), "- "),
    (re.compile(r"(\*\*|__)(?=\S)(.{1,400}?)(?<=\S)\1", re.DOTALL), r"\2"),
    (re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])"), r"\1"),
    (re.compile(r"(?<![\w_])_(?=\S)([^_\n]+?)(?<=\S)_(?![\w_])"), r"\1"),
    (re.compile(r"~~(?=\S)(.{1,400}?)(?<=\S)~~"), r"\1"),
)


def plain(text: str) -> str:
    """The words without marks; ``[our site](https://x)`` becomes ``our site: https://x``."""
    text = re.sub(r"!?\[([^\[\]\n]{1,200})\]\(((?:https?://|www\.)[^\s)]+)\)", _spelled_out, text)
    links: list[str] = []

    def hide(found: re.Match[str]) -> str:
        links.append(found.group())
        return f"\ue000{len(links) - 1}\ue001"

    text = _LINK.sub(hide, text.replace("\ue000", "").replace("\ue001", ""))
    for pattern, change in _RULES:
        text = pattern.sub(change, text)
    return re.sub("\ue000(\\d+)\ue001", lambda found: links[int(found[1])], text)


def _spelled_out(found: re.Match[str]) -> str:
    words, link = found[1], found[2]
    return link if words.strip() == link else f"{words}: {link}"
