"""The words of time: one master pattern, each of whose groups is a kind of thing said about days or hours."""

from __future__ import annotations

import re

from rapidfuzz import process
from rapidfuzz.distance import OSA

from core.receptionist.understanding.clocks import CLOCK, HOUR
from core.receptionist.understanding.words import word_set

DAYS = {
    "monday": r"mon(?:day)?s?",
    "tuesday": r"tue(?:s|sday|sdays)?",
    "wednesday": r"wed(?:s|nesday|nesdays)?",
    "thursday": r"thu(?:r|rs|rsday|rsdays)?",
    "friday": r"fri(?:day)?s?",
    "saturday": r"sat(?:urday)?s?",
    "sunday": r"sun(?:day)?s?(?! (?:damage|spots?|burn|exposure|screen|tan|block|kissed))",
}
DAY_NUMBERS = [(number, re.compile(rf"(?:{pattern})$")) for number, pattern in enumerate(DAYS.values())]
DAY = rf"(?:{'|'.join(DAYS.values())})"
MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)"
)
NUMBERS = {
    "a": 1,
    "one": 1,
    "two": 2,
    "couple": 2,
    "couple of": 2,
    "three": 3,
    "few": 3,
    "four": 4,
    "five": 5,
    "six": 6,
}
_TO = r"\s*(?:-|to|til+|until|thru|through|and)\s*"
_NTH = r"\d{1,2}(?:st|nd|rd|th)"

