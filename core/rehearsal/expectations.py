"""Comparing what a turn did with what its file expects."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from core.rehearsal.moment import Moment, State
from core.rehearsal.outcome import Fault
from core.rehearsal.script import Effect, Expect, ScriptTurn

#: Effects that a turn has for itself, and those that a hostile model brings about.
_OWN = ("Say", "Learn", "Remember", "Withhold")
_LOUD = ("NotifyStaff", "HandOver", "MoveRequest", "RecordConsent", "RequestDeposit", "CancelDeposit")
_GUARDED = frozenset({"HandOver guard", "NotifyStaff model_down"})
_NOTHING = ("nothing", "none")


def unmet(moment: Moment, *, wording: bool = True) -> Iterator[Fault]:
    """Every expectation of the turn that does not hold. Without `wording`, only those that hang on no words."""
    script = moment.script
    if moment.refused:
        yield Fault("what the turn says is possible", moment.refused)
    yield from _count(script.expect, moment)
    if wording:
        yield from _words(script.expect, moment)
    yield from _facts(script, moment.after)
    yield from _plan(script, moment)
    yield from _effects(script, moment, strict=wording)
    yield from _standing(script, moment.after)


def _count(expect: Expect, moment: Moment) -> Iterator[Fault]:
    came = len(moment.sent)
    if expect.silent and came:
        yield Fault("silence", _texts(moment))
    if expect.silent is False and not came:
        yield Fault("a text", "silence")
    if expect.texts is not None and came != expect.texts:
        yield Fault(f"{expect.texts} texts", _texts(moment))


def _words(expect: Expect, moment: Moment) -> Iterator[Fault]:
    heard = _folded(moment.heard)
    for words in expect.contains:
        if _folded(words) not in heard:
            yield Fault(f"a text with the words {words!r}", _texts(moment))
    for words in expect.never:
        if _folded(words) in heard:
            yield Fault(f"no text with the words {words!r}", _texts(moment))
    if expect.matches is not None and not re.search(expect.matches, moment.heard, re.IGNORECASE | re.DOTALL):
        yield Fault(f"a text that matches {expect.matches!r}", _texts(moment))
    if expect.asks is not None:
        yield from _asks(expect.asks, moment)


def _asks(wanted: str, moment: Moment) -> Iterator[Fault]:
    asked = (moment.step or {}).get("asks")
    if wanted in _NOTHING:
        if asked:
            yield Fault("a text that asks nothing", f"it asks for {asked!r}: {_texts(moment)}")
    elif asked != wanted:
        yield Fault(f"a text that asks for {wanted!r}", f"it asks for {asked or 'nothing'!r}: {_texts(moment)}")
    elif "?" not in moment.heard:
        yield Fault(f"a text that asks for {wanted!r}", f"there is no question in it: {_texts(moment)}")


def _facts(script: ScriptTurn, after: State) -> Iterator[Fault]:
    for name, value in script.facts.items():
        known = after.known(name)
        if _folded(known) != _folded(value):
            yield Fault(f"the fact {name} is {value!r}", f"it is {known!r}" if known else "it is not known")
    for name in script.absent:
        known = after.known(name)
        if known:
            yield Fault(f"the fact {name} is not known", f"it is {known!r}")


def _plan(script: ScriptTurn, moment: Moment) -> Iterator[Fault]:
    if script.plan is not None:
        act = (moment.step or {}).get("act", "none")
        if act != script.plan:
            yield Fault(f"the plan {script.plan!r}", f"it was {act!r}")
    decided = {decision["decision"] for decision in moment.decisions}
    for decision in script.decides:
        if decision not in decided:
            yield Fault(f"the decision {decision!r} in the trace", _listed(sorted(decided)))


def _effects(script: ScriptTurn, moment: Moment, *, strict: bool) -> Iterator[Fault]:
    if script.effects is None:
        return
    outward = [effect for effect in moment.effects if not effect.startswith(_OWN)]
    if not script.effects:
        loud = [effect for effect in outward if _is_loud(effect) and (strict or effect not in _GUARDED)]
        if loud:
            yield Fault("no effects beside the texts", _listed(loud))
    for effect in script.effects:
        if not _happened(effect, moment):
            yield Fault(f"the effect {_named(effect)}", _listed([*outward, *_summaries(moment)]))


def _is_loud(effect: str) -> bool:
    return effect.startswith(_LOUD)


def _happened(effect: Effect, moment: Moment) -> bool:
    if effect.notify is not None:
        return any(notice.kind == effect.notify for notice in moment.notices)
    if effect.request is not None:
        return f"MoveRequest {effect.request}" in moment.effects
    if effect.hand_over is not None:
        handed = [name.removeprefix("HandOver ") for name in moment.effects if name.startswith("HandOver ")]
        return bool(handed) and effect.hand_over in ("any", *handed)
    if effect.consent is not None:
        return moment.after.opted_out is (effect.consent == "out") and "RecordConsent" in moment.effects
    if effect.deposit is not None:
        named = "RequestDeposit" if effect.deposit == "requested" else f"CancelDeposit {effect.deposit}"
        return named in moment.effects
    return f"SetTimer {effect.timer}" in moment.effects


def _named(effect: Effect) -> str:
    return ", ".join(f"{name}: {getattr(effect, name)}" for name in effect.model_fields_set)


def _summaries(moment: Moment) -> list[str]:
    return [f"notice {notice.kind} ({notice.summary})" for notice in moment.notices]


def _standing(script: ScriptTurn, after: State) -> Iterator[Fault]:
    if script.request is not None and (after.request or "none") != script.request:
        yield Fault(f"a request that is {script.request!r}", f"it is {after.request or 'none'!r}")
    if script.deposit is not None and (after.deposit or "none") != script.deposit:
        yield Fault(f"a deposit that is {script.deposit!r}", f"it is {after.deposit or 'none'!r}")
    if script.led_by is not None and after.led_by != script.led_by:
        yield Fault(f"a conversation led by {script.led_by}", f"it is led by {after.led_by}")


def _texts(moment: Moment) -> str:
    return _listed([repr(sent.text) for sent in moment.sent]) if moment.sent else "silence"


def _listed(parts: Sequence[str]) -> str:
    return ", ".join(parts) or "nothing"


def _folded(text: str) -> str:
    return " ".join(text.replace("’", "'").casefold().split())
