"""Names in a text: the patient is called by the patient's name, and no person, place or brand is made up.

A capital inside a sentence makes a proper noun; it must stand in the clinic's words, or in a fact that may be repeated.
"""

from __future__ import annotations

import re
import unicodedata

from core.receptionist.guard.ground import Ground
from core.receptionist.guard.legible import folded, sentences
from core.receptionist.understanding.trade import TREATMENTS
from core.receptionist.understanding.words import word_set

_WORD = re.compile(r"[^\W\d_][^\W_]*(?:'[^\W\d_]+)?")
#: Capitals that any text may hold.
_ANYBODY = word_set(
    """
    i monday tuesday wednesday thursday friday saturday sunday mon tue tues wed weds thu thur thurs fri sat sun
    january february march april may june july august september october november december jan feb mar apr jun jul aug
    sep sept oct nov dec mondays tuesdays wednesdays thursdays fridays saturdays sundays am pm a.m p.m ok okay id asap
    fyi us usa dr mr mrs ms mx np rn md dds faq stop help start yes no please not only and or new free all any sms
    text tel pst est et pt ct mt edt pdt christmas thanksgiving easter halloween eve year year's day labor memorial
    independence new juneteenth veterans presidents martin luther king mlk good black english spanish i'm i'll i've
    i'd
    """
)
#: Treatments have capitals even where they are not sold; whether they may be offered is for `offers`.
_TREATMENTS = frozenset(word for name in TREATMENTS for word in re.findall(r"[a-z]+", folded(name)))
#: What may stand where a name would after "hi", "thanks" and the like.
_NOBODY = word_set(
    """
    there again all everyone so much for this that and but or to we our i you your if just it's we're from a the let's
    glad happy great good lovely nice welcome friend folks guys any how what who when of very in is in here now today
    either always anyway back noted received understood for's much! team and's so's please yes no hello hi hey thanks
    thank
    """
)
_CLOSES = r"(?=\s?(?:[,.!?;:\n-]|$))"
_ONE = rf"([^\W\d_][^\W\d_'-]*){_CLOSES}"
_CALLEE = rf"(?:(?:mr|mrs|ms|miss|dr|dear)\.? )?([^\W\d_][^\W\d_'-]*)(?: ([^\W\d_][^\W\d_'-]*))?{_CLOSES}"
_GREETED = re.compile(
    r"\b(?:hi|hey|hello|dear|hiya|howdy|good (?:morning|afternoon|evening)|thanks(?: again| so much)?|"
    r"thank you(?: so much)?|nice to (?:meet|hear from) you|great to (?:meet|hear from) you|good to (?:meet|"
    r"hear from) you|welcome(?: back)?|congrats|bye|goodbye)"
    rf"(?:, ?| ){_CALLEE}"
    r"|\b(?:sorry|sure|sure thing|perfect|great|of course|absolutely|got it|awesome|wonderful|no problem|"
    r"you're welcome|take care|yes|no|okay|"
    rf"ok|alright|all right|apologies|noted|lovely|hear you|understood), ?{_ONE}"
)
#: "Sarah, thanks for texting", "Best, Sarah", "- Sarah".
_CALLED = re.compile(
    r"(?:^|\n)([A-Z][a-z]+)(?: [A-Z][a-z]+)?(?:,|\s?[-!]\s)|[,-]\s?([A-Z][a-z]+)[.!?]?\s*$|(?:^|\n)([A-Z][a-z]+)\s*$"
)
_TITLED = re.compile(
    r"\b(?:dr\.?|doctor|nurse|nurse practitioner|mr\.?|mrs\.?|ms\.?|miss|prof\.?|professor) ([^\W\d_]{2,})"
)
_ACTS = re.compile(
    r"^([A-Z][a-z]+)(?: [A-Z][a-z]+)? (?:will|can|is going to|would love to|'ll|is (?:our|the|a|great|amazing|"
    r"available|free|in|off)|has (?:been|over|\d)|does|specializes|said|told|recommends?|suggests?)\b"
)
_OPENERS = word_set(
    """
    how why whose
    hi hey hello dear hiya thanks thank great perfect sure absolutely yes yep yeah no nope okay ok alright well
    unfortunately currently today tomorrow tonight actually also and but so or lovely wonderful awesome excellent
    noted understood sorry apologies welcome certainly definitely course got gotcha happy glad right good fantastic
    morning afternoon evening otherwise meanwhile then first next finally lastly usually typically generally normally
    instead however still please congratulations congrats indeed anyway plus just quick cheers best warmly sincerely
    regards goodbye bye ah oh wow hmm ooh aw again afterwards later soon since because while when if once after before
    until as for in on at by with from to our my your the a an this that these those it its it's he she they we you i
    who what which where there here everyone everything someone somebody anyone anything nobody nothing one two three
    each both all some many most any another parking pricing price prices payment payments deposit deposits results
    treatment treatments visit visits appointment appointments consultation consultations staff team providers
    provider doctor dentist patients people cash cards insurance forms availability mornings afternoons evenings
    weekdays weekends question questions texting calling booking note reminder location address hours phone website
    option options service services financing walk-ins children kids everybody more less other others whichever
    whenever wherever whatever feel let looking hope hoping sounds sound seems take have do can could would will may
    might should is are was were be being been not never always sometimes often super nice cool brilliant terrific
    amazing beautiful delighted and's by's hope's thursday reply text call book come bring see tell give send share
    ask check try use gracias hola claro por una un si buenos buenas saludos adios perfecto listo entendido
    """
)


