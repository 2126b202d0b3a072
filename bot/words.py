"""Texts of one language, each by its key, from a Fluent file of ``locales/``."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any

from fluent.runtime import FluentBundle, FluentResource

LOCALES = Path(__file__).parent / "locales"
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
