"""Texts of one language, each by its key, from a Fluent file; and those of the terminal."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any

from fluent.runtime import FluentBundle, FluentResource

LOCALES = Path(__file__).parent / "locales"
_STEPS = ((0.9, "very-sure"), (0.75, "fairly-sure"), (0.5, "plausible"), (0.0, "uncertain"))
_log = logging.getLogger(__name__)


class Texts:
    """The texts of one file of ``locales/``.

    Attributes:
        code: ISO 639-1 code of the language.
        keys: The keys of its texts.
    """

    def __init__(self, code: str, source: str) -> None:
        self.code = code
        self.keys = frozenset(re.findall(r"^([a-z][\w-]*) *=", source, re.MULTILINE))
        self._bundle = FluentBundle([code], use_isolating=False)
        self._bundle.add_resource(FluentResource(source))

    def __call__(self, key: str, **values: Any) -> str:
        """Return the text of ``key``, with the values that it speaks of.

        Raises:
            LookupError: No text has that key.
        """
        pattern = self._bundle.get_message(key).value
        if pattern is None:
            raise LookupError(key)
        text, errors = self._bundle.format_pattern(pattern, values)
        for error in errors:
            _log.error("the text %s in %s cannot be said: %s", key, self.code, error)
        return str(text)


class Words(Texts):
    """What the terminal says in one language."""

    @classmethod
    def of_terminal(cls, code: str) -> Words:
        """Read the file of a language."""
        return cls(code, (LOCALES / f"terminal.{code}.ftl").read_text(encoding="utf-8"))

    def confidence(self, value: float) -> str:
        """Say a probability in words and in figures; 100 % is never claimed."""
        key = next((key for step, key in _STEPS if value >= step), "uncertain")
        return self(key, share=min(0.99, max(0.01, value)))
