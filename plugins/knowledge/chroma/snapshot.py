"""What was on the shelf last, kept in a file, so that a start need not wait for Chroma and its libraries."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile

from deskbell import RefusedDocument
from plugins.knowledge.chroma.loading import Piece
from plugins.knowledge.chroma.shelf import Contents

_FORM = 1


def save(file: Path, contents: Contents) -> None:
    """Replaces the file in one step: another process reads the old one or the new one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    about = asdict(contents) | {"form": _FORM, "digests": dict(contents.digests)}
    with NamedTemporaryFile("w", dir=file.parent, encoding="utf-8", suffix=".new", delete=False) as fresh:
        json.dump(about, fresh, default=str, ensure_ascii=False)
    os.replace(fresh.name, file)  # noqa: PTH105 - a name and a path


def load(file: Path) -> Contents | None:
    """None when there is none, or one that cannot be understood: then the documents are read."""
    try:
        about = json.loads(file.read_text("utf-8"))
        if about["form"] != _FORM:
            return None
        return Contents(
            pieces=tuple(Piece(**{**piece, "also": tuple(piece["also"])}) for piece in about["pieces"]),
            files=tuple(about["files"]),
            digests=about["digests"],
            refused=tuple(RefusedDocument(**refused) for refused in about["refused"]),
            indexed_at=datetime.fromisoformat(about["indexed_at"]) if about["indexed_at"] else None,
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
