"""The cards of editors and newsrooms, drawn from what the engine would say: for their pictures."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from discord import ButtonStyle

from bot.admin.exports import Group, questions_card
from bot.admin.history import Step, history_card
from bot.admin.proposals import proposal_card
from bot.admin.reports import change_card, gate_card, status_card
from bot.newsroom.cog import inquiry_card
from bot.newsroom.feeds import draw_announcement, draw_feeds
from bot.servers.cog import joined_card
from bot.servers.rules import Rules, rules_card
from bot.ui.components import button
from embeddings.changing.changeset import Change
from embeddings.errors import BrokenQuestion, GateError
from embeddings.reports import (
    AuditEntry,
    ChangeReport,
    Omission,
    Quota,
    ReindexReport,
    Status,
)
from embeddings.store.people import Feed, Inquiry, write_filters
from embeddings.types import Article, Filters, Rejected
from tests.screens import readers

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
QUOTAS = (Quota("articles", 500, 180), Quota("additions", 100, 97))


def proposed(article: Article) -> Proposed:
    """Return an article as a proposal shows it."""
    (shown,) = Change("add", added=(article,)).to_proposal("abcdefgh", 0).added
    return shown


def replacing(language: Language) -> Card:
    """A corrected file, which replaces its article."""
    another = Article("crue-2", NEW.title, NEW.text)
    adding = Change("add", added=(another,)).to_proposal("abcdefgh", 2)
    proposal = replace(adding, instead={"crue-2": proposed(NEW)})
    now = {"crue": (OLD.summary(2), OLD.text)}
    return proposal_card(proposal, now, language, collection="o", seconds=1, quotas=QUOTAS)


def archive(language: Language) -> Card:
    """A ZIP that is larger than the room there is."""
    reason = "This collection may take 100 articles within 24 hours: add the rest tomorrow."
    added = tuple(
        proposed(Article(f"a{n}", title, f"{title}. {TEXT}", source="La Gazette d’Orléans"))
        for n, title in enumerate(("Le pont rouvre", "Le marché déménage", "La piscine ferme"))
    )
    what = Omission("marche.docx", "notes (2)", "they stand below the story")
    proposal = replace(
        Change("add").to_proposal("abcdefgh", 6),
        added=added,
        rejected=(Rejected("plan.md", "plan.md is empty; put the story's text in it."),),
        left=tuple(Rejected(f"{n}.md", reason) for n in range(497)),
        left_out=(what,),
    )
    return proposal_card(proposal, {}, language, collection="o", seconds=3, quotas=QUOTAS)


def history(language: Language) -> Card:
    """What happened to all articles."""
    text = AuditEntry(WHEN, "discord:7", "change", "crue", fields=("text", "date"))
    title = AuditEntry(WHEN, "discord:7", "edit", "pain", fields=("title",))
    bread = [Article("pain", name, "Le pain.") for name in ("Le pain", "Le prix du pain")]
    gone = AuditEntry(WHEN, "discord:7", "remove", "feu")
    fire = Article("feu", "Un feu à la gare", "Le feu.")
    steps = [Step(text, OLD, NEW, 1), Step(title, *bread, 1), Step(gone, fire, None, 1)]
    steps.append(Step(AuditEntry(WHEN, "watch", "add", "crue"), None, OLD))
    return history_card(steps, {}, language, collection="o", total=12)


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
    return draw_announcement(OLD, TEXT.partition("\n")[0], language)


def status(language: Language) -> Card:
    """What is published, and how much room there is."""
    return status_card(
        Status("7", WHEN, "e5", 384, 180, 2140, (), "flat", 0.5, "", (), {}),
        language,
        unanswered=3,
        quotas=QUOTAS,
    )


def removal(language: Language) -> Card:
    """An article that is to be taken out."""
    proposal = Change("remove", removed=("crue",)).to_proposal("abcdefgh", 0)
    now = {"crue": (OLD.summary(2), OLD.text)}
    return proposal_card(proposal, now, language, collection="o", seconds=0, quotas=QUOTAS)


def report(language: Language) -> Card:
    """What a change came to."""
    index = ReindexReport("8", 1, 0, 1, passages=2140, reused=6100, encoded=6, seconds=2.3)
    gone = ("Un feu à la gare",)
    return change_card(ChangeReport(added=(proposed(NEW),), removed=gone, report=index), language)


def gate(language: Language) -> Card:
    """A change that would break what is answered now."""
    broken = (BrokenQuestion(readers.LATER[language.code], OLD.title),)
    forced = button(language("button-anyway"), "v:plan:any:o:abcdefgh", style=ButtonStyle.danger)
    leave = button(language("button-cancel"), "v:leave")
    return gate_card(GateError(broken, 0.97, 0.9), language, forced, leave)


def questions(language: Language) -> Card:
    """What readers asked in vain, by week."""
    first, second = readers.LATER[language.code], readers.COST[language.code]
    closest = OLD.title, TEXT.partition("\n")[0]
    groups = [Group(first, 3, WHEN, closest), Group(second, 1, WHEN - timedelta(days=7))]
    return questions_card([], groups, language)


def settings(language: Language) -> Card:
    """What an admin chose."""
    rules = Rules(True, (7,), 5.0, 0.0, True, editors=(8,), news=9, tell=True)
    return rules_card(rules, language)


def joined(language: Language) -> Card:
    """The first message on a server."""
    return joined_card(language, articles=0)


def inquiry(language: Language) -> Card:
    """A reader's question as it comes to the newsroom."""
    narrowed = write_filters(Filters(source="La Gazette d’Orléans"))
    asked = readers.LATER[language.code]
    return inquiry_card(Inquiry(7, 1, 2, asked, language.code, narrowed), language)


CARDS = {
    "replace": replacing,
    "archive": archive,
    "history": history,
    "feeds": feeds,
    "announced": announced,
    "status": status,
    "removal": removal,
    "report": report,
    "gate": gate,
    "questions": questions,
    "settings": settings,
    "joined": joined,
    "inquiry": inquiry,
} | readers.CARDS
WIDTHS = dict.fromkeys(("fr", "en"), (360, 900))
"""How wide they are drawn, in each language."""


def name_of(card: str, language: str, width: int) -> str:
    """Return the name of a card's picture."""
    return f"{card}-{width}" if language == "fr" else f"{card}-{language}-{width}"
