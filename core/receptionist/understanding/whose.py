"""Whether a word that looks like a name is the patient's own: announced as it, asked for, or signed with.

For names that somebody else proposes, a model above all. What may be a friend's name, a provider's, a street's or
no name at all is nobody's.
"""

from __future__ import annotations

import re

from core.receptionist.memory import Pending
from core.receptionist.understanding.names import family_like, first_like, styled
from core.receptionist.understanding.naming import NAME_FIELDS
from core.receptionist.understanding.services import Lexicon
from core.receptionist.understanding.shapes import is_name
from core.receptionist.understanding.words import plain, words
from deskbell.clinic import Clinic

_ANNOUNCED = re.compile(
    r"(?:\b(?:my|full|the|patient'?s?) name(?:'?s| is| would be)?\s*[:,-]?|\bnames?(?:'?s| is)?\s*[:-]?|\bcall me|"
    r"\bi go by|\bthis is|\b(?:i'?m|i am)|\bit'?s|\b(?:first|last|sur|family)[- ]?name(?:'?s| is)?\s*[:-]?|"
    r"\b(?:me llamo|mi nombre es|soy)|\b(?:regards|sincerely)[\s,.!-]*|"
    r"\b(?:best|cheers|thanks|thank you|thx)\W*\n\W*)\s*$"
)
_SIGNED = re.compile(r"(?:[.!?\n]\s*|\s)[-~]{1,2}\s*$")
_SOMEBODY = (
    r"daughter|son|kid|child|baby|mom|mum|mother|dad|father|sister|brother|husband|wife|spouse|partner|boyfriend|"
    r"girlfriend|fianc[eé]e?|friend|cousin|aunt|uncle|niece|nephew|grandma|grandpa|grandmother|boss|coworker|"
    r"colleague|neighbou?r|roommate|assistant|doctor|dentist|nurse|hygienist|injector|provider|stylist|bestie|bf|gf|"
    r"hija|hijo|mam[aá]|pap[aá]|hermana|hermano|esposa|esposo|amiga|amigo|prima|primo"
)
#: Somebody else's name, or one that is denied.
_ANOTHERS = re.compile(
    rf"\b(?:{_SOMEBODY})(?:'?s)?(?:,| is| was| named?| called| name(?:'?s| is)?| se llama|:)*\s*$"
    r"|\b(?:her|his|their|whose|your|su) name(?:'?s| is| was)?\s*$|\b(?:named|called|se llama)\s*$"
    r"|(?:\b(?:not|isn'?t|never|no|ain'?t|wasn'?t|aren'?t)|n't)\s+(?:\w+\s+)?$"
)
#: Words before the name of somebody or something that is spoken to or about.
_TOWARDS = re.compile(
    r"\b(?:with|see|seeing|saw|by|from|to|about|of|ask(?:ed)?(?: for)?|for|like|love|loved|thanks|thank you|thx|hi|"
    r"hey|hello|hola|dear|dr|doctor|mr|mrs|ms|nurse|miss|tell|told|and|or|in|at|on|near|is this|are you|con|"
    r"de|para)\b\.?,?\s*$"
)
_NOT_MINE_AFTER = re.compile(
    r"^(?:'s\b|\s+(?:said|says|told|recommend\w*|refer\w*|sent|suggest\w*|did|does|is my|was my|gave|called|"
    r"ave|avenue|st|street|road|rd|blvd|drive|lane|way|clinic|spa|city|county)\b|[@\d_])"
)
_DOUBT = re.compile(r"\b(?:if|whether|think|believe|hope|guess|is|was|sure)\s*$")
_ALONE = re.compile(r"[,.;!\n()]|\s[-–]\s")
_TITLE = re.compile(r"\b(?:mr|mrs|ms|miss|mx)\.?\s*$")
_MOST_WORDS_BEFORE = 3


def own_name(value: str, text: str, start: int, pending: Pending, clinic: Clinic, lexicon: Lexicon) -> str:
    """`value`, which stands in `text` from `start` on, as a name is written; empty when it is not the patient's."""
    said = words(plain(value))
    if not is_name(value) or not _name_like(text, start, value) or set(said) & lexicon.not_names:
        return ""
    low = plain(text)
    if _NOT_MINE_AFTER.match(low[start + len(value) :]):
        return ""
    heads = _heads(low[:start], lexicon)
    announced = next((head for head in heads if _ANNOUNCED.search(head) or _SIGNED.search(head)), None)
    if any(_ANOTHERS.search(head) for head in heads) or (announced is not None and _doubted(announced)):
        return ""
    if announced is None:
        asked = pending.field in NAME_FIELDS or any(one in NAME_FIELDS for one in pending.earlier)
        spoken_to = any(_TOWARDS.search(head) and not _TITLE.search(head) for head in heads)
        if spoken_to or _is_provider(said, clinic) or not (asked or _stands_alone(text, start, value)):
            return ""
    return " ".join(styled(word) for word in value.split())


def _name_like(text: str, start: int, value: str) -> bool:
    """Each word could be of a name: the first a given name, or all of them family names."""
    place, first = start, True
    for word in value.split():
        place = text.index(word, place)
        low = plain(word).rstrip(".")
        if not (first_like(low) or family_like(text, place, low)) or (first and len(low) < 2):
            return False
        first = False
    return True


def _heads(before: str, lexicon: Lexicon) -> list[str]:
    """What stands before a name, and before up to three words that may be the rest of it."""
    heads = [before]
    for _ in range(_MOST_WORDS_BEFORE):
        found = re.search(r"([^\W\d_]+(?:['-][^\W\d_]+)*)\.?\s+$", heads[-1])
        if not found or not first_like(found[1]) or found[1] in lexicon.not_names:
            break
        heads.append(heads[-1][: found.start()])
    return heads


def _doubted(head: str) -> bool:
    """ "I don't think this is …", "if I'm …"."""
    found = _ANNOUNCED.search(head)
    return bool(found and _DOUBT.search(head[: found.start()]))


def _is_provider(said: list[str], clinic: Clinic) -> bool:
    providers = {word for service in clinic.services for one in service.providers for word in words(plain(one))}
    return bool(set(said) & providers)


def _stands_alone(text: str, start: int, value: str) -> bool:
    """ "Dana Cole, botox": a name with capitals that is all there is between two commas."""
    stretch_start = max((one.end() for one in _ALONE.finditer(text, 0, start)), default=0)
    stop = _ALONE.search(text, start + len(value))
    typed = text[stretch_start : stop.start() if stop else len(text)].split()
    return len(typed) == 2 and all(word[0].isupper() for word in typed) and value.split()[0] in typed
