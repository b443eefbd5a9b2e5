"""Short replies: yes, no, any, not sure, the second one, and fillers that answer nothing by themselves."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.receptionist.understanding.words import plain, stem, word_set, words

_START = r"^\W*(?:(?:oh|um|uh|well|so|hi|hey|actually|sorry|lol|haha|hm+|ok|okay)\b[\s,.!-]*)*"
_UNSURE = re.compile(
    r"\b(?:not (?:too |really |quite )?(?:sure|certain)|unsure|idk|dunno|(?:don'?t|do not) (?:really )?know|"
    r"no (?:idea|clue)|"
    r"undecided|(?:haven'?t|not) decided|can'?t decide|you tell me|what(?:ever)? (?:do |"
    r"would )?you(?: guys)? (?:recommend|"
    r"suggest|think)|(?:some|any) (?:advice|recommendations?)|(?:a )?consult(?:ation)?|open to (?:suggestions|"
    r"anything))\b"
)
_ANY = re.compile(
    r"\b(?:either|ethier|iether|any(?:one|body|thing)?|no preference|(?:doesn'?t|don'?t|does not|"
    r"do not) (?:really )?(?:matter|"
    r"mind|care)|"
    r"whoever|whatever|whichever|all the same|you (?:pick|choose)|up to you|surprise me)\b"
)
_NO = re.compile(
    _START + r"(?:nunca|no(?! (?:problem|worries|idea|clue|preference|rush))|n|nope|nah|naw|never|negative|"
    r"not (?:yet|really|at all|ever)|"
    r"(?:i )?have ?n'?o?t|havent|i did(?:n'?t| not)|don'?t think so|i don'?t think so)\b"
)
_YES = re.compile(
    _START
    + r"(?:y|ye|ya|yes+|yeah+|yep+|yup+|yea|si|sure|correct|of course|absolutely|definitely|affirmative|mhm|mm-?hmm?|"
    r"sí|claro|uh huh|"
    r"i have|i did|i think so|indeed|yessir|yes ma'am|certainly|many times|a (?:few|couple)(?: of)? times|"
    r"several times|once|"
    r"twice|a while ago|long time ago|last (?:year|month|week|summer|fall|winter|spring))\b"
)
_THANKS = re.compile(r"\b(?:thanks?|thx|ty|tysm|thank ?(?:you|u)|appreciate (?:it|you|that)|gracias)\b")
_DECLINES = re.compile(
    r"\b(?:not ready|(?:just|only) (?:looking|curious|browsing|asking|checking|wondering|wanted to know)(?! (?:to|for|"
    r"into|if|about|how|what)\b)|maybe later|"
    r"not (?:right )?now|not (?:at )?this time|no,? (?:thanks|thank you|thank u|thx|ty)|(?:i'?ll|let me|need to) think|"
    r"not interested|(?:i'?ll|will) (?:get back|let you know|call|text|reach out)|never ?mind|nvm|changed my mind|"
    r"(?:that'?s|thats) (?:it|all)\b|all good|i'?m good)\b|^\W*(?:ok(?:ay)? |thanks? |thank you )*(?:bye|goodbye|cya|"
    r"see ya|ttyl|have a (?:good|great|nice) \w+)\b"
)
_GIBBERISH = re.compile(r"(?:[bcdfghjklmnpqrstvwxz]{5,}|^[^aeiouy\d]{3,}$|(.)\1{3,})")
_FILLER_WORDS = word_set("""
    ok okay okey okie k kk hm hmm hmmm mm alright aight cool great nice lol haha hahaha perfect awesome wonderful
    amazing
    hi hey hello hiya yo there gotcha understood sounds good got it i see one sec second moment thanks thank thx ty
    tysm you
    u so much very a lot many again for the your help all set wow oh ah um uh well good morning afternoon evening
    day bye
    goodbye night great then now that's thats is will do noted excellent fine guys everyone appreciate that team have
    ma'am sir anyone anybody up sup wassup
    tho though
    """)
_GREETING = re.compile(
    r"^\W*(?:hi+|hey+|hello+|hiya|yo|good (?:morning|afternoon|evening|day)|morning|greetings|howdy|sup)\b"
)
_ORDINALS: tuple[tuple[re.Pattern[str], int], ...] = (
    (re.compile(r"\b(?:the )?(?:first|1st|former)(?: (?:one|option))?\b|^\W*(?:option |number |#)?1\W*$"), 0),
    (re.compile(r"\b(?:the )?(?:second|2nd)(?: (?:one|option))?\b|^\W*(?:option |number |#)?2\W*$"), 1),
    (re.compile(r"\b(?:the )?(?:third|3rd)(?: (?:one|option))?\b|^\W*(?:option |number |#)?3\W*$"), 2),
    (re.compile(r"\b(?:the )?(?:last|latter)(?: (?:one|option))?\b"), -1),
)


def says_yes(low: str) -> bool | None:
    """True for yes, False for no, None when a `plain` text begins with neither or hedges."""
    if _UNSURE.search(low):
        return None
    if _NO.search(low):
        return False
    return True if _YES.search(low) else None


def says_any(low: str) -> bool:
    return bool(_ANY.search(low))


def is_unsure(low: str) -> bool:
    return bool(_UNSURE.search(low))


def says_thanks(low: str) -> bool:
    return bool(_THANKS.search(low))


def declines(low: str) -> bool:
    """Wants nothing more for now: "just looking", "no thanks", "bye"."""
    return bool(_DECLINES.search(low))


def is_greeting(low: str) -> bool:
    return bool(_GREETING.search(low))


def is_filler(low: str) -> bool:
    """Only words that say nothing: "ok", "hm", "hello there", "thanks so much"."""
    said = words(low)
    return bool(said) and all(word in _FILLER_WORDS for word in said)


def chosen(low: str, options: Sequence[str]) -> list[str]:
    """Which of the offered options a reply means: by place, or by a word that only they have."""
    if not options:
        return []
    if re.search(r"\bboth\b", low):
        return list(options[:2])
    said = {stem(word) for word in words(low)}
    scores = [len(said & {stem(word) for word in words(plain(option))}) for option in options]
    best = max(scores)
    if best:
        return [option for option, score in zip(options, scores, strict=True) if score == best]
    for pattern, place in _ORDINALS:
        if pattern.search(low) and place < len(options):
            return [options[place]]
    return []


def is_unintelligible(low: str) -> bool:
    """No word in it, or only such as a fist makes on a keyboard."""
    said = [word for word in words(low) if not word.isdigit()]
    return all(_GIBBERISH.search(word) for word in said) and not is_filler(low)
