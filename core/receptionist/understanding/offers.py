"""What a reply to a pending offer, such as that of a deposit, comes to: yes, no, a question, or nothing yet.

Only for a text that answers an offer: an "ok" to a question about days agrees to nothing. Of several statements the
last counts ("no... wait, ok send it"), a condition is a question, and whoever hedges has not agreed.
"""

from __future__ import annotations

import re
from enum import StrEnum

from core.receptionist.understanding.words import clauses, plain


class OfferAnswer(StrEnum):
    """How a patient answers an offer."""

    AGREES = "agrees"
    #: Accepted once and for all.
    REFUSES = "refuses"
    #: Wants to know something first, hedges, or makes a condition: the offer stands.
    ASKS = "asks"
    #: Neither; the offer stands.
    UNCLEAR = "unclear"


#: A "no" in form only, which says that nothing is in the way.
_NO_OBSTACLE = re.compile(
    r"\bno (?:problem|prob|worries|objections?|questions?|doubt|biggie|brainer|need to ask)\b|\bnot a problem\b|"
    r"\b(?:don'?t|do not|wouldn'?t) mind\b(?! (?:if|not))|\b(?:don'?t see )?why not\b|\bnp\b|\bcan'?t wait\b|"
    r"\bno rush\b"
)
_CONDITION = re.compile(
    r"\b(?:only if|if (?:it|it'?s|its|i|you|u|they|that|so|the|there|we|my)|as long as|unless|provided|depends|"
    r"depending on|once (?:i|you|we))\b"
)
_HESITATES = re.compile(
    r"\b(?:not (?:too |so |really |quite |100 ?% ?)?(?:sure|certain)|unsure|idk|dunno|(?:don'?t|"
    r"do not) (?:really )?know|"
    r"hesitant|too (?:much|high|expensive|steep)|(?:that'?s|thats|seems|sounds) (?:a lot|like a lot|steep|expensive|"
    r"high|"
    r"weird|odd|strange|sketchy|sus)|already paid|i paid|confused|worried about|nervous about|huh)\b|🤔|🧐"
)
_REFUSES = re.compile(
    r"\b(?:(?:absolutely|definitely|certainly|totally|surely|def|of course|obviously|please|pls|hell|heck) (?:not|no)|"
    r"no|nope|nah|naw|nay|never|pass|refuse|negative|(?:rather|prefer|'?d prefer) not|yeah right|"
    r"(?:(?:don'?t|do not|won'?t|will not|wouldn'?t|cannot|can'?t|not|never|am not|ain'?t) (?:(?:really|"
    r"want(?:ing)? to|"
    r"going to|gonna|wanna|able to|willing to|ready to|looking to|comfortable|ok|okay|happy|feel(?:ing)?|like|about|"
    r"with|"
    r"to) ){0,5}"
    r"(?:pay\w*|put\w*|do(?:ing)?|give|giving|leav\w+|send\w*|want|deposits?|a deposit|any|that|comfortable|ok|okay|"
    r"interested|afford|interested|happy|agree|down))|"
    r"without (?:a |the |any )?(?:deposit|paying)|skip (?:it|that|the deposit)|forget (?:it|about it|that)|"
    r"never ?mind|nvm|"
    r"cancel (?:(?:my|the|that|this) )?(?:deposit|payment|link)|changed my mind|not interested|no deposit|(?:pay|"
    r"paying|settle) (?:\w+ ){0,3}(?:there|in person|when i (?:come|get|arrive)|"
    r"at the (?:visit|appointment|office|clinic|front desk|time)|on arrival|after)|"
    r"just (?:have (?:them|someone) )?call me|no gracias|no quiero)\b|👎|🙅"
)
_DEFERS = re.compile(
    r"\b(?:maybe|perhaps|possibly|might|let me (?:think|check|see|ask|talk|get back|look)|think (?:about|on|it over)|"
    r"get back to (?:you|u)|let (?:you|u|y'all) know|(?:i'?ll|will|i will) (?:see|think|decide|check)|"
    r"not (?:right )?now|not (?:today|tonight|tomorrow|this week)|not yet|hold on|one (?:sec|second|moment|min)|"
    r"give me a (?:sec|second|minute|moment|day)|"
    r"(?:check|talk|ask|speak) (?:with|to)? ?my|payday|when i get paid|still deciding|not ready)\b|"
    r"^\W*(?:maybe )?later\W*$"
)
_AGREES = re.compile(
    r"(?<!not )(?<!n't )\b(?:y|ye|ya|yes+|yeah+|yea|yep+|yup+|yas+|si|sí|sip|sure|surely|certainly|correct|of course|"
    r"absolutely|definitely|totally|affirmative|indeed|mhm|mm-?hmm?|uh ?huh|ok|okay|okey|okie|oki|k|kk|alright|aight|"
    r"alrighty|deal|bet|agreed|i agree|i accept|perfect|great|fine|dale|claro|vale|de acuerdo|por supuesto|"
    r"sounds (?:good|great|fine|fair|right|perfect|reasonable|like a plan)|fair enough|"
    r"(?:that|it|this) works|works for me|that'?s (?:fine|ok|okay|good|great|fair|cool|perfect|no problem)|"
    r"let'?s (?:do (?:it|this|that)|go|book)|do it|go (?:ahead|for it)|please do|send (?:it|me|the|that|over|away|"
    r"link)|"
    r"text (?:me )?(?:it|the link)|(?:i'?ll|i will|i can|can|ready to|happy to|want to|wanna|like to|"
    r"love to|gonna|let me) (?:pay|put (?:it )?down|do (?:it|that|the deposit)|leave (?:a|the) deposit|send (?:it|"
    r"the))|"
    r"(?:where|how) (?:do|can|should|would) i pay|(?:where'?s|what'?s|where is|what is) the link|"
    r"lock (?:it|me) in|book (?:it|me)|sign me up|"
    r"^\W*happy to\W*$|i (?:guess|suppose)(?: so)?|count me in|i'?m (?:in|down|(?:good|ok|fine) with (?:that|it))|"
    r"manda(?:me|lo)?|envia(?:me|lo)?)\b|👍|👌|✅|💯|🙌"
)
#: Questions about the deposit itself: a yes before them waits for the answer.
_ABOUT_IT = re.compile(
    r"\b(?:deposits?|refund\w*|back|lose|keep|why|how much|require[ds]?|need to|have to|must i|towards?|applied|apply|"
    r"count|cancel\w*|resched\w*|secure|safe|scam|legit|card|cash|venmo|zelle|apple pay|what for|for what|how long|"
    r"expire\w*|due|late)\b"
)
#: Speaks of the deposit or its link by name, or says that there will be no paying.
_NAMED = re.compile(r"\b(?:deposits?|pay\w*|links?|paid|money|card)\b")
_LINK_WANTED = re.compile(
    r"\b(?:link|url|website|page)\b.{0,40}\b(?:again|resend|re-?send|not|doesn'?t|didn'?t|won'?t|never|where|lost|find|"
    r"broken|expired?|work\w*|open\w*|got|get|send|another|new|missing|deleted)\b|"
    r"\b(?:again|resend|re-?send|where'?s|where is|where|lost|can'?t find|cannot find|send|text|didn'?t get|never got|"
    r"get|need|have|what'?s|new|another|give)\b.{0,30}\b(?:link|url)\b|"
    r"\b(?:where|how) (?:do|can|should|would|to) (?:i |we )?pay\b|\b(?:ready|want|like|happy) to pay\b|"
    r"\b(?:send|text) (?:it|that|me that|me it) (?:again|to me again|over again|one more time)\b|\bresend\b|"
    r"\b(?:says|its|it'?s|is|has) (?:\w+ )?expired\b|^\W*(?:the |pay(?:ment)? )?link(?: pls| please)?\W*$"
)
_SAYS_PAID = re.compile(
    r"\b(?:i|we|ive|i've|we've|just|already|have)\s+(?:(?:have|did|just|already|now|finally|all)\s+){0,3}paid\b|"
    r"\bpaid (?:it|the|that|my|now|already|online|just now)\b|"
    r"^\W*(?:(?:ok(?:ay)?|all|just|yes|done|and|it'?s|good|there|finally)\W+)*paid\W*$|"
    r"\b(?:payment|deposit) (?:sent|made|done|complete\w*|submitted)\b|\bdid (?:it|that|my \w+) go (?:through|thru)\b|"
    r"\b(?:payment|deposit|it) (?:is|was|has been|went|just went) (?:paid|sent|made|done|through)\b|"
    r"\b(?:sent|made|did|completed?|submitted|finished) (?:the |my |a )?(?:payment|deposit)\b|"
    r"\b(?:did|have) (?:you|u|y'?all|yall|ya) (?:get|got|receive|received|see) (?:my |the |it\b)"
)
#: Says that something was done; of a deposit only while its link is the last thing we spoke of.
_SAYS_DONE = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|all|just|already|yes|yep|i|it'?s)\W+)*(?:done|did(?: it| that)?|completed?(?: it)?|"
    r"sent(?: it)?)\W*$"
)
_HAS_NOT = re.compile(r"\b(?:not|n'?t|never|haven'?t|havent|before|once|until|when|if|after)\b")
_AGAINST = {OfferAnswer.REFUSES: _REFUSES, OfferAnswer.ASKS: _HESITATES, OfferAnswer.UNCLEAR: _DEFERS}


