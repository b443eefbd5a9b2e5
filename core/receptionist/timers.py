"""Names of the timers that the receptionist and its stages set."""

from __future__ import annotations

#: A link is being made for longer than a patient expects; a link is unpaid; a link is over.
SLOW, REMINDER, EXPIRY = "deposit_slow", "deposit_reminder", "deposit_expiry"
