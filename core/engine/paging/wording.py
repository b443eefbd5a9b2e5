"""What a notice says: the clinic, what it is about in the notice's own words, and a link that tells nothing. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.receptionist.sms import fit
from core.receptionist.when import clock_text, weekday_text
from core.store.notice_deliveries import Delivery
from core.store.notices import NO_CONVERSATION
from deskbell import Clinic, mask_numbers

_SEGMENTS = 2


@dataclass(frozen=True, slots=True)
class Mail:
    """An e-mail to one of the clinic's people."""

    to: str = field(repr=False)
    subject: str = field(repr=False)
    body: str = field(repr=False)
    #: Stable over all attempts: a mail server that sees it twice can tell.
    id: str


def text(delivery: Delivery, clinic: Clinic, public_url: str) -> str:
    """The SMS: plain, and no longer than two segments; the link is kept whatever has to go."""
    parts = [f"{clinic.name}: {_headline(delivery, clinic)}.", _link(delivery, public_url)]
    return fit(" ".join(part for part in parts if part), max_segments=_SEGMENTS)


def mail(delivery: Delivery, clinic: Clinic, public_url: str) -> Mail:
    headline = _headline(delivery, clinic)
    link = _link(delivery, public_url)
    about = _of_no_conversation if delivery.conversation == NO_CONVERSATION else _of_conversation
    lines = [f"{headline}.", *about(delivery, clinic, link)]
    return Mail(
        to=delivery.recipient,
        subject=_one_line(f"{clinic.name}: {headline}"),
        body="\n\n".join(line for line in lines if line) + "\n",
        id=str(delivery.key),
    )


def _of_conversation(delivery: Delivery, clinic: Clinic, link: str) -> list[str]:
    return [
        f"Since {_since(delivery, clinic)} at the clinic. Conversation c{delivery.conversation}.",
        f"To read and to answer: {link}" if link else "",
        "What the patient wrote is not in this e-mail. It is raised no more once somebody replies, takes the"
        f" conversation over, gives it back, or says `deskbell staff seen c{delivery.conversation}`.",
    ]


def _of_no_conversation(delivery: Delivery, clinic: Clinic, link: str) -> list[str]:
    return [
        f"Since {_since(delivery, clinic)} at the clinic. It belongs to no conversation.",
        "It is raised no more once whoever looks after Deskbell at your clinic has put it right, or says"
        f" `deskbell staff seen {delivery.clinic}`.",
    ]


def _headline(delivery: Delivery, clinic: Clinic) -> str:
    """The summary, how grave it is, and since when nobody has acted."""
    summary = _one_line(mask_numbers(delivery.summary)).rstrip(".")
    if delivery.round:
        summary = f"Still waiting since {_since(delivery, clinic)}: {summary}"
    return f"URGENT: {summary}" if delivery.urgent else summary


def _since(delivery: Delivery, clinic: Clinic) -> str:
    local = delivery.noticed_at.astimezone(clinic.timezone)
    return f"{weekday_text(local.weekday())[:3]} {clock_text(local.time())}"


def _link(delivery: Delivery, public_url: str) -> str:
    """Where to read on; nothing leads on from what belongs to no conversation."""
    leads = public_url and delivery.conversation != NO_CONVERSATION
    return f"{public_url.rstrip('/')}/n/{delivery.token}" if leads else ""


def _one_line(value: str) -> str:
    return " ".join(value.split())
