"""Text, Markdown and subtitles -> drafts; lines between ``---`` above a text say what it is."""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

import yaml

from embeddings.errors import ReadError
from embeddings.readers.addresses import MAX_LENGTH, web_address
from embeddings.readers.assemble import draft_of
from embeddings.readers.dates import read_date
from embeddings.readers.draft import Draft, Fields
from embeddings.readers.formats.decoding import MAX_FIELD, decode
from embeddings.text.boilerplate import ends_like_sentence, fold

MAX_CHARACTERS = 10_000
"""The longest front matter; it also bounds how deep its YAML can be nested."""
MAX_LINES = 40
"""The most lines of what is taken for front matter although its first line is no field."""
_OPENING = re.compile(r"---[ \t]*\n")
_FIRST_FIELD = re.compile(
    r"[ \t\n]{0,99}+(?:#.*+\n[ \t\n]{0,99}+){0,40}+[\"']?[\w-]{1,40}+[\"']?[ \t]{0,9}+:"
)
_CLOSING = re.compile(r"^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.MULTILINE)
_CODE = re.compile(r"[a-z]{2}")
_ID = re.compile(r"[a-z0-9-]{1,80}")
_BLANK = re.compile(r"[ \t\n]+")

_BLANK_LINES = re.compile(r"\A(?:[^\S\n]*\n)+")
_ALSO = {
    "title": "titre", "author": "auteur auteurs authors", "language": "lang langue",
    "source": "journal média", "url": "lien link", "id": "identifiant",
}  # fmt: skip
"""Field -> what else people call it."""
_NAMES = {other: name for name, others in _ALSO.items() for other in others.split()}

SPOKEN = (".srt", ".vtt")
"""Extensions of subtitles, SubRip's and WebVTT's."""
PAUSE = 2.0
"""Seconds without words after which a sentence that has ended begins another paragraph."""
LONG_SPEECH = 500
"""From so many characters on, it does after any sentence."""
_MOMENT = r"(?:(\d+):)?(\d\d):(\d\d)[.,](\d{3})"
_TIMES = re.compile(rf"^[ \t]*{_MOMENT}[ \t]+-->[ \t]+{_MOMENT}[^\n]*$", re.MULTILINE)
_SPOKEN = re.compile(rf"\A(?:WEBVTT\b|\s{{0,9}}\d{{1,4}}[ \t]*\n[ \t]*{_MOMENT}[ \t]+-->)")
_PAGE = re.compile(r"\s{0,99}<(?:!doctype html|html)\b", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z0-9][^<>\n]{0,200}>|\{\\[^{}\n]{1,99}\}", re.IGNORECASE)
_NUMBER = re.compile(r"\n[ \t]*\n[^\n]*\Z|\A[^\n]*\Z")
"""The line before the times of what follows: its number or name."""
_SOUND = re.compile(r"(?: ?(?:\[[^\[\]]*\]|\([^()]*\)|[♪♫][^♪♫\[(]*))+ ?")


class _Loader(yaml.CSafeLoader):
    """YAML whose plain values are words, or nothing: no number, no truth value, no day."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - the name and the kind that PyYAML looks for
        first: [pair for pair in pairs if pair[0] == "tag:yaml.org,2002:null"]
        for first, pairs in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }


def read(data: bytes, path: Path) -> Draft:
    """Read a text or Markdown file; its name may tell the title and the day.

    Its text is the file's own, but for newlines and Unicode normalisation; with front matter, all
    that follows it, and of subtitles what is said.
    """
    whole = decode(data, str(path))
    if path.suffix.lower() in SPOKEN or _SPOKEN.match(whole):
        if said := join_subtitles(whole):
            return draft_of(said, path)
        raise ReadError(f"{path} has no subtitles in it, whatever its name says.")
    if _PAGE.match(whole):
        raise ReadError(f"{path} is an HTML page, not a text; give its name the ending .html.")
    front, text = cut(whole, str(path))
    fields = None
    if front is not None:
        fields = replace(parse(front, str(path)), origin=None)  # that of an exported article
        text = _BLANK_LINES.sub("", text, count=1)
    if not text.strip():
        raise ReadError(f"{path} is empty but for spaces or front matter; put the story in it.")
    return draft_of(text, path, fields)


def join_subtitles(text: str) -> str:
    """Return what subtitles say, SubRip's or WebVTT's, a paragraph until somebody pauses.

    Numbers, times, colours and sounds in brackets are left out; empty where a text is none.
    """
    parts = _TIMES.split(text)
    paragraphs: list[str] = []
    last, before = 0.0, ""
    for start, end, words in _read_cues(parts):
        is_new = start - last >= PAUSE or len(before) >= LONG_SPEECH
        if not paragraphs or (is_new and ends_like_sentence(before)):
            paragraphs.append(words)
        elif not before.endswith(words):  # which roll
            paragraphs[-1] += f" {words}"
        last, before = end, paragraphs[-1]
    return "\n\n".join(paragraphs)


def _read_cues(parts: list[str]) -> Iterator[tuple[float, float, str]]:
    """Yield when each of the subtitles begins and ends, in seconds, and its words in one line."""
    for at in range(1, len(parts), 9):
        times = [int(each or 0) for each in parts[at : at + 8]]
        start, end = (h * 3600 + m * 60 + s + ms / 1000 for h, m, s, ms in (times[:4], times[4:]))
        block = re.split(r"\n[ \t]*\n", _NUMBER.sub("", parts[at + 8]).strip("\n"))[0]
        words = " ".join(unescape(_TAG.sub("", block)).split())
        if words and not _SOUND.fullmatch(words):
            yield start, end, words


def cut(text: str, name: str) -> tuple[str | None, str]:
    """Separate the front matter from the text after it.

    Returns:
        The YAML between the two lines, or None without any, and all that follows them.

    Raises:
        ReadError: It is opened and never closed, or too long.
    """
    opening = _OPENING.match(text)
    if opening is None:
        return None, text
    closing = _CLOSING.search(text, opening.end())
    inside = text[opening.end() : closing.start()] if closing else ""
    if not (_FIRST_FIELD.match(text, opening.end()) or (closing and _is_meant(inside))):
        return None, text
    if closing is None:
        raise ReadError(
            f"{name} opens its front matter with a line --- and never closes it; "
            "write a line --- where it ends."
        )
    if closing.start() > MAX_CHARACTERS:
        raise ReadError(f"{name} has a front matter of more than {MAX_CHARACTERS:,} characters.")
    return inside, text[closing.end() :]


def _is_meant(inside: str) -> bool:
    """Say whether lines between two rules, of which the first is no field, are no story."""
    lines = inside.splitlines()
    return len(lines) <= MAX_LINES and not any(
        not line.strip() or ends_like_sentence(line) for line in lines
    )


def parse(front: str, name: str) -> Fields:
    """Read and check a front matter.

    Args:
        front: The YAML between the two lines.
        name: What to call the file in an error.

    Raises:
        ReadError: The YAML is broken, or a field is not what it must be; the sentence names both.
    """
    values = {key: value for key, value in _mapping(front, name).items() if key in CHECKS}
    checked = {
        key: None if value is None else CHECKS[key](value, f"The field {key} of {name}")
        for key, value in values.items()
    }
    return Fields(**checked, stated=frozenset(values))


def _mapping(front: str, name: str) -> dict[str, Any]:
    """Return the fields under their English names."""
    try:
        loaded = yaml.load(front, Loader=_Loader)  # noqa: S506 - a CSafeLoader that makes less
    except yaml.MarkedYAMLError as error:
        line = f" at line {error.problem_mark.line + 2}" if error.problem_mark else ""
        raise ReadError(
            f"The front matter of {name} is broken YAML{line} ({error.problem}); "
            "write each field as name: value, with quotes around a value that holds a colon."
        ) from None
    except (yaml.YAMLError, ValueError, TypeError, RecursionError):
        raise ReadError(
            f"The front matter of {name} is broken YAML; write each field as name: value."
        ) from None
    if loaded is not None and not isinstance(loaded, dict):
        raise ReadError(f"The front matter of {name} must be lines of name: value.")
    found: dict[str, Any] = {}
    for key, value in (loaded or {}).items():
        plain = str(key).strip().casefold() if isinstance(key, str) else ""
        found[_NAMES.get(plain, plain)] = None if value == "" else value
    return found


def _text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise ReadError(f"{where} must be a text, not {_kind(value)}.")
    return value


def _words(value: object, where: str) -> str | None:
    """Check one line of text."""
    line = _BLANK.sub(" ", _text(value, where)).strip()
    if len(line) > MAX_FIELD:
        raise ReadError(f"{where} is longer than {MAX_FIELD} characters.")
    return line or None


def _names(value: object, where: str) -> str | None:
    """Check the names of authors: one line, or a list."""
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        value = ", ".join(value)
    return _words(value, where)


def _date(value: object, where: str) -> dt.date:
    day = read_date(value) if isinstance(value, str) else None
    if day is None:
        shown = repr(value) if isinstance(value, str) else _kind(value)
        raise ReadError(f"{where} is {shown}, which is no day; write it as 2018-06-22.")
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
    """Return the codes of languages by their names in French and English, folded."""
    from babel import Locale  # few files name their language in words

    tables = (Locale(each).languages for each in ("fr", "en"))
    return {fold(name): code for table in tables for code, name in table.items()}


def _article_id(value: object, where: str) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise ReadError(f"{where} must be 1 to 80 of the characters a-z, 0-9 and -.")
    return value


def _kind(value: object) -> str:
    kinds: dict[type, str] = {list: "a list", dict: "a group of fields", set: "a set"}
    return kinds.get(type(value), "something else")


CHECKS: dict[str, Callable[[object, str], Any]] = {
    "title": _words,
    "source": _words,
    "author": _names,
    "date": _date,
    "url": _url,
    "language": _language,
    "id": _article_id,
    "origin": _text,
}
"""Field -> what checks a value of it, given what to call it in an error; raises ReadError."""
