"""The engine: intake, mailbox, turn, commit, outbox, timers. One path for everything that happens.

    intake ──▶ mailbox ──▶ turn (pipeline) ──▶ commit ──▶ outbox

Read in that order: `intake`, `turns`, `pipeline`, `fold`, `outbox`, `sweeper`.
"""
