"""What patients of any clinic of this kind call things: slang for treatments, and words for what bothers them.

A clinic's own menu always comes first. A treatment named here that it does not sell is said not to be sold.
"""

from __future__ import annotations

from collections.abc import Mapping

from core.receptionist.understanding.words import word_set

#: A treatment as a text may name it, and what else patients call it.
TREATMENTS: Mapping[str, tuple[str, ...]] = {
    "Botox": (
        "tox",
        "toxina",
        "toxina botulinica",
        "toxina botulínica",
        "botox injections",
        "botox shots",
        "baby botox",
        "preventative botox",
    ),
    "Dysport": (),
    "Xeomin": (),
    "Jeuveau": ("newtox",),
    "Daxxify": (),
    "Lip Flip": (),
    "Lip Filler": (
        "lip injections",
        "lip augmentation",
        "lips done",
        "lips filled",
        "lip plumping",
        "lips plumped",
        "juvederm lips",
        "filler in my lips",
        "filler for my lips",
        "filler for lips",
        "fuller lips",
        "bigger lips",
        "relleno de labios",
        "aumento de labios",
    ),
    "Dermal Filler": ("filler", "face filler", "facial filler", "juvederm", "restylane", "radiesse"),
    "Cheek Filler": ("cheek augmentation", "filler in my cheeks"),
    "Chin Filler": (),
    "Jawline Filler": ("jaw filler",),
    "Under-Eye Filler": ("tear trough", "tear trough filler", "undereye filler", "filler under my eyes"),
    "Sculptra": (),
    "Kybella": ("double chin injections",),
    "PDO Threads": ("thread lift", "threads"),
    "Microneedling": ("micro needling", "skin needling", "collagen induction", "dermapen", "skinpen", "microagujas"),
    "RF Microneedling": ("morpheus", "morpheus8", "morpheus 8", "rf micro needling"),
    "PRP": ("vampire facial", "platelet rich plasma"),
    "HydraFacial": ("hydra facial", "hydro facial", "hydrofacial"),
    "Facial": ("deep cleaning facial", "limpieza facial"),
    "Chemical Peel": ("peel", "face peel", "skin peel", "vi peel", "tca peel"),
    "Dermaplaning": ("derma planing", "dermaplane", "dermaplanning"),
    "Microdermabrasion": ("microderm",),
    "Laser Hair Removal": ("lhr", "laser hair", "hair laser", "hair removal", "depilacion laser", "depilación láser"),
    "Laser Resurfacing": ("co2 laser", "fraxel", "laser skin resurfacing", "clear and brilliant"),
    "IPL": ("photofacial", "photo facial", "bbl"),
    "Tattoo Removal": (),
    "CoolSculpting": ("cool sculpting", "fat freezing", "fat freeze"),
    "Emsculpt": (),
    "Skin Tightening": ("ultherapy", "thermage", "sofwave"),
    "Semaglutide": ("ozempic", "wegovy", "tirzepatide", "mounjaro", "weight loss shots", "weight loss injections"),
    "IV Therapy": ("iv drip", "vitamin drip"),
    "B12 Shot": ("b12", "b12 injection", "vitamin shot"),
    "Lash Extensions": ("eyelash extensions", "lashes"),
    "Lash Lift": (),
    "Brow Lamination": (),
    "Microblading": ("micro blading",),
    "Permanent Makeup": (),
    "Waxing": ("wax", "brazilian wax", "bikini wax", "eyebrow wax"),
    "Threading": ("eyebrow threading",),
    "Spray Tan": (),
    "Massage": ("deep tissue massage", "swedish massage"),
    "Teeth Whitening": ("blanqueamiento dental", "blanqueamiento"),
    "Liposuction": ("lipo",),
    "Rhinoplasty": ("nose job",),
    "Breast Augmentation": ("boob job",),
    "Hair Transplant": (),
    "Haircut": ("hair cut",),
    "Manicure": ("mani pedi", "pedicure"),
}

