"""Extracts authors' names from what pages write in their author fields and bylines; pure."""

import re
from collections.abc import Iterable

from embeddings.readers.dates import DATE
from embeddings.text.analysis import any_of
from embeddings.text.boilerplate import fold

LONGEST_NAME = 100
"""The most characters of an author's name, including "envoyée spéciale à …" after it."""
MOST_AUTHORS = 12
"""The most authors to name for one story."""
_BLANKS = re.compile(r"\s+")
_BEFORE = re.compile(any_of("before an author"))
"""Words before a name, such as "Par" or "Author:"."""
_AFTER = re.compile(
    rf" ?(?:{any_of('after an author')}|(?:\bon )?{DATE}).*", re.IGNORECASE | re.DOTALL
)
"""Text after a name, such as a date, a job or a link to follow the author."""
_ABBREVIATED = re.compile(r"(?:^|, |\b(?:et|and|&) )[A-ZÀ-Ý][^\W\d_]{1,5}\.(?= [A-ZÀ-Ý])")
"""An abbreviated first name, as in "Alex. Dumas"; its period ends no sentence."""
_RSS_AUTHOR = re.compile(r"\S{1,99}@\S{1,99} \((?P<name>[^()]+)\)")
"""An author as RSS writes one: an e-mail address, then the name in brackets."""
_OTHER_CREDIT = re.compile(any_of("other credit"), re.IGNORECASE)
"""The beginning of a credit for pictures, a translation or the like."""
_ROLE = re.compile(
    r"(?:,\s(?:[\w&.’'-]+ ){0,4}|\s[(/]\s?(?:[\w&.’'-]+ ){0,4}"
    r"|(?<=\w\w)\s(?:(?:grande?|news|staff|senior|chief|political|sports?|freelance|national|foreign|health"
    r"|business|science|world) ){0,2})"
    rf"(?:{any_of('role')})(?: (?:of|in|at|de|à|en|au) .{{1,60}})?\)?$",
    re.IGNORECASE,
)
_AGENCY = re.compile(
    r"(?<=\w\w)(?<!avec)(?<!with)(?<!and)(?<!from)(?<!\bet)(?<!\bthe)(?<!\bde)(?:,? | ?[(/] ?)"
    r"(?:the )?(?:associated press|reuters|agence france-presse|afp|bbc news|usa today)\)?$"
    r"|(?:(?<=\w \w\w)|(?<=\w{4}))(?-i:(?:, (?:[A-Z]{2,5}|PhD)){1,4})$",
    re.IGNORECASE,
)
"""A news agency or academic degrees after a name; "Le Monde avec AFP" and "AFP" are names."""
_TWICE = re.compile(r"^(\S+ .+?),? \1$")
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
    """Return the authors of a story in one line; None if the values hold no name.

    Args:
        values: The page's author fields; each may hold several names.
        publisher: The publisher's name, which is dropped if the values name anybody else.

    Returns:
        The names as the page writes them, in order, without duplicates.
    """
    names: dict[str, str] = {}
    for value in values:
        for part in re.split(r"[;\n]", value[: 10 * LONGEST_NAME]):
            name = clean_name(part, publisher)
            key = fold(name or "")
            if name and key and (key not in names or names[key].isupper()):
                names[key] = name
    if len(names) > 1 and publisher:
        names.pop(fold(publisher), None)
    parts = {key for key in names for one in names if one != key and f" {key} " in f" {one} "}
    wholes = [name for key, name in names.items() if key not in parts]  # "A" is a part of "A, B"
    return ", ".join(wholes[:MOST_AUTHORS]) or None


def clean_name(text: str, publisher: str | None = None) -> str | None:
    """Return the names in a byline, stripped of all other words; None if it holds no name.

    Args:
        text: A byline, such as "Par Anne Dupuis Publié le 3 mars 2024 à 17h46".
        publisher: The publisher's name, which may follow the author's.
    """
    line = _BLANKS.sub(" ", text[: 4 * LONGEST_NAME]).strip()
    if _OTHER_CREDIT.match(line):
        return None
    line = _RSS_AUTHOR.sub(r"\g<name>", line)
    before = _BEFORE.match(line)
    line = _ABBREVIATED.sub(r"\g<0>\n", line[before.end() :] if before else line)
    line = _AFTER.sub("", line).replace("\n", "")
    line = _TWICE.sub(r"\1", _without_publisher(line.strip(), publisher))
    line = _AGENCY.sub("", _ROLE.sub("", line)).strip(" ,;:-–—|/·•")
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
    """Remove the publisher's name after a person's."""
    words, own = line.split(" "), _fold_together(publisher or "")
    for end in range(1, len(words)):
        after, has_comma = _fold_together("".join(words[end:])), words[end - 1].endswith(",")
        is_own = has_comma and after and (after.startswith(own) or own.startswith(after))
        if own and (is_own or (end >= _FEWEST_WORDS and after == own)):
            return " ".join(words[:end])
    return line


def _fold_together(name: str) -> str:
    """Return a folded name without its spaces, as some sites write their own."""
    return fold(name).replace(" ", "")
