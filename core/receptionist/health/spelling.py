"""The words of health details that a slip must not hide."""

from __future__ import annotations

from core.receptionist.spelling import Spelling
from core.receptionist.understanding.words import word_set

_WORDS = word_set("""
    pregnant pregnancy breastfeeding lactating postpartum miscarriage trimester expecting nursing allergic
    allergies allergy diabetes diabetic asthma asthmatic hypertension pressure thyroid epilepsy epileptic
    seizure seizures lupus hepatitis herpes cancer chemotherapy arthritis migraine migraines depression anxiety
    bipolar schizophrenia anorexia eczema psoriasis medication medications medicine medicines antibiotics
    antibiotic accutane isotretinoin ibuprofen tylenol warfarin eliquis lexapro zoloft prozac xanax adderall
    ozempic insulin prednisone steroids penicillin amoxicillin lidocaine prescribed prescription diagnosed
    surgery hysterectomy hospital toothache headache swollen swelling bruised bruising bleeding infected
    infection inflamed numbness hurting throbbing aching abscess fibromyalgia autoimmune pacemaker melanoma
    shingles keloid embarazada alergica alergico medicamento diabetica hinchada
    """)
#: Real words that lie one slip from one of the above, and other forms of them.
_REAL = word_set("""
    singles acting hunting hurling braised canker infested
    injected injection injecting smelling spelling selling dwelling swilling blending breeding bleeping heroes
    meditation meditations repression impression expression cruising brushing asthmatics presser pressured
    pressures pressing prescribe prescriber prescribing proscribed diagnose diagnoses swelled sewing later
    latest nursery pursing cursing hurtling aches aiming arching caching flection inflection inspected inflated
    cancel cancer canter cancels dancer surgeon surgeons surge surges medical tailoring expected exacting
    anxious variety society abscesses expectant steroid stereos hospitals mercury lactation allergens allergen
    herpetic pressure zolofts bleed bleeds infects
    """)
_SLIPS = {
    "alergy": "allergy",
    "alergys": "allergies",
    "allergys": "allergies",
    "alergies": "allergies",
    "alergic": "allergic",
    "allergick": "allergic",
    "preggers": "pregnant",
    "pregant": "pregnant",
    "pregnet": "pregnant",
    "prego": "pregnant",
    "preggo": "pregnant",
    "pregnat": "pregnant",
    "pregnent": "pregnant",
    "prengant": "pregnant",
    "perganant": "pregnant",
    "brestfeeding": "breastfeeding",
    "breatfeeding": "breastfeeding",
    "brestfeedin": "breastfeeding",
    "breastfeedin": "breastfeeding",
    "diabetis": "diabetes",
    "diabeties": "diabetes",
    "diabtic": "diabetic",
    "astma": "asthma",
    "azma": "asthma",
    "asma": "asthma",
    "ashma": "asthma",
    "antibotics": "antibiotics",
    "antibyotics": "antibiotics",
    "anibiotics": "antibiotics",
    "perscription": "prescription",
    "perscribed": "prescribed",
    "medicin": "medicine",
    "surgury": "surgery",
    "surgey": "surgery",
    "sugery": "surgery",
    "throid": "thyroid",
    "thyriod": "thyroid",
    "swolen": "swollen",
    "swoolen": "swollen",
    "swollin": "swollen",
    "anxeity": "anxiety",
    "anxity": "anxiety",
    "depresion": "depression",
    "migrane": "migraine",
    "migranes": "migraines",
    "toothach": "toothache",
    "cemo": "chemo",
    "kemo": "chemo",
    "herpies": "herpes",
    "lidocane": "lidocaine",
    "excema": "eczema",
    "exzema": "eczema",
}

plain = Spelling(_WORDS, real=_REAL, slips=_SLIPS, shortest=6).plain
