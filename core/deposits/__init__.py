"""Deposits: where one stands in view of what is known of its money. Pure."""
