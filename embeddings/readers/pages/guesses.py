"""Guesses an article's fields from its text: title, date, author, source, URL and language; pure.

A field that no line states is None, except that the file's name becomes the title.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from datetime import date

from embeddings.readers.dates import DATE, OF_UPDATE, is_ambiguous, read_date, without_date
from embeddings.readers.pages.authors import clean_name
from embeddings.text.analysis import LETTERS, LISTS, SMALL_WORDS
from embeddings.text.boilerplate import ends_like_sentence, fold, is_address, is_contact, is_notice
from embeddings.text.passages import paragraphs, split
from embeddings.types import Article

HEAD = 15
"""The most paragraphs to examine at the top."""
TOP = 20_000
"""The most characters to examine at the top."""
BOTTOM = 2000
"""The most characters to examine at the bottom."""
TAIL = 3
"""The most lines to examine at the bottom, blank ones apart."""
MAX_TITLE = 250
"""The most characters of a title."""
_SETEXT = re.compile(r"^(?P<title>[^\n#=-][^\n]*)\n={2,}[ \t]*$", re.MULTILINE)
_HEADING = re.compile(r"^#[ \t]+(?P<title>\S[^\n]*)$", re.MULTILINE)
_EMPHASIS = re.compile(r"\*\*|__|^[*_](?=\S)|(?<=\S)[*_]$")
_BLANK = re.compile(r"[ \t\n]+")
_TWO_WORDS = re.compile(r"[^\W_]\S{0,99}\s{1,9}\S{0,99}[^\W_]")

_NAME = r"(?:[dl][’'])?[A-ZÀ-Ý][\w’'.-]*"
_BYLINE = re.compile(
    r"\A(?:(?i:publié|posté|paru|mise? en ligne|published|posted)\b[^\n]{0,60}?\s)?"
    rf"(?:(?i:propos recueillis )?(?i:par|by)|(?i:auteurs?|author)\s*:)\s+"
    rf"(?P<author>(?:(?:de|du|van|von|der)\s+){{0,2}}{_NAME}"
    rf"(?:\s+(?:de|du|des|van|von|der|la|et|and|&|{_NAME}))*)"
    r"\s*(?P<end>$|[,|(·•–—-]|avec\b|with\b|publi|le (?:\w+ )?\d|\d)",
)
_PUBLISHED = (
    r"(?:[a-zé]{2,10} ){0,2}(?:créé|date|mise? en ligne|paru|post|publi)\w*\s*(?:le|on|:)?\s*"
)
_PLACE = r"[^\W\d_][\w’'.-]*+(?: [\w’'.-]++){0,3}(?: \([^()\n]{2,30}\))?,\s*(?:le\s+)?"
_SIGNED = r"(?:\w+ )?(?:par|by)\s\D{3,60}?(?:[,–—|·-]\s*(?:publi\S+ )?| (?=le|on))(?:le|on)?\s*"
_DATELINE = re.compile(
    rf"\A(?:{_PUBLISHED}|{_PLACE}|{_SIGNED}|(?:le|on)\s+)?(?:[^\W\d_]{{3}}\.?,? )?(?P<day>{DATE})"
    r"\s*(?P<end>$|[/|·•]|(?:\([^()]{1,20}\)\s*)?[–—-]|\(|,?\s*(?:à|at)?\s*\d{1,2}[:.h]"
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
_LATIN = "\u024f"  # the last character of the Latin blocks
_SCRIPTS: dict[str, str] = LISTS["scripts"]
"""A script, as in Unicode's names of letters -> the language most often written in it."""
_CODE = re.compile(r"[a-zA-Z]{2}(?=$|[-_])")


def margins_of(text: str) -> list[str]:
    """Return a text's first paragraphs, boilerplate included, and its last lines."""
    top = text[:TOP]
    lines = [line.strip() for line in text[-BOTTOM:].splitlines() if line.strip()]
    return [*(span.of(top) for span in paragraphs(top)[:HEAD]), *lines[-TAIL:]]


def guess_title(text: str, margins: Sequence[str], stem: str) -> str:
    """Return a Markdown heading, else a repeated line, a line like a title, or the file's name."""
    heading = _HEADING.search(text[:5000]) or _SETEXT.search(text[:5000])
    if heading:
        return _plain(heading["title"].rstrip(" \t").rstrip("#").rstrip(" \t"))
    for candidate in (_repeated_line(text, margins), _first_headline(margins)):
        if candidate and split(Article("draft", candidate, text[:TOP])):  # passages remain to quote
            return candidate
    words = _BLANK.sub(" ", re.sub(r"[-_.]+", " ", without_date(stem))).strip() or stem.strip()
    return words[:1].upper() + words[1:MAX_TITLE]


