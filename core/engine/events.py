"""Events on their way into a mailbox row and out of it again: one pair of functions for each kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from core.receptionist.cards import cut_cards
from deskbell import (
    CallMissed,
    Deposit,
    DepositChanged,
    DepositStatus,
    InboundText,
    Keyword,
    Media,
    Money,
    StaffCorrected,
    StaffReplied,
    TextReceived,
    TimerDue,
    TurnEvent,
)

TEXT, TIMER, STAFF, CORRECTION, CALL, DEPOSIT = "text", "timer", "staff", "correction", "call", "deposit"


def text_body(event: InboundText) -> dict[str, Any]:
    """What is stored of a text. Card numbers end here: they never reach the disk."""
    text, card_removed = cut_cards(_storable(event.text))
    body: dict[str, Any] = {"text": text}
    if event.media:
        body["media"] = [{**asdict(media), "url": _storable(media.url)} for media in event.media]
    if event.carrier_handled:
        body["carrier_handled"] = event.carrier_handled.value
    if card_removed:
        body["card_removed"] = True
    return body


def _storable(text: str) -> str:
    """Without what PostgreSQL cannot hold: NUL, and halves of surrogate pairs."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def timer_body(name: str, data: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": name, "data": dict(data)}


def staff_body(author: str, action: str) -> dict[str, Any]:
    return {"author": author, "action": action}


def correction_body(author: str, name: str, value: Any) -> dict[str, Any]:
    return {"author": author, "name": name, "value": value}


def deposit_body(deposit: Deposit, cause: str) -> dict[str, Any]:
    return {
        "deposit": deposit.id,
        "request": deposit.request,
        "status": deposit.status.value,
        "cents": deposit.amount.cents,
        "currency": deposit.amount.currency,
        "url": deposit.url,
        "cause": cause,
    }


def said(body: Mapping[str, Any]) -> tuple[str, Keyword | None]:
    """What a stored text says, and what the carrier did about it."""
    handled = body.get("carrier_handled")
    return body["text"], Keyword(handled) if handled else None


def decode(row: Sequence[Any]) -> TurnEvent:
    """A turn's event from its row [seq, kind, at, body]. Raises `ValueError` for a kind nobody knows."""
    seq, kind, at, body = row
    moment = datetime.fromisoformat(at)
    if kind == TEXT:
        text, handled = said(body)
        return TextReceived(
            seq=seq,
            at=moment,
            text=text,
            media=tuple(Media(**media) for media in body.get("media", ())),
            carrier_handled=handled,
            card_removed=body.get("card_removed", False),
        )
    if kind == TIMER:
        return TimerDue(seq=seq, at=moment, name=body["name"], data=body["data"])
    if kind == STAFF:
        return StaffReplied(seq=seq, at=moment, author=body["author"], action=body["action"])
    if kind == CORRECTION:
        return StaffCorrected(seq=seq, at=moment, author=body["author"], name=body["name"], value=body["value"])
    if kind == CALL:
        return CallMissed(seq=seq, at=moment)
    if kind == DEPOSIT:
        return DepositChanged(seq=seq, at=moment, deposit=_deposit(body), cause=body["cause"])
    raise ValueError(f"an event of kind {kind!r} is stored, which this version does not know")


def _deposit(body: Mapping[str, Any]) -> Deposit:
    return Deposit(
        id=body["deposit"],
        request=body["request"],
        status=DepositStatus(body["status"]),
        amount=Money(body["cents"], body["currency"]),
        url=body["url"],
    )
