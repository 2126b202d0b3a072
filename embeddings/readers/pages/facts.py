"""What a page states of its story: title, source, author, day, address and language.

It does so in JSON-LD, in its meta elements, or in elements that are named for it.
"""

import datetime as dt
import json
import re
from collections.abc import Iterable, Sequence
from html import unescape
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from embeddings.readers.addresses import web_address
from embeddings.readers.dates import first_date
from embeddings.readers.draft import Fields
from embeddings.readers.formats.decoding import one_line
from embeddings.readers.pages import elements
from embeddings.readers.pages.authors import name_authors
from embeddings.readers.pages.blocks import page_of, words_of
from embeddings.readers.pages.guesses import language_code
from embeddings.text.boilerplate import ends_like_sentence, fold

NEAR_HEADLINE = 150
"""How many elements below the headline the day of publication may stand; other stories follow."""
MOST_BESIDE = 40
"""The most characters beside a day that is no part of a sentence, such as "Publié le … à 10h"."""

MOST_HEADLINES = 5
"""The most elements that are looked at for the headline."""
MOST_NODES = 2000
"""The most nodes of a page's JSON-LD that are looked at."""
_WRAPPING = re.compile(
    r"\A(?://)?\s{0,9}(?:<!\[CDATA\[|<!--)|(?://)?\s{0,9}(?:\]\]>)?\s{0,9}(?:-->)?\Z"
)
_STORY = re.compile(r"(?:Article|Posting|Reportage|Report|Review)$")
Node = dict[str, Any]
_TITLES = ("og:title", "twitter:title", "dc.title", "headline")
_AUTHORS = (
    "author", "article:author", "og:article:author", "dc.creator", "parsely-author",
    "sailthru.author", "byl",
)  # fmt: skip
_DAYS = (
    "article:published_time", "og:article:published_time", "article:published", "datepublished",
    "dc.date.issued", "dcterms.created", "dc.date", "parsely-pub-date", "sailthru.date",
    "pubdate", "publishdate", "publication_date", "citation_publication_date", "date",
)  # fmt: skip
_SOURCES = ("og:site_name", "dc.publisher", "application-name", "publisher")
_BYLINE = re.compile(
    r"(?:^|[\s_-])(?:by-?line|authors?|auteurs?|signature|author-?name)(?=$|[\s_-])", re.IGNORECASE
)
_DATED = re.compile(
    r"(?:^|[\s_-])(?:date(?:line)?|publish(?:ed)?|pub-?date|time-?stamp|posted|publication)(?=$|[\s_-])",
    re.IGNORECASE,
)
_CHANGED = re.compile(r"mise? à jour|modifi|updat|edited|corrig", re.IGNORECASE)
_CANONICAL = "//link[@rel='canonical']/@href"
_LEAST_AGREEMENT = 0.4
_FEW_WORDS = 3
"""The most words of a title that is none, and the most letters of words that do not count."""
_SITE = re.compile(r"(?<!\s)\s{1,3}[|–—·•»:-]\s{1,3}(?P<site>[^|–—·•»:]{2,60})$")


def read_facts(root: Any, address: str | None) -> Fields:
    """Return what a page states, by its ``lxml`` element and where it is from on the web."""
    metas = _metas(root)
    shown = [_heading(e) for n in ("h1", "h2") for e in islice(root.iter(n), MOST_HEADLINES)]
    named = _first(metas, _TITLES)
    stated = [*named, elements.text_of(root.find(".//head/title"))]
    only = shown[0] if not named and len([*root.iter("h1")]) == 1 else ""
    story = _story_node(root, {fold(headline) for headline in (*stated, *shown)})
    source = _source([*_first(metas, _SOURCES), *_names_in(story.get("publisher"))])
    return Fields(
        title=_title(shown, [line for line in map(one_line, stated) if line], source, only),
        source=source,
        author=_author(root, metas, story, source),
        date=_published(root, metas, story),
        url=web_address(*root.xpath(_CANONICAL), *_first(metas, ["og:url"]), base=address),
        language=language_code(root.get("lang")),
    )


def _heading(element: Any) -> str:
    """Return the words of a heading without those that its page sets apart, as a count."""
    blocks = (block for block in page_of(element).blocks if not block.around)
    return " ".join(block.text.replace("\n", " ") for block in blocks).rstrip(" #¶§")


