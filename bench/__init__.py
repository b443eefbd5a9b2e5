"""The benchmark: what the engine carries on this machine, beside the least that any webhook server must do.

``python -m bench`` runs four parts side by side and prints one table; docs/performance.md says how to read it. Every
part runs in processes of its own (`bare`, `desk`, `carrier`, `load`); this one starts them, asks, and waits.
"""
