"""How fast the providers work. One value, so that a test can make it immediate and a demonstration lifelike."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """All in seconds."""

    #: From accepted to sent, and from sent to delivered.
    sent_after: float = 0.3
    delivered_after: float = 0.5
    #: Before the second and the third attempt of a webhook.
    retries_after: tuple[float, ...] = (1.0, 4.0)
    #: Square tries eleven times more within a day, after 1, 2, 4, ... minutes; here a minute is a second.
    square_retries_after: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 120.0, 240.0, 480.0, 480.0)
    #: How long a provider waits for a webhook's answer: Telnyx documents 2, Twilio 15, Square 10.
    telnyx_deadline: float = 2.0
    twilio_deadline: float = 15.0
    square_deadline: float = 10.0
    #: From a refund's being asked for to the money's being on its way.
    refunded_after: float = 2.0
    #: How long a call waits to be told what to do, before who calls gives it up.
    commanded_within: float = 2.0
    #: How long a delivery held by the fault "reorder" waits for a next one.
    reorder_hold: float = 30.0


#: No waiting anywhere: for tests.
IMMEDIATE = Pace(
    sent_after=0.0,
    delivered_after=0.0,
    retries_after=(0.0, 0.0),
    square_retries_after=(0.0,) * 11,
    refunded_after=0.0,
    commanded_within=0.0,
)
