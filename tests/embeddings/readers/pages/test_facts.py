"""Facts: title, author, day and source are what the page itself states, and nothing else."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from embeddings.readers.draft import Fields
from embeddings.readers.pages.authors import clean_name, name_authors
from embeddings.readers.pages.elements import parse_page
from embeddings.readers.pages.facts import guess_site, read_facts
from tests.embeddings.readers.each import each

NAMES = {
    **dict.fromkeys(("Editorial", "Guest author", "Journaliste", "Mardi 12 mars", "Partager")),
    "J.-P. Martin": "J.-P. Martin",
    "Dr. Paul Vasseur": "Dr. Paul Vasseur",
    "Anne Roche, envoyée spéciale à Lyon": "Anne Roche, envoyée spéciale à Lyon",
    "Par Anne Dupuis Publié le 3 mars 2024 à 17h46": "Anne Dupuis",
    "By Paul Tessan March 3, 2024 5:46 PM": "Paul Tessan",
    "Propos recueillis par Anne Roche": "Anne Roche",
    "View all posts by Paul Morin": "Paul Morin",
    "Paul Morin Voir tous les articles": "Paul Morin",
    "Paul Morin Lire ses articles": "Paul Morin",
    "Paul Morin Tous ses articles": "Paul Morin",
    "Paul Morin See full bio": "Paul Morin",
    "Paul Morin More from this author": "Paul Morin",
    "Voir tous les articles de Paul Morin": "Paul Morin",
    "Analysis by Ida Vale, Political Editor-at-large": "Ida Vale",
    "Ida Vale Staff Writer": "Ida Vale",
    "Ida Vale | Le Quai": "Ida Vale",
    "Ida Vale - 3 min de lecture": "Ida Vale",
    "Ida Vale Associated Press": "Ida Vale",
    "Ida Vale Le Quai": "Ida Vale",
    "Ida Vale, Ida Vale": "Ida Vale",
    "Texte : Ida Vale": "Ida Vale",
    "Le Quai avec AFP": "Le Quai avec AFP",
    "The Associated Press": "The Associated Press",
    "AFP": "AFP",
    "Par la rédaction": "la rédaction",
    "Tous les articles de Paul Morin": "Paul Morin",
    "Un article de Paul Morin": "Paul Morin",
    "More from Ida Vale": "Ida Vale",
    "Posted by Ida Vale on March 3, 2024": "Ida Vale",
    "Ida Vale 3 hours ago": "Ida Vale",
    "Ida Vale il y a 3 heures": "Ida Vale",
    "Ida Vale Senior Political Correspondent": "Ida Vale",
    "Ida Vale @ida": "Ida Vale",
    "Ida Vale (ida@example.org)": "Ida Vale",
    "Texte : Ida Vale, photos : Paul Morin": "Ida Vale",
    "Texte : Ida Vale. Photos : Paul Morin": "Ida Vale",
    "Ida Vale, Le Quai du Nord": "Ida Vale",
    "Ida Vale For The Northern Post": "Ida Vale",
    "Ana For Ever": "Ana For Ever",
    "Ida Vale. Northern Press International": "Ida Vale",
    "Alex. Dumas": "Alex. Dumas",
    "Par Alph. Daudet et Guill. Morin": "Alph. Daudet et Guill. Morin",
    "Ida Vale, CNN": "Ida Vale",
    "South Orne Morning Post": "South Orne Morning Post",
    "Ida Vale, MS, RDN": "Ida Vale",
    "Ida Vale and Paul Tessan, Associated Press": "Ida Vale and Paul Tessan",
    "Ida Vale, Professor of History": "Ida Vale",
    "Anne Dupuis, rédactrice en chef adjointe": "Anne Dupuis",
    "Martin Luther King Jr.": "Martin Luther King Jr.",
    "Ida Vale@idavale Nov 18, 2019": "Ida Vale",
    "Ida ValeView More Articles": "Ida Vale",
    "Ida Vale Ida Vale is a reporter": "Ida Vale",
    "Ida Vale Grand reporter": "Ida Vale",
    "Par notre correspondante à Brive, Ida Vale": "Ida Vale",
    "Boutros Boutros": "Boutros Boutros",
    "Ida Vale, journaliste au service politique": "Ida Vale",
    "Ida Vale hier à 14h30": "Ida Vale",
    "Ida Vale yesterday": "Ida Vale",
    "Ida Vale (AFP)": "Ida Vale",
    "Ida Vale/AFP": "Ida Vale",
    "Ida Vale BBC News": "Ida Vale",
    "Ida Vale, PhD": "Ida Vale",
    "Ida Vale +": "Ida Vale",
    "Ida Vale (12)": "Ida Vale",
    "Ida Vale 12 articles": "Ida Vale",
    "Ida Vale No Comments": "Ida Vale",
    "Ida Vale Share on Facebook": "Ida Vale",
    "Soumis par Ida Vale le dim 03/03/2024 - 14:30": "Ida Vale",
    "Submitted by Ida Vale on Sun, 03/03/2024 - 14:30": "Ida Vale",
    "Article d’Ida Vale": "Ida Vale",
    "Une enquête de Paul Morin": "Paul Morin",
    "De notre correspondant Paul Morin": "Paul Morin",
    "Envoyée spéciale Ida Vale": "Ida Vale",
    "À propos de Paul Morin": "Paul Morin",
    "Contact Paul Morin": "Paul Morin",
    "Gauthier Lesage": "Gauthier Lesage",
    "Photos by Paul Morin": None,
    "Portrait de Paul Morin": None,
    "Traduit par Paul Morin": None,
    "Edited by Paul Morin": None,
    "Unknown Author": None,
    "Webmestre": None,
    "Undefined undefined": None,
    "Biography": None,
    "Senior Contributor": None,
    "Photos : Paul Morin": None,
    "Utilisateur": None,
    "Anonyme": None,
    "Nom de l'auteur": None,
    "Chargement…": None,
    "Dernière mise à jour : 4 mai 2025": None,
    "Username": None,
    "admin": None,
    "{{author.name}}": None,
    "Last Updated January 7, 2025": None,
    "https://social.example/ida": None,
    "ida@example.org": None,
    "12": None,
    "": None,
    "Un long texte qui raconte " * 9: None,
}


def test_a_name_is_given_as_the_page_has_it_without_what_stands_around() -> None:
    found = {text: clean_name(text, "Le Quai") for text in NAMES}
    assert found == NAMES


def test_nobody_is_named_twice_and_no_publisher_beside_a_person() -> None:
    assert name_authors(["IDA VALE", "Ida Vale"]) == "Ida Vale"
    assert name_authors(["Ida Vale", "Ida Vale, envoyée spéciale"]) == "Ida Vale, envoyée spéciale"
    assert name_authors(["Le Quai", "Ida Vale"], "Le Quai") == "Ida Vale"
    assert name_authors(["Ida Vale; Paul Morin"]) == "Ida Vale, Paul Morin"
    assert name_authors([]) is None


def facts(body: str = "", *, head: str = "", linked: Any = None) -> Fields:
    """Return what a page states."""
    script = f"<script type=application/ld+json>{json.dumps(linked)}</script>" if linked else ""
    page = f"<html><head>{head}{script}</head><body>{body}<p>Le quai rouvre.</p></body></html>"
    return read_facts(parse_page(page), None)


STORY = {
    "@type": "NewsArticle",
    "headline": "Le quai rouvre",
    "datePublished": "2024-03-03T23:10:00+01:00",
    "author": {"@id": "#ida"},
    "publisher": {"@type": "Organization", "name": "Le Quai"},
}
IDA = {"@type": "Person", "@id": "#ida", "name": "Ida Vale"}
OTHER = STORY | {"headline": "Autre chose", "author": "Paul Morin", "datePublished": "2020-01-01"}


def test_json_ld_is_read_wherever_the_story_stands_in_it() -> None:
    shapes: list[Any] = [
        [STORY, IDA],
        {"@graph": [IDA, STORY]},
        {"@type": "WebPage", "mainEntity": STORY | {"author": [IDA]}},
        [OTHER, STORY | {"@type": ["ReportageNewsArticle"], "author": "Ida Vale"}],
    ]
    found = [facts("<h1>Le quai rouvre</h1>", linked=shape) for shape in shapes]
    assert {(f.author, f.date, f.source) for f in found} == {
        ("Ida Vale", date(2024, 3, 3), "Le Quai")
    }


@each("around", ("//<![CDATA[\n{}\n//]]>", "<!--\n[{}]\n-->", "\n{};"))
def test_json_ld_is_read_whatever_stands_around_it(around: str) -> None:
    script = around.replace("{}", json.dumps(STORY | {"author": IDA}))
    head = f"<script type=application/ld+json>{script}</script>"
    assert facts(head=head).author == "Ida Vale"


def test_broken_json_ld_costs_nothing() -> None:
    bad = ("{", "[" * 100_000, '{"@type": "Article", "author": {"name": 3}, "headline": []}', "1")
    head = "".join(f"<script type=application/ld+json>{text}</script>" for text in bad)
    assert facts(head=f"{head}<meta name=author content='Ida Vale'>").author == "Ida Vale"


def test_an_author_is_found_in_the_ways_that_pages_have() -> None:
    ways = (
        "<meta name=author content='Ida Vale'>",
        "<meta name=article:author content='https://x.fr/i'><meta name=byl content='By Ida Vale'>",
        "<div itemprop=author><span itemprop=name>Ida Vale</span></div>",
        "<a rel=author href=/i>Ida Vale</a>",
        "<p class=byline>Par <span>Ida Vale</span> Publié le 3 mars 2024 à 17h46</p>",
        "<p class=article__author>Ida Vale - Le 3 mars 2024</p>",
    )
    assert {facts(way).author for way in ways} == {"Ida Vale"}


def test_json_ld_may_write_a_name_in_other_ways() -> None:
    ways = (
        {"author": {"name": "Aim&eacute;e L&rsquo;Hermite"}},
        {"author": None, "creator": ["Aimée L’Hermite"]},
    )
    assert {facts(linked=STORY | way).author for way in ways} == {"Aimée L’Hermite"}
    byline = "<p class=byline>Par Ida Vale</p>"
    assert facts(byline, linked=STORY | {"author": "IDA VALE"}).author == "Ida Vale"


def test_the_day_of_a_change_is_not_that_of_publication() -> None:
    changed = "Mis à jour le <time datetime=2024-03-04>4 mars</time>"
    published = "publié le <time datetime=2024-03-03>3 mars</time>"
    assert facts(f"<h1>Le quai</h1><p>{changed}, {published}</p>").date == date(2024, 3, 3)
    created = {"@type": "NewsArticle", "headline": "Le quai", "dateCreated": "2024-03-03"}
    assert facts(linked=created).date == date(2024, 3, 3)


def test_what_stands_around_a_story_names_no_author_of_it() -> None:
    around = "<aside><a rel=author>Paul Morin</a></aside><div class=comments><b class=author>Al</b>"
    assert facts(f"<h1>Le quai</h1>{around}</div>").author is None


def test_a_day_is_found_in_the_ways_that_pages_have() -> None:
    ways = (
        "<meta property='article:published_time' content='2024-03-03T01:00:00Z'>",
        "<meta name=date content=20240303>",
        "<meta itemprop=datePublished content='Sun Mar 03 2024 10:00:00'>",
        "<time datetime=2024-03-03>hier</time>",
        "<p><time>Publié le 3 mars 2024</time></p>",
        "<p class=publish-date>Mis en ligne le 3 mars 2024 à 10h</p>",
        "<p class=publish-date>Mars. 3, 2024</p>",  # as templates shorten every month
    )
    assert {facts(f"<h1>Le quai</h1>{way}").date for way in ways} == {date(2024, 3, 3)}


def test_a_day_of_two_figures_a_year_and_one_in_seconds_are_days() -> None:
    line = "<h1>Le quai</h1><p class=date>Publié le {}</p>"
    assert facts(line.format("23/03/26")).date == date(2026, 3, 23)
    assert facts(line.format("03/04/26")).date is None  # in English, it is another day
    for epoch in (1774224000, 1774224000000, "1774224000"):
        story = {"@type": "NewsArticle", "headline": "Le quai", "datePublished": epoch}
        assert facts(linked=story).date == date(2026, 3, 23)


def test_a_day_in_the_prose_or_of_a_template_is_not_the_page_s() -> None:
    bodies = (
        "<p>La tour fut bâtie le <time datetime=2001-09-18>18 septembre 2001</time>.</p>",
        "<meta itemprop=datePublished content=0001-01-01>",
        "<meta name=date content='03/04/2018'><meta name=pubdate content=2018-02-31>",
        "<aside><time datetime=2024-03-03>3 mars</time></aside>",
    )
    assert [facts(body).date for body in bodies] == [None] * len(bodies)


def test_a_title_that_every_page_of_a_site_has_is_no_headline() -> None:
    headline = "Le quai rouvre enfin lundi"
    same = ("Le Petit Port de Kerlan", "Article", "Actualités - Le Port", "Sans titre")
    found = [facts(f"<h1>{headline}</h1>", head=f"<title>{each}</title>").title for each in same]
    assert found == [same[0], headline, headline, headline]  # which may as well be a headline
    named = f"<title>{same[0]}</title><meta property=og:site_name content='{same[0]}'>"
    assert facts(f"<h1>{headline}</h1>", head=named).title == headline
    stated = "<title>Un port en fête</title><meta property=og:title content='Un port en fête'>"
    assert facts(f"<h1>{headline}</h1>", head=stated).title == "Un port en fête"
    assert facts("<h1>Nos articles</h1>", head="<title>Un port en fête</title>").title == (
        "Un port en fête"
    )


def test_the_title_is_the_headline_that_the_page_shows() -> None:
    head = "<title>Le quai rouvre - Le Quai</title><meta property=og:title content='{}'>"
    named = head.format("Le quai rouvre enfin") + "<meta property=og:site_name content='Le Quai'>"
    assert facts("<h1>Le Quai</h1><h1>Le quai rouvre</h1>", head=named).title == "Le quai rouvre"
    assert facts("<h1>Menu</h1>", head=named).title == "Le quai rouvre enfin"
    title = "<title>Le quai rouvre - Le Quai</title>"
    below = "<h1>Le Quai</h1><h2>Plus tôt</h2><h2>Le quai rouvre</h2>"
    assert facts(below, head=title).title == "Le quai rouvre"
    assert facts("<h1>Le quai rouvre - Le Quai</h1>", head=named).title == "Le quai rouvre"
    assert facts("<h1>Le Quai</h1>", head=title).title == "Le quai rouvre - Le Quai"
    assert facts("<h1>Le quai rouvre</h1>").title is None
    assert facts(head="<title>Le quai rouvre</title>").title == "Le quai rouvre"


@each(
    "name",
    (
        "article:published_time", "og:pubdate", "cXenseParse:publishtime", "published_at",
        "dcterms.issued", "publish-date", "citation_date", "release_date", "DC.date",
        "article_date_original",
    ),
)  # fmt: skip
def test_a_day_is_read_from_each_name_that_sites_give_it(name: str) -> None:
    head = f'<meta name="{name}" content="2024-03-03T10:00:00+01:00">'
    assert facts(head=head).date == date(2024, 3, 3)


@each("name", ("article:modified_time", "last-modified", "og:updated_time", "publish_end_date"))
def test_the_day_of_an_update_or_an_end_is_not_the_publication_s(name: str) -> None:
    assert facts(head=f'<meta name="{name}" content="2024-03-03T10:00:00+01:00">').date is None


@each("name", ("author", "author_name", "DC.creator", "cXenseParse:author", "article:author_name"))
def test_an_author_is_read_from_each_name_that_sites_give_it(name: str) -> None:
    assert facts(head=f'<meta name="{name}" content="Ida Vale">').author == "Ida Vale"


@each(
    "markup",
    (
        '<div class="createdby">{}</div>', '<a data-testid="authorName">{}</a>',
        '<span class="redacteur">{}</span>', '<p class="StoryByline_name">{}</p>',
    ),
)  # fmt: skip
def test_a_byline_is_known_by_the_words_in_its_names(markup: str) -> None:
    assert facts(f"<h1>Le quai rouvre</h1>{markup.format('Ida Vale')}").author == "Ida Vale"


@each(
    "markup",
    (
        '<abbr class="published" title="2024-03-03T10:00:00+01:00">dimanche</abbr>',
        '<time data-timestamp="1709460000">il y a deux jours</time>',
        '<relative-time datetime="2024-03-03">3 mars</relative-time>',
        '<div class="articleDate">3 mars 2024</div>',
    ),
)  # fmt: skip
def test_a_day_is_read_from_the_attributes_that_hold_it(markup: str) -> None:
    assert facts(f"<h1>Le quai rouvre</h1><div>{markup}</div>").date == date(2024, 3, 3)


@each(
    "whole",
    (
        "{} - Le Quai", "{} | Le Quai", "Le Quai | {}", "Le Quai » {}", "{} « Le Quai",
        "{} - Ports - Le Quai", "Le Quai : {}",
    ),
)  # fmt: skip
def test_the_site_stands_on_either_side_of_the_headline(whole: str) -> None:
    head = f"<title>{whole.format('Le bac rouvre lundi matin')}</title>"
    page = parse_page(f"<html><head>{head}</head><body><h1>Le bac rouvre lundi matin</h1></body>")
    assert read_facts(page, None).title == "Le bac rouvre lundi matin"
    assert guess_site(page, "Le bac rouvre lundi matin", None) == "Le Quai"


@each(
    ("whole", "beside"),
    (
        ("{} | Le Quai", ""), ("{} | Ports | Le Quai", ""), ("{} - Le Quai", "<a>Le Quai</a>"),
        ("{} – Le Quai", '<img alt="Le Quai">'),
        ("{} — Ports — Le Quai", "<a>Ports</a><a>Le Quai</a>"),
    ),
)  # fmt: skip
def test_the_site_is_no_part_of_a_headline_that_the_title_alone_has(
    whole: str, beside: str
) -> None:
    head = f"<title>{whole.format('Le bac rouvre lundi matin')}</title>"
    assert facts(beside, head=head).title == "Le bac rouvre lundi matin"


@each("title", ("Le bac | Le quai rouvre lundi", "Le bac rouvre - le maire se fâche", "A | B"))
def test_what_may_not_be_a_site_stays_in_the_headline(title: str) -> None:
    assert facts("<a>Le Quai</a>", head=f"<title>{title}</title>").title == title


def test_a_title_without_the_headline_names_no_site() -> None:
    page = parse_page("<html><head><title>Le bac - tout savoir</title></head><body></body>")
    assert guess_site(page, "Le bac rouvre", None) is None


@each("name", ("publisher", "sourceOrganization"))
def test_the_source_is_read_from_each_property_that_names_it(name: str) -> None:
    named = {"@type": "Organization", "name": "Le Quai"}
    assert facts(linked={"@type": "NewsArticle", name: named}).source == "Le Quai"


def test_a_series_that_a_story_is_part_of_is_no_source() -> None:
    series = {"@type": "CreativeWorkSeries", "name": "Cent recettes"}
    assert facts(linked={"@type": "NewsArticle", "isPartOf": series}).source is None


def test_a_title_that_was_escaped_twice_is_read_as_it_is_shown() -> None:
    head = '<meta property="og:title" content="L&amp;#8217;eau monte &amp;amp; descend">'
    assert facts(head=head).title == "L’eau monte & descend"
