"""The store: PostgreSQL. All SQL lives here, one module for each noun, and nothing here decides anything.

Every function takes a connection first, so that callers choose what is one transaction, and the clinic second,
so that no row is ever reached without naming whose it is.
"""
