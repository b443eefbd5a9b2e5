"""Deposits: offered before a link is sent, one link at a time, confirmed once, and never asked again after a no."""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.rehearsal.invariants.scene import Scene, folded
from core.rehearsal.moment import Moment

_CONFIRMED = re.compile(r"\breceived your \$[\d.,]+ deposit\b")
_PAY_LINK = re.compile(r"https?://\S+/pay/\S+")


def agreed_first(scene: Scene, moment: Moment) -> Iterator[str]:
    """A payment link is sent only after the patient has agreed, and never by the text that offers."""
    agreed = any("RequestDeposit" in one.effects for one in (*scene.moments, moment))
    offers = (moment.step or {}).get("act") == "offer"
    for sent in moment.replies:
        if _PAY_LINK.search(sent.text) and (offers or not agreed):
            yield repr(sent.text)


def one_link(scene: Scene, moment: Moment) -> Iterator[str]:
    """Never are two payment links of one patient open."""
    if moment.live_links > 1:
        yield f"{moment.live_links} links can be paid"


def confirmed_once(scene: Scene, moment: Moment) -> Iterator[str]:
    """A payment is confirmed once."""
    played = (*scene.moments, moment)
    said = [sent.text for one in played for sent in one.replies if _CONFIRMED.search(folded(sent.text))]
    asked = sum("RequestDeposit" in one.effects for one in played)
    if len(said) > asked and any(sent.text in said for sent in moment.replies):
        yield f"confirmation number {len(said)}"


def configured(scene: Scene, moment: Moment) -> Iterator[str]:
    """A payment link asks for an amount of the clinic's file, and says nothing of the treatment or the patient."""
    amounts = [scene.clinic.deposit_for(service) for service in (None, *scene.clinic.services)]
    for link in moment.links:
        if link.amount not in amounts:
            yield f"a link for {link.amount}"
        if any(folded(service.name) in folded(link.label) for service in scene.clinic.services):
            yield f"a link that says {link.label!r}"


def a_no_is_a_no(scene: Scene, moment: Moment) -> Iterator[str]:
    """Who would rather not pay ahead is not asked again, unless they ask to."""
    if (moment.step or {}).get("act") != "offer" or re.search(r"\b(?:pay|link|deposit)", folded(" ".join(moment.said))):
        return
    if any((one.step or {}).get("act") == "no_deposit" for one in scene.moments):
        yield repr(moment.heard)


RULES = (agreed_first, one_link, confirmed_once, configured, a_no_is_a_no)
