"""Every text in every language, and the right one for each reader."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import discord
import pytest
from fluent.syntax import FluentParser, ast
from fluent.syntax.visitor import Visitor

import bot
from bot.client import VerbatimBot
from bot.running.commands import ENGLISH, Translator, name
from bot.translate import LOCALES, Language, Languages
from bot.ui.handlers import MAX_TITLE
from tests.bot.people import World, text_of

LANGUAGES = Languages.load("fr")
FILES = sorted(p for p in LOCALES.glob("*.ftl") if re.fullmatch(r"[a-z]{2,3}", p.stem))
DYNAMIC = re.compile(
    r"^(error-|refusal-|filter-|stage-|sort-|sure-|note-|.*-name$|.*-description$|rules-|"
    r"privacy-keep-|reason-|small-words|day$|written-in-|help-|menu-|.*-words$|button-|did-|"
    r"(?:news|tell)-(?:consent|agree|kept|(?:words|title|reason)-label)$|field-|room-|language-)"
)
"""Keys that are put together in the code."""


def messages(path: Path) -> dict[str, ast.Message]:
    parsed = FluentParser().parse(path.read_text(encoding="utf-8"))
    assert not [entry for entry in parsed.body if isinstance(entry, ast.Junk)]
    return {entry.id.name: entry for entry in parsed.body if isinstance(entry, ast.Message)}


def variables(message: ast.Message) -> set[str]:
    found: set[str] = set()

    class Look(Visitor):
        def visit_VariableReference(self, node: ast.VariableReference) -> None:  # noqa: N802 - theirs
            found.add(node.id.name)

    Look().visit(message)
    return found


def test_french_and_english_are_spoken() -> None:
    assert {"en", "fr"} <= {path.stem for path in FILES}


@pytest.mark.parametrize("path", FILES, ids=[p.stem for p in FILES])
def test_no_text_lacks_a_language(path: Path) -> None:
    wanted = set().union(*(messages(p) for p in FILES))
    assert wanted - set(messages(path)) == set()


@pytest.mark.parametrize("path", FILES, ids=[p.stem for p in FILES])
def test_every_language_speaks_of_the_same_values(path: Path) -> None:
    english, theirs = messages(LOCALES / "en.ftl"), messages(path)
    assert {k: variables(m) for k, m in theirs.items()} == {
        k: variables(m) for k, m in english.items()
    }


def test_every_key_in_the_code_has_a_text() -> None:
    keys = set()
    for source in Path(bot.__path__[0]).rglob("*.py"):
        text = source.read_text(encoding="utf-8")
        keys |= set(re.findall(r'\blanguage(?:_of\(interaction\))?\(\s*f?"([\w-]+)"', text))
        keys |= {f"error-{key}" for key in re.findall(r'BotError\(\s*"([\w-]+)"', text)}
    assert keys - ENGLISH.keys == set()
    assert len(keys) > 60


def test_every_text_is_used() -> None:
    code = "".join(p.read_text(encoding="utf-8") for p in Path(bot.__path__[0]).rglob("*.py"))
    said = set(re.findall(r"[\"']([a-z][\w-]*)[\"']", code))
    unused = {k for k in ENGLISH.keys - said if not DYNAMIC.match(k)}
    assert unused == set()


def test_no_line_of_the_french_begins_with_a_mark() -> None:
    """The space before a colon and its like does not break."""
    texts = "\n".join(p.read_text(encoding="utf-8") for p in sorted(LOCALES.glob("*fr.*")))
    said = re.sub(r"^(?:#|msgid ).*", "", texts, flags=re.MULTILINE)
    assert len(re.findall(r"[\xa0\u202f][:;!?»]", said)) > 400
    assert re.findall(r".*\S [:;!?»](?:\s|$).*|.*« .*", said, re.MULTILINE) == []


FORMS = (
    *("button-on", "button-about", "question-label", "reason-title", "reason-label", "jump-title"),
    *("jump-label", "button-add", "add-files", "add-links", "edit-title", "edit-date"),
    *("field-title", "field-source", "field-author", "field-url"),
    *("news-answer", "news-story", "news-words-label", "news-title-label"),
)
"""The titles and labels of forms."""


NEVER_NONE = {
    "announced-more",
    "error-cooldown-channel",
    "error-cooldown-user",
    "joined-ready",
    "lasting-minutes",
    "lasting-seconds",
    "menu-left",
    "passages-unchanged",
    "proposal-left",
    "report-notes",
    "edit-text",
}
"""Texts that are said of one thing at least."""


def test_the_french_of_nothing_is_not_that_of_one() -> None:
    """In French zero takes the singular, which would say "un article" of none."""
    of_one = re.compile(r"\[one\](?P<said>(?:(?!\{ ?\$)[^\n])*)\n")
    texts = LANGUAGES.of("fr")._texts.items()
    wrong = {key for key, text in texts if of_one.search(text) and "[0]" not in text}
    assert wrong == NEVER_NONE


@pytest.mark.parametrize("language", list(LANGUAGES), ids=[x.code for x in LANGUAGES])
def test_titles_and_labels_of_forms_are_not_cut(language: Language) -> None:
    long = {key: language(key) for key in FORMS if len(language(key)) > MAX_TITLE}
    assert long == {}
    assert len(language("edit-text", part=5, parts=5)) <= MAX_TITLE


@pytest.mark.parametrize("language", list(LANGUAGES), ids=[x.code for x in LANGUAGES])
def test_names_of_commands_are_what_discord_takes(language: Any) -> None:
    for key in language.keys:
        if key.endswith("-name") and not key.endswith("menu-name"):
            assert re.fullmatch(r"[-_'\w]{1,32}", language(key)), key
            assert language(key) == language(key).lower()
        if key.endswith("-description"):
            assert 1 <= len(language(key)) <= 100, key


def test_a_locale_has_its_language_or_the_default_one() -> None:
    wrong = []
    for locale, code in [
        ("fr", "fr"),
        ("en-GB", "en"),
        ("en-US", "en"),
        ("de", "fr"),
        (None, "fr"),
        ("", "fr"),
    ]:
        if LANGUAGES.of(locale).code != code:
            wrong.append((locale, code))
    assert not wrong


def test_the_language_of_a_question_is_told_by_its_small_words() -> None:
    wrong = []
    for text, code in [
        ("Who uses Palantir's tools?", "en"),
        ("Que reprochent les employés d'Amazon à leur direction ?", "fr"),
        ("Rekognition", "fr"),
        ("", "fr"),
    ]:
        if LANGUAGES.guess(text).code != code:
            wrong.append((text, code))
    assert not wrong


def test_a_third_language_is_a_third_file(tmp_path: Path) -> None:
    for path in FILES:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "de.ftl").write_text("button-open = Artikel öffnen\nsmall-words = der die das\n")
    assert Languages.load("fr", tmp_path).of("de")("button-open") == "Artikel öffnen"


def test_files_of_the_terminal_are_not_ours(tmp_path: Path) -> None:
    (tmp_path / "en.ftl").write_text("a = b\n")
    (tmp_path / "terminal.en.ftl").write_text("c = d\n")
    assert [x.code for x in Languages.load("en", tmp_path)] == ["en"]


def test_a_folder_is_read_once_whatever_the_default() -> None:
    again = Languages.load("en")
    assert [id(language) for language in again] == [id(language) for language in LANGUAGES]
    assert (again.default.code, LANGUAGES.default.code) == ("en", "fr")


def test_an_unknown_key_is_an_error() -> None:
    with pytest.raises(LookupError):
        ENGLISH("no-such-key")


def test_a_text_without_its_value_is_said_and_recorded(caplog: pytest.LogCaptureFixture) -> None:
    assert "number" in ENGLISH("paragraph")
    assert "the text paragraph cannot be formatted in en" in caplog.text


async def test_the_translator_leaves_other_languages_alone() -> None:
    translator = Translator(LANGUAGES)
    context: Any = None
    said = [
        await translator.translate(name("ask-name"), locale, context)
        for locale in (discord.Locale.french, discord.Locale.british_english, discord.Locale.german)
    ]
    assert said == ["demander", "ask", None]


async def test_a_text_that_is_not_ours_is_left_alone() -> None:
    other = discord.app_commands.locale_str("x")
    assert await Translator(LANGUAGES).translate(other, discord.Locale.french, None) is None


async def test_everything_discord_shows_of_the_commands_is_in_both_languages(world: World) -> None:
    assert isinstance(world.bot, VerbatimBot)
    assert world.bot.tree.translator is not None
    for command in world.bot.tree.get_commands():
        payload = await command.get_translated_payload(world.bot.tree, world.bot.tree.translator)
        assert _untranslated(payload) == []


def _untranslated(payload: Any) -> list[str]:
    found = [
        f"{key} of {payload['name']}"
        for key in ("name", "description")
        if payload.get(key)
        and not {"fr", "en-US", "en-GB"} <= set(payload.get(f"{key}_localizations") or {})
    ]
    for part in [*payload.get("options", ()), *payload.get("choices", ())]:
        found += _untranslated(part)
    return found


@pytest.mark.parametrize(("locale", "said"), [("de", "No article"), ("fr", "Aucun article")])
async def test_people_whose_language_is_not_spoken_get_that_of_their_server(
    world: World, locale: str, said: str
) -> None:
    world.locale = locale
    result = await world.member.slash(world.channel, "sources", filter="volcan")
    assert said in text_of(result.response)