def names_stand(seen: str, on: Ground) -> bool:
    """Whether every name in a legible text is the patient's, where the patient is called, or is known."""
    low = folded(seen)
    for found in _GREETED.finditer(low):
        called = [word for word in found.groups() if word]
        if any(word in _NOBODY for word in called) or not any(one not in on.names for one in called):
            continue
        if not all(word in on.names or _plain_word(word, seen, on) for word in called):
            return False
    if any(found[1] not in on.vocabulary for found in _TITLED.finditer(low)):
        return False
    return all(_sentence_stands(one, on) for one in sentences(seen))


def _plain_word(word: str, seen: str, on: Ground) -> bool:
    """A common word in lower case is no name: "sure, botox"."""
    written = re.search(rf"\b{re.escape(word)}\b", seen)
    return written is not None and (word in on.vocabulary or word in _OPENERS)


def _sentence_stands(sentence: str, on: Ground) -> bool:
    called = _CALLED.search(sentence.lstrip(" -*>"))
    for word in called.groups() if called else ():
        if word and not _known(word, on) and folded(word) not in _OPENERS and not word.endswith("ly"):
            return False
    acting = _ACTS.match(sentence)
    if acting and not _known(acting[1], on) and folded(acting[1]) not in _OPENERS:
        return False
    body = sentence.lstrip(" \"'-([*>0123456789.)")
    offset = len(sentence) - len(body)
    for found in _WORD.finditer(sentence):
        if found.start() <= offset or not found.group()[0].isupper() or _opens(sentence, found.start()):
            continue
        if not _known(found.group(), on):
            return False
    return True


def _opens(sentence: str, place: int) -> bool:
    """After a colon or an emoji, or inside quotation marks, a capital begins words of their own."""
    if unicodedata.category(sentence[:place].rstrip()[-1:] or " ")[0] == "S":
        return True
    return bool(re.search(r":\s?\"?$|[.!?]\s?\"?$|[\"(¿¡]$", sentence[max(0, place - 3) : place]))


def _known(word: str, on: Ground) -> bool:
    low = re.sub(r"'s?$", "", folded(word))
    whole = folded(word)
    return (
        low in on.vocabulary
        or low in on.names
        or low in _ANYBODY
        or whole in _ANYBODY
        or low in _TREATMENTS
        or (low.endswith("s") and low[:-1] in on.vocabulary)
        or f"{low}s" in on.vocabulary
    )