def _repeated_line(text: str, margins: Sequence[str]) -> str | None:
    """Return the first line near the top that the text has twice."""
    head = [line for line in margins if _can_be_title(line)]
    counts = Counter(fold(line) for line in text.splitlines() if len(line) <= MAX_TITLE)
    repeated = (line for line in head if counts[fold(line)] > 1 and len(line.split()) > 1)
    return next((_plain(line) for line in repeated), None)


def _first_headline(margins: Sequence[str]) -> str | None:
    """Return the first paragraph that looks like a headline, if it precedes the first sentence."""
    for line in margins:
        if _can_be_title(line):
            return _plain(line)
        if ends_like_sentence(line) and not _is_boilerplate(line):
            return None
    return None


def _can_be_title(line: str) -> bool:
    if len(line) > MAX_TITLE or "\n" in line or line.endswith((".", "…", ":")):
        return False
    return bool(_TWO_WORDS.search(line)) and not _is_boilerplate(line)


def _is_boilerplate(line: str) -> bool:
    return is_contact(line) or is_address(line) or is_notice(line) or bool(_DATELINE.match(line))


def _plain(line: str) -> str:
    """Return a line without Markdown marks, with single spaces, cut to a title's length."""
    plain = _BLANK.sub(" ", _EMPHASIS.sub("", line.strip().lstrip("#"))).strip()
    return (plain or line)[:MAX_TITLE].strip()


def guess_date(margins: Sequence[str], language: str = "fr") -> date | None:
    """Return the date in the first dateline; dates such as 03/04/2018 are read only in French."""
    dates = (_dateline_date(paragraph, language) for paragraph in margins)
    return next(filter(None, dates), None)


def _dateline_date(paragraph: str, language: str) -> date | None:
    """Return the date of a dateline; None for any other paragraph, even one that has a date."""
    match = _DATELINE.match(_EMPHASIS.sub("", OF_UPDATE.sub("", paragraph)))
    is_sentence = ends_like_sentence(paragraph.removesuffix(".m."))
    if match is None or (is_sentence and match["end"][-1:] not in "–—-"):
        return None
    return None if language != "fr" and is_ambiguous(match["day"]) else read_date(match["day"])


def guess_author(margins: Sequence[str]) -> str | None:
    """Return the name in a line "Par …" or "By …" near the top."""
    short = (each for each in margins if len(each) <= MAX_TITLE and not ends_like_sentence(each))
    matches = (_BYLINE.match(_EMPHASIS.sub("", line)) for line in short)
    named = (m for m in matches if m and (" " in m["author"] or not m["end"]))
    return next((name for m in named if (name := clean_name(m["author"]))), None)


def guess_source(margins: Sequence[str]) -> str | None:
    """Return the name in a line "Source : …" at the top or the bottom."""
    matches = (_SOURCE.match(line) for line in margins)
    return next((m["source"].strip() for m in matches if m), None)


def guess_url(margins: Sequence[str]) -> str | None:
    """Return the URL on a line of its own at the top or the bottom, unless it is a home page's."""
    matches = (_ADDRESS.fullmatch(line) for line in margins)
    return next((m["url"] for m in matches if m), None)


def language_code(*tags: str | None) -> str | None:
    """Return the two letters of the first valid language tag, such as "fr" of ``fr-FR``."""
    matches = (_CODE.match((tag or "").strip()) for tag in tags)
    return next((match[0].lower() for match in matches if match), None)


def _script_of(letters: list[str]) -> str:
    scripts = Counter(unicodedata.name(letter, " ").split(" ")[0] for letter in letters)
    scripts["CJK"] *= not scripts["HIRAGANA"]  # CJK characters with Hiragana are Japanese
    return max(scripts, key=lambda script: scripts[script])


def guess_language(text: str, default: str = "fr") -> str:
    """Return the ISO 639-1 code of the language with the most function words in a text's beginning.

    If most letters are not Latin, their script decides. The result is ``default`` for a text
    without function words, or in a script without a language.
    """
    letters = [*filter(str.isalpha, text[:_SAMPLE])]
    others = [letter for letter in letters if letter > _LATIN]
    if len(others) > len(letters) / 2:
        return _SCRIPTS.get(_script_of(others), default)
    counts = Counter(LETTERS.findall(text[:_SAMPLE].casefold()))
    scores = {code: sum(counts[word] for word in words) for code, words in SMALL_WORDS.items()}
    best = max(scores, key=lambda code: scores[code])
    return best if scores[best] else default
