"""What a text shows by itself: title, day, author, source, address and language; pure.

Nothing is made up: what no line says stays unknown, but for the title, which falls back to the
file's name.
"""

import re
import unicodedata
from collections import Counter
from datetime import date
from typing import NamedTuple

from embeddings.readers.dates import DATE, date_in_name, is_ambiguous, read_date, without_date
from embeddings.text.analysis import LETTERS, LISTS, SMALL_WORDS
from embeddings.text.boilerplate import ends_like_sentence, fold, is_address, is_contact, is_notice
from embeddings.text.passages import paragraphs, split
from embeddings.types import Article

HEAD = 15
"""How many paragraphs, from the top, are looked at."""
TOP = 20_000
"""How many characters, from the top, are looked at."""
BOTTOM = 2000
"""How many characters, from the bottom, are looked at."""
TAIL = 3
"""How many lines with words, from the bottom, are looked at."""
MAX_TITLE = 250
"""The longest line that can be a title, in characters."""
_SETEXT = re.compile(r"^(?P<title>[^\n#=-][^\n]*)\n={2,}[ \t]*$", re.MULTILINE)
_HEADING = re.compile(r"^#[ \t]+(?P<title>\S[^\n]*)$", re.MULTILINE)
_EMPHASIS = re.compile(r"\*\*|__|^[*_](?=\S)|(?<=\S)[*_]$")
_BLANK = re.compile(r"[ \t\n]+")
_TWO_WORDS = re.compile(r"[^\W_]\S{0,99}\s{1,9}\S{0,99}[^\W_]")

_NAME = r"(?:[dl][’'])?[A-ZÀ-Ý][\w’'.-]*"
_BYLINE = re.compile(
    rf"\A(?:(?i:propos recueillis )?(?i:par|by)|(?i:auteurs?|author)\s*:)\s+"
    rf"(?P<author>(?:(?:de|du|van|von|der)\s+){{0,2}}{_NAME}"
    rf"(?:\s+(?:de|du|des|van|von|der|la|et|and|&|{_NAME}))*)"
    r"\s*(?P<end>$|[,|(·•–—-]|avec\b|with\b|publi|le \d|\d)",
)
_STATED = r"(?:publié|posté|paru|mis en ligne|published|posted|date)\s*(?:le|on|:)?\s*"
_PLACE = r"[^\W\d_][\w’'.-]*+(?: [\w’'.-]++){0,3}(?: \([^()\n]{2,30}\))?,\s*(?:le\s+)?"
_SIGNED = r"(?:written )?(?:par|by)\s\D{3,60}?(?:[,–—|·-]\s*(?:publi\S+ )?| (?=le|on))(?:le|on)?\s*"
_DATELINE = re.compile(
    rf"\A(?:{_STATED}|{_PLACE}|{_SIGNED}|le\s+)?(?P<day>{DATE})"
    r"\s*(?P<end>$|[|·•]|(?:\([^()]{1,20}\)\s*)?[–—-]|\(|,?\s*(?:à|at)?\s*\d{1,2}[:h]"
    r"|,?\s*(?:par|by|mis à jour|updated)\b)",
    re.IGNORECASE,
)
_SOURCE = re.compile(r"(?i:source)\s*:\s*(?P<source>[A-ZÀ-Ý0-9][^\n:/]{1,60}?)\.?$")
_ADDRESS = re.compile(
    r"(?:(?:source|url|lien|link|original|article original|lire l.article)\s*:\s*)?"
    r"<?(?P<url>https?://[^\s/<>]+/[^\s<>]+?)>?",
    re.IGNORECASE,
)

_SAMPLE = 20_000
_LATIN = "\u024f"
_SCRIPTS: dict[str, str] = LISTS["scripts"]
"""Scripts, as Unicode names their letters, and the language that most is written in by them."""
_CODE = re.compile(r"[a-zA-Z]{2}(?=$|[-_])")


class Margins(NamedTuple):
    """The first paragraphs of a text, furniture too, and its last lines."""

    head: tuple[str, ...]
    tail: tuple[str, ...]


def margins_of(text: str) -> Margins:
    """Return where a text says what it is: its top and its bottom."""
    top = text[:TOP]
    last = [line.strip() for line in text[-BOTTOM:].splitlines() if line.strip()]
    return Margins(tuple(s.of(top) for s in paragraphs(top)[:HEAD]), tuple(last[-TAIL:]))


def guess_title(text: str, margins: Margins, stem: str) -> str:
    """Return the headline: a marked one, a repeated line, a line like one, or the file's name."""
    marked = _HEADING.search(text[:5000]) or _SETEXT.search(text[:5000])
    if marked:
        return _plain(marked["title"].rstrip(" \t").rstrip("#").rstrip(" \t"))
    for candidate in (_repeated(text, margins), _first_headline(margins)):
        if candidate and split(Article("draft", candidate, text[:TOP])):
            return candidate
    return _from_name(stem)


