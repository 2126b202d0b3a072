"""Dates and sources named in a question's words; (filled in below)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from embeddings.types import Filters

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date


@dataclass(frozen=True, slots=True)
class Understood:
    filters: Filters
    words: tuple[str, ...] = ()


def understand(question: str, today: date, sources: Sequence[str]) -> Understood:
    return Understood(Filters())
