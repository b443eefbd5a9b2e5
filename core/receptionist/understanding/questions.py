"""What a patient asks: the topic of each question, so that it can be answered from the clinic's own facts."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum

from core.receptionist.holidays import names_holidays
from core.receptionist.understanding.replies import is_filler
from core.receptionist.understanding.words import Clause, word_set, words


class Topic(StrEnum):
    """What a question is about."""

    #: Doses, side effects, safety with a condition: only the provider decides.
    MEDICAL = "medical"
    #: An appointment that exists already: moving, cancelling, being late.
    APPOINTMENT = "appointment"
    #: A worry after a treatment: for a provider to hear of, at once.
    AFTERCARE = "aftercare"
    #: What is behind the receptionist, or somebody else's matters: none of it is told.
    PROBE = "probe"
    #: Treating somebody who is not of age.
    MINOR = "minor"
    #: Who or what is writing here.
    IDENTITY = "identity"
    HOURS = "hours"
    ADDRESS = "address"
    PHONE = "phone"
    WEBSITE = "website"
    PRICE = "price"
    #: Whether a deposit is asked, and how much.
    DEPOSIT = "deposit"
    DURATION = "duration"
    SERVICES = "services"
    #: Whether something can be had: "do you do Botox?"
    SELLS = "sells"
    #: Whether there is a free time.
    AVAILABILITY = "availability"
    #: How to book.
    BOOKING = "booking"
    #: Anything else; the clinic's knowledge may know.
    KNOWLEDGE = "knowledge"


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the patient."""

    topic: Topic
    #: The patient's words; empty where they may go no further.
    text: str = field(repr=False)
    #: Services it names; for a price or a duration, else the one wished for.
    services: tuple[str, ...] = ()
    start: int = 0
    #: No question by its form: answered when the clinic's knowledge has something, else passed over.
    soft: bool = False


