"""What a text says about consent: stop, start, help, nothing, or something that has to be asked about.

Pure: text in, `Reading` out. The words are the union of what 47 CFR 64.1200(a)(10), the CTIA principles and the
carriers name; a keyword counts only as the whole message, a clear phrase wherever it stands. `Meaning.ASK` is for
what a reasonable person might mean either way.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from enum import StrEnum
from typing import Literal, NamedTuple

from rapidfuzz.distance import OSA

from deskbell import Keyword


class Meaning(StrEnum):
    """What a text asks of us."""

    STOP = "stop"
    START = "start"
    HELP = "help"
    NONE = "none"
    #: Perhaps an opt-out: asked about once, then honoured.
    ASK = "ask"


class Reading(NamedTuple):
    """A meaning, and what carries it."""

    meaning: Meaning
    source: Literal["keyword", "phrase", "carrier"]
    #: The words that carry it, folded to plain lower case: what the ledger keeps of a text.
    words: str = ""


_NOTHING = Reading(Meaning.NONE, "phrase")
_BY_CARRIER = {Keyword.STOP: Meaning.STOP, Keyword.START: Meaning.START, Keyword.HELP: Meaning.HELP}
#: Characters of words that are kept at most.
_KEPT = 80

#: Safe as one sentence among others: "Thanks for all. Please stop." Nobody says these of an appointment.
_STOP_ANYWHERE = frozenset(
    {"stop", "stopall", "stop all", "unsubscribe", "optout", "opt out", "revoke", "alto", "parar", "basta"}
)
#: Only as the whole message: "I can't make it. Cancel." is about an appointment.
_STOP_ALONE = frozenset({"cancel", "end", "quit", "pare", "baja"})
_STOP_TYPOS = frozenset(
    {"stpo", "sotp", "stopp", "tsop", "stahp", "st0p", "syop", "stip", "sstop", "unsub"}
    | {"st op", "s t o p", "stop it all"}
)
_START = frozenset(
    {"start", "start again", "unstop", "subscribe", "resubscribe", "opt in", "optin", "comenzar", "empezar"}
)
_HELP = frozenset({"help", "info", "ayuda"})
_ASK = frozenset(
    {
        "stop it",
        "stop that",
        "stop this",
        "stop now or what",
        "enough",
        "no more",
        "remove",
        "go away",
        "cancle",
        "cancel it all",
        "cancel everything",
        "cancel all",
        "cancelar",
        "end this",
        "end it",
        "end this conversation",
        "quit it",
        "im done",
        "not interested",
        "im not interested",
        "no longer interested",
        "im no longer interested",
        "not interested anymore",
        "no im not interested",
        "no not interested",
        "no me interesa",
    }
)

_POLITE = re.compile(
    r"\b(?:please|pls|plz|plse|thank you|thanks?|thx|ty|tysm|kindly|now|immediately|ok|okay|hi|hey|hello|sorry|"
    r"sir|maam|and|just|por ?favor|gracias|ya|lol|omg)\b"
)
_THEM = r"(?:you|u|we|i|they)"
_WRITE = r"(?:text(?:ing|s)?|t?xt(?:ing|s)?|messag(?:ing|es?|e)|msg(?:ing|s)?|contact(?:ing)?|sms|spam(?:ming)?)"
_TEXTS = r"(?:texts?|txts?|text messages?|messages?|msgs?|sms|spam|notifications?|alerts?|promos?|promotions?)"
_BOTHER = r"(?:send(?:ing)?|bother(?:ing)?|bug(?:ging)?|harass(?:ing)?|call(?:ing)?|writ(?:ing|e))"

_STOP_PHRASES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b(?:stop|quit|cease|halt) (?:all |with |w |the |these |those |your |any |ur |sending (?:me )?)*{_WRITE}\b",
        r"\b(?:stop|quit) (?:blowing up|hitting up|using) (?:my|this|our) (?:phone|cell|number|line)\b",
        rf"\b(?:rather|prefer) (?:you )?(?:not|didnt|dont) (?:to )?(?:get|receive|have|send me|be sent) "
        rf"(?:any |more |these |your )*{_TEXTS}\b",
        rf"\b(?:stop|quit) {_BOTHER}(?: (?:me|us|my|to me|these|this|so)\b| {_TEXTS}\b|$)",
        rf"\b(?:stop|end|cancel|turn off|disable|discontinue) (?:all |the |these |those |your |any |me )*{_TEXTS}\b",
        rf"\b(?:dont|do not|never|no longer) (?:ever |want (?:you |u )?to |want (?:any |more |these |your )*)?"
        rf"(?:be )?(?:{_WRITE}|{_TEXTS}|writ(?:e|ten)|texted|messaged|contacted)"
        rf"(?: (?:me|us|this number|here|to me|from|anything|any|again|anymore|these|{_TEXTS})\b|$)",
        rf"\bno more {_TEXTS}\b",
        r"\b(?:un|u)subscrib(?:e|ed|ing)\b",
        r"\b(?:opt|opting|opted) (?:me |us |my number )?out\b",
        r"\b(?:revoke|revoking|withdraw|withdrawing) (?:\w+ )?(?:consent|permission)\b",
        r"\b(?:take|get) (?:me|us|my number|this number|my name) (?:off|out of)\b(?! (?:the )?(?:wait|schedule))",
        r"\b(?:remove|delete|erase) (?:me|us)\b(?! from (?:the |your |my )?(?:wait|schedule|appoint|calendar|\w+day))",
        r"\b(?:remove|delete|erase|lose|forget) (?:my|this|our) (?:phone |cell )?(?:number|contact|info)\b",
        r"\bleave (?:me|us) (?:the \w+ )?alone\b",
        r"\bi (?:want|would like|d like|wish) (?:you )?to (?:opt out|stop (?:receiving|getting))\b",
        rf"\b(?:stop|quit) (?:receiving|getting) (?:the |these |your |any )*{_TEXTS}\b",
        rf"\b(?:dont|do not) send (?:me )?(?:any|more|these|{_TEXTS})\b",
        rf"\b(?:dont|do not|no longer) (?:want|wish|care) to (?:receive|get|have|see) "
        rf"(?:any |more |these |your |ur )*{_TEXTS}\b",
        rf"\bout of (?:these|this|your) (?:{_TEXTS}|list)\b",
        r"\bi (?:said|told you to|asked you to) stop$",
        r"\bno me (?:escrib\w+|mand\w+|envi\w+|text\w+|contact\w+|moleste\w*)\b",
        r"\bno (?:mas|quiero (?:mas |recibir )?)\s?(?:mensajes|textos)\b",
        r"\bdejen? de (?:escribir\w*|mandar\w*|enviar\w*|molestar\w*)\b",
        r"\b(?:dar|den|quiero)(?:me)? (?:darme )?de baja\b",
        r"\bnumero equivocado\b",
    )
)
_WRONG_NUMBER = re.compile(
    r"^(?:(?:sorry|oops|hi|hey|no|um|uh|i think|think|not me|(?:this isnt|im not|this is not) \w+) )*"
    rf"(?:{_THEM} (?:have|got|ve got|must have|texted) |youve got |"
    r"its |this is |it is |got )?(?:the |a )?wrong (?:number|person|guy|phone|num)\b(?! (?:is|was|for|before|in)\b)"
)
#: Turn a phrase round: the text asks for the opposite, or is about something else than texts.
_NOT_A_STOP = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b(?:dont|do not|didnt|did not|never|not) (?:\w+ ){0,3}?(?:stop|unsubscrib\w+|opt(?:ed)? out|remove me)\b",
        r"\bnever asked to (?:be )?(?:unsubscribed|removed|stop)\b",
        r"\bopt(?:ing)? out of (?:the |my |a |your )?(?!te?xt|messag|sms|all\b|it\b|this\b|these\b|everything)\w",
        r"\b(?:should|can|could|do|may) (?:i|we) (?:text|message|contact|write)\b",
        r"\bdont (?:text|message|contact) (?:and|while)\b",
        r"\bby (?:accident|mistake)\b|\baccidentally\b",
    )
)
#: A stop with a condition: somebody wants other texts, or other hours, and perhaps none.
_HEDGED = re.compile(
    r"\b(?:so|this|that|too) (?:late|early|often|much)\b|\bat (?:night|work|this hour)\b"
    r"|\bunsubscribe\w* from (?:the |your )?(?:e ?mails?|newsletter)\b|\bcancel my subscription\b"
    r"|\bemail me instead\b|\bcall (?:me )?instead\b"
)
_SUBSCRIPTION = re.compile(r"^(?:i want to )?cancel (?:my |the )?subscription$")
_START_PHRASES = re.compile(
    r"\b(?:start (?:texting|messaging|sending)|text(?:ing)? me again|resubscribe|unstop|subscribe me"
    rf"|sign (?:me|us) (?:back )?up(?! for (?!(?:your |the |more )*{_TEXTS}))"
    rf"|opt(?: me| us)? (?:back )?in(?! (?:for|to|on) (?!(?:your |the |more )*{_TEXTS})))\b"
)
#: A phone's way of passing a "like" on: it quotes a text, ours as a rule, and says nothing besides.
_REACTION = re.compile(
    r"\W*(?:(?:loved|liked|disliked|laughed at|emphasi[sz]ed|questioned)|removed an? [\w ]{1,30} from"
    r"|(?:reacted (?:with )?)?[^\w\s]{1,8} to) ?[\"“”«].*[\"“”»]\s*",
    re.DOTALL,
)
#: Our own lines, quoted back: they tell how to stop, and whoever repeats them may mean it or ask about it.
_OUR_LINE = re.compile(r"\b(?:reply|text|send) stop to (?:opt out|unsubscribe|end|cancel)\b")
_YES = re.compile(r"(?:(?:yes|yeah|yep|yup|y|sure|correct|right|si|do(?: it)?)\b ?)+")


def read(text: str) -> Reading:
    """Says what one text asks for."""
    if _REACTION.fullmatch(_plain(text)):
        return _NOTHING
    sentences = [_bare(part) for part in re.split(r"[.,!?;\n\r…]+|\s[-–—]+\s", _plain(text))]
    whole = _bare(_plain(text))
    if not whole:
        return _NOTHING
    words = _words(text)
    clauses = " / ".join(_words(part) for part in re.split(r"[.,!?;:\n]+", text))
    own = _OUR_LINE.sub(" ", words)
    unsure = Reading(Meaning.ASK, "phrase") if own != words else _NOTHING
    return _keyword(whole, [part for part in sentences if part]) or _phrase(own, clauses) or unsure


def heard(text: str, mark: Keyword | None) -> Reading:
    """What one text asks for where the carrier has acted on it: its mark outweighs the words."""
    reading = read(text)
    if mark is None:
        return reading
    meaning = _BY_CARRIER[mark]
    return Reading(meaning, "carrier", reading.words if reading.meaning is meaning else "")


def stop_among(texts: Sequence[tuple[str, Keyword | None]]) -> tuple[int, Reading] | None:
    """Which of several texts opts out, and how, if that is their last word on it; None else.

    For whoever has to obey before a turn has looked at them, or where none can.
    """
    for place in reversed(range(len(texts))):
        reading = heard(*texts[place])
        if reading.meaning in (Meaning.STOP, Meaning.START):
            return (place, reading) if reading.meaning is Meaning.STOP else None
    return None


def agrees(text: str) -> bool:
    """Whether a text is nothing but a yes: the answer to our own question about stopping."""
    return _YES.fullmatch(_bare(_plain(text))) is not None


def _keyword(whole: str, sentences: list[str]) -> Reading | None:
    if whole in _STOP_ALONE:
        return Reading(Meaning.STOP, "keyword", whole)
    stop = next((part for part in (whole, *sentences) if _is_stop(part)), None)
    if stop is not None:
        return Reading(Meaning.STOP, "keyword", stop[:_KEPT])
    if whole in _START:
        return Reading(Meaning.START, "keyword", whole)
    if whole in _HELP:
        return Reading(Meaning.HELP, "keyword", whole)
    return Reading(Meaning.ASK, "phrase", whole) if whole in _ASK else None


def _is_stop(words: str) -> bool:
    if (
        words in _STOP_ANYWHERE
        or words in _STOP_TYPOS
        or re.fullmatch(r"(?:(?:can|could|would|will) (?:you|u) )?(?:stop ?)+(?:all)?", words)
    ):
        return True
    joined = words.replace(" ", "")
    return joined.startswith("un") and len(joined) <= 13 and OSA.distance(joined, "unsubscribe") <= 2


def _phrase(words: str, clauses: str) -> Reading | None:
    """`clauses` are the same words with the bounds between them: what is denied in one stands in another."""
    start = _START_PHRASES.search(words)
    starts = Reading(Meaning.START, "phrase", start.group()) if start else None
    subscription = _SUBSCRIPTION.search(words)
    if subscription:
        return Reading(Meaning.ASK, "phrase", subscription.group())
    if any(pattern.search(clauses) for pattern in _NOT_A_STOP):
        return starts
    stop = _WRONG_NUMBER.search(words) or next((m for one in _STOP_PHRASES if (m := one.search(words))), None)
    if stop is None:
        return starts
    # Before "wrong number" a name may stand.
    kept = stop.group()[max(stop.group().find("wrong"), 0) :]
    return Reading(Meaning.ASK if _HEDGED.search(words) else Meaning.STOP, "phrase", kept[:_KEPT])


def _plain(text: str) -> str:
    """Lower case without accents or apostrophes; runs of three and more of a letter become one."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return re.sub(r"([a-z])\1{2,}", r"\1", re.sub(r"['’‘`´]", "", letters))


def _words(text: str) -> str:
    """The words alone, single spaces between them."""
    return " ".join(re.findall(r"[a-z0-9]+", _plain(text)))


def _bare(text: str) -> str:
    """The words without politeness: what a keyword is compared with."""
    words = " ".join(re.findall(r"[a-z0-9]+", text))
    return " ".join(_POLITE.sub(" ", words).split())
