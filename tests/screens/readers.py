"""The cards of readers, drawn from what the engine would say: for their pictures."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.asking.attribution import Finding, attribution_card
from bot.asking.buttons import passage_card
from bot.asking.render import Options, answer_card, open_buttons
from bot.newsroom.cog import consent_card, notification_card, reply_card
from bot.reading.about import draw_starters, help_card, privacy_card
from bot.reading.cog import ListState, listing_card
from bot.reading.pages import page_card
from bot.ui.catalogue import Catalogue
from bot.ui.components import ANSWERED, Card, row, text
from embeddings.store.people import Inquiry, Watch, write_filters
from embeddings.types import Answer, Article, Filters, Hit, Note, Refusal, Sentence
from tests.stories import split

if TYPE_CHECKING:
    from bot.translate import Language

STORY = Article(
    "crue",
    "La Loire sort de son lit à Orléans",
    "La Loire a débordé dimanche à Orléans, où deux ponts sont fermés jusqu’à mardi matin. "
    "Les écoles du centre n’ouvrent pas.\n\n"
    "La mairie a ouvert un gymnase pour les quarante habitants que les pompiers ont évacués.",
    source="La Gazette d’Orléans",
    author="Ada Martin",
    url="https://gazette.example/crue",
)
OTHER = Article(
    "flood",
    "Bridges of Orléans closed after the flood",
    "Two bridges stay closed until Tuesday morning, and forty people were taken to a gymnasium.",
    source="The Courier",
    url="https://courier.example/flood",
    language="en",
)
ASKED = {
    "fr": "Pourquoi deux ponts d’Orléans sont-ils fermés\N{NO-BREAK SPACE}?",
    "en": "Why are two bridges of Orléans closed?",
}
LATER = {
    "fr": "Quand les ponts rouvriront-ils\N{NO-BREAK SPACE}?",
    "en": "When will the bridges open again?",
}
COST = {
    "fr": "Combien coûte la réparation\N{NO-BREAK SPACE}?",
    "en": "What does the repair cost?",
}
CLAIMS = {
    "fr": ("La Loire a débordé dimanche à Orléans.", "Le maire a démissionné lundi."),
    "en": ("Two bridges of Orléans stay closed until Tuesday.", "The mayor resigned on Monday."),
}
NARROWED = Filters(source=STORY.source)
OFFERS = frozenset({"news", "tell"})


def found(article: Article, confidence: float, rank: int = 1) -> Hit:
    """The first passage of an article, whose first sentence answers."""
    passage = split(article)[0]
    span, said = passage.sentences[0], article.text[passage.start : passage.end]
    sentence = Sentence(span.of(article.text), span.start, span.end)
    return Hit(rank, confidence, confidence, article, passage, said, sentence)


def answered(language: Language) -> Card:
    """Two passages of two articles, one of them in another language, and what a filter hides."""
    hits = found(STORY, 0.95), found(OTHER, 0.7, 2)
    note = Note("undated", "Articles without a date are left out: 2.", {"count": "2"})
    answer = Answer(ASKED[language.code], "7", 0.95, None, hits, notes=(note,))
    return answer_card(answer, Options(language, 0.5, can_publish=True))


def refused(language: Language) -> Card:
    """A question without an answer, on a server with a newsroom."""
    closest, articles = (found(STORY, 0.3),), tuple(a.summary(2) for a in (STORY, OTHER))
    asked = LATER[language.code]
    answer = Answer(asked, "7", 0.3, Refusal.NOT_FOUND, nearest=articles, closest=closest)
    return answer_card(answer, Options(language, 0.5, offers=OFFERS))


def near(language: Language) -> Card:
    """The closest passage of such a question."""
    hit, head = found(STORY, 0.3), language("near-title")
    buttons = row(*open_buttons(hit, language))
    return passage_card(LATER[language.code], hit, language, head, buttons)


def checked(language: Language) -> Card:
    """A message of two sentences, of which an article says one."""
    article = STORY if language.code == "fr" else OTHER
    said, other = CLAIMS[language.code]
    findings = Finding(said, "says", found(article, 0.9)), Finding(other, "nothing")
    return attribution_card(findings, 1, language)


def consent(language: Language) -> Card:
    """What is kept until the newsroom answers, before it is."""
    return consent_card(LATER[language.code], NARROWED, language, "news")


def waiting(language: Language) -> Card:
    """The same until a story answers."""
    return consent_card(LATER[language.code], NARROWED, language, "tell")


def replied(language: Language) -> Card:
    """The newsroom's own reply."""
    head = language("news-reply", name="La Gazette d’Orléans")
    words = {"fr": "Jeudi matin, dit la préfecture.", "en": "On Thursday, says the prefecture."}
    return reply_card(LATER[language.code], head, words[language.code])


def told(language: Language) -> Card:
    """A story that answers what somebody waited for."""
    asked = Watch(1, 2, None, LATER[language.code], language.code, write_filters(NARROWED))
    text = "Les deux ponts d’Orléans rouvriront jeudi à midi."
    return notification_card(asked, found(replace(STORY, text=text), 0.9), language)


def helped(language: Language) -> Card:
    """Help, as an editor sees it."""
    names = ("ask", "sources", "source", "privacy", "admin add", "admin history", "admin status")
    mentions = {name: f"</{name}:1>" for name in names}
    start = draw_starters([ASKED[language.code], LATER[language.code]], language)
    return help_card(mentions, language, owner="Olga", for_admins=True, start=start)


def started(language: Language) -> Card:
    """What an empty mention is answered with."""
    start = draw_starters([ASKED[language.code], LATER[language.code]], language)
    return Card(text(language("mention-help")), *start, accent=ANSWERED)


def kept(language: Language) -> Card:
    """What is kept of somebody who waits for an answer, and asked the newsroom."""
    asked = (1, 2, 3, LATER[language.code], language.code, write_filters(NARROWED))
    rows = {"watches": [Watch(*asked)], "newsroom": [Inquiry(*asked)]}
    return privacy_card(rows, language, kept_by="admin", days=30)


def listed(language: Language) -> Card:
    """The list of articles."""
    return listing_card(Catalogue((STORY.summary(2), OTHER.summary(1))), language, ListState())


def opened(language: Language) -> Card:
    """A page of an article."""
    return page_card(STORY, split(STORY), 0, language)


CARDS = {
    "answer": answered,
    "refused": refused,
    "near": near,
    "checked": checked,
    "consent": consent,
    "waiting": waiting,
    "replied": replied,
    "told": told,
    "help": helped,
    "started": started,
    "privacy": kept,
    "sources": listed,
    "article": opened,
}