ITEM = re.compile(
    rf"""
    (?P<greeting>\bgood\s(?:morning|afternoon|evening|night|day)\b|\bhave\sa\s(?:\w+\s)?(?:good|great|nice|
        lovely)\s\w+)
    |(?P<past>\b(?:last|past|previous)\s(?:week(?:end)?|month|year|night|time|{DAY}|{MONTH}|summer|winter|spring|
        fall)\b
        |\byesterday\b|\b(?:\w+\s)?(?:days?|weeks?|months?|years?)\sago\b|\bsince\s(?:(?:last|this|the|my)\s)?\w+)
    |(?P<not>\b(?:not?|except(?:\sfor)?|besides|other\sthan|never|avoid|excluding|can(?:'?t|not)(?:\s(?:do|come|
        make|be))?
        (?:\sit|\sin|\sthere)*|(?<=day\s)but(?:\snot)?|(?<=time\s)but(?:\snot)?|(?<=days\s)but(?:\snot)?|
            (?:whenever|anything)\sbut(?:\snot)?)
        (?:\son)?\s(?=(?:{DAY}|weekends?|weekdays?|tomorrow|today|(?:this|next)\sweek|
            (?:(?:in\s)?the\s)?(?:early\s|late\s)?(?:mornings?|afternoons?|evenings?|nights?|lunch|midday))\b))
    |(?P<out>\b(?:is|are)?\s?(?:out\b|no\sgood|not\sgood|(?:does|do|wo)n'?t\swork|not\s(?:available|possible)))
    |(?P<days>\b{DAY}{_TO}{DAY}\b)
    |(?P<week>\b(?:(?P<early>early|beginning\sof|start\sof)\s|(?P<late>later?|end\sof)\s)?(?:the\s)?
        (?P<which>next|this|following)\sweek(?P<end>end)?\b|\bend\sof\s(?:the\s)?week\b)
    |(?P<weekdays>\b(?:week\s?days?|during\sthe\sweek|mon-fri|m-f)\b)
    |(?P<weekends>\b(?:the\s)?week\s?ends?\b)
    |(?P<tomorrow>\b(?P<after>(?:the\s)?day\safter\s)?(?:tomorrow|tomm?or?r?ow?|tmrw|tmr|tmw|tom|2moro|2morrow)\b(?!'s))
    |(?P<today>\b(?:today|(?P<tonight>tonight|this\sevening)|(?P<thispart>this\s(?=morning|afternoon)))\b)
    |(?P<ahead>\bin\s(?:about\s)?(?:a\s)?(?P<count>\d{{1,2}}|one|two|couple(?:\sof)?|three|few|four|five|six|a)\s
        (?P<unit>days?|weeks?|months?)\b)
    |(?P<nextmonth>\bnext\smonth\b)
    |(?P<date>\b{MONTH}\.?\s{{1,2}}\d{{1,2}}(?:st|nd|rd|th)?\b(?!\s*(?::|[ap]\.?m))
            (?P<also>\s?(?:or|and|-|to|,)\s?(?:the\s)?\d{{1,2}}(?:st|nd|rd|th)?\b(?!\s*(?::|[ap]\.?m)))?
        |\b\d{{1,2}}(?:st|nd|rd|th)?\s(?:of\s)?{MONTH}\b
        |\b(?:1[0-2]|0?[1-9])/(?:[12]\d|3[01]|0?[1-9])(?:/\d{{2,4}})?\b(?!\s*(?:syringe|unit|price|off|of))|
            \b(?:the\s)?{_NTH}\b(?!\s(?:time|visit|session|week|one|option)))
    |(?P<month>\b(?:in|during|mid|late|early|sometime\sin)\s{MONTH}\b)
    |(?P<day>\b(?:(?P<near>next|this|coming|following)\s)?{DAY}\b)
    |(?P<range>(?:\b(?P<between>between|from)\s)?(?<![\w$#/.:-]){CLOCK}{_TO}{CLOCK})
    |(?P<bound>\b(?P<no>not?|nothing|no\s|can(?:'?t|not)(?:\s(?:do|come|make|be)(?:\s(?:it|in|there|anything))?)?)?\s?\b(?P<side>after|aftr|past|later\sthan|from|since|before|earlier\sthan|by|
        until|til+|
        at|@|around|about|approximately|like)\s(?:about\s|around\s|like\s)?(?:{CLOCK})(?P<on>\s(?:onwards?|
            on(?=\s*(?:$|[,.]|works|is))|or\slater|and\slater|or\safter)\b)?)
    |(?P<clock>(?<![\w$#/.:-]){CLOCK}(?P<plus>\+|\s(?:onwards?\b|on(?=\s*(?:$|[,.]|works|is))|or\slater|and\slater|
        or\safter|or\searlier))?)
    |(?P<part>\b(?:(?P<edge>early|late|mid)(?:\s|-)?)?(?:(?:in\s)?the\s)?(?P<name>mornings?|am's|ams|afternoons?|
        evenings?|nights?|
        lunch(?:\s?time|\sbreak|\shour)?|midday|after\slunch|after\s(?:work|5ish)|after\sschool|before\swork|
            before\snoon)\b)
    |(?P<any>\bwhenever\b|\banytime\b|\bany\s(?:time|days?)\b|\bany\sof\s(?:those|them|the\sabove)\b|
        \bevery\s?day\b|\bflexible\b
        |\b(?:wide\s|pretty\s)open\b|\bopen\s(?:schedule|all|most|any)\b|\ball\sday\b)
    |(?P<indifferent>\bno\spreference\b|\bi'?m\s(?:totally\s)?open\b|\b(?:does|do)(?:n'?t|
        \snot)\s(?:really\s)?(?:matter|mind|care)\b
        |\bwhatever\b|\bany\b|\byou\s(?:pick|choose)\b|\bup\sto\syou\b)
    |(?P<soon>\basap\b|\bas\ssoon\sas\b|\bsoonest\b|\b(?:the\s)?earliest\b|\bfirst\savailable\b|\bnext\savailable\b|
        \bright\saway\b|
        \bsooner\b|\bas\searly\sas\spossible\b)
    |(?P<ampm>(?<!\bi\s)\b(?:in\sthe\s)?[ap]\.?m\.?\b(?=\s*(?:$|[,.!]|please|works?|is|are|for|preferred|best|only)))
    """,
    re.VERBOSE,
)
#: Cheap first look: without one of these, there is no time in a text.
HINT = re.compile(
    rf"\d|\b(?:{DAY}|{MONTH}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b"
    r"|week|day|m.?w.?f|tth|t.?th|morrow|tm[rw]|tom\b|night|noon|morn|even|lunch|work|school|any|flex|when|open|"
    r"matter|mind|care|"
    r"what|pick|"
    r"up to|soon|asap|earl|avail|right|month|ams?\b|[ap]\.m|pms?\b|choose|prefer"
)
_VOCABULARY = (
    *DAYS,
    "tomorrow",
    "morning",
    "mornings",
    "afternoon",
    "afternoons",
    "evening",
    "evenings",
    "weekend",
    "weekends",
    "anytime",
    "whenever",
)
_NOT_TYPOS = word_set(
    "money mooning warning warming meaning moaning monkey events eleven seven evening's learning earning mourning "
    "turning whatever wherever sundry sudden burning forever however tomato weekly "
    "everything burnings anything friend friends whoever"
)
_LONG_WORD = re.compile(r"[a-z0-9]{6,}")
JOINS = re.compile(r"\bor\b|\band\b|,|/|;")


