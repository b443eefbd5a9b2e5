"""What Prometheus sees. Labels are clinics, channels, stages and outcomes; never a person or a number."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

_FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_SLOW = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
_HUMAN = (30.0, 60.0, 300.0, 900.0, 3600.0, 14_400.0, 86_400.0, 259_200.0)

webhooks = Counter("deskbell_webhooks_total", "Webhooks answered, by HTTP status.", ["channel", "status"])
webhooks_kept = Counter(
    "deskbell_webhooks_kept_total", "Webhooks put aside to be replayed: unstored or unread.", ["channel", "why"]
)
intake_seconds = Histogram("deskbell_intake_seconds", "Webhook in to answer out.", ["clinic", "channel"], buckets=_FAST)
events = Counter("deskbell_events_total", "Events heard, by what became of them.", ["clinic", "channel", "outcome"])
turn_seconds = Histogram("deskbell_turn_seconds", "A turn, load to commit.", ["clinic"], buckets=_FAST)
turns = Counter("deskbell_turns_total", "Turns, by outcome.", ["clinic", "outcome"])
stage_seconds = Histogram(
    "deskbell_stage_seconds", "Time inside one stage, without the stages it calls.", ["clinic", "stage"], buckets=_FAST
)
decisions = Counter("deskbell_decisions_total", "What stages decided.", ["clinic", "stage", "decision"])
blocked_texts = Counter(
    "deskbell_blocked_texts_total",
    "Texts and drafts that broke a rule, by the rule and by who wrote them.",
    ["clinic", "rule", "by"],
)
send_seconds = Histogram("deskbell_send_seconds", "One call to the carrier.", ["clinic", "channel"], buckets=_FAST)
sends = Counter("deskbell_sends_total", "Calls to the carrier, by outcome.", ["clinic", "channel", "outcome"])
channels_down = Gauge(
    "deskbell_channels_down",
    "1 while this process leaves a channel alone, for its carrier is down.",
    ["clinic", "binding"],
)
failovers = Counter("deskbell_failovers_total", "Texts that went over to another binding.", ["clinic", "binding"])
texts = Counter("deskbell_texts_total", "Texts that carriers took, by encoding.", ["clinic", "channel", "encoding"])
text_cost = Counter(
    "deskbell_text_cost_total",
    "What texts cost, by the carriers' word, in the currency's unit.",
    ["clinic", "channel", "currency"],
)
answer_seconds = Histogram(
    "deskbell_answer_seconds", "Text committed to text taken by the carrier.", ["clinic"], buckets=_SLOW
)
history_windows = Counter(
    "deskbell_history_windows_total", "Windows asked of a history: hit, miss or away.", ["history", "outcome"]
)
notice_deliveries = Counter(
    "deskbell_notice_deliveries_total", "Notices to staff, by means and outcome.", ["clinic", "means", "outcome"]
)
announcements = Counter("deskbell_announcements_total", "What was announced, by type.", ["clinic", "type"])
announcement_deliveries = Counter(
    "deskbell_announcement_deliveries_total",
    "Calls to subscribers, by what came of them: sent, retried, dead.",
    ["clinic", "subscriber", "outcome"],
)
announcements_dead = Gauge(
    "deskbell_announcements_dead", "Announcements that a subscriber did not take in time.", ["clinic", "subscriber"]
)
model_calls = Counter(
    "deskbell_model_calls_total", "Calls of language models, by what came of them.", ["clinic", "model", "outcome"]
)
model_seconds = Histogram("deskbell_model_seconds", "One call of a model.", ["clinic", "model"], buckets=_FAST)
model_tokens = Counter(
    "deskbell_model_tokens_total", "Tokens read, read from a cache, and written.", ["clinic", "model", "kind"]
)
model_cost = Counter("deskbell_model_dollars_total", "What models cost, by the prices configured.", ["clinic", "model"])
grants = Gauge(
    "deskbell_grants", "Payment accounts, by state: connected, failing, expired or revoked.", ["clinic", "state"]
)
queue_jobs = Gauge("deskbell_queue_jobs", "Wake jobs, by state.", ["state"])
outbox_texts = Gauge("deskbell_outbox_texts", "Texts not at their end, and those held for staff.", ["clinic", "status"])
deposits = Counter("deskbell_deposits_total", "Deposits, by the status they came to.", ["clinic", "status"])
deposit_cents = Counter("deskbell_deposit_cents_total", "What deposits brought in, in cents.", ["clinic", "currency"])
deposit_pay_seconds = Histogram(
    "deskbell_deposit_pay_seconds", "Deposit agreed to until it was paid.", ["clinic"], buckets=_HUMAN
)
deposit_errands = Counter(
    "deskbell_deposit_errands_total",
    "Links to make or to make void that did not work at once.",
    ["clinic", "errand", "outcome"],
)
clinics = Gauge("deskbell_clinics", "Clinics served.")
reloads = Counter("deskbell_reloads_total", "Reloads of the clinics, by outcome.", ["outcome"])
plugin_errors = Counter("deskbell_plugin_errors_total", "Observer hooks that failed or timed out.", ["plugin", "hook"])


def book_cost(clinic: str, channel: str, micros: int, currency: str) -> None:
    """Adds what one text cost."""
    text_cost.labels(clinic, channel, currency).inc(micros / 1_000_000)
