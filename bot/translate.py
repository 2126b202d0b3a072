"""Looks up the bot's texts in the reader's language, and translates the engine's English sentences.

``locales/xx.ftl`` holds the bot's own texts; ``locales/xx.po`` the sentences of the engine and the
settings, with ``{}`` for each variable part. Code that raises an error does not know its reader; so
the values in its sentence are found by the words around them, and translated in turn if they are
sentences. An unknown sentence stays as it is.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    import discord
    from fluent.runtime import FluentBundle

    from embeddings.types import Filters

LOCALES = Path(__file__).parent / "locales"
_log = logging.getLogger(__name__)


class Language:
    """The texts of one file of ``locales/``, in the language of an ISO 639-1 code."""

    def __init__(self, code: str, source: str) -> None:
        self.code = code
        parts = re.split(r"^(?=[a-z#])", source, flags=re.MULTILINE)
        self._texts = {p.partition("=")[0].strip(): p for p in parts if p[:1].isalpha()}
        self.keys = frozenset(self._texts)

    @cached_property
    def bundle(self) -> FluentBundle:
        """The Fluent bundle; each text is parsed and added when it is first used."""
        from fluent.runtime import FluentBundle  # slow to import

        return FluentBundle([self.code], use_isolating=False)

    def __call__(self, key: str, **values: Any) -> str:
        """Return the text of ``key`` with its values; raises LookupError if there is none."""
        if not self.bundle.has_message(key):
            from fluent.runtime import FluentResource  # loaded with the bundle

            self.bundle.add_resource(FluentResource(self._texts.get(key, "")))
        pattern = self.bundle.get_message(key).value
        if pattern is None:
            raise LookupError(key)
        text, errors = self.bundle.format_pattern(pattern, values)
        for error in errors:
            _log.error("the text %s cannot be formatted in %s: %s", key, self.code, error)
        return str(text)

    def say_day(self, day: date) -> str:
        """Return a date in words; in French, the first of a month is the "1er"."""
        from babel.dates import format_date  # slow to import

        month = format_date(day, "MMMM", locale=self.code)
        return self("day", day=day.day, month=month, year=str(day.year))

    def say_filters(self, filters: Filters) -> str:
        """Say filters, such as "since May 1, 2018, from Reuters"; empty without any."""
        given = {"since": filters.since, "until": filters.until}
        days = {name: self.say_day(day) for name, day in given.items() if day}
        named = {"source": filters.source, "article": filters.article_id}
        keys = ["between" if len(days) > 1 else name for name in [*days][:1]]
        keys += [name for name, value in named.items() if value]
        return ", ".join(self(f"filter-{key}", **days, name=filters.source) for key in keys)

    def say_month(self, month: str) -> str:
        """Return a month such as ``2018-06`` as "June 2018"; raises ValueError if it is none."""
        from babel.dates import format_date  # slow to import

        first = datetime.strptime(month, "%Y-%m")  # noqa: DTZ007 - a calendar month
        return format_date(first, "MMMM y", locale=self.code)


@cache
def _read(folder: Path) -> tuple[Language, ...]:
    """Read the languages of a folder and make their bundles, so that no answer waits for it."""
    files = sorted(p for p in folder.glob("*.ftl") if re.fullmatch(r"[a-z]{2,3}", p.stem))
    languages = tuple(Language(p.stem, p.read_text(encoding="utf-8")) for p in files)
    return tuple(each for each in languages if each.bundle)


class Languages:
    """The languages that have a file, and the default for people whose language has none."""

    def __init__(self, languages: Iterable[Language], default: str) -> None:
        self._languages = {language.code: language for language in languages}
        self.default = self._languages[default]

    @classmethod
    def load(cls, default: str = "en", folder: Path = LOCALES) -> Languages:
        """Read ``xx.ftl`` of each language ``xx``; skip other files, such as the terminal's."""
        return cls(_read(folder), default)

    def __iter__(self) -> Iterator[Language]:
        """Iterate over the languages."""
        return iter(self._languages.values())

    def find(self, locale: str) -> Language | None:
        """Return the language of a Discord locale such as ``en-GB``, or None if there is none."""
        return self._languages.get(locale.partition("-")[0])

    def of(self, *locales: discord.Locale | str | None) -> Language:
        """Return the language of the first Discord locale that has one, or else the default."""
        found = (self.find(str(locale or "")) for locale in locales)
        return next((language for language in found if language), self.default)

    def of_server(self, guild: discord.Guild | None) -> Language:
        """Return a server's language: a community's preferred locale; others cannot set one."""
        is_community = guild is not None and "COMMUNITY" in guild.features
        return self.of(guild.preferred_locale if guild and is_community else None)

    def guess(self, text: str, usual: Language | None = None) -> Language:
        """Return the language with the most of its function words in a text; if tied, ``usual``."""
        words, usual = re.findall(r"[^\W\d_]+", text.casefold()), usual or self.default

        def count(language: Language) -> tuple[int, bool]:
            function_words = language("small-words").split()
            return sum(word in function_words for word in words), language is usual

        return max(self, key=count)


GAP = "{}"
_LONGEST = 4000
"""The most characters of a sentence that is translated; longer texts are not the engine's."""


@dataclass(frozen=True, slots=True)
class Template:
    """A sentence with gaps: ``words``, the English parts around the gaps, and its translation.

    ``other`` is a format string, whose gaps may be in another order: ``{1}``, ``{0}``.
    """

    words: tuple[str, ...]
    other: str

    def find_values(self, sentence: str) -> list[str] | None:
        """Return the values in the gaps of a sentence; None if the sentence does not match.

        Atomic groups find each part once, from the end of the part before, so that no text is slow.
        """
        first, *rest = self.words
        if not (sentence.startswith(first) and all(word in sentence for word in rest)):
            return None  # saves compiling a pattern
        gaps = [f"(?>(.*?){re.escape(word)})" for word in rest[:-1]]
        gaps += [f"(.*){re.escape(word)}" for word in rest[-1:]]
        match = re.fullmatch(re.escape(first) + "".join(gaps), sentence, re.DOTALL)
        return [*match.groups()] if match else None


@cache
def templates(code: str) -> tuple[Template, ...]:
    """Return a language's templates, those with the longest fixed words first; none for English."""
    file = LOCALES / f"{code}.po"
    if not file.exists():
        return ()
    from babel.messages.pofile import read_po  # slow to import

    with file.open("rb") as stream:
        messages = [(str(m.id), str(m.string)) for m in read_po(stream) if m.id and m.string]
    messages.sort(key=lambda pair: -len(pair[0].replace(GAP, "")))
    return tuple(Template(tuple(english.split(GAP)), other) for english, other in messages)


def translate(sentence: str, code: str) -> str:
    """Translate a sentence of the engine into the language of an ISO 639-1 code."""
    if len(sentence) > _LONGEST:
        return sentence
    for template in templates(code):
        values = template.find_values(sentence)
        if values is not None:
            parts = [translate(value, code) if value != sentence else value for value in values]
            return template.other.format(*parts)
    return sentence