def guess_site(root: Any, title: str | None, address: str | None) -> str | None:
    """Guess the name of a site: what the page's title has after the headline, else its host."""
    whole = one_line(elements.text_of(root.find(".//head/title"))) or ""
    if title and whole.startswith(title) and (site := _SITE.search(whole, len(title))):
        return one_line(site["site"])
    return (urlsplit(address or "").hostname or "").removeprefix("www.") or None


def _metas(root: Any) -> dict[str, list[str]]:
    """Return the contents of a page's meta elements by their names, in small letters."""
    found: dict[str, list[str]] = {}
    for meta in root.iter("meta"):
        content = (meta.get("content") or "").strip()
        for kind in ("property", "name", "itemprop"):
            name = (meta.get(kind) or "").strip().lower()
            if name and content:
                found.setdefault(name, []).append(content)
    return found


def _first(metas: dict[str, list[str]], names: Iterable[str]) -> list[str]:
    """Return what the first of some names that a page has says."""
    return next((metas[name] for name in names if name in metas), [])


def _title(
    shown: Iterable[str], stated: Sequence[str], source: str | None, only: str
) -> str | None:
    """Return the headline as the story shows it, where the page's head agrees; else as that has it.

    They agree when they share most words; what else the head says is the name of the site. Where
    its title alone says anything, and that shares no word with the ``only`` headline, which is
    longer, it is no headline, but the site's name or "Article".
    """
    own = [line for line in stated if fold(line) != fold(source or "")]
    sites = {fold(source or "")} | {fold(m["site"]) for m in map(_SITE.search, stated) if m}
    headlines = (line for line in map(one_line, shown) if line and fold(line) not in sites)
    known = [set(fold(line).split()) for line in stated]
    agreed = {}
    for line in headlines:
        words = set(fold(line).split())
        shares = (len(words & other) / max(len(words), len(other), 1) for other in known)
        agreed[line] = max(shares, default=0)
    best = max(agreed, key=lambda line: agreed[line], default="")
    if best and agreed[best] > _LEAST_AGREEMENT:
        return _without_site(best, source)
    title, said = _without_site(next(iter(own), ""), source), fold(only).split()
    is_other = all(word not in said for word in fold(title).split() if len(word) > _FEW_WORDS)
    is_longer = len(said) > max(_FEW_WORDS, len(_SITE.sub("", title).split()))
    return (only if is_other and is_longer else title) or None


def _without_site(title: str, source: str | None) -> str:
    """Return a headline without the name of the site at its end."""
    site = _SITE.search(title)
    if site and source and fold(site["site"]) == fold(source):
        return title[: site.start()].strip()
    return title


def _source(names: Iterable[str]) -> str | None:
    """Return the first of some names that is the name of a site, not its address."""
    lines = (one_line(name.removeprefix("@")) for name in names)
    return next((line for line in lines if line and "://" not in line), None)


def _author(
    root: Any, metas: dict[str, list[str]], story: Node, publisher: str | None
) -> str | None:
    """Return the authors by the first way in which a page names one."""
    linked = _names_in(story.get("author") or story.get("creator"))
    stated = [value for name in _AUTHORS for value in metas.get(name, ())]
    named = [value for value in stated if fold(value) != fold(publisher or "")]
    signed = name_authors(linked, publisher) or name_authors(named, publisher)
    if signed and not signed.isupper():
        return signed
    others = (*(name_authors([value]) for value in named), _byline(root, publisher))
    same = (o for o in others if o and (not signed or fold(o) == fold(signed)))
    return next((o for o in same if not o.isupper()), signed or next(filter(None, others), None))


def _byline(root: Any, publisher: str | None) -> str | None:
    """Return the authors whom an element names that is made for it, such as ``rel=author``."""
    for element in elements.near_headline(root, _is_byline):
        inner = [e for e in element.iterdescendants() if _is_name(e)] or [element]
        author = name_authors((words_of(each)[0] for each in inner), publisher)
        if author:
            return author
    return None


def _is_byline(element: Any) -> bool:
    return _is_name(element) or _BYLINE.search(element.get("class", "")) is not None


