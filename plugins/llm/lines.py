"""What the models are told, in the shape that they take: sides in turn, the patient first and last. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from deskbell import Said

#: Stands where a model wants the patient to have spoken and nobody has.
SILENCE = "(no text from the patient)"

Line = tuple[Literal["user", "assistant"], str]


def in_turn(history: Sequence[Said]) -> list[Line]:
    """The lines with neighbours of one side joined, beginning and ending with the patient's."""
    lines: list[Line] = []
    for said in history:
        side: Literal["user", "assistant"] = "user" if said.role == "patient" else "assistant"
        text = said.text.strip()
        if not text:
            continue
        if lines and lines[-1][0] == side:
            text = f"{lines.pop()[1]}\n{text}"
        lines.append((side, text))
    if not lines or lines[0][0] == "assistant":
        lines.insert(0, ("user", SILENCE))
    if lines[-1][0] == "assistant":
        lines.append(("user", SILENCE))
    return lines


def again(refused: str) -> str:
    """What a model is told whose last draft was not sent."""
    return f"Your last draft for this turn was not sent. The reason: {refused.strip().rstrip('.')}. Write another one."
