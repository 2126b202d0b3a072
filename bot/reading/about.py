"""What the bot says of itself: help, and what is kept about somebody; pure but for what is kept."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from discord import ButtonStyle, ui

from bot.ui.components import ANSWERED, REFUSED, Card, button, row, text
from bot.ui.markup import plain
from embeddings.store.people import KEPT_DAYS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.translate import Language
    from embeddings.store.records import Records

_GROUPS = {"ask": ("ask",), "read": ("sources", "source"), "data": ("privacy",)}
"""What help speaks of, and the commands of each."""


def help_card(
    mentions: Mapping[str, str],
    language: Language,
    *,
    owner: str,
    for_admins: bool,
    start: ui.ActionRow[Any] | None,
) -> Card:
    """Return what can be done here, in groups, and what cannot.

    Args:
        mentions: The name of each command in English -> what one clicks on to use it.
        language: The reader's.
        owner: Who runs the bot; empty when that is not known.
        for_admins: Whether the commands of admins are shown.
        start: Questions that may be asked.
    """
    lines = [
        language(f"help-{group}", **{n: name_command(n, mentions, language) for n in names})
        for group, names in _GROUPS.items()
    ]
    lines.insert(2, language("help-check"))
    admins = [shown for name, shown in mentions.items() if name.startswith("admin ")]
    if for_admins:
        told = " ".join(admins) or f"**/{language('admin-name')}**"
        lines.append(language("help-admins", commands=told))
    limits = language("help-limits")
    who = language("help-owner", name=plain(owner)) if owner else ""
    return Card(
        text(f"### {language('help-title')}", language("help-intro")),
        text(*(f"- {line}" for line in lines)),
        text(f"-# {limits}", *([f"-# {who}"] if who else [])),
        start,
        accent=ANSWERED,
    )


def name_command(name: str, mentions: Mapping[str, str], language: Language) -> str:
    """Return a command to be clicked on, or its name while Discord has not said which it is."""
    return mentions.get(name) or f"**/{language(f'{name}-name')}**"


Kept = dict[str, list[Any]]


async def list_kept(records: Records, user: int) -> Kept:
    """Return all that is kept about somebody, by what it is."""
    return {
        "votes": await records.votes(user=user),
        "questions": await records.unanswered(user=user),
        "watches": await records.watches(user=user),
        "newsroom": await records.inquiries(user=user),
    }


def count(kept: Kept) -> int:
    """Return how many entries there are."""
    return sum(map(len, kept.values()))


def privacy_card(kept: Kept, language: Language, *, kept_by: str, days: float) -> Card:
    """Return what is kept, for how long, and what of it is this person's.

    Args:
        kept: What is kept about this person.
        language: The reader's.
        kept_by: Who had questions kept here: ``admin``, ``operator``, or nobody.
        days: How long a server's articles are kept after the bot was removed from it.
    """
    kept_for, total = str(KEPT_DAYS), count(kept)
    keys = {"admin": "privacy-keep-on", "operator": "privacy-keep-operator"}
    watches = [f"- {plain(each.question)}" for each in kept.get("watches", ())[:5]]
    return Card(
        text(f"### {language('privacy-title')}"),
        text(language(keys.get(kept_by, "privacy-keep-off"), days=kept_for)),
        text(language("privacy-moment")),
        text(language("privacy-votes", days=kept_for)),
        text(language("privacy-watches", days=kept_for)),
        text(language("privacy-server", days=f"{days:g}")),
        text(language("privacy-yours", count=total), *watches),
        row(
            button(language("button-export"), "v:mine:get"),
            button(language("button-forget"), "v:mine:ask", style=ButtonStyle.danger),
        )
        if total
        else None,
        accent=ANSWERED,
    )


def forget_card(total: int, language: Language) -> Card:
    """Return what would be deleted of a person, with the buttons that decide."""
    return Card(
        text(language("privacy-forget", count=total)),
        row(
            button(language("button-forget"), "v:mine:drop", style=ButtonStyle.danger),
            button(language("button-cancel"), "v:leave"),
        ),
        accent=REFUSED,
    )


def export(kept: Kept) -> bytes:
    """Return all that is kept of a person, as JSON."""
    rows = {name: [*map(asdict, each)] for name, each in kept.items()}
    return json.dumps(rows, ensure_ascii=False, indent=2).encode()
