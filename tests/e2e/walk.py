"""One patient's way through one carrier: from a call that nobody answers to a deposit that is confirmed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from tests.e2e.shots import Shots
from tests.e2e.system import System, until

#: What the clinic asks for a HydraFacial, in cents, and how the sandbox's checkout page writes it.
CENTS, SHOWN = 5000, "$50.00"
#: The table, and what of it tells something.
TABLES = {
    "event": "seq, kind, dedupe, at",
    "turn": "id, first_seq, last_seq, outcome, round(milliseconds) AS milliseconds, at",
    "request": "number, status, moved_at",
    "fact": "request, name, value, evidence, learned_by",
    "outbox": "id, turn, kind, author, segments, status, attempts, sent_at",
    "deposit": "id, status, cents, currency, created_at",
    "deposit_journal": "id, deposit, before, after, cause, at",
    "payment": "payment_id, deposit, status, cents, currency, at",
    "payment_event": "event_id, kind, outcome, cents, at",
    "notice": "id, turn, kind, urgent, at",
}
OF_THE_CLINIC = {"deposit_journal", "payment", "payment_event"}


@dataclass
class Walk:
    """A walk, and all that the report tells of it."""

    carrier: str
    number: str
    patient: str
    checks: list[tuple[str, bool, str]] = field(default_factory=list)
    thread: list[dict[str, Any]] = field(default_factory=list)
    log: list[dict[str, Any]] = field(default_factory=list)
    rows: dict[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    pictures: list[Path] = field(default_factory=list)
    #: Seconds, by what they were.
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def clinic(self) -> str:
        return self.carrier

    @property
    def deviations(self) -> list[str]:
        return [f"{said} ({detail})" if detail else said for said, held, detail in self.checks if not held]

    def check(self, said: str, held: object, detail: object = "") -> None:
        self.checks.append((said, bool(held), "" if held else str(detail)))


async def take(walk: Walk, system: System, database: str, shots: Shots) -> None:
    """Walks; what deviates is a check that does not hold, and what cannot go on ends the walk there."""
    since = 0
    try:
        await _warm(walk, system)
        since = (await system.ask("GET", "/api/log"))[-1]["id"]
        await _steps(_Patient(walk, system), walk, shots)
    except (TimeoutError, httpx.HTTPError, LookupError) as error:
        walk.check("The walk reaches its end", False, f"{type(error).__name__}: {error}")
    walk.thread = await system.ask("GET", f"/api/threads/{walk.patient}")
    walk.log = [
        one for one in await system.ask("GET", f"/api/log?since={since}") if one["provider"] in (walk.carrier, "square")
    ]
    walk.rows = await _rows(walk, database)
    _judge(walk)


async def _warm(walk: Walk, system: System) -> None:
    """Somebody else texts until they are answered: from then on the carrier's SDK is loaded, which takes seconds."""
    other = _Patient(walk, system, "+12125550119")
    await other.texts("do you have parking?")
    await other.reads("the first answer of all")


class _Patient:
    """A phone."""

    def __init__(self, walk: Walk, system: System, phone: str = "") -> None:
        self._walk = walk
        self._system = system
        self._phone = phone or walk.patient
        self._read = 0

    async def calls(self) -> None:
        wanted = {"from": self._phone, "to": self._walk.number, "outcome": "missed"}
        await self._system.ask("POST", "/api/calls", json=wanted)

    async def texts(self, words: str) -> None:
        wanted = {"from": self._phone, "to": self._walk.number, "text": words}
        await self._system.ask("POST", "/api/texts", json=wanted)

    async def reads(self, what: str) -> str:
        """The next text of the clinic, once it is delivered."""
        read, self._read = self._read, self._read + 1

        async def arrived() -> str | None:
            thread = await self._system.ask("GET", f"/api/threads/{self._phone}")
            came = [
                one
                for one in thread
                if (one["direction"], one["from"], one["status"]) == ("outbound", self._walk.number, "delivered")
            ]
            return str(came[read]["text"]) if len(came) > read else None

        return str(await until(arrived, what))


async def _steps(patient: _Patient, walk: Walk, shots: Shots) -> None:
    check = walk.check
    await patient.calls()
    back = await patient.reads("the text-back after a missed call")
    check("The text-back names the clinic and how to opt out", "Harbor" in back and "STOP" in back, back)

    await patient.texts("how much is a hydrafacial?")
    answer = await patient.reads("an answer to a question")
    check("The price is the clinic's own", "$225" in answer, answer)
    check("Nobody is greeted twice", not re.match(r"(?i)(hi|hello)\b", answer), answer)

    await patient.texts("I'd like that. I'm Dana Cole, never been, mornings are best")
    offer = await patient.reads("the offer of a deposit")
    check("The deposit is offered, and its amount is the clinic's", "$50 deposit" in offer, offer)
    check("The offer carries no link", "http" not in offer, offer)

    await patient.texts("yes please")
    sent = await patient.reads("the link after a yes")
    link = re.search(r"http\S+/pay/\w+", sent)
    check("A yes brings one link, an address of ours", link, sent)
    await shots.phone(walk, "link", sent.split("http")[0].strip())

    await _pays(link[0] if link else "", walk, shots)
    confirmed = await patient.reads("the confirmation of the payment")
    check("The money is confirmed, and nothing is called booked", "received your $50 deposit" in confirmed, confirmed)
    check("Nothing is called booked", "booked" not in confirmed.lower(), confirmed)
    await shots.phone(walk, "confirmed", confirmed)

    async with httpx.AsyncClient(timeout=10, follow_redirects=False) as browser:
        again = await browser.get(link[0] if link else "")
    check("The link asks for no second payment", "needs no further payment" in again.text, again.status_code)


