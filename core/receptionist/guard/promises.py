"""What only the system or a person can make true: a visit that is booked, money that came in, an open time, a promise.

A sentence that only looks ahead claims nothing: "once your deposit is received". It must look ahead in the claim's own
clause; "if you need anything, you're booked for Tuesday" claims.
"""

from __future__ import annotations

import re

from core.receptionist.guard.ground import Ground
from core.receptionist.guard.legible import sentences
from core.receptionist.guard.moments import times
from core.receptionist.guard.patterns import any_of
from core.receptionist.guard.verdict import Rule
from deskbell.known import RequestStatus

_JUST = (
    r"(?:(?:just|now|already|all|officially|gone ahead and|went ahead and|been|successfully|probably|likely|soon|"
    r"provisionally|tentatively|fully|also|currently|safely|gladly|still) )*"
)
_DAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun)\b)"
_SOON = rf"(?:tomorrow|today|tonight|this|next|then|soon|there|in \d|at \d|on the|on \w+ \d|(?:on )?{_DAY})"
_VISIT = (
    r"(?:appointments?|bookings?|visits?|slots?|spots?|consultations?|consults?|times?|reservations?|sessions?|seats?|"
    r"place|chair|request for \w+day|treatment|cleaning|exam)"
)
_BOOKED = any_of(
    r"\b(?:arranged|already handled|all handled|all arranged)\b|\byou're in for \w*day\b|"
    r"\bconsider \w+ .{0,20}\bdone\b",
    r"\b(?:squared away|calendar invite|reservation stands|belongs to you|on the list for|can't wait to (?:see|"
    r"meet) you (?:on|at|tomorrow|then|there)|it's official|no further steps|added to the calendar)\b|\b(?:su|tu|"
    r"la) (?:cita|reserva|visita|consulta) (?:esta|ha sido|quedo|queda|ya) (?:\w+ )?(?:confirmad|reservad|agendad|"
    r"programad|lista)\w*|\b(?:le|te|lo|la) (?:esperamos|vemos|agende|reserve|confirmo)\b|\bnos vemos (?:el|manana|"
    r"este|hoy)\b|\bya (?:tiene|esta) (?:su |una )?(?:cita|reserva\w*|agendad\w*)",
    r"\b(?:we|i|they) have you (?:down|in|on|set|booked|scheduled)\b",
    rf"\byou(?:'re|'ve been|'ve got|'ll be| have been| are now| were) {_JUST}(?:booked|scheduled|confirmed|reserved|"
    r"set(?: up)? (?:for|with|on|at)|(?:in|on|down) (?:the|our|for|on|at) (?:\w+'?s? )?(?:books?|schedule|calendar|"
    r"\w*day|\d|diary|system)|down for|in for|locked in|penciled in|slotted|good for|expected (?:on|at)|"
    r"an? appointment)\b",
    rf"\b(?:i|we)(?:'ve| have|'ll have|'ll| will| can| just| also|'m|'re)? ?{_JUST}(?:booked|scheduled|reserved|"
    rf"confirmed|"
    r"saved|blocked|penciled|pencilled|secured|locked|held|holding|slotted|put|added|set aside|set|got|placed|"
    r"squeezed|moved|rescheduled|cancel(?:l)?ed|switched|changed|booking|reserving|scheduling|reserve|hold|pencil|"
    r"save|book|schedule|lock) (?:you|your|that|it|the|an?|in|this|for you|a spot)\b(?= (?:\w+ ){0,3}(?:in|down|for|"
    r"on|at|with|up|"
    rf"to|{_VISIT}|place|out|the calendar|the schedule)\b|[.!,]|$|\s?{_VISIT}|\s?{_DAY})(?! (?:up with|in touch|"
    rf"through|"
    r"to (?:our|the) team|to your request|to the request|know|back|a call|on (?:to|the) (?:our|team)))",
    rf"\b(?:your|the|that|this|a) (?:\w+ ){{0,3}}?{_VISIT}(?:'s| is| has| was|'ve| are| have|'ll be|"
    rf" will be) {_JUST}(?:booked|"
    r"confirmed|scheduled|reserved|secured|set|saved|locked in|held|yours|on (?:the|our) (?:books|calendar|schedule)|"
    r"cancel(?:l)?ed|moved|rescheduled|changed|waiting for you|taken care of|all yours|ready)\b(?! (?:up by|to be))",
    r"\b(?:appointment|booking|reservation|slot|spot|visit) (?:confirmed|booked|complete|reserved|secured|set|"
    r"cancel(?:l)?ed)\b",
    rf"\b(?:see|seeing|expecting|expect|meet(?:ing)?|catch) (?:you|ya|u)(?: \w+)? ?(?:{_SOON}|on (?:the )?\d|\d|"
    rf"at the|later)"
    r"|^(?:confirmed|booked|reserved|done|all set|scheduled|you're in)\b|\b(?:it's|that's|all|everything's|you're|"
    r"we're) "
    rf"{_JUST}(?:confirmed|booked|reserved|set|scheduled|good to go|sorted|taken care of|locked in|"
    rf"finalized)\b(?! (?:up|by|of))",
    r"\b(?:consider it done|it's a date|you're good to go|all set!|all booked|that's a go|you got it for|done deal|"
    r"it's (?:all )?yours|\w+(?:'ll| will| is going to) (?:see|be seeing|treat|take care of|be ready for|"
    r"be waiting for|be expecting|meet) you\b(?= (?:then|at|on|tomorrow|today|this|next|\w+day|there)|[.!]))",
    rf"\b(?:your|the) (?:confirmed|booked|scheduled|reserved|upcoming) {_VISIT}|\bconfirmation (?:number|code|#|email|"
    rf"text|is"
    r" on|has been|sent)|\bconfirming (?:your|you|that you)|\b(?:we|i)(?:'ll| will) see you\b|\blooking forward to "
    rf"(?:seeing|meeting|having) you (?:\w+ )?{_SOON}",
    rf"\b(?:it|that|this|{_DAY})(?:'s| is| was| has been) {_JUST}(?:booked|scheduled|confirmed|reserved|on (?:the|"
    rf"our) (?:books|calendar|schedule)|locked in|yours)\b|\b(?:booked|reserved|scheduled|confirmed) (?:you )?(?:for|"
    rf"on|with|at) (?:\d|{_DAY}|tomorrow|today|next|dr|your|noon|the)",
    rf"\byour {_VISIT} (?:on|at|for|this|next|with|tomorrow|today) (?:\w+ )?(?:is|starts|begins|has|{_DAY}|\d)",
)
_PAID = any_of(
    r"\b(?:deposit|payment|transaction|refund|balance|money|fee|invoice)(?:'s)? (?:\w+ ){0,2}?(?:landed|arrived|"
    r"succe\w+|settled|zero|0|ours|came|clear|safe|in the bank|waiting)\b|\b(?:settled|sorted|done|set|good|complete|"
    r"square) (?:on|with|for) (?:the|your) (?:payment|deposit|money)\b|\b(?:recibimos|hemos recibido|recibido) (?:su|"
    r"tu|el) (?:pago|deposito)\b|\b(?:pago|deposito) (?:recibido|confirmado)\b",
    r"\bi'm (?:now |just )?(?:issuing|refunding|crediting|processing|charging|sending|waiving|returning)\b",
    rf"\b(?:your|the|that|this) (?:\$?[\d.,]+ )?(?:\w+ )?(?:deposit|payment|card|invoice|balance|money|refund|charge|"
    rf"fee|transaction|credit)(?:'s| is| has| was| went|'ll be| will be|'s being| is being)(?: been)? {_JUST}(?:paid|"
    rf"received|processed|charged|confirmed|"
    r"refunded|complete|through|accepted|in\b|cleared|approved|on its way|waived|credited|declined|returned|on file|"
    r"all set|taken care of|sorted|settled|successful|good|covered|applied|here)\b(?! (?:toward|to your (?:bill|"
    r"treatment)))",
    rf"\b(?:i|we)(?:'ve| have|'ll|'re| will|'d| can| just| see| now)? ?{_JUST}(?:received|receive|got|have|see|"
    rf"processed|process|"
    r"charged|charge|refunded|refund|confirmed|waived|waive|credited|applied|taken|issued|issue|issuing|send|sent|"
    r"returning|return|refunding|processing) (?:you )?(?:your|the|a|that|it|back) ?(?:\$?[\d.,]+ )?(?:full |partial |"
    r"whole )?(?:deposit|payment|card|money|refund|fee|back|balance|credit|\$\d)",
    r"\b(?:payment|deposit|refund|transaction) (?:received|confirmed|successful|complete|completed|processed|approved|"
    r"accepted|went through|cleared|issued|on its way)\b|\b(?:paid in full|fully paid|all paid(?: up)?|paid up|"
    r"you(?:'ve| have)? (?:already |just )?paid|you're paid|you don't owe|receipt (?:is|has been|was|sent|attached))\b",
    r"\bthank(?:s| you)(?: so much| again)? for (?:(?:your|the|that|sending (?:the|your)) (?:\w+ )?(?:payment|"
    r"deposit)|paying|the \$)|\b(?:money|it|deposit|payment) (?:came|went|has gone|has come) through\b|\bmoney back\b",
)
_SLOTS = any_of(
    r"\b(?:we|i|she|he|they|dr\.? \w+|\w+|there)(?:'s|'re| has| have| do have| can| could| still have|'ve got|'d have|"
    r" got| is| are|'ve)(?: \w+){0,3}? (?:openings?(?! hours)|availabilit(?:y|ies)|slots?|spots?|cancel(?:l)?ations?|"
    r"times? (?:open|available|free)|free (?:time|slots?|spots?)|gaps?|open (?:times?|appointments?|spots?|slots?)|"
    r"space|room|last[- ]minute (?:opening|spot|slot)s?|appointments? (?:open|available|free|on|at|this|next|tomorrow|"
    r"today|left))\b(?! (?:can|where|with wide))",
    rf"(?:{_DAY}|\btomorrow|\btoday|\btonight|\bnoon|\d(?::\d\d)? ?(?:[ap]\.?m\.?)?|\bmornings?|\bafternoons?|"
    rf"\bevenings?|\bweek|\btime) "
    r"(?:is|are|'s|looks|seems|still has|has|would be) (?:\w+ )?(?:available|open|free|wide open|an option|clear|"
    r"openings?|availability|good on our end|good for us|possible|doable)\b(?! (?:from|until|9|10|\d|for (?:your|"
    r"the)))",
    rf"\b(?:available|open|free) (?:times?|slots?|spots?|appointments?) (?:is|are|include|on|at|this|next|tomorrow|"
    rf"today|{_DAY}|:)|"
    r"\b(?:next|first|earliest|soonest) (?:available|open|free|opening|availability|appointment|slot|spot)\b|"
    r"\b(?:fully booked|all booked up|booked (?:up|solid|out)|sold out|no (?:openings|availability|slots|spots)|"
    r"completely full|wait ?list)\b",
    r"\b(?:i|we)(?:'ll| can| could|'d be able to|'re able to| should be able to)(?: \w+){0,2}? (?:fit|squeeze|get|see|"
    r"slot|take|book|schedule|put|offer|do) (?:you )?(?:in )?(?:on |at |for |this |next )*"
    rf"(?:{_DAY}|tomorrow|today|tonight|\d|in (?:this|tomorrow|today|on|at|right)|as early as|right away|any ?time|"
    rf"this (?:week|morning|"
    r"afternoon)|next week|the same day|immediately)",
    rf"\b(?:come|stop|drop|pop|walk) (?:on )?(?:in|by|over) (?:on |at |this |anytime|any time|{_DAY}|tomorrow|today|"
    rf"now|right|whenever)|"
    r"\bwalk-?ins? (?:are )?(?:welcome|ok|okay|fine|accepted)\b|\bno appointment (?:is )?(?:needed|necessary|"
    r"required)\b",
)
_NAMED_DAY = re.compile(
    rf"(?<!happy )(?<!great )(?<!good )(?<!nice )(?<!lovely )(?<!wonderful )(?:\b{_DAY}(?!s? (?:is|are) (?:the|our) "
    r"(?:best|busiest))|\btomorrow\b)"
)
_OF_HOURS = re.compile(
    r"\b(?:open(?:s|ing|ed)?|clos(?:ed?|es|ing)|hours|here (?:from|until|till|on|as)|holidays?|"
    r"between \d.{0,20} and \d)\b"
)
_A_RANGE = re.compile(r"\d ?(?:[ap]\.?m\.?)? ?(?:-|to|until|till) ?\d{1,2}(?::\d\d)?(?: ?[ap]\.?m)?\b")
#: With these, what was said of days may be said back.
_ACKNOWLEDGED = re.compile(r"(?:got it|noted|ok(?:ay)?|sure|thanks|thank you)\b")
_OF_WISHES = re.compile(
    r"\b(?:noted?|request\w*|wish\w*|prefer\w*|call(?:s|ed)?|text|get back|gets? to you|contact|reach|touch|tell us|"
    r"let us know|staff|here's what i have|updated?|pass(?:ed|ing)?|suits?|you (?:said|mentioned|asked|wanted|'d like|"
    r"would like|wrote|told|prefer)|(?:isn't|aren't|can't|don't|not) (?:\w+ )?(?:confirm\w*|see|know|say|promise|"
    r"book\w*|sure|set|check)|instead of|or|whether|until|once|for our team|our team|front desk|parking|notice|"
    r"is (?:mon|tues|wednes|thurs|fri|satur|sun)day)\b"
)
_PROMISES = any_of(
    r"\b(?:calls?(?! (?:us|\d|our|the clinic|\())|text|reach(?: out)?|respond|reply|contact|answer|get back to|"
    r"be in touch|be with|hear|ring|follow up|phone|message|get to)(?: (?:with )?(?:you|back|from (?:us|them|someone)|"
    r"to you|out)){0,3} (?:\w+ ){0,2}?(?:right (?:away|back|now)|immediately|momentarily|in (?:just )?a (?:few |"
    r"couple (?:of )?)?(?:moment|minute|second|sec|min|bit|jiffy)s?|within (?:the|an?|minutes|\d+|moments|seconds)|"
    r"in (?:the next )?\d+ (?:\w+)|in no time|asap|any (?:minute|second|moment)|straight away|instantly|"
    r"this (?:instant|minute|second)|first thing|tonight|by (?:noon|the end|close|end)|at \d|later (?:today|tonight)|"
    r"before (?:noon|lunch)|end of (?:the )?day|eod|24/7|over the weekend)\b",
    r"\b(?:i|we)(?:'ll| will) (?:personally |always |never )?(?:guarantee|promise|make sure (?:you|that you|we)|"
    r"ensure|see to it|take full|cover|compensate|make it right|give you|throw in|honor|match|pay for)\b|"
    r"\bi promise\b|\byou have my word\b|\bour fault\b|\bwe admit\b|\b(?:it was|that's|that was) our (?:mistake|error|"
    r"fault)\b|\bwe (?:made a mistake|messed up|take (?:full )?responsibility|'re (?:liable|at fault|responsible))\b",
    r"\b(?:text|call|reach|contact|message) (?:us|me|the team|our team) (?:at )?(?:any ?time|24 hours|day or night|"
    r"around the clock) (?:and|for|by|on)? ?(?:a (?:doctor|nurse|provider)|medical)|\b(?:doctor|provider|nurse|"
    r"dentist|someone|person|human)s? (?:is|are|'s) (?:always |standing by|on call|available|here) ?(?:24/7|"
    r"around the clock|day and night|any ?time|right now|standing by|always)",
    r"\bi(?:'ve| have)? ?(?:just |already |also )*(?:called|emailed|phoned|spoke(?:n)? (?:to|with)|checked (?:with|"
    r"the|our)|talked (?:to|with)|looked (?:up|at|into) your|pulled up|verified|reviewed (?:your|the)|seen your|"
    r"asked dr|checked in with)\b|\bi can see (?:your|that you|here|you)\b|\byour (?:chart|file|record|account|"
    r"profile) (?:shows|says|is|has)\b|\b(?:i'm|i am|this is) (?:a |your |the )?(?:nurse|doctor|provider|dentist|"
    r"hygienist|human|real person|person|receptionist named)\b|\bi'm not (?:a |an )?(?:bot|robot|machine|ai|"
    r"automated)\b",
)
_SALES = any_of(
    r"\b(?:are you (?:looking|ready|interested in|hoping|wanting)|would you (?:like|care|be interested)|"
    r"do you (?:want|wish)|want|ready|interested|shall (?:we|i)|can i|may i|could i|should (?:we|i)|how about|"
    r"let's)(?: \w+){0,3}? (?:book|schedule|reserve|set up|make an appointment|come in|get you (?:in|booked|scheduled|"
    r"started)|booking|scheduling|secure|lock in|get started)\b",
    r"\b(?:place|pay|send|put down|leave|make|complete|secure|submit|require|need|collect)(?: (?:a|the|your|us|"
    r"this))? ?(?:\$?[\d.,]+ )?deposit\b",
)
#: Words that make a clause look ahead, before a claim and behind it.
_AHEAD = re.compile(
    r"\b(?:once|when|if|after|until|before|as soon as|unless|whether|nothing|isn't|hasn't|not|to get|can't|nobody|"
    r"don't|won't|haven't|aren't|have to|has to|needs? to|wait (?:for|to)|so (?:that )?(?:they|we) can)\b"
)
_AFTER = re.compile(
    r"\s?(?:only )?(?:once|when|after|until|as soon as|if|by (?:our|the) team (?:calls?|when)|unless)\b"
)
_CLAUSE = re.compile(r"[,;:]\s|\s-\s|\s?\(|\b(?:but|and|so|because|since|then)\s")
_HOLDS_PLACE = frozenset({RequestStatus.BOOKED})
_PAID_FOR = frozenset({RequestStatus.PAID, RequestStatus.BOOKED})
#: With these, staff have the request; nothing is sold any more.
_SETTLED = frozenset({RequestStatus.PAID, RequestStatus.BOOKED, RequestStatus.PENDING})