_MEDICAL = re.compile(
    r"\b(?:pregnan(?:t|cy)|breast ?feed(?:ing)?|medications?|meds|antibiotics?|blood thinners?|accutane|isotretinoin|"
    r"allerg(?:y|ies|ic)|diabet(?:es|ic)|lupus|cancer|chemo|epilep\w+|seizures?|autoimmune|heart condition|"
    r"side[- ]?effects?|"
    r"safe|dangerous|risks?|risky|dosage|dose|how many units|how much botox (?:do|will|would) i|infect(?:ed|ion)|"
    r"swollen|"
    r"swelling|bruis\w+|bleeding|rash|fever|ibuprofen|advil|aspirin|tylenol|alcohol|prescri\w+|diagnos\w+)\b"
)
_APPOINTMENT = re.compile(
    r"\b(?:cancel|re-?schedule|change|move|push(?: back)?|confirm|check on|switch)\b(?: \w+){0,2} (?:my|"
    r"our) (?:\w+ )?"
    r"(?:appointment|appt|booking|visit|time|consult\w*)\b|\b(?:running|gonna be|going to be|i'?ll be|be a (?:few|"
    r"little|bit)) "
    r"(?:\w+ ){0,3}late\b|\b(?:when|what time) is my (?:appointment|appt)\b|\bmy (?:appointment|appt) (?:is|was|"
    r"time)\b|"
    r"\bcan'?t make (?:it to )?my (?:appointment|appt)\b|\bcan'?t make it\W*(?:$|cancel|today|anymore|sorry)|"
    r"^\W*(?:(?:please|pls|i|need|have|want|gotta|wanna|to|can|could|you|so|ok|actually|never ?mind|sorry|hi|hey|"
    r"just)\W+)*"
    r"(?:cancel|re-?schedule|postpone)\b(?! (?:\w+ )?(?:polic|fee|cost))(?!.*\b(?:if|fee|charge|refund|polic\w+)\b)|"
    r"\b(?:booked|scheduled)\b.*\b(?:move|re-?schedule|change|cancel|push)\b (?:it|that|this)\b|"
    r"\b(?:stuck in traffic|be there in \d+)\b"
)
_IDENTITY = re.compile(
    r"\b(?:are (?:you|u) (?:an? |the )?(?:\w+ )?(?:bot|robot|real|human|ai|machine|computer|person)|"
    r"is this (?:an? )?(?:\w+ )?"
    r"(?:bot|robot|real person|person|human|ai|automated|computer|machine)|who(?:'s| is|s) this|"
    r"who am i (?:texting|talking)|"
    r"am i (?:texting|talking) (?:to|with) an?)\b"
)
_AVAILABILITY = re.compile(
    r"\b(?:when (?:will|are|do|does) (?:you|u|they|someone|somebody|y'all)(?: guys)? (?:going to |gonna )?(?:call|"
    r"reach out)|"
    r"(?:any|got) (?:updates?|news)|"
    r"(?:other|more|different|later|earlier) (?:times?|days?|dates?|slots?|options?)|hear (?:back|from)|openings?|"
    r"availab\w+|slots?|(?:have|got|"
    r"do) (?:\w+ )?appointments?|fit (?:me|us) in|squeeze|see me|"
    r"get (?:me )?in|come (?:in|by|over)|(?:can|could|may) (?:i|we|he|she|they) come|free (?:on|at|this|next|"
    r"tomorrow|today)|any appointments?|appointments? (?:on|at|this|next|for|after|before|tomorrow|today|available)|"
    r"(?:have|got) (?:anything|any ?time|something|a time|time|space|room)|anything (?:on|at|this|next|after|"
    r"before|tomorrow|today|"
    r"available|open|sooner|earlier|later)|when can i|what times?(?! (?:do|are) (?:you|u|y'all) (?:open|close))|"
    r"what days?|soonest|(?:hold|save|reserve) (?:me |us |a |an |the |my |that )*(?:spot|slot|time|\w*day|\d)|"
    r"earliest|schedule (?:me|something)|book (?:me|something|for|on|in|a|an|it)|can i (?:book|get|have|make|schedule)|"
    r"could i (?:book|get|have|make|schedule))\b"
)
#: About a time only when one stands in the question: "how about Tuesday?", "does 4 work?"
_PROPOSAL = re.compile(
    r"\b(?:how|what) about\b|\b(?:does|would|is|will) [\w: ]{0,30}(?:work|ok|okay|possible|good|better)\b|"
    r"\b(?:can|could|should) (?:i|we) (?:do|make it|try|change|switch)\b|\bmaybe\b"
)
_TOPICS: tuple[tuple[Topic, re.Pattern[str]], ...] = (
    (Topic.APPOINTMENT, _APPOINTMENT),
    (Topic.IDENTITY, _IDENTITY),
    (
        Topic.PRICE,
        re.compile(
            r"\bhow much\b(?! (?:time|downtime|longer|pain|does it hurt|botox do|do i need|will i need|swelling|"
            r"notice))"
            r"|\b(?:price[sd]?|pricing|costs?|charges?|rates?|expensive|cheap(?:er|est)?|how many dollars)\b|\$\$+|"
            r"\bfees?\b"
        ),
    ),
    (
        Topic.HOURS,
        re.compile(
            r"\b(?:(?:your|the|business|opening|office|store|clinic|saturday|sunday|weekend|holiday|what|"
            r"ur) hours|hours of operation|"
            r"hours\?*$|(?:are|r) (?:you|u|y'all|you guys) (?:\w+ ){0,2}open(?:ed)?\b(?! to)|"
            r"(?:when|what time|how late|how early|until when|til when|what days?) (?:do|are|does|r) (?:you|u|"
            r"y'all|the \w+)(?: guys)? ?"
            r"(?:\w+ ){0,2}(?:open|close|closed)?|(?:do|does) (?:you|u|y'all)(?: guys)? (?:open|close)|"
            r"(?:you|u|y'all)(?: guys)? (?:still |currently |right )*open|"
            r"(?:are|r) (?:you|u|y'all) (?:\w+ ){0,2}closed|is (?:the )?\w+ open)\b|^\W*(?:(?:ur |your )?hours|"
            r"(?:still |currently )?open(?:ed)?\b(?! to\b)(?: \w+){0,3})\W*$"
        ),
    ),
    (
        Topic.ADDRESS,
        re.compile(
            r"\b(?:where(?:'s| is| are|s| r)(?: \w+){0,2} (?:you|u|y'all|your|the clinic|"
            r"located|this|it|office|place|spa|studio)\b|"
            r"where (?:do|can) i (?:go|find (?:you|it))|where (?:you|u) at|"
            r"(?:your|the|ur) (?:address|location)|what(?:'s| is)? (?:the |your )?address|address(?= please|\?|$)|"
            r"located|"
            r"directions|how (?:do|can) i get (?:there|to (?:you|the)))\b|^\W*(?:address|location|directions)\W*$"
        ),
    ),
    (
        Topic.PHONE,
        re.compile(
            r"\b(?:(?:your|a|the|ur|office|clinic|contact) (?:phone|telephone|number|phone number|contact number)|"
            r"phone number|"
            r"number (?:to|i can|can i) call|can i (?:just )?call (?:you|u|the|someone)|what number)\b|"
            r"^\W*(?:phone|number)\W*$"
        ),
    ),
    (Topic.WEBSITE, re.compile(r"\b(?:web ?site|web ?page|web address|url|site online)\b")),
    (
        Topic.DURATION,
        re.compile(
            r"\bhow long\b.*\b(?:take|appointment|appt|session|visit|be there|procedure|treatment)\b|"
            r"\bhow much time\b|"
            r"\bhow many minutes\b|\bduration\b"
        ),
    ),
    (
        Topic.SERVICES,
        re.compile(
            r"\b(?:(?:what|which)(?: (?:kind|type|sort)s? of)?(?: \w+)? (?:services|treatments|procedures|options)|"
            r"what (?:all )?(?:do|can) (?:you|u|y'all)(?: guys)? (?:offer|do|have|sell|provide)\b(?! for)|(?:your|"
            r"the|a) (?:services|treatments|menu)|"
            r"list of|service menu|services do you)\b|^\W*(?:services|treatments|menu)\W*$"
        ),
    ),
)
_SELLS = re.compile(
    r"\b(?:(?:(?:do|does|can) (?:you|u|y'all|your \w+)|^\W*(?:you|u|y'all))(?: guys)?(?: also| still| even)? (?:do|"
    r"offer|have|sell|carry|provide|give|perform)|"
    r"is there|are there|do you got|offer)\b"
)
_BOOKING = re.compile(
    r"\b(?:how (?:do|can|would) i (?:book|schedule|make|set up|get)|(?:can|could|may) (?:i|you|"
    r"we) (?:please )?(?:book|schedule|make|set|"
    r"get (?:an?|me)|help me (?:book|schedule)|sign)|(?:like|love|want|need|looking|hoping|wanting|"
    r"trying) (?:to )?(?:book|schedule|make|set up|get|come|do|try)|"
    r"book (?:an?|me|my|in)|make an (?:appointment|appt)|set up an?|an (?:appointment|appt)|schedule (?:an?|me|my|"
    r"something)|sign me up)\b"
)
_INTENT = re.compile(
    r"\b(?:book|booking|schedul\w+|appointments?|appt|come in|get in|sign me up|i'?d (?:like|love)|"
    r"i want|i wanna|(?<!do )(?<!will )i need|"
    r"looking (?:for|to|into)|interested|thinking (?:about|of))\b"
)
_COURTESY = re.compile(
    r"^\W*(?:(?:hi|hey|hello|so|ok)\b\W*)*(?:how(?:'s| is| are|s)? (?:you|u|it going|everything|your day)\b.*|"
    r"what'?s up|(?:is )?any(?:one|body) (?:there|here|home)|"
    r"(?:are )?(?:you|u) there|can (?:you|u|someone|anyone) (?:please )?help(?: me)?(?: out)?|(?:can|could|"
    r"may) i ask (?:you )?(?:a |some )?(?:quick )?(?:question|something)s?|"
    r"i (?:have|had|got) (?:a|some) (?:quick )?questions?|my (?:first |last |full )?name|do you have a (?:minute|"
    r"second|sec))\W*$"
)
#: Words of a question for prices that name nothing of their own; anything beside them is for the knowledge to know.
_PRICE_WORDS = word_set(
    "how much is it does do you u guys charge cost costs price prices priced pricing what what's whats are your ur "
    "the a an for that this these those one would be will rates rate fees fee list range per unit session syringe "
    "treatment treatments service services and so hi hey hello ok of them they each usually typically about i "
    "can get please pls "
    "expensive to me my in total there any all everything y'all run roughly approximately generally "
    "first second third last cheap cheaper cheapest more"
)
_AMOUNT = re.compile(
    r"\b(?:how much|amount|what(?:'s|s| is)|cost|price|do (?:i|you|u|we)|is there|need|needs|require[ds]?|any|put down|"
    r"pay|tell me|about)\b|^\W*(?:\w+ ){0,2}deposits?\W*$"
)
#: About a deposit that was paid, and what becomes of it: for the clinic's knowledge.
_DEPOSIT_TERMS = re.compile(
    r"\b(?:refund\w*|back|lose|keep|kept|why|towards?|count|apply|applied|transfer\w*|return\w*|when|how (?:do|can))\b"
)
#: "And filler?", "what about Saturday?": asks on.
_CONTINUES = re.compile(
    r"^\W*(?:ok(?:ay)? |oh |and |so |or )*(?:(?:what|how) (?:about|bout)|wb|hbu|and|or|for|also|on)\b"
)
_CONTINUED_WORDS = 7
_DAY_NAMED = re.compile(
    r"\b(?:\w+days?|mon|tues?|weds?|thurs?|fri|sat|sun|tomorrow|tmrw|tmr|today|tonight|weekends?)\b"
)
#: Words of a holiday with a question mark behind it.
_BARE = 4
_PRICE_LIST = re.compile(r"^\W*(?:(?:hi|hello|hey|need|your|ur|the|get|send|me)\W+)*(?:prices?|pricing|costs?|rates)\b")
_PRICED = frozenset({Topic.PRICE, Topic.DURATION, Topic.DEPOSIT, Topic.SELLS})


