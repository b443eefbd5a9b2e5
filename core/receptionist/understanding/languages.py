"""Whether a text is in a language that the rules cannot read: Spanish by its words, others by letters or words."""

from __future__ import annotations

import re
import unicodedata

from core.receptionist.understanding.words import word_set, words

SPANISH = "es"
#: Some other language; which one is for a person to see.
OTHER = "other"

_SPANISH = word_set("""
    hola buenos buenas dias días tardes noches quiero quisiera necesito necesita tengo tiene tienen puedo puede pueden
    cita para por favor gracias cuanto cuánto cuesta cuestan vale precio hablan habla español espanol
    ustedes usted una un el la su mis tu les nos hijo hija esposo esposa niño niña amable vemos cambiar lugar hora
    los las del con mi me llamo nombre soy es está esta estoy donde dónde cuando cuándo que qué como cómo mañana manana
    hoy lunes martes miercoles miércoles jueves viernes sabado sábado domingo limpieza diente dientes muela duele dolor
    primera vez nunca ido hacer sacar agendar muy mucho bien y o de en si sí abierto abren cierran horario seguro a
    nueva nuevo sale relleno labios depilación depilacion láser embarazada alergica alérgica penicilina presion presión
    alta pastillas tomo ansiedad dentista dental hacerme no sangra sangrando hinchada encias encías limpiar tambien
    también pero porque desde ayer fiebre medicamento medicamentos ando
    """)
_ENGLISH_TOO = word_set("a no me es la mi de en y o si vale las los el una un su o dental alta tu nos hora lugar")
_LEAST = 2
#: Common words of languages in Latin letters that English has not; two of them in a short text are no accident.
_OTHERS = word_set("""
    bonjour bonsoir je voudrais vous nous avez pour un une rendez vous combien coûte coute séance seance merci est
    s'il plaît plait mardi mercredi jeudi vendredi samedi lundi
    guten ich möchte moechte einen eine termin für fur und bitte wie viel kostet freitag montag dienstag samstag haben
    hätte haette gern gerne brauche zahn zähne zaehne schmerzen nächste naechste woche reinigung sprechen deutsch danke
    tag morgen mittwoch donnerstag uhr mir nicht ist habe kann können koennen
    oi olá ola eu queria quero marcar um uma horário horario amanhã amanha obrigado obrigada você quanto custa bom dia
    xin chào tôi muốn đặt lịch hẹn bao nhiêu cảm ơn
    buongiorno buonasera vorrei un appuntamento per sabato grazie quanto costa
    dzień dobry chciałabym chciałbym umówić wizytę proszę ile kosztuje
    merhaba randevu almak istiyorum kadar teşekkürler lütfen
    bonjou mwen bezwen yon randevou konbyen mèsi
    kumusta po magkano ang gusto ko mag salamat
    """)
_NOT_ALONE = word_set("un une per um uma dia ang ko yon ola est mag ile po viel bom ich eine fur tag mir ist gern")


def foreign(low: str) -> str:
    """``es``, ``other``, or empty for what is English or cannot be told."""
    if _other_letters(low):
        return OTHER
    said = words(low)
    spanish = [word for word in said if word in _SPANISH]
    sure = [word for word in spanish if word not in _ENGLISH_TOO]
    if len(sure) >= _LEAST and len(spanish) * 2 > len(said):
        return SPANISH
    if re.search(r"\b(?:habl\w+|speak) (?:en )?(?:español|espanol|spanish)\b|\ben español\b", low):
        return SPANISH
    other = [word for word in said if word in _OTHERS]
    sure = [word for word in other if word not in _NOT_ALONE]
    return OTHER if len(sure) >= _LEAST and len(other) * 2 > len(said) else ""


def _other_letters(low: str) -> bool:
    """More letters of another alphabet than Latin ones."""
    letters = [one for one in low if one.isalpha()]
    latin = sum(
        unicodedata.name(one, "").startswith(("LATIN", "FEMININE", "MASCULINE", "MATHEMATICAL")) for one in letters
    )
    return len(letters) > 1 and latin * 2 < len(letters)