async def _pays(link: str, walk: Walk, shots: Shots) -> None:
    """As a browser does: follows the link, reads the page, presses its button."""
    async with httpx.AsyncClient(timeout=20, follow_redirects=True) as browser:
        page = await browser.get(link)
        walk.check("The link leads to the provider's page with the amount", SHOWN in page.text, page.status_code)
        await shots.page(walk, str(page.url), "checkout")
        action = re.search(r'<form[^>]*action="([^"]+)"', page.text)
        paid = await browser.post(page.url.join(action[1] if action else ""), data={"choice": "pay"})
    walk.check(
        "The checkout takes the payment", paid.status_code == 200 and "went through" in paid.text, paid.status_code
    )


async def _rows(walk: Walk, database: str) -> dict[str, Sequence[Mapping[str, Any]]]:
    """What the patient's conversation left; of money, all that the clinic has."""
    connection = await asyncpg.connect(database)
    try:
        conversation = await connection.fetchval(
            "SELECT id FROM conversation WHERE clinic = $1 AND address = $2", walk.clinic, walk.patient
        )
        rows: dict[str, Sequence[Mapping[str, Any]]] = {}
        for table, columns in TABLES.items():
            # Names of ours from the table above, and nobody's words.
            query = f"SELECT {columns} FROM {table} WHERE clinic = $1"  # noqa: S608
            its_own = table not in OF_THE_CLINIC
            given = (walk.clinic, conversation) if its_own else (walk.clinic,)
            found = await connection.fetch(f"{query}{' AND conversation = $2' if its_own else ''} ORDER BY 1", *given)
            rows[table] = [dict(row) for row in found]
        return rows
    finally:
        await connection.close()


def _judge(walk: Walk) -> None:
    """What must hold of rows, texts and webhooks, however the walk went."""
    check, rows = walk.check, walk.rows
    ours = [one for one in walk.thread if one["direction"] == "outbound"]
    check("Five texts came, all of them delivered", [one["status"] for one in ours] == ["delivered"] * 5, len(ours))
    check("No text left twice", len({one["text"] for one in ours}) == len(ours))
    check("As many texts are in the outbox, all sent", [one["status"] for one in rows["outbox"]] == ["sent"] * 5)
    check("No turn failed", {one["outcome"] for one in rows["turn"]} == {"done"}, rows["turn"])
    deposits = [(one["status"], one["cents"]) for one in rows["deposit"]]
    check("There is one deposit, and it is paid", deposits == [("paid", CENTS)], deposits)
    payments = [(one["status"], one["cents"]) for one in rows["payment"]]
    check("There is one payment of that amount", payments == [("paid", CENTS)], payments)
    check("Staff are told of the payment", "deposit_paid" in {one["kind"] for one in rows["notice"]})
    refused = [(one["event"], one["status"]) for one in walk.log if one["kind"] == "webhook" and one["status"] != 200]
    check("Every webhook was taken at once", not refused, refused)
    broken = [
        (one["event"], one["status"]) for one in walk.log if one["kind"] == "api" and (one["status"] or 500) >= 400
    ]
    check("No call of an SDK was refused", not broken, broken)
    _time(walk, ours)


def _time(walk: Walk, ours: Sequence[Mapping[str, Any]]) -> None:
    calls = [one for one in walk.log if one["kind"] == "webhook" and one["event"] in ("call", "dialled", "call.hangup")]
    if calls and ours:
        seconds = (_moment(ours[0]["at"]) - _moment(calls[-1]["at"])).total_seconds()
        walk.seconds["missed call to text-back"] = seconds
        walk.check("The text-back is handed over within five seconds", seconds <= 5, f"{seconds:.1f} s")
    texts = [one for one in walk.thread if one["direction"] == "inbound"]
    for asked, said in zip(texts, ours[1:], strict=False):
        words = " ".join(asked["text"].split()[:4])
        walk.seconds[f"“{words} …” to the answer"] = (_moment(said["at"]) - _moment(asked["at"])).total_seconds()


def _moment(at: str) -> datetime:
    return datetime.fromisoformat(at)
