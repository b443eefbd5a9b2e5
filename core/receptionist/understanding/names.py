"""Names of people: from a name pattern, or from a short reply to our question for one. Never from anything else."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from core.receptionist.understanding.shapes import of_letters
from core.receptionist.understanding.words import plain, word_set

_TITLES = word_set("mr mrs ms miss mx dr doctor prof sir madam")
_FAMILY_TITLES = word_set("mr mrs ms mx dr doctor prof")
_PARTICLES = word_set("de la le van der den von del della da di dos du bin ben al el st ter")
#: Those that are given names as well.
_GIVEN = frozenset({"al", "ben"})
#: Words that are family names too, believed when written with a capital or as the whole reply about a last name.
_FAMILY = word_set(
    "best black day early fair friend good guy king little long love low lucky male man may mind moody night poor "
    "price self short small speaking still sweet toms weeks well white will young"
)

#: Words that are never a name, whatever stands before them.
_NEVER = word_set("""
    a about above actually afraid after again age ago ahead all allergic almost alone already alright also always
    am an
    and angry another any anybody anyone anything anytime anyway anxious appointment appointments appt are around as
    asap ask asking at available away awesome baby back bad be because been before behind being best better between
    big
    birthday bit blonde book booked booking both bot bout boy bride broke bruised busy but by call called caller
    calling
    came can cancel cancelling cant can't chance cheap check clear client close closed clinic cold come coming
    completely
    concerned confused consult consultation cool correct cost could couple crazy curious currently customer cute daily
    dating day days definitely deposit desperate did diabetic different do doing done dont don't double down
    driving due
    dunno during each early easy either else email emergency engaged enough even evening ever every everyone
    everything
    excited exhausted existing expecting extremely face fan far feeling female few fifty fine first flexible following
    for forehead former forty free friday friend friends from full fully fun fussy game gay getting girl give glad
    go going
    gone gonna good got gotta grateful great guess guy had half happy hard has hate have having hello help her here
    hey
    hi him his home hoping hopeful hours how however hoping hungry hurting hi-there i i'd i'll i'm i've ideally idk
    if ill im
    important impressed in info inquiring insecure inside instead interested into is it it's its ive jealous just keen
    kidding kind kinda know lady last late lately later leaning leaving legit less let lips like listening literally
    little living lmk lol long longtime look looking lost lots love lovely low lucky mad maam ma'am making male man
    many
    married maybe me mean member mess mid middle might mind mine mom monday money month months more morning most
    mother
    moving much mum must my near need needing nervous never new newbie next nice night no nobody none nope normal not
    nothing now number nurse nursing o'clock of off ok okay old older omg on once one only open or other our out
    outside
    over overdue overwhelmed own pain paid part past patient patients people perfect person picky please plus poor
    positive possible prefer pregnant pretty price probably problem question questions quick quite rather ready
    real really
    recently referred regarding regular reaching replying requesting returning right running sad said same saturday
    saw
    say saying scared scheduled seeing self sensitive serious service several she should shy sick since single
    skeptical
    skin small so sober some somebody someone something sometimes somewhat soon sorry spam speaking special spot
    stoked
    still stop stressed stuck student stupid such sunday super supposed sure surprised swamped sweet swollen tall
    texting
    than thank thanks that that's the tho their them then there these they thing things think thinking third thirty this
    those though three thrilled through thursday thx till time times tired to today together tomorrow tonight too
    totally
    traveling treatment trying tuesday turning twenty two tx type u ugly um uncomfortable under undecided unhappy
    unsure
    until up upset urgent us use used usually vegan very via visit visiting visitor waiting walking wanna want wanted
    wanting was way we weak wear wednesday week weekend weekends weekdays well went were what whats when whenever
    where
    whether which while white who why wife will with within without woman won't wondering working worried worth would
    wrong ya yall y'all yay yeah year years yep yes yesterday yet yo you you're young your yours yourself yup zero
    reception receptionist mornings afternoons afternoon evenings mondays tuesdays wednesdays thursdays fridays
    saturdays
    sundays mon tue tues wed weds thu thur thurs fri sat sun noon lunch midday anywhere nowhere unavailable refund
    complaint manager human agent representative website address parking location phone text message spa office team
    staff doctor's provider whoever whatever nvm nevermind none-of-your hm hmm hmmm uh uhh ugh haha hahaha lmao wow
    sup
    what's who's where's how's gracias hola por favor si quiero necesito buenos dias tardes para con una uno
    cosmetic aesthetic medical dental hair nails eyes eyebrows brows nose chin cheeks neck legs arms body wrinkles
    lines acne
    interest able unable welcome honest thankful hesitant terrified nauseous allergies broken bored fat skinny hot
    starving retired moderate certain bald divorced widowed anemic asthmatic single taken local downtown nearby
    tmrw tmr tmw tomorow tommorow tomorrow's today's fair deaf blind dead drunk high mexican american asian black
    nueva nuevo paciente cliente alergica alergico interesada interesado alguien la el su mi tu muy
    getting booking asking wanting ready-to myself himself herself fifteen sixteen seventeen eighteen nineteen eleven
    twelve ten nine eight seven six five four sixty seventy eighty hundred thousand dollars bucks units unit syringe
    """)

_ENDINGS = re.compile(r"(?:ing|ed|ly|ful|less|ous|able|ible|ish|tion|ive|ness|ment|ic)$")
#: Given names with such an ending.
_ENDING_NAMES = word_set("""
    sterling ming ling king ying jing ning wing bing qing ting ping fleming irving deming harding dajing xiaoming
    ahmed mohamed mohammed muhammed fred ned ted jed jared reed rasheed saeed syed waleed khaled khalid alfred wilfred
    winifred ed hamed mahmoud majed naveed javed sayed obed walid
    emily molly kelly lily sally holly billy carly polly beverly kimberly shelly ally milly elly everly willy lilly
    nelly tilly dolly reilly riley bailly wally hollly ellery gilly charly italy odily
    eric dominic frederic vic nic ludovic cedric alaric rick aleric ulric issac isaac dominik marc
    olive clive
    clement
    """)

#: Given names that are verbs as well: believed only where nothing follows that they could rule.
_MODALS = frozenset({"will", "may"})

#: Letters with their accents, which some phones send as characters of their own.
_LETTERS = r"(?:[^\W\d_][\u0300-\u036f]*)+"
_TOKEN = re.compile(rf"{_LETTERS}(?:['-]{_LETTERS})*\.?")
_GAP = re.compile(r"[ \t]*")
_LEAD_GAP = re.compile(r"\s*")

_LEADS = re.compile(
    r"\b(?:my|her|his|their|patient'?s) (?:full |whole )?name(?: is| would be|'s|s)?\s*[:,-]?\s+(?!not\b)"
    r"|(?:(?<=[\n.,!;])|^)\s{0,9}(?:full )?name(?: is|'s|s)?\s*[:-]?\s+(?!not\b)"
    r"|\bcall me\s+|\bi go by\s+|\bthis is\s+|\b(?:i'?m|i am)\s+|\bnames\s+"
    r"|(?:^|[\n.!])\s{0,9}(?:hi|hey|hello)\b[\s,!.]*(?:again\b[\s,!.]*)?it'?s\s+|\b(?:me llamo|mi nombre es|soy)\s+"
)
_HALVES = re.compile(
    r"\b(?:my )?(?P<first>first)[- ]?name(?: is|'s|s)?\s*[:-]?\s+|"
    r"\b(?:my )?(?P<last>last|sur|family)[- ]?name(?: is|'s|s)?\s*[:-]?\s+"
)
_HERE = re.compile(
    r"(?:^|[\n.!?;])\s{0,9}(?:(?:hi|hey|hello|hiya|yo|good (?:morning|afternoon|evening|day))\b(?: there|"
    r" again)?[\s,!.-]*)*"
    r"(?:it'?s |this is )?(?P<name>[^\W\d_][^\n,!?;\d]{0,50}?) here\b(?=\s*(?:$|[\n,.!?;:-]|and\b|again\b|i'?m\b|"
    r"i\b))"
)
_BEFORE = re.compile(
    r"(?:\b(?:if|whether|think|hope|know|guess|say|says|sure|hoping|assuming|until|when|since|because)) $"
)
_REPLY_FILLERS = re.compile(
    r"^\s*(?:(?:yes|yeah|yep|yup|sure|ok|okay|oops|wait|no|actually|typo|correction|spelled|hi|hey|hello|hiya|oh|um|"
    r"uh|well|sorry|of course|thanks|thank you|"
    r"no problem|i meant?|it'?s|that'?s|just|please|call me|i'?m|im|i am|this is|my name is|here you go|"
    r"good (?:morning|"
    r"afternoon|"
    r"evening))\b[\s,.!:-]*)+"
)
#: "O'Brien. Sinead O'Brien": the whole name comes second.
_TWICE = re.compile(r"\b([^\W\d_][\w'-]+)[.,]\s+(?=[^\W\d_][\w'-]+ \1\b)")
_KEYBOARD = re.compile(r"[bcdfghjklmnpqrstvwxz]{5,}|^[^aeiouy]{4,}$")
_AFTER_NAME = re.compile(
    r"\s*(?:$|[^\w\s'@?]|(?:and|i|i'm|im|i'd|here|never|new|first|looking|interested|want|for|but|calling|"
    r"texting|again|"
    r"from|with|please|thanks|thank|thx|is|how|can|wondering|hoping|returning|btw|not|been|existing)\b)"
)


@dataclass(frozen=True, slots=True)
class Name:
    """First and last kept apart; one of the two may be missing."""

    first: str
    last: str
    start: int
    end: int


def find_names(text: str, low: str, not_names: frozenset[str]) -> list[Name]:
    """Every name that a pattern announces, in order. `not_names` are the clinic's own words, e.g. its services."""
    found = []
    for lead in _LEADS.finditer(low):
        if _BEFORE.search(low[: lead.start()]):
            continue
        taken = _take(text, low, lead.end(), not_names)
        if taken:
            found.append(taken)
    for lead in _HALVES.finditer(low):
        taken = _take(text, low, lead.end(), not_names, limit=3)
        if taken:
            whole = f"{taken.first} {taken.last}".strip()
            first, last = (taken.first, "") if lead["first"] else ("", whole)
            found.append(Name(first, last, lead.start(), taken.end))
    for here in _HERE.finditer(low):
        taken = _take(text, low, here.start("name"), not_names)
        if taken and taken.end == here.end("name"):
            found.append(taken)
    return sorted(found, key=lambda name: name.end)


