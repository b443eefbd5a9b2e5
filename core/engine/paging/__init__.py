"""Paging: the clinic's people are told what they should know, once, and again while nobody acts.

    notice (by a turn or the engine) ──▶ plan ──▶ deliveries ──▶ SMS or e-mail

`planning` decides and `wording` words, both pure; `deliveries` sends, with `mail` for SMTP; `pager` drives.
"""
