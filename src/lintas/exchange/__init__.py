"""The post office: letters that wait in the outbox until the partner's receipt is there, and are accepted once."""

from lintas.exchange.post import Exchange, LetterState, Sent
from lintas.transport import DirectorySource

__all__ = ["DirectorySource", "Exchange", "LetterState", "Sent"]
