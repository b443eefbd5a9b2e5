"""What patients of the bench text, and from which numbers: signed Telnyx webhooks as bytes for the wire."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product
from uuid import uuid4

from plugins.channels.telnyx.testing import Signer, call, received

CLINIC_NUMBER = "+12125550142"
WEBHOOK_PATH = "/webhooks/telnyx/harbor-main"

_AREA_CODES = (201, 202, 203, 205, 206, 207, 208, 209, 212, 213, 214, 215, 216, 217, 218, 219, 224, 225, 228, 229)

#: Numbers that nobody has: 555-0100 to 555-0199 of twenty area codes.
SENDERS = tuple(f"+1{area}55501{last:02}" for area, last in product(_AREA_CODES, range(100)))

#: Others, who only ever call.
CALLERS = tuple(f"+1{area}55501{last:02}" for area, last in product((301, 302, 303, 304, 305), range(100)))

#: What one patient texts, round after round; each asks something or answers what the receptionist asks.
_WORDS = (
    "Hi, how much is Botox?",
    "I'm {name}, what are your opening hours?",
    "I have never been before, do you do lip filler?",
    "Mornings are best, what is the price of lip filler?",
    "Where are you?",
    "How long does a visit take?",
)
_FIRST = ("Dana", "Iris", "Noor", "Owen", "Rosa", "Theo", "Uma", "Vera", "Wes", "Yara")
_LAST = ("Abbott", "Brook", "Cole", "Dietz", "Ebner", "Frost", "Grant", "Hale", "Irwin", "Jonas")


def text_of(sender: int, turn: int) -> str:
    """The text that sender number `sender` writes in round `turn`: different for every two of either."""
    name = f"{_FIRST[sender % 10]} {_LAST[sender // 10 % 10]}"
    return f"{_WORDS[turn % len(_WORDS)].format(name=name)} ({turn}.{sender})"


def missed_call(signer: Signer, caller: int) -> bytes:
    """A whole HTTP request: the event of Telnyx that says that caller number `caller` was not answered."""
    now = datetime.now(UTC)
    ends = call(
        session=str(uuid4()), caller=CALLERS[caller], to=CLINIC_NUMBER, at=now, cause="no_answer", event_id=str(uuid4())
    )
    return _request(signer, ends[-1], now, keep_alive=False)


def webhook(signer: Signer, sender: int, turn: int, *, keep_alive: bool) -> bytes:
    """A whole HTTP request: what Telnyx would send for this text, signed now."""
    now = datetime.now(UTC)
    body = received(
        message_id=str(uuid4()),
        sender=SENDERS[sender],
        to=[CLINIC_NUMBER],
        text=text_of(sender, turn),
        at=now,
        event_id=str(uuid4()),
    )
    return _request(signer, body, now, keep_alive=keep_alive)


def _request(signer: Signer, body: bytes, now: datetime, *, keep_alive: bool) -> bytes:
    signed = signer.sign(WEBHOOK_PATH, body, now)
    headers = {
        "host": "127.0.0.1",
        "user-agent": "telnyx-webhooks",
        "content-length": str(len(body)),
        "connection": "keep-alive" if keep_alive else "close",
        **signed.headers,
    }
    lines = [f"POST {WEBHOOK_PATH} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode() + body