def topic_of(clause: Clause, *, sells: bool, before: Topic | None = None) -> Topic | None:
    """What a clause asks, or None. `sells`: it names a treatment; `before`: what the patient asked last."""
    text = clause.text
    if _APPOINTMENT.search(text):
        return Topic.APPOINTMENT
    if before and _continues(text, before, sells):
        return before
    listed = bool(_PRICE_LIST.match(text)) and sells
    if is_courtesy(text) or is_filler(text) or (not clause.asks and len(text.split()) > 3 and not listed):
        return None
    if clause.asks and _MEDICAL.search(text):
        return Topic.MEDICAL
    if re.search(r"\bdeposits?\b", text) and _AMOUNT.search(text) and not _DEPOSIT_TERMS.search(text):
        return Topic.DEPOSIT
    if clause.asks and len(text.split()) <= _BARE and names_holidays(text):
        return Topic.HOURS
    for topic, pattern in _TOPICS:
        if pattern.search(text):
            return topic if clause.asks is False or sells or _plainly(topic, text) else Topic.KNOWLEDGE
    if not clause.asks:
        return None
    if _AVAILABILITY.search(text) and _DAY_NAMED.search(text):
        return Topic.AVAILABILITY
    if sells and _SELLS.search(text):
        return Topic.SELLS
    if _BOOKING.search(text):
        return Topic.BOOKING
    if _AVAILABILITY.search(text):
        return Topic.AVAILABILITY
    return Topic.KNOWLEDGE


