"""Every text of the bot on Discord, in the reader's language: one file a language in locales/."""

from __future__ import annotations

import re
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from discord import app_commands

from bot.words import LOCALES, Texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    import discord

T = TypeVar("T")


class Language(Texts):
    """What the bot says on Discord in one language."""

    @cached_property
    def small_words(self) -> frozenset[str]:
        """The short frequent words by which the language is told."""
        return frozenset(self("small-words").split())


@cache
def _read(folder: Path) -> tuple[Language, ...]:
    """Read the languages of a folder, once: parsing takes a tenth of a second."""
    files = sorted(p for p in folder.glob("*.ftl") if re.fullmatch(r"[a-z]{2,3}", p.stem))
    return tuple(Language(p.stem, p.read_text(encoding="utf-8")) for p in files)


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

    def guess(self, text: str) -> Language:
        """Return the language that a text seems to be in, by its small words."""
        found = re.findall(r"[^\W\d_]+", text.casefold())

        def count(language: Language) -> tuple[int, bool]:
            return sum(w in language.small_words for w in found), language is self.default

        return max(self, key=count)


ENGLISH = Languages.load().default
"""What Discord shows to people whose language has no file: the names that commands are known by."""


def named(key: str) -> app_commands.locale_str:
    """Return a name or description of a command, which Discord shows in each one's language."""
    return app_commands.locale_str(ENGLISH(key), key=key)


class Translator(app_commands.Translator):
    """Gives discord.py the localisations of names, descriptions, options and choices."""

    def __init__(self, languages: Languages) -> None:
        self._languages = languages

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,  # noqa: ARG002 - discord.py's signature
    ) -> str | None:
        """Return a text in a locale; None leaves what is shown to everybody else."""
        key = string.extras.get("key")
        language = self._languages.speaks(str(locale))
        return language(key) if key and language else None


def described(key: str) -> dict[str, Any]:
    """Return the name and the description of a command, and the key that help finds it by."""
    return {
        "name": named(f"{key}-name"),
        "description": named(f"{key}-description"),
        "extras": {"key": key},
    }


def options(key: str, *names: str) -> Callable[[T], T]:
    """Name and describe the options of a command; a name's last ``_`` is Python's, not ours."""

    def decorate(function: T) -> T:
        keys = {name: f"{key}-{name.rstrip('_').replace('_', '-')}" for name in names}
        renamed = {name: named(f"{k}-name") for name, k in keys.items()}
        told = {name: named(f"{k}-description") for name, k in keys.items()}
        return app_commands.rename(**renamed)(app_commands.describe(**told)(function))

    return decorate


def everywhere(function: T) -> T:
    """Offer a command on servers, in private, and to people who installed it for themselves."""
    installed = app_commands.allowed_installs(guilds=True, users=True)(function)
    return app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)(installed)
