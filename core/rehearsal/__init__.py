"""Conversation tests of clinics: `deskbell test` plays the files below ``clinics/<id>/tests`` on a real engine.

    files ──▶ script ──▶ performance (engine, database, a clock of its own) ──▶ moments
                                     expectations, invariants ──▶ outcome ──▶ report, junit

Real are the pipeline, the database and the clinic's knowledge; played are the carrier and the language model, so that
nothing leaves the machine and no secret is needed. After every turn the invariants hold what no clinic's file need
say: they are written apart from the receptionist's own guards, so that they catch the guards' mistakes.
"""
