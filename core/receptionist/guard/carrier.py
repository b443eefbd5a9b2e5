"""What carriers block, whoever sends it: forbidden classes of content, phrases of spam, shortened links."""

from __future__ import annotations

import re

from core.receptionist.guard.ground import Ground
from core.receptionist.guard.patterns import words

#: Sex, hate, alcohol, firearms, tobacco, and what is forbidden in the United States whatever the consent (CTIA
#: Messaging Principles; the carriers' codes of conduct): cannabis, gambling, high-risk loans, debt, crypto, scams.
_CLASSES = words(r"""
    sex | sexy | sexual | sexually | porn | xxx | nude | naked | escort | erotic | onlyfans | hookup | hook up
    orgasm
    viagra | cialis
    nazi | slut | whore | bitch | bastard | fuck | fucking | shit | asshole | damn | retard | kill yourself
    beer | wine | vodka | whiskey | whisky | tequila | champagne | prosecco | mimosa | cocktail | liquor | booze
    gun | firearm | rifle | pistol | ammo | ammunition | silencer
    tobacco | cigarette | cigar | vape | vaping | e-cig | nicotine | hookah
    cannabis | marijuana | weed | thc | cbd | kratom | dispensary | edibles | delta-8 | psilocybin | mushroom gummies
    ketamine | cocaine | opioid | fentanyl
    casino | gambling | betting | jackpot | lottery | sweepstake | slot machine | poker
    payday | payday loan | loan | cash advance | debt relief | debt consolidation | credit repair | bad credit
    no credit check | student debt | mortgage rate | refinance
    crypto | cryptocurrency | bitcoin | btc | ethereum | nft | forex | investment opportunity | get rich
    passive income
    work from home | mlm | multi-level | pyramid | make money | earn cash | extra income
""")
_SPAM = words(r"""
    free money | free gift | free cash | act now | act fast | limited time | limited-time | click here | click below
    click this link | click the link | winner | you've won | you've been selected | been selected | prize
    you have won | you won | cash prize | claim your
    claim now
    order now | buy now | call now | sign up now | apply now | book now | hurry | don't miss out | last chance
    final notice | exclusive offer | once in a lifetime | 100% free | 100 percent free | double your | triple your
    congratulations you | dear friend | urgent action | action required | verify your account | account suspended
    your account has been | wire transfer | western union | gift card code | social security number | this isn't spam
    risk free trial | no strings attached | while supplies last | offer expires | expires today | expires soon
    only a few left | spots are filling | spots are going fast | filling up fast | going fast | selling fast
    hot deal | best price guaranteed | lowest price guaranteed | miracle | whatsapp | telegram | signal app
""")
_SHORTENERS = re.compile(
    r"\b(?:bit\.ly|bitly\.com|tinyurl\.com|goo\.gl|t\.co|ow\.ly|is\.gd|buff\.ly|rebrand\.ly|cutt\.ly|shorturl\.at|"
    r"tiny\.cc|rb\.gy|t\.ly|lnkd\.in|s\.id|v\.gd|shorte\.st|bl\.ink|soo\.gd|urlz\.fr|t\.me|wa\.me|lnk\.to|spr\.ly)\b"
)
_BLOCKED = re.compile(f"{_CLASSES}|{_SPAM}")


def blocked_by_carriers(low: str, on: Ground) -> bool:
    """Whether a folded text holds what carriers filter. Words of the clinic's own notes ("we serve no alcohol") pass,
    shorteners never."""
    if _SHORTENERS.search(low):
        return True
    return any(found.group() not in on.words for found in _BLOCKED.finditer(low))