#: The groups of `ITEM` that are kinds, in the order in which they are asked.
KINDS = (
    "greeting", "past", "not", "out", "days", "week", "weekdays", "weekends", "tomorrow", "today", "ahead", "nextmonth",
    "date", "month", "day", "range", "bound", "clock", "part", "any", "indifferent", "soon", "ampm",
)  # fmt: skip


#: Turns of phrase, and how `ITEM` knows them.
_PHRASES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), plainly)
    for pattern, plainly in (
        (r"\bm[/, &]?w[/, &]?f\b", "monday wednesday friday"),
        (r"\bt(?:u|ue)?[/&]th(?:u|ur)?\b|\btth\b", "tuesday thursday"),
        (r"\bb4\b", "before"),
        (r"\b(after|before|at|around|by|until|til+|from) (1[0-2]|[1-9])([0-5]\d)\b(?! ?[ap]\.?m)", r"\1 \2:\3"),
        (r"\bfirst thing(?: in the morning)?\b|\b(?:start|beginning) of (?:the )?day\b", "early morning"),
        (r"\b(?:end|close) of (?:the )?(?:day|business)\b|\beod\b|\bcob\b", "late afternoon"),
        (r"\b(?:the )?week after next\b", "in two weeks"),
        (rf"\bhalf (?={HOUR}\b)(?!hour)", "half past "),
        (
            r"\bi(?:'?m| am)? (?:at )?(?:work|working|busy|teach|on shift|in (?:class|school|meetings)|have (?:class|"
            r"work))"
            rf"(?: \w+)? (?:until|til+|to)(?= {HOUR}\b)",
            "after",
        ),
        (
            r"\b(?:out(?: of town)?|away|travell?ing|on vacation|gone|busy|unavailable|not (?:available|free|around|"
            r"here)|"
            r"can'?t(?: come| make it)?)(?: \w+){0,2} (?:until|til+)\b",
            "from",
        ),
        (
            r"\b(?:get|am|'m|im) (?:off|out|done)(?: of)?(?: (?:work|school|class))? (?:at|by|around)(?= (?:about |"
            rf"around )?{HOUR}\b)",
            "after",
        ),
    )
)


def spelled(low: str) -> str:
    """Small slips in the words for days and times put right, and turns of phrase put plainly."""
    for pattern, plainly in _PHRASES:
        low = pattern.sub(plainly, low)

    def right(found: re.Match[str]) -> str:
        word = found.group()
        if word in _NOT_TYPOS or word in _VOCABULARY:
            return word
        near = process.extractOne(word, _VOCABULARY, scorer=OSA.distance, score_cutoff=2 if len(word) > 6 else 1)
        return str(near[0]) if near and near[0][0] == word[0] else word

    return _LONG_WORD.sub(right, low)