def _repeated(text: str, margins: Margins) -> str | None:
    """Return the first line near the top that stands in the text twice."""
    head = [line for line in margins.head if _can_be_title(line)]
    counts = Counter(fold(line) for line in text.splitlines() if len(line) <= MAX_TITLE)
    found = (line for line in head if counts[fold(line)] > 1 and len(line.split()) > 1)
    return next((_plain(line) for line in found), None)


def _first_headline(margins: Margins) -> str | None:
    """Return the first paragraph that looks like a headline, if it is above the story."""
    for line in margins.head:
        if _can_be_title(line):
            return _plain(line)
        if ends_like_sentence(line) and not _is_margin(line):
            return None
    return None


def _can_be_title(line: str) -> bool:
    if len(line) > MAX_TITLE or "\n" in line or line.endswith((".", "…", ":")):
        return False
    return bool(_TWO_WORDS.search(line)) and not _is_margin(line)


def _is_margin(line: str) -> bool:
    return is_contact(line) or is_address(line) or is_notice(line) or bool(_DATELINE.match(line))


def _plain(line: str) -> str:
    """Return a line without the marks of Markdown and with single spaces."""
    return _BLANK.sub(" ", _EMPHASIS.sub("", line.strip().lstrip("#"))).strip() or line


def _from_name(stem: str) -> str:
    words = _BLANK.sub(" ", re.sub(r"[-_.]+", " ", without_date(stem))).strip() or stem.strip()
    return words[:1].upper() + words[1:]


def guess_date(margins: Margins, stem: str, language: str = "fr") -> date | None:
    """Return the day in the file's name, or that of a line near the top which states it.

    Args:
        margins: The top and the bottom of the article.
        stem: The file's name without its extension.
        language: That of the text; days such as 03/04/2018 count in French alone.
    """
    if named := date_in_name(stem):
        return named
    days = (_stated_day(part, language) for part in margins.head)
    return next((day for day in days if day), None)


def _stated_day(part: str, language: str) -> date | None:
    """Return the day that a dateline states; one in the midst of a sentence is another day."""
    found = _DATELINE.match(part)
    whole = ends_like_sentence(part.removesuffix(".m."))
    if found is None or (whole and found["end"][-1:] not in "–—-"):
        return None
    return None if language != "fr" and is_ambiguous(found["day"]) else read_date(found["day"])


def guess_author(margins: Margins) -> str | None:
    """Return the name in a line "Par …" or "By …" near the top."""
    for part in margins.head:
        found = _BYLINE.match(part) if len(part) <= MAX_TITLE else None
        if found is None or ends_like_sentence(part):
            continue
        if " " in found["author"] or not found["end"]:
            return found["author"].strip()
    return None


def guess_source(margins: Margins) -> str | None:
    """Return the name in a line "Source : …" at the top or the bottom."""
    found = (_SOURCE.match(line) for line in (*margins.head, *margins.tail))
    return next((m["source"].strip() for m in found if m), None)


def guess_url(margins: Margins) -> str | None:
    """Return the address that is a line of its own at the top or the bottom; no home page."""
    found = (_ADDRESS.fullmatch(line) for line in (*margins.head, *margins.tail))
    return next((m["url"] for m in found if m), None)


def language_code(*texts: str | None) -> str | None:
    """Return the two letters of the first language that some texts name, such as ``fr-FR``."""
    found = (_CODE.match((text or "").strip()) for text in texts)
    return next((match[0].lower() for match in found if match), None)


def _script_of(letters: list[str]) -> str:
    scripts = Counter(unicodedata.name(letter, " ").split(" ")[0] for letter in letters)
    scripts["CJK"] *= not scripts["HIRAGANA"]  # which stand between them in Japanese alone
    return max(scripts, key=lambda script: scripts[script])


def guess_language(text: str, default: str = "fr") -> str:
    """Return the code (ISO 639-1) of the language with the most small words in a text's beginning.

    Where most letters are of another script, the script tells. It is ``default`` where there is no
    small word of any language.
    """
    letters = [*filter(str.isalpha, text[:_SAMPLE])]
    others = [letter for letter in letters if letter > _LATIN]
    if len(others) > len(letters) / 2:
        return _SCRIPTS.get(_script_of(others), default)
    counts = Counter(LETTERS.findall(text[:_SAMPLE].casefold()))
    scores = {code: sum(counts[word] for word in words) for code, words in SMALL_WORDS.items()}
    best = max(scores, key=lambda code: scores[code])
    return best if scores[best] else default
