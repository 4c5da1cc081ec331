"""Obligations between agencies: asked, due, answered. First of them: confirming a hit, decided by a person."""

from lintas.requests.confirmation import Parts, Requests
from lintas.requests.nouns import Confirmation, ConfirmationState, Verdict

__all__ = ["Confirmation", "ConfirmationState", "Parts", "Requests", "Verdict"]
