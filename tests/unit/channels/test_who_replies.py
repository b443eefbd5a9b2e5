"""Who answers a word of consent, the carrier or we: never both, never neither.

From the webhook's bytes to what the consent stage does, for both carriers. The table is that of their guides: Telnyx's
"Advanced opt-in and opt-out", Twilio's "Advanced Opt-Out" and its list of default keywords.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from core.stages.consent import Consent
from deskbell import Contact, Keyword, RecordConsent, StageContext, TextReceived, Turn
from plugins.channels.telnyx import testing as telnyx_testing
from plugins.channels.twilio import testing as twilio_testing
from tests.conftest import CLINIC
from tests.unit.channels.conftest import NOW

PATIENT = "+12125550177"
#: What is done: "out" and "in" are recorded and confirmed by us, "help" is answered by us; what the carrier answers is
#: done without a word; "talk" goes on to the receptionist; "nothing": not even that.
OUT, OUT_SILENT, IN, IN_SILENT, HELP = "out", "out, carrier", "in", "in, carrier", "help"
HELP_SILENT, TALK, NOTHING = "help, carrier", "talk", "nothing"


def telnyx_body(words: str, mark: str | None) -> bytes:
    more = {"autoresponse_type": mark} if mark else {}
    return telnyx_testing.received(message_id="m1", sender=PATIENT, to=["+12125550142"], text=words, at=NOW, **more)


def twilio_body(words: str, mark: str | None) -> bytes:
    more = {"OptOutType": mark} if mark else {}
    return twilio_testing.received(message_sid="SM1", sender=PATIENT, to="+13105550142", text=words, **more)


async def done(words: str, handled: Keyword | None, *, opted_out: bool) -> str:
    turn = Turn(
        clinic=CLINIC,
        contact=Contact(1, "sms", PATIENT, opted_out),
        conversation=1,
        owner="bot",
        now=NOW,
        events=[TextReceived(1, NOW, words, carrier_handled=handled)],
    )
    turn.stage = "consent"
    went_on = False

    async def call_next() -> None:
        nonlocal went_on
        went_on = True

    await Consent(Consent.Config(), StageContext(CLINIC))(turn, call_next)
    recorded = [effect.opted_out for effect in turn.effects if isinstance(effect, RecordConsent)]
    says = [say.text for say in turn.replies]
    assert len(says) <= 1
    if recorded:
        [out] = recorded
        return ("out" if out else "in") + ("" if says else ", carrier")
    if says:
        assert "for help call" in says[0]
        return HELP
    if went_on:
        return TALK
    return HELP_SILENT if handled is Keyword.HELP else NOTHING


#: Words, whether the contact has opted out, and what is done on a number of Telnyx and on one of Twilio.
TABLE = [
    *((word, False, OUT_SILENT, OUT_SILENT) for word in ("STOP", "stop", " Stop ", "STOPALL", "UNSUBSCRIBE")),
    *((word, False, OUT_SILENT, OUT_SILENT) for word in ("CANCEL", "END", "QUIT", "quit")),
    *((word, False, OUT, OUT_SILENT) for word in ("REVOKE", "OPTOUT", "optout")),
    ("STOP ALL", False, OUT_SILENT, OUT),
    *((word, False, OUT, OUT) for word in ("OPT OUT", "opt-out", "Stop please", "stop texting me", "wrong number")),
    *((word, True, NOTHING, NOTHING) for word in ("STOP", "REVOKE", "OPT OUT", "stop texting me")),
    *((word, True, IN_SILENT, IN_SILENT) for word in ("START", "start", "UNSTOP")),
    *((word, True, IN, IN) for word in ("start please", "resubscribe", "text me again")),
    ("YES", True, NOTHING, IN_SILENT),
    ("yes", True, NOTHING, IN_SILENT),
    ("yes please", True, NOTHING, NOTHING),
    ("START", False, NOTHING, NOTHING),
    *((word, False, TALK, TALK) for word in ("YES", "yes", "Yes please", "start with a peel", "cancel my 3pm")),
    *((word, False, HELP, HELP_SILENT) for word in ("HELP", "help", "INFO")),
    *((word, False, HELP, HELP) for word in ("help please", "Help!", "ayuda")),
    # Twilio answers no HELP of whoever has opted out with it, and would take no text of ours.
    ("HELP", True, HELP, HELP_SILENT),
    *((word, False, TALK, TALK) for word in ("help me book", "info on peels", "when does it end", "I'll stop by")),
    ("is Friday free?", True, NOTHING, NOTHING),
]

#: Words, the carrier's mark, whether the contact has opted out, and what is done on either carrier.
MARKED = [
    ("STOP", "STOP", False, OUT_SILENT),
    ("adios amigos", "STOP", False, OUT_SILENT),
    ("REVOKE", "STOP", False, OUT_SILENT),
    ("HELP", "HELP", False, HELP_SILENT),
    ("horario", "HELP", False, HELP_SILENT),
    ("START", "START", True, IN_SILENT),
    ("volver", "START", True, IN_SILENT),
    ("YES", "START", False, TALK),
    ("STOP", "something new", False, OUT_SILENT),
]


@pytest.mark.parametrize(("words", "opted_out", "on_telnyx", "on_twilio"), TABLE)
async def test_a_word_is_answered_by_the_carrier_or_by_us(
    telnyx_hears: Callable[..., Any],
    twilio_hears: Callable[..., Any],
    words: str,
    opted_out: bool,
    on_telnyx: str,
    on_twilio: str,
) -> None:
    [by_telnyx] = await telnyx_hears(telnyx_body(words, None))
    [by_twilio] = await twilio_hears(twilio_body(words, None))
    assert await done(words, by_telnyx.carrier_handled, opted_out=opted_out) == on_telnyx
    assert await done(words, by_twilio.carrier_handled, opted_out=opted_out) == on_twilio


@pytest.mark.parametrize(("words", "mark", "opted_out", "expected"), MARKED)
async def test_the_carriers_own_mark_outweighs_its_list_of_words(
    telnyx_hears: Callable[..., Any],
    twilio_hears: Callable[..., Any],
    words: str,
    mark: str,
    opted_out: bool,
    expected: str,
) -> None:
    [by_telnyx] = await telnyx_hears(telnyx_body(words, mark))
    [by_twilio] = await twilio_hears(twilio_body(words, mark))
    assert await done(words, by_telnyx.carrier_handled, opted_out=opted_out) == expected
    assert await done(words, by_twilio.carrier_handled, opted_out=opted_out) == expected


@pytest.mark.parametrize(
    ("words", "opted_out", "expected"),
    [("STOP", False, OUT), ("CANCEL", False, OUT), ("START", True, IN), ("YES", True, NOTHING), ("HELP", False, HELP)],
)
async def test_where_the_carrier_handles_no_words_all_of_them_are_ours(
    telnyx_hears: Callable[..., Any], twilio_hears: Callable[..., Any], words: str, opted_out: bool, expected: str
) -> None:
    [by_telnyx] = await telnyx_hears(telnyx_body(words, None), carrier_keywords=False)
    [by_twilio] = await twilio_hears(twilio_body(words, None), carrier_keywords=False)
    for heard in (by_telnyx, by_twilio):
        assert await done(words, heard.carrier_handled, opted_out=opted_out) == expected
