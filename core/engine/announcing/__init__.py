"""Announcing: systems outside are told what happened, signed, until they have taken it or are given up.

    announcement (by a turn or a deposit) ──▶ observers
                                          └──▶ deliveries, one for each subscriber ──▶ HTTPS

`audience` knows who listens; `message` words and signs, pure; `addresses` says where we may call at all; `caller`
calls, and `announcer` drives.
"""
