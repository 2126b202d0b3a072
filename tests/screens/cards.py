"""The cards of editors, drawn from what the engine would say: for their pictures."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from bot.admin.history import Part, Step, history_card
from bot.admin.proposals import proposal_card
from bot.admin.reports import status_card
from bot.newsroom.feeds import draw_announcement, draw_feeds
from embeddings.changing.changeset import Change
from embeddings.reports import AuditEntry, Omission, Proposal, Room, Status
from embeddings.store.people import Feed
from embeddings.types import Article, Rejected

if TYPE_CHECKING:
    from bot.translate import Language
    from bot.ui.components import Card
    from embeddings.reports import Proposed

WHEN = datetime(2026, 11, 28, 14, 2, tzinfo=UTC)
TEXT = (
    "La Loire a débordé dimanche à Orléans, où deux ponts sont fermés jusqu’à mardi matin.\n\n"
    "La mairie a ouvert un gymnase pour les quarante habitants que les pompiers ont évacués."
)
OLD = Article(
    "crue",
    "La Loire sort de son lit à Orléans",
    TEXT,
    source="La Gazette d’Orléans",
    author="Ada Martin",
    date=date(2018, 6, 21),
    url="https://gazette.example/crue",
)
NEW = Article(
    "crue",
    "La Loire sort de son lit à Orléans",
    TEXT.replace("mardi", "jeudi").replace("quarante", "cinquante"),
    source="La Gazette d’Orléans",
    author="Ada Martin",
    date=date(2018, 6, 22),
    url="https://gazette.example/crue",
)
ROOM = (Room("articles", 500, 180), Room("additions", 100, 97))


def proposed(article: Article) -> Proposed:
    """Return an article as a proposal shows it."""
    (shown,) = Change("add").show([article])
    return shown


def replacing(language: Language) -> Card:
    """A corrected file, which replaces its article."""
    another = Article("crue-2", NEW.title, NEW.text)
    proposal = Proposal(
        "abcdefgh", added=(proposed(another),), to_encode=2, instead={"crue-2": proposed(NEW)}
    )
    now = {"crue": (OLD.summary(2), OLD.text)}
    return proposal_card(proposal, now, language, where="o", seconds=1, room=ROOM)


def archive(language: Language) -> Card:
    """A ZIP that is larger than the room there is."""
    reason = "This collection may take 100 articles within 24 hours: add the rest tomorrow."
    added = tuple(
        proposed(Article(f"a{n}", title, f"{title}. {TEXT}", source="La Gazette d’Orléans"))
        for n, title in enumerate(("Le pont rouvre", "Le marché déménage", "La piscine ferme"))
    )
    what = Omission("marche.docx", "2 notes", "they stand below the story")
    proposal = Proposal(
        "abcdefgh",
        added=added,
        rejected=(Rejected("plan.md", "plan.md is empty; put the story's text in it."),),
        to_encode=6,
        left=tuple(Rejected(f"{n}.md", reason) for n in range(497)),
        left_out=(what,),
    )
    return proposal_card(proposal, {}, language, where="o", seconds=3, room=ROOM)


def history(language: Language) -> Card:
    """What happened to all articles."""
    text = AuditEntry(WHEN, "discord:7", "change", "crue", fields=("text", "date"))
    title = AuditEntry(WHEN, "discord:7", "edit", "pain", fields=("title",))
    bread = [Article("pain", name, "Le pain.") for name in ("Le pain", "Le prix du pain")]
    gone = AuditEntry(WHEN, "discord:7", "remove", "feu")
    fire = Article("feu", "Un feu à la gare", "Le feu.")
    steps = [Step(text, OLD, NEW, 1), Step(title, *bread, 1), Step(gone, fire, None, 1)]
    steps.append(Step(AuditEntry(WHEN, "watch", "add", "crue"), None, OLD))
    return history_card(steps, Part("o", "", 0, 12), {}, language)


def feeds(language: Language) -> Card:
    """The feeds that a server watches."""
    trouble = "https://ville.example/plan.xml cannot be fetched: the page does not exist."
    told = (
        Feed(1, "https://gazette.example/flux.xml", 5, WHEN.timestamp()),
        Feed(1, "https://ville.example/plan.xml", None, WHEN.timestamp(), "", trouble),
    )
    return draw_feeds(told, 5, 60, language)


def announced(language: Language) -> Card:
    """A new story."""
    return draw_announcement(OLD, TEXT.partition("\n")[0], "abcdefgh", language)


def status(language: Language) -> Card:
    """What is published, and how much room there is."""
    return status_card(
        Status("7", WHEN, "e5", 384, 180, 2140, (), "flat", 0.5, "", (), {}),
        language,
        unanswered=3,
        room=ROOM,
    )


CARDS = {
    "replace": replacing,
    "archive": archive,
    "history": history,
    "feeds": feeds,
    "announced": announced,
    "status": status,
}
WIDTHS = dict.fromkeys(("fr", "en"), (360, 900))
"""How wide they are drawn, in each language."""


def name_of(card: str, language: str, width: int) -> str:
    """Return the name of a card's picture."""
    return f"{card}-{width}" if language == "fr" else f"{card}-{language}-{width}"
