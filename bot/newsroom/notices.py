"""The cards of the newsroom: what is asked and agreed to, what comes in, what is answered; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord import ButtonStyle, ui

from bot.asking.render import QUOTE, link_title, quote, show_question
from bot.ui.components import ANSWERED, REFUSED, Card, button, question, row, text
from bot.ui.markup import fit
from bot.ui.naming import credit_line

if TYPE_CHECKING:
    from bot.translate import Language
    from embeddings.store.people import Inquiry
    from embeddings.types import Article, Hit

REPLY = 1500
"""The most characters of the newsroom's reply."""


def consent_card(asked: str, language: Language, kind: str, days: int) -> Card:
    """Return what is kept and who sees it, with the buttons that decide.

    Args:
        asked: The question.
        language: The reader's.
        kind: ``news`` or ``tell``.
        days: How long the question is kept at the most.
    """
    return Card(
        question(show_question(asked)),
        text(language(f"{kind}-consent", days=str(days))),
        row(
            button(language(f"{kind}-agree"), f"v:agree:{kind}", style=ButtonStyle.success),
            button(language("button-cancel"), "v:leave"),
        ),
        accent=REFUSED,
    )


def inquiry_card(inquiry: Inquiry, language: Language) -> Card:
    """Return a question as it comes to the newsroom, with what may be done about it."""
    return Card(
        text(f"### {language('news-title')}", f"> {fit(inquiry.question, QUOTE)}"),
        text(f"-# {language('news-asker', name=f'<@{inquiry.user}>')}"),
        row(
            button(language("news-answer"), f"v:reply:{inquiry.n}", style=ButtonStyle.primary),
            button(language("news-story"), f"v:story:{inquiry.n}"),
            button(language("news-decline"), f"v:decline:{inquiry.n}"),
        ),
        accent=REFUSED,
    )


def closed_card(asked: str, language: Language, key: str, by: int) -> Card:
    """Return a question of the newsroom that needs nothing more."""
    name = f"<@{by}>"
    return Card(
        text(f"> {fit(asked, QUOTE)}"), text(f"-# {language(key, name=name)}"), accent=ANSWERED
    )


def reply_card(asked: str, reply: str, newsroom: str, language: Language) -> Card:
    """Return the newsroom's own reply, named as such: it is no quote of an article."""
    return Card(
        text(f"-# {language('news-reply', name=fit(newsroom, 80))}", f"> {fit(asked, 300)}"),
        ui.Separator(),
        text(fit(reply, REPLY)),
        accent=ANSWERED,
    )


def story_card(asked: str, article: Article, language: Language) -> Card:
    """Return the article by which the newsroom answers."""
    return Card(
        text(f"-# {language('news-by-story')}", f"> {fit(asked, 300)}"),
        ui.Separator(),
        text(link_title(article), f"-# {credit_line(article)}"),
        accent=ANSWERED,
    )


def told_card(asked: str, hit: Hit, language: Language) -> Card:
    """Return the passage that answers a question that somebody wanted to be told of."""
    return Card(
        text(f"-# {language('tell-title')}"),
        question(show_question(asked)),
        text(quote(hit, language, QUOTE)),
        text(link_title(hit.article), f"-# {credit_line(hit.article)}"),
        text(f"-# {language('tell-once')}"),
        accent=ANSWERED,
    )