def _plainly(topic: Topic, text: str) -> bool:
    """Whether the clinic's own facts answer it: "how much is parking" they do not."""
    return topic is not Topic.PRICE or set(words(text)) <= _PRICE_WORDS


def _continues(text: str, before: Topic, sells: bool) -> bool:
    """An elliptic question keeps the topic of the one before, when it names something else of the same kind."""
    if not _CONTINUES.match(text) or len(text.split()) > _CONTINUED_WORDS:
        return False
    return sells if before in _PRICED else before is Topic.HOURS and bool(_DAY_NAMED.search(text))


def is_courtesy(low: str) -> bool:
    """ "How are you?", "can I ask a question?": a greeting in the form of a question."""
    return bool(_COURTESY.search(low))


def asks_for_time(clause: Clause) -> bool:
    """Whether a question is about when to come: its days and hours are then a wish."""
    return any(pattern.search(clause.text) for pattern in (_AVAILABILITY, _BOOKING)) or proposes(clause)


def proposes(clause: Clause) -> bool:
    """ "How about …", "does … work": a wish in the form of a question, if a time stands in it."""
    return bool(_PROPOSAL.search(clause.text))


def wants_to_come(low: str) -> bool:
    """Words of someone who means to book and is not only asking."""
    return bool(_INTENT.search(low))
