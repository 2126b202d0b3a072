"""What the bot says of itself: help, privacy, and what holds on a server; pure."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from bot.asking.render import ANSWERED, REFUSED
from bot.keeping import KEPT_DAYS
from bot.ui.markup import fit
from bot.ui.parts import Block, Button, Card, Rule, card, row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.keeping import Unanswered, Vote
    from bot.reading.catalogue import Catalogue
    from bot.servers.rules import Rules
    from bot.translate import Language
    from embeddings.types import ArticleSummary

_VALUE = 80
_OPTION = {
    "ask": "question",
    "sources": "filter",
    "source": "title",
    "edit": "article",
    "remove": "article",
    "history": "article",
}
"""The option that an example of a command fills."""


_MENUS = {"menu": "help-menu", "add-menu": "help-add-menu"}
"""What a menu of a message does."""


@dataclass(frozen=True, slots=True)
class Known:
    """A command as help tells of it.

    Attributes:
        key: What its texts are found by.
        is_menu: True for one in the menu of a message.
        children: The commands of a group.
        for_admins: True when only those who manage a server are shown it.
    """

    key: str
    is_menu: bool = False
    children: tuple[str, ...] = ()
    for_admins: bool = False


def help_card(commands: Sequence[Known], catalogue: Catalogue, language: Language) -> Card:
    """Return what can be done, with an example of each command from the articles."""
    lines = [_line(command, catalogue, language) for command in commands if not command.children]
    groups = [_group(command, catalogue, language) for command in commands if command.children]
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
        return language("help-line", name=name, text=language(_MENUS[command.key]))
    text = language(f"{command.key}-description")
    example = language("help-example", example=example_of(command.key, catalogue, language))
    return f"{language('help-line', name=f'/{name}', text=text)}\n-# {example}"


def example_of(key: str, catalogue: Catalogue, language: Language, group: str = "") -> str:
    """Return a command as one would write it, about an article that is there."""
    said = f"/{group}{language(f'{key}-name')}"
    newest = catalogue.matching("")
    theirs = (article for article in newest if article.language == language.code)
    option, article = _OPTION.get(key), next(theirs, newest[0] if newest else None)
    if option is None or article is None:
        return said
    return f"{said} {language(f'{key}-{option}-name')}: {_value(key, article, language)}"


def _value(key: str, article: ArticleSummary, language: Language) -> str:
    title = fit(article.title, _VALUE)
    if key == "ask":
        return language("help-question", title=title)
    return fit(article.source, _VALUE) if key == "sources" and article.source else title


def _group(command: Known, catalogue: Catalogue, language: Language) -> str:
    """Return the commands of a group, each with an example where it takes something."""
    name = language(f"{command.key}-name")
    text = language(f"{command.key}-description")
    lines = [language("help-line", name=f"/{name}", text=text)]
    for child in command.children:
        said = f"/{name} {language(f'{child}-name')}"
        lines.append(language("help-child", name=said, text=language(f"{child}-description")))
        example = example_of(child, catalogue, language, f"{name} ")
        if example != said:
            lines.append(language("help-example", example=example))
    return "\n-# ".join(lines)


def privacy_card(count: int, language: Language, *, kept_by: str, days: float) -> Card:
    """Return what is kept, for how long, and what of it is this person's.

    Args:
        count: How many rows are kept of this person.
        language: The reader's.
        kept_by: Who had questions kept here: ``admin``, ``operator``, or nobody.
        days: How long a server's articles are kept after the bot was removed from it.
    """
    kept_for = str(KEPT_DAYS)
    keys = {"admin": "privacy-keep-on", "operator": "privacy-keep-operator"}
    kept = language(keys.get(kept_by, "privacy-keep-off"), days=kept_for)
    return card(
        Block(f"### {language('privacy-title')}"),
        Block(kept),
        Block(language("privacy-votes", days=kept_for)),
        Block(language("privacy-server", days=f"{days:g}")),
        Block(language("privacy-yours", count=count)),
        row(
            Button(language("button-export"), "v:mine:get"),
            Button(language("button-forget"), "v:mine:ask", style="danger"),
        )
        if count
        else None,
        accent=ANSWERED,
    )


def forget_card(count: int, language: Language) -> Card:
    """Return what would be deleted of a person, with the buttons that decide."""
    return card(
        Block(language("privacy-forget", count=count)),
        row(
            Button(language("button-forget"), "v:mine:drop", style="danger"),
            Button(language("button-cancel"), "v:leave"),
        ),
        accent=REFUSED,
    )


def export(votes: Sequence[Vote], unanswered: Sequence[Unanswered]) -> bytes:
    """Return all that is kept of a person, as JSON."""
    kept = {"votes": [*map(asdict, votes)], "questions": [*map(asdict, unanswered)]}
    return json.dumps(kept, ensure_ascii=False, indent=2).encode()


def rules_card(rules: Rules, language: Language, *, forbidden: bool = False) -> Card:
    """Return the settings of a server.

    Args:
        rules: What holds there.
        language: The reader's.
        forbidden: Whether a channel was just taken off the list: the last one opens all others.
    """
    channels = " ".join(f"<#{i}>" for i in rules.channels[:30]) or language("rules-everywhere")
    lines = [
        language("rules-public" if rules.public else "rules-private"),
        language("rules-channels", channels=channels),
        language("rules-cooldown-user", seconds=rules.cooldown_user),
        language("rules-cooldown-channel", seconds=rules.cooldown_channel),
        language("rules-keep-on" if rules.keep else "rules-keep-off"),
    ]
    warning = Block(language("rules-emptied")) if forbidden and not rules.channels else None
    return card(
        Block(f"### {language('rules-title')}"), Block("\n".join(lines)), warning, accent=ANSWERED
    )
