"""How texts leave: how many, how long, from where, to whom, and when none may."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterator

from core.rehearsal.invariants.scene import Scene
from core.rehearsal.moment import Moment

#: The basic alphabet of GSM 03.38; those of `_DOUBLE` count twice.
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_DOUBLE = frozenset("^{}\\[~]|€\f")
_MOST = 3


def one_reply(scene: Scene, moment: Moment) -> Iterator[str]:
    """A turn sends one reply; only a link may follow in a text of its own."""
    replies = Counter(sent.turn for sent in moment.replies if sent.kind == "reply" and "http" not in sent.text)
    for turn, count in replies.items():
        if count > 1:
            yield f"{count} replies by turn {turn}"


def short(scene: Scene, moment: Moment) -> Iterator[str]:
    """No text takes more than three segments, counted by its encoding."""
    for sent in moment.replies:
        if segments(sent.text) > _MOST:
            yield f"{segments(sent.text)} segments: {sent.text!r}"


def segments(text: str) -> int:
    """What a carrier bills for a text."""
    if all(letter in _BASIC or letter in _DOUBLE for letter in text):
        length = len(text) + sum(letter in _DOUBLE for letter in text)
        return 1 if length <= 160 else math.ceil(length / 153)
    length = len(text.encode("utf-16-le")) // 2
    return 1 if length <= 70 else math.ceil(length / 67)


def same_number(scene: Scene, moment: Moment) -> Iterator[str]:
    """Texts leave from the number that was texted, and reach the patient who texted it."""
    for sent in moment.sent:
        if sent.sender != moment.texted:
            yield f"a text from {sent.sender}, though {moment.texted} was texted"
        if sent.to != scene.address:
            yield "a text to somebody else"


def silence_after_opting_out(scene: Scene, moment: Moment) -> Iterator[str]:
    """An opt-out is confirmed once; after it nothing is sent but the answer to HELP or START."""
    opting_out = moment.after.opted_out and not moment.before.opted_out
    if not (opting_out or moment.before.opted_out):
        return
    texts = [sent for sent in moment.sent if sent.author != "staff"]
    if len(texts) > 1 or any(sent.kind != "consent" for sent in texts):
        yield ", ".join(f"{sent.kind} {sent.text!r}" for sent in texts)
    if moment.script.carrier_handled is not None and texts:
        yield f"an answer to a keyword that the carrier had answered: {texts[0].text!r}"


def silence_beside_staff(scene: Scene, moment: Moment) -> Iterator[str]:
    """While a person leads the conversation, the bot says nothing; until one has come, whom to call in an emergency."""
    if moment.before.led_by == "staff" and moment.after.led_by == "staff":
        emergency = scene.clinic.say(scene.clinic.wording.emergency)
        for sent in moment.replies:
            calls_for_help = sent.text.startswith(emergency) and not _somebody_came(scene)
            if sent.kind != "consent" and not calls_for_help:
                yield repr(sent.text)


def _somebody_came(scene: Scene) -> bool:
    """Whether a person has acted since the conversation was theirs."""
    led = list(itertools.takewhile(lambda one: one.after.led_by == "staff", reversed(scene.moments)))
    return any(one.script.staff is not None for one in led)


def every_turn_ends_well(scene: Scene, moment: Moment) -> Iterator[str]:
    """No turn fails."""
    for turn in moment.turns:
        if turn["outcome"] != "done":
            why = [one["details"] for one in turn["trace"]["decisions"] if one["decision"] == turn["outcome"]]
            yield f"a turn that was {turn['outcome']}: {why}"


def answered(scene: Scene, moment: Moment) -> Iterator[str]:
    """Who is owed an answer gets one."""
    step = moment.step
    if step is not None and step.get("act") != "silent" and not moment.sent:
        yield f"nothing was sent, though the plan was {step.get('act')!r}"


def nothing_empty(scene: Scene, moment: Moment) -> Iterator[str]:
    """No text is empty."""
    if any(not sent.text.strip() for sent in moment.sent):
        yield "an empty text"


RULES = (
    one_reply,
    short,
    same_number,
    silence_after_opting_out,
    silence_beside_staff,
    every_turn_ends_well,
    answered,
    nothing_empty,
)