def unkept(low: str, on: Ground, request: RequestStatus | None) -> Rule | None:
    """What a folded text claims and the request does not bear out."""
    for sentence in sentences(low):
        if sentence.strip() in on.words:
            continue
        if request not in _HOLDS_PLACE and _claims(_BOOKED, sentence):
            return Rule.BOOKED
        if request not in _PAID_FOR and _claims(_PAID, sentence):
            return Rule.PAID
        if _claims(_SLOTS, sentence):
            return Rule.SLOT
        if _PROMISES.search(sentence) and not _in_words(_PROMISES, sentence, on):
            return Rule.PROMISE
        if request in _SETTLED and _SALES.search(sentence):
            return Rule.SALES
    return None


def settles_a_day(low: str, on: Ground, request: RequestStatus | None) -> bool:
    """Whether a folded text names a day or an hour that no calendar has confirmed, whatever words it finds for it."""
    if request in _HOLDS_PLACE:
        return False
    return any(one.strip() not in on.words and _settles(one, on) for one in sentences(low))


def _settles(sentence: str, on: Ground) -> bool:
    """Names a day or an hour in any other sense than hours, a wish, a question, or a call of the team."""
    if sentence.rstrip().endswith("?"):
        return any(not minutes & on.wished.minutes for minutes, _ in times(sentence)) and not _OF_HOURS.search(sentence)
    if not (_NAMED_DAY.search(sentence) or times(sentence)):
        return False
    return not (
        _OF_HOURS.search(sentence) or _A_RANGE.search(sentence) or _OF_WISHES.search(sentence) or _repeats(sentence, on)
    )


def _repeats(sentence: str, on: Ground) -> bool:
    """Says no more of days and hours than the patient did, or the notes."""
    told = all(minutes & on.wished.minutes for minutes, _ in times(sentence))
    if not _NAMED_DAY.search(sentence) and all(minutes & on.told.minutes for minutes, _ in times(sentence)):
        return True
    if not _ACKNOWLEDGED.match(sentence):
        return False
    return told and all(found.group()[:3] in on.wished.words for found in _NAMED_DAY.finditer(sentence))


def _claims(pattern: re.Pattern[str], sentence: str) -> bool:
    for found in pattern.finditer(sentence):
        begin = max((one.end() for one in _CLAUSE.finditer(sentence, 0, found.start() + 1)), default=0)
        if _AHEAD.search(sentence, begin, found.end()) or _AFTER.match(sentence, found.end()):
            continue
        return True
    return False


def _in_words(pattern: re.Pattern[str], sentence: str, on: Ground) -> bool:
    return all(found.group() in on.words for found in pattern.finditer(sentence))
