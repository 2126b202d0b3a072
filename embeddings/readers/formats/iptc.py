"""Reads the IPTC's formats: NewsML-G2, NITF and ninjs (1 to 3)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from embeddings.errors import ReadError
from embeddings.readers.draft import Draft, Fields, LeftOut
from embeddings.readers.formats.markup import (
    JSON,
    draft_story,
    fields_of,
    find,
    find_first,
    inner_html,
    to_html,
)
from embeddings.types import Rejected

_G2 = {
    "title": "contentMeta/headline itemMeta/title",
    "source": "itemMeta/provider/name itemMeta/provider/@literal contentMeta/creditline",
    "author": "contentMeta/by contentMeta/creator/name contentMeta/creator/@literal",
    "date": "contentMeta/contentCreated itemMeta/firstCreated|itemMeta/versionCreated",
    "url": "itemMeta/link/@href",
    "language": "contentMeta/language/@tag @xml:lang",
}
_NITF = {
    "title": "body/body.head/hedline/hl1 head/title",
    "source": "head/pubdata/@name body/body.head/distributor",
    "author": "body/body.head/byline/person body/body.head/byline",
    "date": "head/docdata/date.issue/@norm|head/docdata/date.release/@norm"
    " body/body.head/dateline/story.date/@norm head/pubdata/@date.publication",
    "url": "head/pubdata/@ex-ref", "language": "@xml:lang",
}  # fmt: skip
_NINJS = {
    "title": "headline headlines[not(role[text()!='main'])][1]/value headlines[1]/value title",
    "source": "infosources[1]/name source provider/name provider[not(*)]",
    "author": "byline by people[re:test(rel,'(^|:)(author|writer|byline|creator)$')]/name",
    "date": "contentcreated firstcreated versioncreated", "url": "canonicalurl uri",
    "language": "language",
}  # fmt: skip
"""Field -> XPaths of it in a format (NewsML-G2 2.3x, NITF 3.x, ninjs), the best first."""
_STATUS = "itemMeta/pubStatus/@qcode pubstatus"
_NINJS_HTML = "body_html body_xhtml bodies[contains(contenttype,'html')]/value"
_G2_CONTENT = "contentSet/inlineXML/nitf|contentSet/inlineXML/html/body|contentSet/inlineData"
_AS_HTML = {"hl1": "h2", "hl2": "h3", "block": "div", "nitf-table": "div"}
"""NITF element -> the HTML element like it, if HTML has none of the same name."""


def read(root: Any, path: Path) -> list[Draft | Rejected]:
    """Return the stories of a document; raises ReadError if it has none."""
    if root.tag == "nitf":
        return [_read_nitf(root, path)]
    items = root.xpath("itemSet/newsItem|items|_items") or [root]
    stories = [each for number, item in enumerate(items, 1) for each in _read(item, path, number)]
    if not stories:
        raise ReadError(f"{path} holds no story, only pictures, packages or what is about them.")
    return stories


def _read(item: Any, path: Path, number: int) -> Iterator[Draft | Rejected]:
    """Yield the story of an item, in NITF, HTML or plain text; none if it holds another medium."""
    is_json = item.getroottree().getroot().tag == JSON
    key = item.get("guid") or find_first(item, "uri") or str(number)
    fields = fields_of(item, _NINJS if is_json else _G2)
    status = (find_first(item, _STATUS) or "").rpartition(":")[2]
    if status not in ("usable", ""):
        reason = f"“{fields.title or key}” of {path} may not be used: it is {status}."
        yield Rejected(f"{path}#{key}", reason)
        return
    if is_json:
        markup = next(filter(None, find(item, _NINJS_HTML)), "")
        text = next(filter(None, find(item, "bodies/value body_text body")), "")
        yield draft_story(markup or to_html(text), fields, path, key)
    for content in item.xpath(_G2_CONTENT)[:1]:
        if content.tag == "nitf":
            yield _read_nitf(content, path, fields, key)
        else:
            markup = inner_html(content) if content.tag == "body" else to_html(content.text or "")
            yield draft_story(markup, fields, path, key)


def _read_nitf(root: Any, path: Path, known: Fields | None = None, key: str = "") -> Draft:
    """Read an NITF document; the ``known`` fields of the item around it come before its own."""
    fields = fields_of(root, _NITF, known)
    key = key or find_first(root, "head/docdata/doc-id/@id-string") or "1"
    count = len(root.xpath("body/body.content//media"))
    media = (LeftOut(f"media ({count})", "pictures and their captions are no part of a story"),)
    etree.strip_elements(root, "media", with_tail=False)
    subtitle = find_first(root, "body/body.head/hedline/hl2") or ""
    for element in root.iter(*_AS_HTML):
        element.tag = _AS_HTML[element.tag]
    content = root.xpath("body/body.content")[:1]
    texts = (inner_html(each) if len(each) else to_html(each.text or "") for each in content)
    markup = to_html(subtitle) + "".join(texts)
    return draft_story(markup, fields, path, key, media * bool(count))
