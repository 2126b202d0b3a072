"""What a server is told: the first step when the bot comes, and what holds there; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.ui.components import ANSWERED, Card, button, row, text

if TYPE_CHECKING:
    from bot.servers.rules import Rules
    from bot.translate import Language


def rules_card(rules: Rules, language: Language, *, forbidden: bool = False) -> Card:
    """Return the settings of a server.

    Args:
        rules: What holds there.
        language: The reader's.
        forbidden: Whether a channel was just taken off the list: the last one opens all others.
    """
    channels = " ".join(f"<#{i}>" for i in rules.channels[:30]) or language("rules-everywhere")
    editors = " ".join(f"<@&{i}>" for i in rules.editors[:20])
    lines = [
        language("rules-public" if rules.public else "rules-private"),
        language("rules-channels", channels=channels),
        language("rules-cooldown-user", seconds=rules.cooldown_user),
        language("rules-cooldown-channel", seconds=rules.cooldown_channel),
        language("rules-keep-on" if rules.keep else "rules-keep-off"),
        language("rules-editors", roles=editors) if editors else language("rules-editors-none"),
        language("rules-news", channel=f"<#{rules.news}>")
        if rules.news
        else language("rules-news-none"),
        language("rules-tell-on" if rules.tell else "rules-tell-off"),
    ]
    warning = text(language("rules-emptied")) if forbidden and not rules.channels else None
    return Card(
        text(f"### {language('rules-title')}"), text("\n".join(lines)), warning, accent=ANSWERED
    )


def joined_card(language: Language, *, articles: int) -> Card:
    """Return the first message on a server: what the bot does, and the next step.

    Args:
        language: The server's.
        articles: How many articles are seen from it already.
    """
    key = "joined-ready" if articles else "joined-empty"
    return Card(
        text(f"### {language('joined-title')}", language("joined-intro")),
        text(language(key, count=articles)),
        row(button(language("button-add"), "v:stories")),
        accent=ANSWERED,
    )
