"""Broadcasts: one text to many contacts, each at most once, and to nobody who may not get it.

    plan ──▶ start ──▶ recipients ──▶ outbox ──▶ gate ──▶ carrier

`planning` says who may get one and what it may say, pure; `broadcaster` moves those that run on.
"""
