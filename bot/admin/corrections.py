"""When an article was corrected: the list for admins; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.admin.reports import moment, who
from bot.asking.render import ANSWERED, TITLE
from bot.ui.markup import fit
from bot.ui.parts import Block, Card, card
from bot.ui.sheets import listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.translate import Language
    from embeddings.types import ArticleSummary, Correction

MOST = 12
_DIGEST = 8
_ROOM = 3000


def history_card(
    article: ArticleSummary, corrections: Sequence[Correction], language: Language
) -> Card:
    """Return all changes of an article's text: when, by whom, and which text replaced which."""
    head = f"### {fit(article.title, TITLE)}"
    lines = [_line(correction, language) for correction in corrections]
    count = language("history-count", count=len(lines))
    return card(
        Block(head),
        listed(count, lines, language, room=_ROOM, most=MOST) or Block(count),
        accent=ANSWERED,
    )


def _line(correction: Correction, language: Language) -> str:
    said = language(
        "history-line",
        when=moment(correction.at),
        before=correction.before[:_DIGEST],
        after=correction.after[:_DIGEST],
    )
    return " · ".join(filter(None, [said, who(correction.by, language)]))
