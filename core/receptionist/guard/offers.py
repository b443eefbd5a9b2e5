"""What a text says that the clinic sells, takes or is: treatments, insurers, ways to pay, amenities, honours, policies.

Each must stand in the clinic's own words, unless the sentence says that it is not so of a treatment, or leaves it open.
"""

from __future__ import annotations

import re

from core.receptionist.guard.ground import Ground, content
from core.receptionist.guard.legible import folded, sentences
from core.receptionist.guard.patterns import word_of
from core.receptionist.guard.verdict import Rule
from core.receptionist.understanding.trade import TREATMENTS
from core.receptionist.understanding.words import word_set

_DENTAL = """
    implant | denture | brace | bridge | sealant | gum graft | gum surgery | bonding | inlay | onlay | retainer
    fluoride
    deep cleaning | scaling | root planing | sedation | wisdom teeth | orthodontic | invisalign | jaw surgery
    snap-on
    teeth in a day | laser dentistry | botox for tmj
"""
_COSMETIC = """
    cryotherapy | mesotherapy | nad | thread lift | face lift | facelift | tummy tuck | bbl lift | sclerotherapy
    vein treatment | ear piercing | piercing | cupping | acupuncture | chiropractic | hormone therapy
    weight loss | glp-1
    tanning | makeup | bridal | nail | oxygen facial | led therapy | radiofrequency | ultrasound | exosome | prf
    hair restoration | dermatology | mole removal | skin cancer | biopsy | sculptra | volbella | vollure | vaginal
"""
_TREATED = word_of(
    " | ".join(
        re.escape(folded(name))
        for treatment, aliases in TREATMENTS.items()
        for name in (treatment, *aliases)
        if folded(name) not in ("facial", "peel", "filler", "threads", "tox", "lashes", "wax", "threading", "lips done")
    )
    + "\n"
    + _DENTAL
    + _COSMETIC
)
#: What is claimed of a clinic beside its treatments.
_CLAIMED = word_of(r"""
    insurance | aetna | cigna | metlife | delta dental | guardian (?:dental|insurance) | humana | blue cross
    blue shield | bcbs | anthem
    united healthcare | unitedhealthcare | kaiser | medicaid | medicare | medi-cal | ppo | hmo | in[- ]network
    out[- ]of[- ]network
    carecredit | care credit | cherry | affirm | klarna | afterpay | sunbit | venmo | zelle | paypal | apple pay
    google pay
    cash app | hsa | fsa | financing | payment plan | installment | interest-free | 0% interest | no interest
    board[- ]certified | fda[- ]approved | fda[- ]cleared | award[- ]winning | top[- ]rated | 5[- ]star
    best in (?:town|the city|new york|la)
    most experienced | highly (?:trained|experienced|skilled|qualified) | years of experience | world[- ]class
    leading | renowned | expert
    clinically proven | scientifically proven | medical[- ]grade | state[- ]of[- ]the[- ]art | luxury | celebrity
    harvard | voted | guarantee | finest | (?:only |use |uses )the best | top-notch | cutting-edge | number 1
    most trusted | sauna | cold plunge
    parking | free parking | valet | wi-?fi | coffee | tea | snacks | childcare | shuttle | uber | elevator
    wheelchair
    ramp | private entrance
    walk-?ins? | same[- ]day | emergency appointment | after-hours | house call | telehealth
    virtual (?:visit|consultation|consult) | video call
    zoom | membership | loyalty | reward | referral | package | bundle | gift card | gift certificate | punch card
    raffle | giveaway
    cancellation fee | late fee | no-show fee | no show fee | cancellation policy | non-refundable | nonrefundable
    money[- ]back
    refund policy | price guarantee | before and after photo | instagram | facebook | tiktok | yelp
    google review | app store | portal
    pet[- ]friendly | dogs? (?:are )?(?:welcome|allowed) | kid[- ]friendly | lgbtq | women[- ]owned
    family[- ]owned | veteran discount | student discount
""")
_NOT_SOLD = re.compile(
    r"\b(?:don't|doesn't|do not|not|no longer|isn't|aren't|unfortunately|can't|never|without|neither|nor|no)\b"
)
_OPEN = re.compile(
    r"\b(?:i|we) (?:don't|can't|'m not|wouldn't|'d rather not)\b|\bi'm not\b|\bnot sure\b|\b(?:team|person|somebody|"
    r"someone|front desk|they|staff)(?:'ll| will| can| would|'d) (?:\w+ )?(?:call|tell|answer|confirm|check|let|get|"
    r"follow|help|go|know|be able|need|reach|explain|find)\b|\bask(?:ed)? (?:our|the) (?:team|front desk|staff)\b|"
    r"\bdon't have (?:that|any|the|details)\b"
)
_OFFERS = re.compile(
    r"\b(?:we|our (?:team|clinic|studio|office|providers?))(?: (?:also|do|can|currently|proudly|happily|now|"
    r"even))* (?:offer|provide|perform|sell|specialize in|carry|stock|(?<=also )have|(?<=also )do)s? ([^.!?;:]{2,120})"
)
_GENERIC = word_set(
    """
    range variety option service several both those these that them help number different kind type way plan few lots
    everything anything thing great good best full wide all some such follow more other same exact similar care clinic
    studio office team answer information info detail update question advice call text message
    """
)


def offers_stand(low: str, on: Ground) -> Rule | None:
    """What a folded text offers and the clinic does not."""
    for sentence in sentences(low):
        if not _NOT_SOLD.search(sentence):
            if any(not _ours(found.group(), on) for found in _TREATED.finditer(sentence)):
                return Rule.SERVICE
            if any(not _known_thing(found[1], on) for found in _OFFERS.finditer(sentence)):
                return Rule.SERVICE
        if not _OPEN.search(sentence) and any(not _ours(found.group(), on) for found in _CLAIMED.finditer(sentence)):
            return Rule.UNFOUNDED
    return None


def _ours(term: str, on: Ground) -> bool:
    """In the clinic's words, in the singular or the plural."""
    return any(re.search(rf"(?<!\w){re.escape(one)}(?:e?s)?(?!\w)", on.words) for one in (term, term.removesuffix("s")))


def _known_thing(offered: str, on: Ground) -> bool:
    """Each of the listed things shares a word with the clinic's own."""
    for item in re.split(r",| and | or | as well as | plus ", offered):
        said = content(item)
        if said and not said & _GENERIC and not any(re.search(rf"(?<!\w){re.escape(word)}", on.words) for word in said):
            return False
    return True