def name_in_reply(text: str, not_names: frozenset[str], *, wants: str) -> Name | None:
    """The name in a short reply to our question for `wants` ("name", "first_name" or "last_name")."""
    low = plain(text)
    filler = _REPLY_FILLERS.match(low)
    start = filler.end() if filler else len(low) - len(low.lstrip())
    twice = _TWICE.search(low, start)
    start = twice.end() if twice else start
    stop = re.search(r"[,;!?\n]|(?<!\b\w)(?<!\bmr)(?<!\bms)(?<!\bdr)(?<!\bmrs)(?<!\bst)\.(?=\s|$)", low[start:])
    end = start + stop.start() if stop else len(low)
    if stop and stop.group() == "?":
        return None
    if wants == "last_name" and low[start:end].strip() in _FAMILY:
        return Name("", styled(text[start:end].strip()), start, end)
    whole = _two_words(text[start:end].strip(), not_names)
    if whole and wants == "name":
        return Name(*whole, start, end)
    taken = _take(text[:end], low[:end], start, not_names)
    if taken and any(_KEYBOARD.search(word.lower()) for word in (taken.first, *taken.last.split())):
        return None
    if taken is None or not _AFTER_NAME.match(low[:end], taken.end):
        return None
    if wants == "last_name" and (not taken.last or taken.first.lower() in _PARTICLES - _GIVEN):
        return Name("", f"{taken.first} {taken.last}".strip(), taken.start, taken.end)
    return taken


