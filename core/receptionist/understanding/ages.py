"""Whether a text speaks of somebody younger than the clinic treats without a parent."""

from __future__ import annotations

import re

_NUMBERS = {
    word: age
    for age, word in enumerate(
        (
            *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
            *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
        ),
        start=1,
    )
}
_NUMBER = rf"(?:\d{{1,2}}|{'|'.join(_NUMBERS)})"
_CHILD = r"(?:son|daughter|kid|boy|girl|child|niece|nephew|grandson|granddaughter|teen|sister|brother|cousin)"
_AGE = re.compile(
    rf"\b(?P<old>{_NUMBER})[\s-]?(?:yo\b|y/o|y\.o\b|(?:yrs?|years?)[\s-]?(?:old|of age|daughter|son|girl|boy|kid|niece|"
    r"nephew))"
    rf"|\b(?:i'?m|i am|he'?s|he is|she'?s|she is|{_CHILD} is|who'?s|they'?re|turn(?:ed|s|ing)?|aged?|age is)\s"
    rf"(?:only |just |almost |about |still )?(?P<is>{_NUMBER})(?=\s*(?:$|[.,!?;)]|and\b|now\b|but\b|can\b|if\b|so\b|"
    rf"in\b|"
    r"wants?\b|next\b|soon\b|this\b|is it\b|will\b|ok\b))"
    rf"|\b{_CHILD}\b[^.\n(]{{0,20}}\((?P<aside>\d{{1,2}})\)"
    rf"|\b{_CHILD},? (?P<comma>\d{{1,2}}),"
    r"|\b(?:under|below|younger than) (?P<under>\d{2})\b(?!%|\s?(?:dollars|bucks|minutes|min))"
)
_YOUNG = re.compile(
    r"\b(?:my|our|a|his|her) (?:\w+ )?(?:teen(?:age[rd]?)?|toddler|minor|under ?age|little (?:girl|boy|one)|"
    r"child(?:ren)?|kid)(?:'?s)?\b(?! (?:free|at heart))"
    r"|\b(?:i'?m|im|am) (?:a minor|under ?age|in (?:high ?school|middle ?school|(?:8th|9th|10th|11th|12th) grade))\b"
    r"|\b(?:treat|see|take|accept|do) (?:\w+ )?(?:minors|teens|teenagers)\b|"
    r"\bminors? with (?:a )?parents?\b"
)
#: Bringing a child along is another matter.
_ALONG = re.compile(
    r"\bbring\b|\bcome with me\b|\bchild ?care\b|\b(?:kid|child)(?:'s|ren)?\b.*\b(?:had|took) the phone\b|\bpick up\b"
    r"|\b(?:kid|child|son|daughter|toddler|baby)(?:'s| is| has|s)? (?:\w+ )?"
    r"(?:sick|ill|fever|strep|flu|covid|home|at school)\b"
)


def speaks_of_minor(low: str, minimum: int) -> bool:
    """Somebody below `minimum` years: by a number, or by a word for a child."""
    if not minimum or _ALONG.search(low):
        return False
    ages = [_age(found) for found in _AGE.finditer(low)]
    return any(0 < age < minimum for age in ages) or (not ages and bool(_YOUNG.search(low)))


def _age(found: re.Match[str]) -> int:
    if found["under"]:
        return int(found["under"]) - 1
    written = found["old"] or found["is"] or found["aside"] or found["comma"]
    return _NUMBERS.get(written) or int(written)
