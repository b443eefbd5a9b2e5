"""Whether a text speaks of somebody younger than the clinic treats without a parent."""

from __future__ import annotations

import re

_AGE = re.compile(
    r"\b(?P<old>\d{1,2})[\s-]?(?:yo\b|y/o|y\.o\b|(?:yrs?|years?)[\s-]?(?:old|daughter|son|girl|boy|kid|niece|nephew))"
    r"|\b(?:i'?m|i am|he'?s|he is|she'?s|she is|is|who'?s|they'?re|turn(?:ed|s|ing)?|aged?|age is)\s"
    r"(?:only |just |almost |about |still )?(?P<is>\d{1,2})(?=\s*(?:$|[.,!?;)]|and\b|now\b|but\b|can\b|if\b|so\b))"
    r"|\b(?:son|daughter|kid|boy|girl|child|niece|nephew)\b[^.\n(]{0,20}\((?P<aside>\d{1,2})\)"
    r"|\b(?:under|below) (?P<under>\d{2})\b"
)
_YOUNG = re.compile(
    r"\b(?:my|our|a|his|her) (?:\w+ )?(?:teen(?:age[rd]?)?|toddler|minor|under ?age|little (?:girl|boy|one)|"
    r"child(?:ren)?|kid)(?:'?s)?\b"
    r"|\b(?:i'?m|im|am) (?:a minor|under ?age|in high ?school)\b"
)
#: Bringing a child along is another matter.
_ALONG = re.compile(
    r"\bbring\b|\bcome with me\b|\bchild ?care\b|\b(?:kid|child)(?:'s|ren)?\b.*\b(?:had|took) the phone\b|\bpick up\b"
)


def speaks_of_minor(low: str, minimum: int) -> bool:
    """Somebody below `minimum` years: by a number, or by a word for a child."""
    if not minimum or _ALONG.search(low):
        return False
    ages = [
        int(found["old"] or found["is"] or found["aside"] or int(found["under"]) - 1) for found in _AGE.finditer(low)
    ]
    return any(0 < age < minimum for age in ages) or (not ages and bool(_YOUNG.search(low)))