def _take(text: str, low: str, start: int, not_names: frozenset[str], limit: int = 4) -> Name | None:
    """Reads up to four name-shaped words from `start` on."""
    position = _end_of(_LEAD_GAP, low, start)
    words: list[str] = []
    title = ""
    begin = end = position
    while len(words) < limit and (found := _TOKEN.match(low, position)):
        word = found.group().rstrip(".")
        if not words and word in _TITLES:
            title = word
        elif not (family_like(text, found.start(), word) if words else first_like(word)) or (
            word in not_names and not (words and word in _PARTICLES)
        ):
            break
        else:
            begin = begin if words else found.start()
            end = found.start() + len(word)
            words.append(text[found.start() : end])
        if found.group().endswith(".") and len(word) > 2 and word not in _TITLES:
            break
        position = _end_of(_GAP, low, found.end())
    while len(words) > 1 and words[-1].lower() in _PARTICLES:
        end -= len(words.pop()) + 1
    if not words or _runs_into_more(low, end):
        return None
    if words[0].lower() in _MODALS and len(words) == 1 and re.match(r"\s+\w", low[end:]):
        return None
    if len(words) == 1 and title in _FAMILY_TITLES:
        return Name("", styled(words[0]), begin, end)
    return Name(styled(words[0]), " ".join(styled(word) for word in words[1:]), begin, end)