#: What bothers people, and treatments that are commonly asked about for it. Options to offer, never advice.
CONCERNS: Mapping[str, tuple[str, ...]] = {
    "wrinkle": ("Botox", "Dermal Filler", "Microneedling", "Chemical Peel"),
    "fine line": ("Botox", "Microneedling", "HydraFacial", "Chemical Peel"),
    "forehead": ("Botox", "Dysport"),
    "frown line": ("Botox", "Dysport"),
    "crow feet": ("Botox", "Dysport"),
    "elevens": ("Botox", "Dysport"),
    "smile line": ("Dermal Filler", "Lip Filler"),
    "thin lips": ("Lip Filler", "Lip Flip"),
    "tired skin": ("HydraFacial", "Chemical Peel", "Microneedling"),
    "look tired": ("HydraFacial", "Dermal Filler", "Botox"),
    "dull skin": ("HydraFacial", "Chemical Peel", "Microneedling"),
    "dry skin": ("HydraFacial", "Facial"),
    "oily skin": ("HydraFacial", "Facial", "Chemical Peel"),
    "texture": ("Microneedling", "Chemical Peel", "HydraFacial"),
    "acne": ("Chemical Peel", "HydraFacial", "Facial"),
    "acne scar": ("Microneedling", "Chemical Peel"),
    "breakouts": ("Chemical Peel", "HydraFacial", "Facial"),
    "scar": ("Microneedling",),
    "dark spot": ("Chemical Peel", "IPL", "Microneedling"),
    "sun spot": ("Chemical Peel", "IPL", "Microneedling"),
    "sun damage": ("Chemical Peel", "IPL", "Microneedling"),
    "melasma": ("Chemical Peel",),
    "redness": ("IPL", "HydraFacial"),
    "large pores": ("HydraFacial", "Microneedling", "Chemical Peel"),
    "big pores": ("HydraFacial", "Microneedling", "Chemical Peel"),
    "pores": ("HydraFacial", "Microneedling", "Chemical Peel"),
    "double chin": ("Kybella",),
    "jowls": ("Skin Tightening", "PDO Threads"),
    "sagging": ("Skin Tightening", "Microneedling", "PDO Threads"),
    "saggy": ("Skin Tightening", "Microneedling", "PDO Threads"),
    "bags under eyes": ("Under-Eye Filler",),
    "dark circles": ("Under-Eye Filler",),
    "unwanted hair": ("Laser Hair Removal",),
    "facial hair": ("Laser Hair Removal", "Dermaplaning"),
    "look younger": ("Botox", "Dermal Filler", "Microneedling"),
    "look old": ("Botox", "Dermal Filler", "Microneedling"),
    "looking old": ("Botox", "Dermal Filler", "Microneedling"),
    "aging": ("Botox", "Dermal Filler", "Microneedling"),
    "freshen up": ("HydraFacial", "Botox", "Chemical Peel"),
    "look refreshed": ("HydraFacial", "Botox", "Chemical Peel"),
    "stubborn fat": ("CoolSculpting",),
}

#: Last words of a service's name that name no kind of treatment.
TOO_GENERAL = word_set(
    "treatment therapy removal session consultation consult care package service visit program plan area face "
    "injection contouring deluxe signature express"
)

#: Words within a service's name that name its kind by themselves: "laser" may be any of the lasers.
KINDS = word_set("laser filler peel facial massage wax thread tattoo lash brow mask")

#: English words one typing slip away from a treatment.
NOT_TYPOS = word_set(
    "later layer lower fuller filter filled fills fillet detox feels feeling peeling facing facials socials special "
    "thread treads message messages passage mask marks racial initial spacial waxed taxing faxing boxed boxes facts "
    "boots books booty filed filler's lashed lasers lasts lasted later's teller tiller feller fellas fella facet "
    "haircare massive finally fully weight threats threat tread layers lazer's"
)
