"""Whether a text is written in a language that the rules cannot read. Spanish by its words, others by their letters."""

from __future__ import annotations

import re
import unicodedata

from core.receptionist.understanding.words import word_set, words

SPANISH = "es"
#: Some other language; which one is for a person to see.
OTHER = "other"

_SPANISH = word_set("""
    hola buenos buenas dias días tardes noches quiero quisiera necesito tengo tiene tienen puedo puede pueden cita
    para por favor gracias cuanto cuánto cuesta cuestan vale precio hablan habla español espanol
    ustedes usted una un el la
    los las del con mi me llamo nombre soy es está esta estoy donde dónde cuando cuándo que qué como cómo mañana manana
    hoy lunes martes miercoles miércoles jueves viernes sabado sábado domingo limpieza diente dientes muela duele dolor
    primera vez nunca ido hacer sacar agendar muy bien y o de en si sí abierto abren cierran horario seguro
    """)
_ENGLISH_TOO = word_set("a no me es la mi de en y o si vale las los el una un")
_LEAST = 2


def foreign(low: str) -> str:
    """``es``, ``other``, or empty for what is English or cannot be told."""
    if _other_letters(low):
        return OTHER
    said = words(low)
    spanish = [word for word in said if word in _SPANISH]
    sure = [word for word in spanish if word not in _ENGLISH_TOO]
    if len(sure) >= _LEAST and len(spanish) * 2 > len(said):
        return SPANISH
    return SPANISH if re.search(r"\b(?:habl\w+|speak) (?:en )?español\b|\ben español\b", low) else ""


def _other_letters(low: str) -> bool:
    """More letters of another alphabet than Latin ones."""
    letters = [one for one in low if one.isalpha()]
    latin = sum(unicodedata.name(one, "").startswith("LATIN") for one in letters)
    return len(letters) > 1 and latin * 2 < len(letters)
