"""What the bot keeps, by the names that its features know: rows of ``store.records``."""

from __future__ import annotations

from embeddings.errors import StorageError
from embeddings.store.people import Choices, Unanswered, Vote
from embeddings.store.records import KEPT_DAYS, TURNS_KEPT, Records

__all__ = ["KEPT_DAYS", "TURNS_KEPT", "UNKEPT", "Choices", "Keeping", "Unanswered", "Vote"]

Keeping = Records
UNKEPT = (StorageError,)
"""What is raised when something cannot be kept or read: the disk is full, the database away."""
