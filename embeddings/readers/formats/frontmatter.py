"""Reads text, Markdown and subtitles; front matter, in YAML, TOML or JSON, states fields."""

import datetime as dt
import json
import re
import tomllib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

import yaml

from embeddings.errors import ReadError
from embeddings.readers.addresses import MAX_LENGTH, web_address
from embeddings.readers.assemble import draft_of
from embeddings.readers.dates import find_guessed, first_date, read_date
from embeddings.readers.decoding import MAX_FIELD, decode
from embeddings.readers.draft import Draft, Fields
from embeddings.text.boilerplate import ends_like_sentence, fold

MAX_CHARACTERS = 10_000
"""The most characters of front matter, which also limits the nesting of its YAML."""
_OPENING = re.compile(r"(---|\+\+\+)[ \t]*\n")
_FIRST_FIELD = re.compile(
    r"[ \t\n]{0,99}+(?:#.*+\n[ \t\n]{0,99}+){0,40}+[\"']?[\w-]{1,40}+[\"']?[ \t]{0,9}+[:=]"
)
_CLOSING = re.compile(r"^(?:---|\+\+\+|\.\.\.)[ \t]*(?:\n|\Z)", re.MULTILINE)
_CODE = re.compile(r"[a-z]{2}")
_ID = re.compile(r"[a-z0-9-]{1,80}")
_BLANK = re.compile(r"[ \t\n]+")
_BLANK_LINES = re.compile(r"\A(?:[^\S\n]*\n)+")
_SYNONYMS = {
    "title": "titre", "author": "auteur auteurs authors byline", "language": "lang langue",
    "date": "pubdate publishdate publish_date date_published published_at", "id": "identifiant",
    "source": "journal média", "url": "lien link canonical_url canonicalurl",
}  # fmt: skip
"""Field -> its other names."""
_FIELDS = {synonym: name for name, words in _SYNONYMS.items() for synonym in words.split()}
SUBTITLES = (".srt", ".vtt")
"""Extensions of subtitles: SubRip's and WebVTT's."""
PAUSE = 2.0
"""Seconds of silence after which a new sentence begins a paragraph."""
LONG_SPEECH = 500
"""Characters of a paragraph after which any new sentence begins another."""
_MOMENT = r"(?:(\d+):)?(\d\d):(\d\d)[.,](\d{3})"
_TIMES = re.compile(rf"^[ \t]*{_MOMENT}[ \t]+-->[ \t]+{_MOMENT}[^\n]*$", re.MULTILINE)
_SUBTITLES = re.compile(rf"\A(?:WEBVTT\b|\s{{0,9}}\d{{1,4}}[ \t]*\n[ \t]*{_MOMENT}[ \t]+-->)")
_TAG = re.compile(r"</?[a-z0-9][^<>\n]{0,200}>|\{\\[^{}\n]{1,99}\}", re.IGNORECASE)
_CUE_NUMBER = re.compile(r"\n[ \t]*\n[^\n]*\Z|\A[^\n]*\Z")
"""The last line of a cue's text: the next cue's number or name."""
_SOUND = re.compile(r"(?: ?(?:\[[^\[\]]*\]|\([^()]*\)|[♪♫][^♪♫\[(]*+))+ ?")


class _Loader(yaml.CSafeLoader):
    """Loads plain YAML values as strings or None, never as numbers, booleans or dates."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - the name and type that PyYAML looks for
        first: [pair for pair in pairs if pair[0] == "tag:yaml.org,2002:null"]
        for first, pairs in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }


def read(data: bytes, path: Path) -> Draft:
    """Read a text, Markdown or subtitle file; its name may hold the title and the date.

    The draft's text is the file's, normalized by ``decode``, without front matter; of subtitles
    it is the speech.
    """
    whole = decode(data, str(path))
    if path.suffix.lower() in SUBTITLES or _SUBTITLES.match(whole):
        if speech := join_subtitles(whole):
            return draft_of(speech, path)
        raise ReadError(f"{path} has no subtitles in it, whatever its name says.")
    front, text = cut(whole, str(path))
    fields = None
    if front is not None:
        fields = replace(parse(front, str(path)), origin=None)  # an exported article has its own
        text = _BLANK_LINES.sub("", text, count=1)
    if not text.strip():
        raise ReadError(f"{path} is empty but for spaces or front matter; put the story in it.")
    return draft_of(text, path, fields)


def join_subtitles(text: str) -> str:
    """Return the speech of SubRip or WebVTT subtitles, with a paragraph after each pause.

    Cue numbers, times, markup and sounds in brackets are dropped; empty for any other text.
    """
    parts = _TIMES.split(text)
    paragraphs: list[str] = []
    last, paragraph = 0.0, ""
    for start, end, words in _read_cues(parts):
        is_new = start - last >= PAUSE or len(paragraph) >= LONG_SPEECH
        if not paragraphs or (is_new and ends_like_sentence(paragraph)):
            paragraphs.append(words)
        elif not paragraph.endswith(words):  # rolling captions repeat the line before
            paragraphs[-1] += f" {words}"
        last, paragraph = end, paragraphs[-1]
    return "\n\n".join(paragraphs)


def _read_cues(parts: list[str]) -> Iterator[tuple[float, float, str]]:
    """Yield each cue's start and end, in seconds, and its words in one line."""
    for at in range(1, len(parts), 9):
        times = [int(each or 0) for each in parts[at : at + 8]]
        start, end = (h * 3600 + m * 60 + s + ms / 1000 for h, m, s, ms in (times[:4], times[4:]))
        block = re.split(r"\n[ \t]*\n", _CUE_NUMBER.sub("", parts[at + 8]).strip("\n"))[0]
        words = " ".join(unescape(_TAG.sub("", block)).split())
        if words and not _SOUND.fullmatch(words):
            yield start, end, words


