"""Every text of the bot in the reader's language, and what the engine says in English.

``locales/xx.ftl`` holds the bot's own texts; ``locales/xx.po`` each sentence of the engine and the
settings as the code writes it, with ``{}`` for what varies. An error is made where nobody knows who
will read it; what varies in it is found again by the words around it, and may itself be a part that
is known. What is not known stays as it is.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import discord
    from fluent.runtime import FluentBundle

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
        """What says the texts, each of which is read when it is first said."""
        from fluent.runtime import FluentBundle, FluentResource  # only where something is said

        self._read = FluentResource
        return FluentBundle([self.code], use_isolating=False)

    def __call__(self, key: str, **values: Any) -> str:
        """Say the text of ``key`` with the values that it speaks of; LookupError: there is none."""
        if not self.bundle.has_message(key):
            self.bundle.add_resource(self._read(self._texts.get(key, "")))
        pattern = self.bundle.get_message(key).value
        if pattern is None:
            raise LookupError(key)
        text, errors = self.bundle.format_pattern(pattern, values)
        for error in errors:
            _log.error("the text %s in %s cannot be said: %s", key, self.code, error)
        return str(text)


@cache
def _read(folder: Path) -> tuple[Language, ...]:
    """Read the languages of a folder, once, so that nobody waits for it later."""
    files = sorted(p for p in folder.glob("*.ftl") if re.fullmatch(r"[a-z]{2,3}", p.stem))
    languages = tuple(Language(p.stem, p.read_text(encoding="utf-8")) for p in files)
    return tuple(each for each in languages if each.bundle)


class Languages:
    """All languages that have a file, and the one for people whose own has none."""

    def __init__(self, languages: Iterable[Language], default: str) -> None:
        self._languages = {language.code: language for language in languages}
        self.default = self._languages[default]

    @classmethod
    def load(cls, default: str = "en", folder: Path = LOCALES) -> Languages:
        """Read ``xx.ftl`` for each language ``xx``; other files there are not ours."""
        return cls(_read(folder), default)

    def __iter__(self) -> Iterator[Language]:
        """Give each language once."""
        return iter(self._languages.values())

    def speaks(self, locale: str) -> Language | None:
        """Return the language of a Discord locale such as ``en-GB``, if it is one of ours."""
        return self._languages.get(locale.partition("-")[0])

    def of(self, *locales: discord.Locale | str | None) -> Language:
        """Return the language of the first Discord locale that has one, or else the default one."""
        found = (self.speaks(str(locale or "")) for locale in locales)
        return next((language for language in found if language), self.default)

    def of_server(self, guild: discord.Guild | None) -> Language:
        """Return the language of a server; Discord says English of all that never chose one."""
        chose = guild is not None and "COMMUNITY" in guild.features
        return self.of(guild.preferred_locale if guild and chose else None)

    def guess(self, text: str, usual: Language | None = None) -> Language:
        """Return the language of which a text has most small words; of equals, the usual one."""
        found, usual = re.findall(r"[^\W\d_]+", text.casefold()), usual or self.default

        def count(language: Language) -> tuple[int, bool]:
            small = language("small-words").split()
            return sum(word in small for word in found), language is usual

        return max(self, key=count)


GAP = "{}"
_LONGEST = 4000
"""Characters beyond which a text is no sentence of ours."""


@dataclass(frozen=True, slots=True)
class Template:
    """A sentence in two languages: what stands around the gaps of the English one, and the other.

    The gaps of the other may be in another order: ``{1}``, ``{0}``.
    """

    words: tuple[str, ...]
    other: str

    def find_values(self, sentence: str) -> list[str] | None:
        """Return what stands in the gaps of a sentence; None when it is another sentence.

        Each word is looked for once, from where the one before it ended: no text takes long.
        """
        first, *rest = self.words
        if not (sentence.startswith(first) and all(word in sentence for word in rest)):
            return None  # before a pattern is made of it
        gaps = [f"(?>(.*?){re.escape(word)})" for word in rest[:-1]]
        gaps += [f"(.*){re.escape(word)}" for word in rest[-1:]]
        found = re.fullmatch(re.escape(first) + "".join(gaps), sentence, re.DOTALL)
        return [*found.groups()] if found else None


@cache
def templates(code: str) -> tuple[Template, ...]:
    """Return the sentences of a language, those with the most words first; none of English."""
    file = LOCALES / f"{code}.po"
    if not file.exists():
        return ()
    from babel.messages.pofile import read_po  # only where a sentence is said

    with file.open("rb") as opened:
        messages = [(str(m.id), str(m.string)) for m in read_po(opened) if m.id and m.string]
    messages.sort(key=lambda pair: -len(pair[0].replace(GAP, "")))
    return tuple(Template(tuple(english.split(GAP)), other) for english, other in messages)


def translate(sentence: str, code: str) -> str:
    """Say a sentence of the engine in a language, given by its ISO 639-1 code."""
    if len(sentence) > _LONGEST:
        return sentence
    for template in templates(code):
        values = template.find_values(sentence)
        if values is not None:
            known = [translate(value, code) if value != sentence else value for value in values]
            return template.other.format(*known)
    return sentence
