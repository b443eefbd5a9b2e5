"""Short codes, names in place of numbers, business lines: nobody to talk to. Staff are told once.

A call from such a number is not texted back, and staff are not told: their telephone has rung.
"""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from core.receptionist.consent_words import stop_among
from core.receptionist.senders import Odd, odd
from deskbell import CallNext, NotifyStaff, RecordConsent, Remember, Settings, Stage, Turn

_KEY = "odd_sender"


class SenderGuardConfig(Settings):
    """Settings of the `sender_guard` stage."""

    ignore: tuple[Odd, ...] = Field(
        default=(Odd.SHORT_CODE, Odd.NAME, Odd.IMPOSSIBLE, Odd.TOLL_FREE, Odd.PREMIUM),
        description="Senders that are never answered. 'test' (555-01XX and carriers' test numbers) is answered unless "
        "it is listed: try-outs text from these.",
    )


class SenderGuard(Stage[SenderGuardConfig]):
    """Ends the turn of a sender who is no patient."""

    name: ClassVar[str] = "sender_guard"
    Config = SenderGuardConfig
    outside_of: ClassVar[frozenset[str]] = frozenset(
        {"consent", "takeover", "card_guard", "emergency", "pace", "history", "missed_call", "assistant"}
    )
    because: ClassVar[str] = "a machine must not be answered, its HELP and STOP included"

    async def __call__(self, turn: Turn, call_next: CallNext) -> None:
        spoke = turn.texts or turn.calls
        judged = spoke and turn.contact.kind == "sms" and turn.owner == "bot"  # else staff know whom they talk to
        kind = odd(turn.contact.address) if judged else None
        if kind is None or kind not in self.config.ignore:
            await call_next()
            return
        turn.note("silent", reason="odd sender", kind=kind.value)
        stop = stop_among([(text.text, text.carrier_handled) for text in turn.texts])
        if stop and not turn.contact.opted_out:
            # Without a word, for nobody may write there any more, a person of the clinic included.
            place, reading = stop
            turn.add(RecordConsent(True, turn.texts[place].seq, reading.source, reading.words))
        if turn.texts and not turn.recall(_KEY):
            turn.add(Remember(_KEY, kind.value))
            turn.add(NotifyStaff("odd_sender", "A number that no patient texts from has written. It is not answered."))
