"""Days and hours said in Spanish, put into the English words that the one time parser reads.

A text in another language goes to a person; what it says of a time goes with it.
"""

from __future__ import annotations

import re

_HINT = re.compile(
    r"\b(?:lunes|martes|mi[eé]rcoles|jueves|viernes|s[aá]bados?|domingos?|hoy|ma[nñ]anas?|tardes?|noches?|semana|"
    r"mediod[ií]a|cualquier|cuando (?:sea|puedan?)|antes|despu[eé]s|entre|desde|a las?|hora|posible|de (?:enero|"
    r"febrero|marzo|"
    r"abril|mayo|junio|julio|agosto|sep?tiembre|octubre|noviembre|diciembre))\b"
)
_HOURS = ("una", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "once", "doce")
_HOUR = rf"(?:\d{{1,2}}(?::\d\d)?|{'|'.join(_HOURS)})"
_LAS = r"(?:las?\s+)?"
_MONTHS = {
    "enero": "january",
    "febrero": "february",
    "marzo": "march",
    "abril": "april",
    "mayo": "may",
    "junio": "june",
    "julio": "july",
    "agosto": "august",
    "sep?tiembre": "september",
    "octubre": "october",
    "noviembre": "november",
    "diciembre": "december",
}
#: In this order: the longer wording before the shorter.
_WORDS: tuple[tuple[str, str], ...] = (
    *((rf"(?:el )?(\d{{1,2}}) de {spanish}", rf"{english} \1") for spanish, english in _MONTHS.items()),
    (rf"entre {_LAS}({_HOUR}) y {_LAS}({_HOUR})", r"between \1 and \2"),
    (rf"(?:de|desde) {_LAS}({_HOUR}) (?:a|hasta) {_LAS}({_HOUR})", r"from \1 to \2"),
    (rf"despu[eé]s de {_LAS}({_HOUR})", r"after \1"),
    (rf"antes de {_LAS}({_HOUR})", r"before \1"),
    (rf"(?:a partir de|desde) {_LAS}({_HOUR})", r"from \1 on"),
    (rf"a las? ({_HOUR})", r"at \1"),
    (r"pasado ma[nñ]ana", "day after tomorrow"),
    (r"(?:por|en|de|a) las ma[nñ]anas|(?:por|en|de|a) la ma[nñ]ana", "morning"),
    (r"(?:por|en|de|a) las? tardes?|esta tarde", "afternoon"),
    (r"esta noche", "tonight"),
    (r"(?:por|en|de|a) las? noches?", "evening"),
    (r"ma[nñ]ana", "tomorrow"),
    (r"al mediod[ií]a|mediod[ií]a", "noon"),
    (r"hoy", "today"),
    (r"entre semana|d[ií]as de semana", "weekdays"),
    (r"(?:el |los )?fin(?:es)? de semana", "weekend"),
    (r"la pr[oó]xima semana|la semana que viene|la otra semana|la semana pr[oó]xima", "next week"),
    (r"esta semana", "this week"),
    (r"cualquier (?:d[ií]a|hora|momento)|cuando (?:sea|puedan?|quieran?)", "any time"),
    (r"lo antes posible|cuanto antes|lo m[aá]s pronto posible", "asap"),
    (r"no puedo(?: el| los)?", "can't do"),
    (r"(?:el |los |este )?lunes", "monday"),
    (r"(?:el |los |este )?martes", "tuesday"),
    (r"(?:el |los |este )?mi[eé]rcoles", "wednesday"),
    (r"(?:el |los |este )?jueves", "thursday"),
    (r"(?:el |los |este )?viernes", "friday"),
    (r"(?:el |los |este )?s[aá]bados?", "saturday"),
    (r"(?:el |los |este )?domingos?", "sunday"),
    (r"(?<=day) o (?=\w+day)", " or "),
    (r"(?<=day) y (?=\w+day)", " and "),
    *((rf"(?<=at |om |er |re |to |nd |en ){word}", str(hour)) for hour, word in enumerate(_HOURS, 1)),
)
_RULES = tuple((re.compile(rf"(?<!\w){pattern}(?!\w)"), english) for pattern, english in _WORDS)


def times_in_english(low: str) -> str:
    """A `plain` clause with its Spanish words of time in English; any other clause as it is."""
    if not _HINT.search(low):
        return low
    for pattern, english in _RULES:
        low = pattern.sub(english, low)
    return low