def cut(text: str, name: str) -> tuple[str | None, str]:
    """Separate front matter from the text after it.

    Returns:
        The YAML between the two ``---`` lines, TOML or JSON as YAML, or None without front matter;
        the text.

    Raises:
        ReadError: The front matter has no end, is too long, or is invalid TOML.
    """
    if text.startswith("{"):
        return _cut_json(text)
    opening = _OPENING.match(text)
    if opening is None or not _FIRST_FIELD.match(text, opening.end()):
        return None, text
    closing = _CLOSING.search(text, opening.end())
    if closing is None:
        raise ReadError(
            f"{name} opens its front matter with a line {opening[1]} and never closes it; "
            f"write a line {opening[1]} where it ends."
        )
    if closing.start() > MAX_CHARACTERS:
        raise ReadError(f"{name} has a front matter of more than {MAX_CHARACTERS:,} characters.")
    front, is_toml = text[opening.end() : closing.start()], opening[1] == "+++"
    return _toml_to_yaml(front, name) if is_toml else front, text[closing.end() :]


def _cut_json(text: str) -> tuple[str | None, str]:
    """Separate front matter in JSON, which is YAML too, from the text; it must have a field."""
    with suppress(ValueError, RecursionError):
        values, end = json.JSONDecoder().raw_decode(text)
        if {_FIELDS.get(key.casefold(), key.casefold()) for key in values} & CHECKS.keys():
            return json.dumps(values, ensure_ascii=False), text[end:]
    return None, text


def _toml_to_yaml(front: str, name: str) -> str:
    try:
        return json.dumps(tomllib.loads(front), ensure_ascii=False, default=str)
    except (ValueError, RecursionError) as error:
        raise ReadError(
            f"The front matter of {name} is broken TOML ({error}); write each field as "
            'name = "value".'
        ) from None


def parse(front: str, name: str) -> Fields:
    """Parse and check front matter.

    Raises:
        ReadError: The YAML or a field of it is invalid.
    """
    values = {key: value for key, value in _load(front, name).items() if key in CHECKS}
    checked = {
        key: None if value is None else CHECKS[key](value, f"The field {key} of {name}")
        for key, value in values.items()
    }
    inferred = find_guessed(values.get("date"))
    return Fields(**checked, stated=frozenset(values), inferred=inferred)


def _load(front: str, name: str) -> dict[str, Any]:
    """Return the values of YAML by the English names of their fields, empty ones as None."""
    try:
        loaded = yaml.load(front, Loader=_Loader)  # noqa: S506 - a CSafeLoader that makes less
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f" at line {mark.line + 2}" if mark else ""
        raise ReadError(
            f"The front matter of {name} is broken YAML{line}; write each field as name: value, "
            "without tabs, and put quotes around a value that holds a colon or begins with a sign."
        ) from None
    if loaded is not None and not isinstance(loaded, dict):
        raise ReadError(f"The front matter of {name} must be lines of name: value.")
    values: dict[str, Any] = {}
    for key, value in (loaded or {}).items():
        plain = str(key).strip().casefold() if isinstance(key, str) else ""
        values[_FIELDS.get(plain, plain)] = None if value == "" else value
    return values


def _text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise ReadError(f"{where} must be a text.")
    return value


def _line(value: object, where: str) -> str | None:
    """Check a text and return it in one line; None if it is blank."""
    line = _BLANK.sub(" ", _text(value, where)).strip()
    if len(line) > MAX_FIELD:
        raise ReadError(f"{where} is longer than {MAX_FIELD} characters; shorten it.")
    return line or None


def _names(value: object, where: str) -> str | None:
    """Check authors, each a text or a group of fields with a name; return them in one line."""
    parts = value if isinstance(value, list) else [value]
    names = [part.get("name") if isinstance(part, dict) else part for part in parts]
    return ", ".join(filter(None, (_line(name, where) for name in names))) or None


def _date(value: object, where: str) -> dt.date:
    day = read_date(value) or first_date(value) if isinstance(value, str) else None
    if day is None:
        raise ReadError(f"{where} is {value!r}, which is no day; write it as 2018-06-22.")
    return day


def _url(value: object, where: str) -> str:
    url = web_address(value) if isinstance(value, str) else None
    if url is None or url != value:
        raise ReadError(
            f"{where} must be an address that starts with http:// or https://, "
            f"of {MAX_LENGTH} characters at the most."
        )
    return url


def _language(value: object, where: str) -> str:
    plain = value.strip().casefold() if isinstance(value, str) else ""
    code = re.split(r"[-_]", plain)[0]
    code = code if _CODE.fullmatch(code) else languages().get(fold(plain), "")
    if not _CODE.fullmatch(code):
        raise ReadError(f"{where} must be the two letters of a language, such as fr or en.")
    return code


@cache
def languages() -> dict[str, str]:
    """Return the codes of languages by their folded names in French and English."""
    from babel import Locale  # few files have the name of a language in place of its code

    tables = (Locale(each).languages for each in ("fr", "en"))
    return {fold(name): code for table in tables for code, name in table.items()}


def _article_id(value: object, where: str) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise ReadError(f"{where} must be 1 to 80 of the characters a-z, 0-9 and -.")
    return value


CHECKS: dict[str, Callable[[object, str], Any]] = {
    "title": _line, "source": _line, "author": _names, "date": _date, "url": _url,
    "language": _language, "id": _article_id, "origin": _text,
}  # fmt: skip
"""Field -> check of a value; takes the field's name for errors, raises ReadError."""
