"""A page's JSON-LD -> the one node that describes its story; broken JSON is as good as none."""

from __future__ import annotations

import json
import re
from typing import Any

from embeddings.text.boilerplate import fold

MOST_NODES = 2000
"""The most nodes of a page's JSON-LD that are looked at."""

_STORY = re.compile(r"(?:Article|Posting|Reportage|Report|Review)$")
Node = dict[str, Any]


def story_node(root: Any, headlines: set[str]) -> Node:
    """Return the JSON-LD of a page's story, with references to other nodes resolved.

    Args:
        root: The ``lxml`` element of the page.
        headlines: The folded headlines that the page has elsewhere, to tell it from other stories.

    Returns:
        The node whose headline is one of them, else the first of a story, else nothing.
    """
    nodes = _nodes(root)
    stories = [n for n in nodes if any(_STORY.search(kind) for kind in _strings(n.get("@type")))]
    named = (n for n in stories if fold(first_string(n.get("headline"))) in headlines)
    story = next(named, stories[0] if stories else {})
    known = {n["@id"]: n for n in nodes if isinstance(n.get("@id"), str) and len(n) > 1}
    return {key: _resolve(value, known) for key, value in story.items()}


def names_in(value: Any) -> list[str]:
    """Return the names of a person, an organisation or a list of them."""
    if isinstance(value, list):
        return [name for each in value[:MOST_NODES] for name in names_in(each)]
    if isinstance(value, dict):
        return _strings(value.get("name"))
    return _strings(value)


def first_string(value: Any) -> str:
    """Return a text, or the first of several; empty when it is none."""
    return next(iter(_strings(value)), "")


def _strings(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, str) and each.strip()]


def _resolve(value: Any, known: dict[str, Node]) -> Any:
    if isinstance(value, list):
        return [_resolve(each, known) for each in value if not isinstance(each, list)]
    if isinstance(value, dict) and "name" not in value:
        return known.get(str(value.get("@id")), value)
    return value


def _nodes(root: Any) -> list[Node]:
    """Return all objects of a page's JSON-LD, outer ones before those within them."""
    ahead = [_parsed(script.text or "") for script in root.iter("script") if _is_linked(script)]
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


def _is_linked(script: Any) -> bool:
    return str(script.get("type", "")).strip().lower().startswith("application/ld+json")


def _unwrap(text: str) -> str:
    """Return JSON without the comment or the CDATA section that old pages put it in."""
    inner = text.strip().removeprefix("//").lstrip()
    inner = inner.removeprefix("<![CDATA[").removeprefix("<!--")
    inner = inner.rstrip().removesuffix("-->").rstrip().removesuffix("]]>")
    return inner.rstrip().removesuffix("//")


def _parsed(text: str) -> Any:
    try:
        return json.loads(_unwrap(text), strict=False)
    except (ValueError, RecursionError):
        return None
