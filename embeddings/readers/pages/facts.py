"""Reads the fields that a page states of its story: title, source, author, date, URL, language.

They come from its JSON-LD, its meta elements, and elements named for them.
"""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import chain, islice
from typing import Any
from urllib.parse import urlsplit

from embeddings.readers.addresses import web_address
from embeddings.readers.dates import first_date
from embeddings.readers.decoding import one_line
from embeddings.readers.draft import Fields
from embeddings.readers.formats.markup import REGEX, find_first, find_words, parse_json, words
from embeddings.readers.pages import elements
from embeddings.readers.pages.authors import name_authors
from embeddings.readers.pages.blocks import page_of, words_of
from embeddings.readers.pages.guesses import language_code
from embeddings.text.analysis import LISTS
from embeddings.text.boilerplate import ends_like_sentence, fold

NEAR_HEADLINE = 150
"""How many elements below the headline to search for the date; farther dates are other stories'."""
MOST_BESIDE = 40
"""The most characters around a date outside prose, as in "Publié le … à 10h"."""
MOST_HEADLINES = 5
"""The most ``h1``, and ``h2``, to examine for the headline."""
_STORY = "//*[type[re:test(.,'(Article|Posting|Reportage|Report|Review)$')]]"
"""The JSON-LD nodes whose type is that of a story."""
_NAMES = "{0}/name|{0}[not(*)]|//*[id=$here/{0}[not(name)]/id]/name"
"""A property's names in JSON-LD: of a node, as a text, or of a node that it refers to by id."""
_PUBLISHERS = " ".join(map(_NAMES.format, ("publisher", "sourceOrganization")))
_DATE_ATTRIBUTES = ("datetime", "content", "title", "data-timestamp")
_BYLINE, _DATED = elements.match_names("byline"), elements.match_names("dated")
"""Classes, ids and tags of elements that name an author, or a date."""
_UPDATED = re.compile(r"mise? à jour|modifi|updat|edited|corrig", re.IGNORECASE)
_CANONICAL = "//link[@rel='canonical']/@href"
_LEAST_AGREEMENT = 0.4
_FEW_WORDS = 3
"""The most words of a line that is no headline; also the most letters of words to ignore."""
JOINT = re.compile(r"\s[|–—·•»«:-]\s")
"""What joins a headline and a site's name."""
_SITE = re.compile(r"(?<!\s)\s{1,3}[|–—·•»:-]\s{1,3}(?P<site>[^|–—·•»:]{2,60})$")


def read_facts(root: Any, address: str | None) -> Fields:
    """Read the fields that a page states; ``address`` is its URL, None for a file."""
    headings = [_heading(e) for n in ("h1", "h2") for e in islice(root.iter(n), MOST_HEADLINES)]
    meta_titles = _metas(root, "title")
    titles = [*meta_titles, elements.text_of(root.find(".//head/title"))]
    only = headings[0] if not meta_titles and len([*root.iter("h1")]) == 1 else ""
    story = _story_node(root, {fold(line) for line in (*titles, *headings)})
    source = _source([*_metas(root, "source"), *find_words(story, _PUBLISHERS)])
    return Fields(
        title=_title(root, headings, [*filter(None, map(words, titles))], source, only),
        source=source,
        author=_author(root, story, source),
        date=_publication_date(root, story),
        url=web_address(*root.xpath(_CANONICAL), *_metas(root, "url"), base=address),
        language=language_code(root.get("lang")),
    )


def _heading(element: Any) -> str:
    """Return the words of a heading without asides in it, such as a count of comments."""
    blocks = (block for block in page_of(element).blocks if not block.aside)
    return " ".join(block.text.replace("\n", " ") for block in blocks).rstrip(" #¶§")


def guess_site(root: Any, title: str | None, address: str | None) -> str | None:
    """Guess a site's name: the words beside the headline in the page's title, else the host."""
    whole = one_line(elements.text_of(root.find(".//head/title"))) or ""
    before, found, after = whole.partition(title or "\n")
    parts = JOINT.split(after or before) if found else ()
    if len(parts) > 1:
        return one_line(parts[-1] if after else parts[0])
    return (urlsplit(address or "").hostname or "").removeprefix("www.") or None


def _metas(root: Any, field: str) -> list[str]:
    """Return the contents of a page's meta elements for a field, those with its best name first."""
    metas = [
        ((one_line(meta.get(attribute)) or "").lower(), content)
        for meta in root.iter("meta")
        for attribute in ("property", "name", "itemprop")
        if (content := (meta.get("content") or "").strip())
    ]
    names = LISTS["meta elements"][field]
    return [content for best in names for name, content in metas if re.fullmatch(best, name)]


def _title(
    root: Any, headings: Iterable[str], titles: Sequence[str], source: str | None, only: str
) -> str | None:
    """Return the heading that agrees best with the titles; if none does, the first of these.

    Two lines agree if they share over ``_LEAST_AGREEMENT`` of the longer one's words. ``only`` is
    the page's only ``h1`` if no meta element states a title; it comes before a ``title`` element
    that is shorter and shares no word with it, which is the site's name or "Article".
    """
    sites = {fold(m["site"]) for m in map(_SITE.search, titles) if m and len(m["site"]) < m.start()}
    lines = (line for line in map(one_line, headings) if line and fold(line) not in sites)
    headlines = (line for line in lines if fold(line) != fold(source or ""))
    title_words = [set(fold(line).split()) for line in titles]
    agreement = {}
    for line in headlines:
        own = set(fold(line).split())
        shares = (len(own & other) / max(len(own), len(other), 1) for other in title_words)
        agreement[line] = max(shares, default=0)
    best = max(agreement, key=lambda line: agreement[line], default="")
    if best and agreement[best] > _LEAST_AGREEMENT:
        return _without_site(best, {fold(source or "")})
    title = next((line for line in titles if fold(line) != fold(source or "")), "")
    title, heading = _without_site(title, _site_names(root, title, source)), fold(only).split()
    is_other = all(word not in heading for word in fold(title).split() if len(word) > _FEW_WORDS)
    is_longer = len(heading) > max(_FEW_WORDS, len(_SITE.sub("", title).split()))
    return (only if is_other and is_longer else title) or None


