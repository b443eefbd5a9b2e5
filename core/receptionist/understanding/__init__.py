"""Understanding: what a text says, with the place in the text that proves each thing."""

from core.receptionist.understanding.findings import Found, Reading
from core.receptionist.understanding.reading import Reader

__all__ = ["Found", "Reader", "Reading"]
