"""What the guards that only withhold have in common: they read every text first, and take words out of it.

They stand outside consent and takeover, for the texts that these end a turn with are lines of the history as well.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from deskbell import CallNext, Settings, Stage, TextReceived, Turn, Withhold


class Screening(Stage[Settings]):
    """Withholds what `without` leaves out of each text, and of several texts that only tell something together."""

    sealed: ClassVar[bool] = True
    #: The reason of `Withhold`.
    reason: ClassVar[str]

    @abstractmethod
    def without(self, text: str) -> str | None:
        """What may go on of a text; None when all of it may."""

    def noticed(self, turn: Turn, texts: list[TextReceived]) -> None:
        """Writes down that something was withheld. Never the words, nor what they were about."""
        turn.note("withheld", texts=len(texts))

    async def __call__(self, turn: Turn, call_next: CallNext) -> None:
        shown = {text.seq: turn.shown(text) for text in turn.texts}
        left = {seq: rest for seq, words in shown.items() if (rest := self.without(words)) is not None}
        if not left and len(shown) > 1 and self.without(" ".join(shown.values())) is not None:
            left = dict.fromkeys(shown, "")
        held = [text for text in turn.texts if text.seq in left]
        if held:
            self.noticed(turn, held)
            for text in held:
                turn.add(Withhold(text.seq, self.reason, left[text.seq]))
        await call_next()
