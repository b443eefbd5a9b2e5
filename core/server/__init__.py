"""The door to the outside: webhooks in, health and metrics out. Knows HTTP and nothing of conversations."""
