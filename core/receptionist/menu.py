"""The services to name where something else was asked for: the like of it first, and else the head of the menu."""

from __future__ import annotations

from core.receptionist.understanding.services import like
from deskbell.clinic import Clinic

#: Named in one text.
_MOST = 3


def menu_of(clinic: Clinic, instead_of: str = "") -> tuple[str, ...]:
    """A few services. `instead_of` is a treatment that the clinic does not sell: what is like it comes first."""
    near = like(instead_of, clinic.services) if instead_of else ()
    return near[:_MOST] or tuple(service.name for service in clinic.services[:_MOST])
