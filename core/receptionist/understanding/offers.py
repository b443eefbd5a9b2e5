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
    r"\b(?:no|nope|nah|naw|nay|never|pass|refuse|negative|(?:rather|prefer|'?d prefer) not|yeah right|"
    r"(?:(?:don'?t|do not|won'?t|will not|wouldn'?t|cannot|can'?t|not|never|am not|ain'?t) (?:(?:really|"
    r"want(?:ing)? to|"
    r"going to|gonna|wanna|able to|willing to|ready to|looking to|comfortable|ok|okay|happy|feel(?:ing)?|like|about|"
    r"with|"
    r"to) ){0,5}"
    r"(?:pay\w*|put\w*|do(?:ing)?|give|giving|leav\w+|send\w*|want|deposits?|a deposit|any|that|comfortable|ok|okay|"
    r"interested|afford|interested|happy|agree|down))|"
    r"without (?:a |the |any )?(?:deposit|paying)|skip (?:it|that|the deposit)|forget (?:it|about it|that)|"
    r"never ?mind|nvm|"
    r"not interested|no deposit|(?:pay|paying|settle) (?:\w+ ){0,3}(?:there|in person|when i (?:come|get|arrive)|"
    r"at the (?:visit|appointment|office|clinic|front desk|time)|on arrival|after)|"
    r"just (?:have (?:them|someone) )?call me|no gracias|no quiero)\b|👎|🙅"
)
_DEFERS = re.compile(
    r"\b(?:maybe|perhaps|possibly|might|let me (?:think|check|see|ask|talk|get back|look)|think (?:about|on|it over)|"
    r"get back to (?:you|u)|let (?:you|u|y'all) know|(?:i'?ll|will|i will) (?:see|think|decide|check)|"
    r"not (?:right )?now|not yet|hold on|one (?:sec|second|moment|min)|give me a (?:sec|second|minute|moment|day)|"
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
    r"count me in|i'?m (?:in|down|(?:good|ok|fine) with (?:that|it))|"
    r"manda(?:me|lo)?|envia(?:me|lo)?)\b|👍|👌|✅|💯|🙌"
)
#: Questions about the deposit itself: a yes before them waits for the answer.
_ABOUT_IT = re.compile(
    r"\b(?:deposits?|refund\w*|back|lose|keep|why|how much|require[ds]?|need to|have to|must i|towards?|applied|apply|"
    r"count|cancel\w*|resched\w*|secure|safe|scam|legit|card|cash|venmo|zelle|apple pay|what for|for what|how long|"
    r"expire\w*|due|late)\b"
)
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


def _last(signals: list[tuple[int, OfferAnswer]]) -> OfferAnswer:
    """What was said last; at the same place, what agrees to least."""
    least = (OfferAnswer.AGREES, OfferAnswer.UNCLEAR, OfferAnswer.ASKS, OfferAnswer.REFUSES)
    return max(signals, key=lambda signal: (signal[0], least.index(signal[1])))[1]
