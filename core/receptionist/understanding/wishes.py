"""Of the treatments a text names, the one the patient wishes for; of the services we offered, the one they choose."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.receptionist.memory import Pending
from core.receptionist.understanding import replies
from core.receptionist.understanding.services import Mention
from core.receptionist.understanding.words import plain, words

NO_PREFERENCE = "no preference"

_TITLES = frozenset({"dr", "doctor", "nurse", "np", "rn", "md", "pa", "dds"})
#: A text this short that names a provider is about whom to see.
_NAME_ALONE = 4
#: A longer text is no reply to "which of these?".
_SHORT = 8
#: "Anyone but Mia": named, and not meant.
_NOT_WITH = re.compile(
    r"\b(?:not|but(?: not)?|except|besides|other than|no) (?:with )?(?:(?:dr|nurse|ms|mr|mrs)\.? )?\w+"
)
_JOINT = re.compile(r"[^\n.!?]{0,14}?(?:\b(or|and|plus|also|with)\b|([,/&+]))[^\n.!?]{0,14}")
_CHANGE = re.compile(r"\b(?:actually|instead|no|wait|rather|make)\b")
_COMPARES = re.compile(r"\b(?:diff(?:erences?|erent)?|vs|versus|compar\w+|better|between)\b")
_BESIDES = re.compile(r"\b(?:also|too|as well|add|both|in addition)\b")


@dataclass(frozen=True, slots=True)
class Wish:
    """A service, those wished for besides, or those of which one is meant."""

    service: str = ""
    also: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    unsold: str = ""
    #: Where the text says so.
    place: tuple[int, int] = (0, 0)
    also_place: tuple[int, int] = (0, 0)
    #: No treatment of the menu is named.
    silent: bool = False


def wished(low: str, named: list[tuple[Mention, bool]], known: str, concern: str = "") -> Wish:
    """`named`: what the text names, and whether it is only asked about; `known`: the service wished for so far.

    A treatment that is only asked about ("how much is Botox?") counts while neither a service nor a concern is known.
    """
    meant = [(one, tentative) for one, tentative in named if one.wished]
    unsold = next((one.unsold for one, _ in reversed(meant) if one.unsold), "")
    sold = [(one, tentative) for one, tentative in meant if one.services]
    firm = [one for one, tentative in sold if not tentative] or ([] if known or concern else [one for one, _ in sold])
    if not firm:
        return Wish(unsold=unsold, silent=not sold and not unsold)
    wish = _of(low, _exact_first(firm), known)
    compares = bool(wish.candidates) or (bool(wish.also) and bool(_COMPARES.search(low)))
    if compares and all(tentative for _, tentative in sold) and all(len(one.services) == 1 for one in firm):
        # "Which is cheaper, Botox or Dysport?" compares and wishes for neither.
        return Wish(unsold=unsold)
    return replace(wish, unsold=unsold)


def _of(low: str, mentions: list[Mention], known: str) -> Wish:
    """Of several: the last, unless they are joined as alternatives or as a list."""
    group, joints = _joined(low, mentions)
    names = tuple(dict.fromkeys(name for one in group for name in one.services))
    ambiguous = any(len(one.services) > 1 for one in group)
    if len(names) > 1 and (ambiguous or "or" in joints):
        return Wish() if ambiguous and known in names else Wish(candidates=names[:3])
    place, also_place = (group[0].start, group[0].end), (group[-1].start, group[-1].end)
    if known and names[0] != known and len(names) == 1 and _BESIDES.search(low):
        return Wish(also=names, also_place=place)
    return Wish(service=names[0], also=names[1:], place=place, also_place=also_place)


def _joined(low: str, mentions: list[Mention]) -> tuple[list[Mention], list[str]]:
    """The last mention with those that are joined to it, and the joints."""
    group, joints = [mentions[-1]], []
    for earlier, later in zip(mentions[-2::-1], mentions[:0:-1], strict=True):
        between = low[earlier.end : later.start]
        joint = _JOINT.fullmatch(between)
        if not joint or _CHANGE.search(between):
            break
        joints.append(joint[1] or joint[2])
        group.insert(0, earlier)
    return group, joints


def chosen(low: str, pending: Pending) -> Wish:
    """A short reply to "which of these?", by word or by place."""
    asked = pending.field == "service"
    options = (pending.options if asked else ()) or pending.offered
    if not options or len(words(low)) > _SHORT:
        return Wish()
    names = replies.chosen(low, options) or (list(options) if asked and replies.says_yes(low) else [])
    place = (0, len(low))
    if len(names) == 1:
        return Wish(service=names[0], place=place)
    if "both" in words(low):
        return Wish(service=names[0], also=tuple(names[1:]), place=place, also_place=place)
    return Wish(candidates=tuple(names))


def provider_meant(low: str, providers: Sequence[str], *, asked: bool) -> str:
    """Who is to do it, or that it does not matter; empty when a text says neither, or rules somebody out."""
    said = set(words(low))
    about = asked or len(said) <= _NAME_ALONE or "with" in said or "see" in said
    named = _named_in(_NOT_WITH.sub(" ", low), providers)
    if len(named) == 1 and about:
        return named[0]
    if ruled_out := _named_in(" ".join(_NOT_WITH.findall(low)), providers):
        left = [one for one in providers if one not in ruled_out]
        return left[0] if len(left) == 1 and about else ""
    indifferent = replies.says_any(low) or replies.is_unsure(low) or replies.says_yes(low) is False
    return NO_PREFERENCE if asked and indifferent else ""


def _named_in(low: str, providers: Sequence[str]) -> list[str]:
    """Those of whom a word of the name stands in the text."""
    said = set(words(low))
    return [one for one in providers if said & set(words(plain(one))) - _TITLES]


def _exact_first(mentions: list[Mention]) -> list[Mention]:
    """Drops "filler" where the same text says which filler."""
    exact = {one.services[0] for one in mentions if len(one.services) == 1}
    kept = [one for one in mentions if len(one.services) == 1 or not exact & set(one.services)]
    return kept or mentions
