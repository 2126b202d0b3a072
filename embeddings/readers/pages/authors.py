"""What a page writes where an author's name belongs -> the names alone, or none; pure."""

import re
from collections.abc import Iterable

from embeddings.readers.dates import DATE
from embeddings.text.analysis import any_of
from embeddings.text.boilerplate import fold

LONGEST_NAME = 100
"""The most characters of what can be the name of an author, with what an envoy adds to it."""
MOST_AUTHORS = 12
"""The most authors of one story that are named."""
_BLANKS = re.compile(r"\s+")
_BEFORE = re.compile(any_of("before an author"))
"""What stands before a name and is no part of it."""
_AFTER = re.compile(
    rf" ?(?:{any_of('after an author')}|(?:\bon )?{DATE}).*", re.IGNORECASE | re.DOTALL
)
"""What stands after a name and is no part of it."""
_SHORT = re.compile(r"(?:^|, |\b(?:et|and|&) )[A-ZÀ-Ý][^\W\d_]{1,5}\.(?= [A-ZÀ-Ý])")
"""A first name that is shortened, such as "Alex. Dumas"."""
_PICTURES = re.compile(r"(?:photo|image|vid[ée]o|illustration|cr[ée]dit)s? ?:", re.IGNORECASE)
_ROLE = re.compile(
    r"(?:,\s(?:[\w&.’'-]+ ){0,4}|\s[(/]\s?(?:[\w&.’'-]+ ){0,4}"
    r"|(?<=\w\w)\s(?:(?:grande?|news|staff|senior|chief|political|sports?|freelance|national|foreign|health"
    r"|business|science|world) ){0,2})"
    rf"(?:{any_of('role')})\)?$",
    re.IGNORECASE,
)
_AGENCY = re.compile(
    r"(?<=\w\w)(?<!avec)(?<!with)(?<!and)(?<!from)(?<!\bet)(?<!\bthe)(?<!\bde),? "
    r"(?:the )?(?:associated press|reuters|agence france-presse|afp|usa today)$"
    r"|(?<=\w \w\w)(?-i:(?:, [A-Z]{2,5}){1,4})$|(?<=\w\w\w\w)(?-i:(?:, [A-Z]{2,5}){1,4})$",
    re.IGNORECASE,
)
"""An agency or a degree that is glued to a name; "Le Monde avec AFP" and "AFP" are names."""

_NAME = r"[^\W\d_][\w’'-]{1,20}"
_PAPER = re.compile(
    rf"(?P<names>(?:[^\n]{{2,60}}? (?:and|et|&) {_NAME} (?:[A-Z]\. ?)?|{_NAME} (?:[A-Z]\. ?)+)"
    rf"{_NAME}),? (?:[A-Z][\w’'&.-]{{0,20}} ){{0,3}}(?:Chronicle|Courier|Dispatch|Enquirer|Gazette"
    r"|Globe|Herald|Journal|Leader|Monde|News|Observer|Post|Press|Register|Republic|Times|Tribune)"
)
"""Several people, or one with an initial, and the paper that is glued to the last of them."""

_PLACEHOLDERS = frozenset(any_of("no author").split("|"))
_EDITORS = frozenset(("la redaction", "redaction"))
_NO_NAME = re.compile(
    r"https?:|www\.|[@{}<>\[\]=#%]|\b(?:comments?|share|subscribe|cookies?|newsletter|copyright"
    r"|all rights|tous droits|mise? à jour|read more|lire la suite|click here|updated"
    r"|a collaboré|contributed)\b"
    r"|\d (?:jan|f[ée]v|mar|a[vp]r|ma[iy]|jui|jun|jul|ao|aug|sep|oct|nov|d[ée]c)",
    re.IGNORECASE,
)
_LETTER = re.compile(r"[^\W\d_]")
_FEWEST_WORDS, _MOST_WORDS = 2, 12


def name_authors(values: Iterable[str], publisher: str | None = None) -> str | None:
    """Return the authors of a story in one line, or None.

    Args:
        values: What the page gives for them, each one or several names.
        publisher: Who publishes it, who is no author beside a person.

    Returns:
        The names as the page writes them, in order, nobody twice.
    """
    found: dict[str, str] = {}
    for value in values:
        for part in re.split(r"\s*;\s*|\n+", value[: 10 * LONGEST_NAME]):
            name = clean_name(part, publisher)
            key = fold(name or "")
            if name and key and (key not in found or found[key].isupper()):
                found[key] = name
    if len(found) > 1 and publisher:
        found.pop(fold(publisher), None)
    return ", ".join(_without_parts(found)[:MOST_AUTHORS]) or None


def _without_parts(found: dict[str, str]) -> list[str]:
    """Return the names that no other one holds already, as "A" is held in "A, B"."""
    return [
        name
        for key, name in found.items()
        if not any(f" {key} " in f" {other} " for other in found if other != key)
    ]


def clean_name(text: str, publisher: str | None = None) -> str | None:
    """Return one name, or several that are joined, without what stands around; None if it is none.

    Args:
        text: Such as "Par Anne Dupuis Publié le 3 mars 2024 à 17h46".
        publisher: Whose name may be glued to it.
    """
    line = _BLANKS.sub(" ", text[: 4 * LONGEST_NAME]).strip()
    if _PICTURES.match(line):
        return None
    before = _BEFORE.match(line)
    line = _SHORT.sub(r"\g<0>\n", line[before.end() :] if before else line)
    line = _AFTER.sub("", line).replace("\n", "")
    line = _without_publisher(line.strip(), publisher)
    line = _AGENCY.sub("", _ROLE.sub("", line)).strip(" ,;:-–—|/·•")
    paper = _PAPER.fullmatch(line)
    line = paper["names"] if paper else line
    parts = {fold(part): part for part in reversed(line.split(", "))}
    if len(parts) <= line.count(", "):
        line = ", ".join(reversed(parts.values()))
    folded = fold(line)
    is_name = (
        _LETTER.search(line) is not None
        and len(line) <= LONGEST_NAME
        and len(line.split()) <= _MOST_WORDS
        and folded not in _PLACEHOLDERS
        and not _NO_NAME.search(line)
        and (folded in _EDITORS or not line.islower())
    )
    return line if is_name else None


def _without_publisher(line: str, publisher: str | None) -> str:
    """Take the name of the publisher off a person's, and a name off the same one."""
    words, own = line.split(" "), _glue(publisher or "")
    half = len(words) // 2
    if half >= _FEWEST_WORDS and words[:half] == words[half:]:
        return " ".join(words[:half])
    first, slash, rest = line.partition(" / ")
    if slash and own and _glue(first) == own:
        return rest
    for place in range(1, len(words)):
        after, alone = _glue("".join(words[place:])), words[place - 1].endswith(",")
        begins = alone and after and (after.startswith(own) or own.startswith(after))
        if own and (begins or (place >= _FEWEST_WORDS and after == own)):
            return " ".join(words[:place])
    return line


def _glue(name: str) -> str:
    return fold(name).replace(" ", "")