def _is_name(element: Any) -> bool:
    return "author" in (element.get("rel"), element.get("itemprop"))


def _published(root: Any, metas: dict[str, list[str]], story: Node) -> dt.date | None:
    """Return the day of publication that a page states; a day in its prose is another."""
    stated = (
        *_strings(story.get("datePublished"))[:1],
        *(value for name in _DAYS for value in metas.get(name, ())),
    )
    alone = [e for e in elements.near_headline(root, _is_time, NEAR_HEADLINE) if _stands_alone(e)]
    shown = (
        value
        for element in sorted(alone, key=_is_of_change)
        for value in (element.get("datetime"), element.get("content"), elements.text_of(element))
    )
    return first_date(*stated, *_strings(story.get("dateCreated"))[:1]) or first_date(*shown)


def _is_of_change(element: Any) -> bool:
    """Say whether a day is that of a change of the story, by its name or the words before it."""
    before = element.getprevious()
    words = before.tail if before is not None else element.getparent().text
    named = (words, elements.text_of(element), element.get("class"), element.get("itemprop"))
    return any(_CHANGED.search(each) for each in named if each)


def _is_time(element: Any) -> bool:
    if element.tag == "time" or element.get("itemprop") == "datePublished":
        return True
    return _DATED.search(element.get("class", "")) is not None


def _stands_alone(element: Any) -> bool:
    """Say whether hardly any words stand beside an element in its line, as they do in prose."""
    beside = ""
    while element is not None and element.tag not in elements.BLOCKS:
        before, parent = element.getprevious(), element.getparent()
        left = before.tail if before is not None else parent is not None and parent.text
        beside = f"{(left or '').strip()}{beside}{(element.tail or '').strip()}"
        element = parent
    return len(beside) <= MOST_BESIDE and not ends_like_sentence(beside)


def _story_node(root: Any, headlines: set[str]) -> Node:
    """Return the JSON-LD of a page's story, with references to other nodes resolved.

    It is the node whose headline is one of those folded ones that the page has elsewhere, else the
    first of a story, else nothing; broken JSON is as good as none.
    """
    nodes = _nodes(root)
    stories = [n for n in nodes if any(_STORY.search(kind) for kind in _strings(n.get("@type")))]
    named = (n for n in stories if fold("".join(_strings(n.get("headline"))[:1])) in headlines)
    story = next(named, stories[0] if stories else {})
    known = {n["@id"]: n for n in nodes if isinstance(n.get("@id"), str) and len(n) > 1}
    return {key: _resolve(value, known) for key, value in story.items()}


def _nodes(root: Any) -> list[Node]:
    """Return all objects of a page's JSON-LD, outer ones before those within them."""
    scripts = (e for e in root.iter("script") if "ld+json" in e.get("type", "").lower())
    ahead = [_parsed(script.text or "") for script in scripts]
    nodes: list[Node] = []
    for value in ahead:
        if len(nodes) >= MOST_NODES:
            break
        if isinstance(value, dict):
            nodes.append(value)
            ahead.extend(v for v in value.values() if isinstance(v, list | dict))
        elif isinstance(value, list):
            ahead.extend(value)
    return nodes


def _parsed(text: str) -> Any:
    """Return what JSON says, numbers as text, without the comment or the CDATA that it is in."""
    try:
        return json.loads(_WRAPPING.sub("", text.strip()), strict=False, parse_int=str)
    except (ValueError, RecursionError):
        return None


def _resolve(value: Any, known: dict[str, Node]) -> Any:
    if isinstance(value, list):
        return [_resolve(each, known) for each in value if not isinstance(each, list)]
    if isinstance(value, dict) and "name" not in value:
        return known.get(str(value.get("@id")), value)
    return value


def _names_in(value: Any) -> list[str]:
    """Return the names of a person, an organisation or a list of them."""
    if isinstance(value, list):
        return [name for each in value[:MOST_NODES] for name in _names_in(each)]
    if isinstance(value, dict):
        parts = " ".join(_strings([value.get("givenName"), value.get("familyName")]))
        return _strings(value.get("name") or parts)
    return _strings(value)


def _strings(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [unescape(each) for each in values if isinstance(each, str) and each.strip()]