def _site_names(root: Any, title: str, source: str | None) -> set[str]:
    """Return what may name a site, folded: what links and logos say, a few words after a bar."""
    links = (elements.text_of(link) for link in root.iter("a"))
    headline, *after = title.split(" | ")
    short = (part for part in after if len(part.split()) < len(headline.split()))
    return {*map(fold, (source or "", *links, *root.xpath("//img/@alt"), *short))}


def _without_site(title: str, sites: set[str]) -> str:
    """Return a headline without the names of the site at its end."""
    site = _SITE.search(title)
    if site is None or fold(site["site"]) not in sites - {""}:
        return title
    return _without_site(title[: site.start()].strip(), sites)


def _source(names: Iterable[str]) -> str | None:
    """Return the first name in one line; skips URLs."""
    lines = (one_line(name.removeprefix("@")) for name in names)
    return next((line for line in lines if line and "://" not in line), None)


def _author(root: Any, story: Any, publisher: str | None) -> str | None:
    """Return the authors by JSON-LD, else meta elements, else a byline; avoids all capitals."""
    linked = (find_words(story, _NAMES.format(key)) for key in ("author", "creator"))
    named = [value for value in _metas(root, "author") if fold(value) != fold(publisher or "")]
    fields = (next(filter(None, linked), ()), named, *([value] for value in named))
    found = (*(name_authors(field, publisher) for field in fields), _byline(root, publisher))
    authors = [*filter(None, found)]
    same = (one for one in authors if fold(one) == fold(authors[0]) and not one.isupper())
    return next(same, authors[0]) if authors else None


def _byline(root: Any, publisher: str | None) -> str | None:
    """Return the authors in an element marked up as a byline, such as ``rel=author``."""
    for element in elements.near_headline(root, _is_byline):
        inner = [e for e in element.iterdescendants() if _is_name(e)] or [element]
        author = name_authors((words_of(each)[0] for each in inner), publisher)
        if author:
            return author
    return None


def _is_byline(element: Any) -> bool:
    return _is_name(element) or _BYLINE.search(elements.names_of(element)) is not None


def _is_name(element: Any) -> bool:
    return "author" in (element.get("rel"), element.get("itemprop"))


def _publication_date(root: Any, story: Any) -> dt.date | None:
    """Return the publication date that a page states, or shows near the headline outside prose."""
    stated = (find_first(story, "datePublished"), *_metas(root, "date"))
    dates = [e for e in elements.near_headline(root, _is_date, NEAR_HEADLINE) if _is_alone(e)]
    dates.sort(key=_is_of_update)
    shown = ((*map(e.get, _DATE_ATTRIBUTES), elements.text_of(e)) for e in dates)
    return first_date(*stated, find_first(story, "dateCreated")) or first_date(*chain(*shown))


def _is_of_update(element: Any) -> bool:
    """Say whether a date is that of an update, by its element or the words before it."""
    before = element.getprevious()
    words = before.tail if before is not None else element.getparent().text
    clues = (words, elements.text_of(element), element.get("class"), element.get("itemprop"))
    return any(_UPDATED.search(clue) for clue in clues if clue)


def _is_date(element: Any) -> bool:
    is_stated = element.get("itemprop") == "datePublished"
    return is_stated or _DATED.search(elements.names_of(element)) is not None


def _is_alone(element: Any) -> bool:
    """Say whether the rest of an element's line is short and no sentence, so no prose."""
    beside = ""
    while element is not None and element.tag not in elements.BLOCKS:
        before, parent = element.getprevious(), element.getparent()
        left = before.tail if before is not None else parent is not None and parent.text
        beside = f"{(left or '').strip()}{beside}{(element.tail or '').strip()}"
        element = parent
    return len(beside) <= MOST_BESIDE and not ends_like_sentence(beside)


def _story_node(root: Any, headlines: set[str]) -> Any:
    """Return the story's node of a page's JSON-LD as an element; invalid JSON is skipped.

    It is a story's node whose headline is one of the folded ``headlines``, else the outermost
    story's node, else the root of the tree, which has none of a story's properties.
    """
    graph = parse_json("{}")
    for script in root.iter("script"):
        if "ld+json" in script.get("type", "").lower():
            text = script.text or ""  # perhaps with the marks of a comment or CDATA around it
            with suppress(ValueError, RecursionError):
                graph.append(parse_json(f"[{text[text.find('{') : text.rfind('}') + 1]}]"))
    stories = graph.xpath(_STORY, namespaces=REGEX)
    stories.sort(key=lambda node: sum(1 for _ in node.iterancestors()))
    named = (node for node in stories if fold(find_first(node, "headline") or "") in headlines)
    return next(named, stories[0] if stories else graph)
