"""What the bot says of itself: help, privacy, and what holds on a server; pure."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from bot.markup import fit
from bot.parts import Block, Button, Card, Rule, card, row
from bot.render import ANSWERED
from bot.store import KEPT_DAYS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.access import Rules
    from bot.catalogue import Catalogue
    from bot.store import Unanswered, Vote
    from bot.translate import Language

_VALUE = 80
_OPTION = {"ask": "question", "sources": "filter", "source": "title"}
"""The option that an example of a command fills."""


@dataclass(frozen=True, slots=True)
class Known:
    """A command as help tells of it.

    Attributes:
        key: What its texts are found by.
        is_menu: True for one in the menu of a message.
        children: The commands of a group.
    """

    key: str
    is_menu: bool = False
    children: tuple[str, ...] = ()


def help_card(commands: Sequence[Known], catalogue: Catalogue, language: Language) -> Card:
    """Return what can be done, with an example of each command from the articles."""
    lines = [_line(command, catalogue, language) for command in commands if not command.children]
    groups = [_group(command, language) for command in commands if command.children]
    return card(
        Block(f"### {language('help-title')}"),
        Block(language("help-intro")),
        Rule(),
        Block("\n".join(lines)),
        *(Block(group) for group in groups),
        accent=ANSWERED,
    )


def _line(command: Known, catalogue: Catalogue, language: Language) -> str:
    name = language(f"{command.key}-name")
    if command.is_menu:
        return f"**{name}**: {language('help-menu')}"
    example = language("help-example", example=example_of(command.key, catalogue, language))
    return f"**/{name}**: {language(f'{command.key}-description')}\n-# {example}"


def example_of(key: str, catalogue: Catalogue, language: Language) -> str:
    """Return a command as one would write it, about an article that is there."""
    said = f"/{language(f'{key}-name')}"
    newest = catalogue.matching("")
    theirs = (article for article in newest if article.language == language.code)
    option, article = _OPTION.get(key), next(theirs, newest[0] if newest else None)
    if option is None or article is None:
        return said
    value = article.source or article.title if key == "sources" else article.title
    return f"{said} {language(f'{key}-{option}-name')}: {fit(value, _VALUE)}"


def _group(command: Known, language: Language) -> str:
    name = language(f"{command.key}-name")
    lines = [f"**/{name}**: {language(f'{command.key}-description')}"]
    for child in command.children:
        said = f"/{name} {language(f'{child}-name')}"
        lines.append(f"-# {said}: {language(f'{child}-description')}")
    return "\n".join(lines)


def privacy_card(count: int, language: Language, *, keep: bool) -> Card:
    """Return what is kept, for how long, and what of it is this person's."""
    days = str(KEPT_DAYS)
    kept = language("privacy-keep-on" if keep else "privacy-keep-off", days=days)
    return card(
        Block(f"### {language('privacy-title')}"),
        Block(kept),
        Block(language("privacy-votes", days=days)),
        Block(language("privacy-yours", count=count)),
        row(
            Button(language("button-export"), "v:mine:get"),
            Button(language("button-forget"), "v:mine:drop", style="danger"),
        )
        if count
        else None,
        accent=ANSWERED,
    )


def export(votes: Sequence[Vote], unanswered: Sequence[Unanswered]) -> bytes:
    """Return all that is kept of a person, as JSON."""
    kept = {"votes": [*map(asdict, votes)], "questions": [*map(asdict, unanswered)]}
    return json.dumps(kept, ensure_ascii=False, indent=2).encode()


def rules_card(rules: Rules, language: Language) -> Card:
    """Return what holds on a server."""
    channels = " ".join(f"<#{i}>" for i in rules.channels[:30]) or language("rules-everywhere")
    lines = [
        language("rules-public" if rules.public else "rules-private"),
        language("rules-channels", channels=channels),
        language("rules-cooldown-user", seconds=f"{rules.cooldown_user:g}"),
        language("rules-cooldown-channel", seconds=f"{rules.cooldown_channel:g}"),
        language("rules-keep-on" if rules.keep else "rules-keep-off"),
    ]
    return card(Block(f"### {language('rules-title')}"), Block("\n".join(lines)), accent=ANSWERED)