def answer_to_offer(text: str) -> OfferAnswer:
    """How a text answers an offer that stands."""
    low = plain(text)
    said = _NO_OBSTACLE.sub(lambda found: "sure".ljust(len(found.group())), low)
    if _CONDITION.search(said):
        return OfferAnswer.ASKS
    against = [(hit, answer) for answer, pattern in _AGAINST.items() for hit in pattern.finditer(said)]
    signals = [(hit.start(), answer) for hit, answer in against]
    # "I don't want to pay" holds no "want to pay".
    signals += [
        (hit.start(), OfferAnswer.AGREES)
        for hit in _AGREES.finditer(said)
        if not any(one.start() < hit.end() and hit.start() < one.end() for one, _ in against)
    ]
    asked = [clause for clause in clauses(said) if clause.asks]
    signals += [
        (clause.start, OfferAnswer.ASKS)
        for clause in asked
        if _ABOUT_IT.search(clause.text) and not _AGREES.search(clause.text)
    ]
    if not signals:
        return OfferAnswer.ASKS if asked else OfferAnswer.UNCLEAR
    return _last(signals)


def names_deposit(text: str) -> bool:
    """Whether a text speaks of the deposit itself, so that its "no" is meant for it whatever was asked last."""
    return _NAMED.search(plain(text)) is not None


def wants_link(text: str) -> bool:
    """Whether somebody who has agreed asks for the link once more, or how to pay."""
    return _LINK_WANTED.search(plain(text)) is not None


def says_paid(text: str) -> bool:
    """Whether a text says, or asks to confirm, that the deposit was paid."""
    low = plain(text)
    return any(_SAYS_PAID.search(clause.text) and not _HAS_NOT.search(clause.text) for clause in clauses(low))


def says_done(text: str) -> bool:
    """Whether a short text says no more than that it is done."""
    return _SAYS_DONE.search(plain(text)) is not None


def _last(signals: list[tuple[int, OfferAnswer]]) -> OfferAnswer:
    """What was said last; at the same place, what agrees to least."""
    least = (OfferAnswer.AGREES, OfferAnswer.UNCLEAR, OfferAnswer.ASKS, OfferAnswer.REFUSES)
    return max(signals, key=lambda signal: (signal[0], least.index(signal[1])))[1]
