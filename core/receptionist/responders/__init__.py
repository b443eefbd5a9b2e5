"""Responders: what words a step. They form a ladder; the rules responder needs no network and no key."""

from core.receptionist.responders.contract import Reply, Responder, Scene
from core.receptionist.responders.rules import RulesResponder

__all__ = ["Reply", "Responder", "RulesResponder", "Scene"]