def _end_of(pattern: re.Pattern[str], low: str, start: int) -> int:
    found = pattern.match(low, start)
    return found.end() if found else start


def _runs_into_more(low: str, end: int) -> bool:
    """``dana2``, ``dana@mail``: the word is part of something else; one cut by what cannot be seen is none."""
    if end >= len(low):
        return False
    return low[end] in "@_/%$'" or unicodedata.category(low[end]) in ("Nd", "No", "Nl", "Cf", "Mn", "Lm")


def _two_words(said: str, not_names: frozenset[str]) -> tuple[str, str] | None:
    """``mark white`` as the whole reply: a last name that is a common word as well."""
    parts = said.split(" ")
    if len(parts) != 2 or parts[1].lower() not in _FAMILY or not _TOKEN.fullmatch(parts[0]):
        return None
    return (
        (styled(parts[0]), styled(parts[1]))
        if first_like(parts[0].lower()) and parts[0].lower() not in not_names
        else None
    )


def first_like(word: str) -> bool:
    if (word in _NEVER or word in _FAMILY) and word not in _MODALS:
        return False
    if word.endswith("'s") or not 1 < len(word) < 25 or not of_letters(word):
        return False
    return not (_ENDINGS.search(word) and word not in _ENDING_NAMES)


def family_like(text: str, start: int, word: str) -> bool:
    if word in _PARTICLES:
        return True
    if word in _FAMILY:
        return text[start].isupper() and not text.isupper()
    return word not in _NEVER and not word.endswith("'s") and len(word) < 25 and of_letters(word)


def styled(word: str) -> str:
    """As typed where capitals were used with thought, else with capitals where names have them."""
    word = unicodedata.normalize("NFC", word.replace("’", "'"))
    if not (word.islower() or (word.isupper() and len(word) > 1)):
        return word
    if word.lower() in _PARTICLES:
        return word.lower()
    return re.sub(r"(?<![^\W\d_])[^\W\d_]", lambda one: one.group().upper(), word.lower())
