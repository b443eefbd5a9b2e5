"""Deposits at work: the books that news is entered in, the cashier who makes links, and what turns hear of it."""
