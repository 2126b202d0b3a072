"""Kinds of page that newsrooms have: what of each is the story's, and what stands around it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest

from embeddings.errors import ReadError
from embeddings.readers import Draft
from embeddings.readers.pages import html
from embeddings.text.passages import split
from embeddings.types import BREAK
from tests.embeddings.readers.each import each
from tests.embeddings.readers.pages.written import ps
from tests.embeddings.readers.prose import BRIDGE, FERRY

OPENING, *REST = BRIDGE.paragraphs
STORY = ps(BRIDGE.paragraphs)
LEDE = "Le pont fermera onze mois dès avril, et les commerçants du quai en redoutent le coût."
WEATHER = "<table><tr><th>Jour</th><th>Max</th></tr><tr><td>Lundi</td><td>21°</td></tr></table>"


@dataclass(frozen=True)
class Kind:
    """What stands in an article, what of it is quoted, and what is not even stored."""

    name: str
    body: str
    quoted: str = ""
    left_out: str = ""


UPDATES = "".join(
    f'<article class="item" itemprop="liveBlogUpdate"><header><time>1{number}:05</time></header>'
    f'<div class="item-text"><p>{part}</p></div></article>'
    for number, part in enumerate(BRIDGE.paragraphs)
)
KINDS = (
    Kind("table_above", WEATHER + STORY, "Lundi : 21° max"),
    Kind("weather", f'{STORY}<div class="widget-meteo">{WEATHER}</div>', "", "21°"),
    Kind("teaser", f'<p class="teaser">{LEDE}</p>{STORY}', LEDE),
    Kind("teaser_of_another", f'{STORY}<div class="teaser"><a href="/x">{LEDE}</a></div>',
         "", LEDE),
    Kind("author_box", f'{STORY}<div class="author-box"><p>Elle suit les affaires du port depuis '
         "dix ans.</p></div>", "", "affaires du port"),
    Kind("comments", f"{STORY}<h2>3 commentaires</h2><div><p>Bravo au maire, enfin quelqu’un qui "
         "pense à nous.</p></div>", "", "Bravo"),
    Kind("others_below_a_signed_story", f"<p>{'<br>'.join(BRIDGE.paragraphs)}<br>Anne Roche</p>"
         f"<h2>Vous aimerez</h2><div>{ps(FERRY.paragraphs)}</div>", "", FERRY.paragraphs[0]),
    Kind("two_rows_of_heads", f"{STORY}<table><tr><th rowspan=2>Rive</th><th colspan=2>Départs</th>"
         "</tr><tr><th>Matin</th><th>Soir</th></tr><tr><td>Gauche</td><td>6 h</td><td>20 h</td>"
         "</tr></table>", "Gauche : Départs Matin 6 h ; Départs Soir 20 h", "Rive :"),
    Kind("head_with_a_title", f"{STORY}<table><tr><th colspan=2>Horaires</th></tr><tr><th>Rive</th>"
         "<th>Départ</th></tr><tr><td>Gauche</td><td>6 h</td></tr><tr><td>Droite</td><td>7 h</td>"
         "</tr></table>", "Droite : 7 h", "Horaires départ"),
    Kind("mark_of_a_note", f'{STORY}<p>Il coûte 12<sup><a href="/pont#n1">1</a></sup> francs'
         '<a href="#n2">[2]</a> le mètre, soit 4 m<sup>2</sup> par jour.</p>',
         "Il coûte 12 francs le mètre, soit 4 m2 par jour.", "121"),
    Kind("advertisement", f"{ps([OPENING])}<p>Story continues below advertisement</p>{ps(REST)}",
         "", "continues"),
    Kind("reading_time", f"<p>Temps de lecture : 3 min</p>{STORY}", "", "lecture"),
    Kind("caption", f"{STORY}<figcaption>{ps(FERRY.paragraphs * 3)}</figcaption>", "", "ferry"),
    Kind("live_blog", f"<section>{UPDATES}</section>", REST[-1]),
    Kind("closed_dialog", f"<p>Le préfet a signé<dialog>Fermer</dialog> l’arrêté jeudi.</p>{STORY}",
         "Le préfet a signé l’arrêté jeudi.", "Fermer"),
)  # fmt: skip
SENTENCES = (
    "Recevez votre facture par la poste, demande le syndicat des eaux à ses abonnés du bourg.",
    "Votre navigateur de bord a manqué la bouée, a dit le juge au skipper de la goélette.",
    "Voir aussi loin que possible, voilà ce que promet le nouveau phare à ses visiteurs.",
    "Photo : elle était toute sa vie, et Anne Roche l’a quittée en mai pour ouvrir une ferme.",
    "Imprimer son journal coûte deux fois plus cher qu’en 2019, explique le gérant.",
    "Déjà abonnés au club, ils ne paieront pas la licence une seconde fois.",
    "Inscrivez-vous avant le 12 mars à la mairie, les places sont comptées.",
    "Like us, many farmers are waiting for the rain to come back.",
    "Copyright law must change, says the minister of culture.",
    "Nous utilisons des cookies en forme d’étoile, dit la pâtissière de la rue du Port.",
    "Suivez le cortège sur Facebook et vous verrez combien ils étaient, dit le maire.",
)
INVITATIONS = (
    "Votre navigateur ne supporte pas la vidéo.",
    "Please enable JavaScript to view this content.",
    "Ce contenu est bloqué car vous n’avez pas accepté les cookies.",
    "Recevez chaque matin l’essentiel de l’actualité dans votre boîte mail.",
    "Vous avez repéré une erreur ? Signalez-la.",
    "Voir aussi notre dossier sur les ponts.",
    "Photo : J. Riou.",
    "Imprimer cet article.",
    "Déjà abonné ? Connectez-vous.",
    "Inscrivez-vous à notre newsletter pour tout savoir.",
    "Like us on Facebook.",
    "Copyright Le Quai.",
    "Nous utilisons des cookies pour améliorer votre expérience.",
    "This slideshow requires JavaScript.",
    "Follow The Quay on Facebook, Twitter (@quay) and Instagram.",
    "Suivez Le Quai sur Bluesky et sur Mastodon !",
    "Get the latest updates right in your inbox.",
)


STAND_INS = (
    ("Page introuvable | Le Quai", "<h1>Oups !</h1><p>Revenez à l’accueil du site du port.</p>"),
    ("404 Not Found", "<h1>404 Not Found</h1><hr>nginx/1.18.0"),
    ("Just a moment...", "<p>quai.example needs to review the security of your connection.</p>"),
    ("Attention Required! | Cloudflare", "<p>The action triggered our security.</p>"),
    ("Le Quai", "<noscript>You need to enable JavaScript to run this app.</noscript>"),
    ("Le Quai", "<p>Veuillez activer JavaScript pour continuer à lire ce site.</p>"),
    ("Le Quai", "<p>Veuillez confirmer que vous n’êtes pas un robot en cochant la case.</p>"),
    ("Le Quai", "<p>La page que vous avez demandée est introuvable ou a été déplacée.</p>"),
    ("Le bac reprend", ("<p>Nous et nos partenaires utilisons des cookies pour mesurer l’audience "
     "de ce site.</p><p>Vous pouvez retirer votre consentement à tout moment en cliquant sur le "
     "lien « Mes choix » au bas de la page.</p>")),
)  # fmt: skip
LOOKALIKES = (
    ("404 emplois supprimés", "<p>La direction du port l’a annoncé mardi aux salariés.</p>"),
    ("« Prouvez que vous n’êtes pas un robot »", "<p>Ces captchas écartent les aveugles.</p>"),
    ("Le port fermé", "<p>La page Facebook de la mairie n’existe plus depuis lundi matin.</p>"),
    ("Cookies : le port condamné", ("<p>Le port a déposé des cookies sans le consentement de ses "
     "visiteurs.</p><p>« Nous utilisons des cookies comme tout le monde », dit sa directrice, qui "
     "ne demandera pas le consentement des lecteurs.</p>")),
    ("Un port sans JavaScript", ("<p>Le site du port se lit sans JavaScript, dit le maire.</p>"
     "<p>Please enable JavaScript to view the comments powered by Disqus.</p>")),
)  # fmt: skip


def read_whole(title: str, body: str) -> Draft:
    markup = f"<!DOCTYPE html><html><meta charset=utf-8><title>{title}</title><body>{body}"
    return html.read(markup.encode(), Path("page.html"))


def read(body: str) -> Draft:
    """Read a page; the text is as one sees it."""
    title = f"<title>{BRIDGE.title}</title>"
    article = f"<article><h1>{BRIDGE.title}</h1>{body}</article>"
    markup = f"<!DOCTYPE html><html lang=fr><meta charset=utf-8>{title}<body>{article}"
    draft = html.read(markup.encode(), Path("page.html"))
    return replace(draft, text=draft.text.replace(BREAK, ""))


def quotable(draft: Draft) -> str:
    article = draft.article("draft")
    return "\n\n".join(article.text[p.start : p.end] for p in split(article))


@each("kind", KINDS)
def test_each_kind_of_page_is_stored_with_its_own_words_alone(kind: Kind) -> None:
    draft = read(kind.body)
    assert all(part in draft.text for part in (*BRIDGE.paragraphs, kind.quoted))
    assert kind.quoted in quotable(draft)
    assert not kind.left_out or kind.left_out not in draft.text


@each(
    "attributes",
    (
        'class="u-visually-hidden"', 'class="screen-reader-only"', 'class="x1-VisuallyHidden a"',
        'style="visibility: collapse"', 'style="position:absolute;left:-9999px"',
        'style="clip: rect(0, 0, 0, 0)"',
    ),
)  # fmt: skip
def test_words_that_no_eye_sees_are_in_no_sentence(attributes: str) -> None:
    line = f"<p>Le plan est <a>en ligne<span {attributes}> (autre onglet)</span></a> lundi.</p>"
    draft = read(STORY + line)
    assert "Le plan est en ligne lundi." in quotable(draft)


@each(
    "markup",
    (
        '<div class="imageCaption">{}</div>', '<p class="photo-legende">{}</p>',
        '<div class="article-image__legend"><p>{}</p></div>', '<p class="pic_legend">{}</p>',
        '<figure><img src="x"><p>{}</p></figure>', '<div class="c-image__description">{}</div>',
    ),
)  # fmt: skip
def test_a_caption_is_no_part_of_the_story_however_it_is_named(markup: str) -> None:
    words = "La grue du quai, vue de la rive droite en mai dernier."
    assert words not in read(ps([OPENING]) + markup.format(words) + ps(REST)).text


@each("tag", ("div", "blockquote", 'p class="exergue"', 'aside class="highlight"'))
def test_words_that_the_page_repeats_in_large_letters_are_stored_once(tag: str) -> None:
    quote = "Ce n’est pas dangereux pour les voitures"
    draft = read(f"{ps([OPENING])}<{tag}>« {quote} »</{tag.split(maxsplit=1)[0]}>{ps(REST)}")
    assert draft.text.count(quote) == 1


def test_a_standfirst_that_is_also_a_paragraph_is_stored_once() -> None:
    assert read(f'<p class="chapo">{OPENING}</p>{STORY}').text.count(OPENING) == 1


def test_a_story_that_a_page_has_twice_is_stored_once() -> None:
    twice = f'<div class="desktop">{STORY}</div><div class="mobile">{STORY}</div>'
    assert read(twice).text == "\n\n".join(BRIDGE.paragraphs)


def test_an_entry_that_begins_another_is_stored_too() -> None:
    entry = "Récupération : une tasse de myrtilles noires"
    text = read(f"{STORY}<p>{entry}</p><p>{entry}, deux galettes</p>").text
    assert text.endswith(f"{entry}\n\n{entry}, deux galettes")


def test_an_answer_is_stored_as_often_as_it_is_given() -> None:
    turns = "<p>Avez-vous peur de la crue qui vient ?</p><p>Non, pas du tout, et vous non plus.</p>"
    assert read(STORY + 2 * turns).text.count("Non, pas du tout") == 2


def test_a_button_to_unfold_the_page_does_not_end_its_story() -> None:
    button = "<button>Lire la suite</button>"
    for body in (f"<p>Lire la suite</p>{ps(REST)}", f"<div>{button}</div>{ps(REST)}"):
        assert read(ps([OPENING]) + body).text.endswith(REST[-1])


@each("words", SENTENCES)
def test_a_sentence_that_begins_like_a_notice_is_quoted_wherever_it_stands(words: str) -> None:
    for body in (ps([words]) + STORY, STORY + ps([words]), ps([OPENING, words, *REST])):
        assert words in quotable(read(body))


@each(("title", "body"), STAND_INS)
def test_what_a_site_shows_in_a_story_s_place_is_refused(title: str, body: str) -> None:
    with pytest.raises(ReadError, match="shows no article, only what a site puts in its place: “"):
        read_whole(title, body)


@each(("title", "body"), LOOKALIKES)
def test_a_story_about_errors_captchas_or_cookies_is_read(title: str, body: str) -> None:
    assert quotable(read_whole(title, f"<h1>{title}</h1>{body}"))


def test_a_story_with_a_day_or_an_author_is_no_error() -> None:
    signed = "<h1>Accès refusé</h1><p class=author>Par Anne Roche</p><p>Le port reste clos.</p>"
    assert quotable(read_whole("Accès refusé", signed)) == "Le port reste clos."


@each("words", INVITATIONS)
def test_an_invitation_is_no_part_of_the_story(words: str) -> None:
    assert words not in read(ps([OPENING, words, *REST])).text


def test_what_stands_before_the_headline_in_its_line_is_no_part_of_it() -> None:
    heading = f'<span class="kicker">Travaux</span> {BRIDGE.title}<a class="anchor">#</a>'
    markup = f"<html><title>{BRIDGE.title}</title><body><h1>{heading}</h1>{STORY}"
    draft = html.read(markup.encode(), Path("page.html"), charset="utf-8")
    assert (draft.title, draft.text.partition("\n")[0]) == (BRIDGE.title, OPENING)


def test_a_day_and_a_name_of_another_story_are_not_this_one_s() -> None:
    others = '<li><time datetime="2020-02-02">2 février</time></li>'
    card = '<div class="card"><span class="author">Zoé Zed</span></div>'
    body = f"<ul>{others}</ul><main><h1>{FERRY.title}</h1>{ps(FERRY.paragraphs)}</main>{card}"
    draft = html.read(f"<html><body>{body}".encode(), Path("page.html"))
    assert (draft.author, draft.date) == (None, None)


@each("place", ("{} {}", "{}<p>{}</p>", "{}<p><em>{}</em></p>", "{}<div class=end>{}</div>"))
def test_a_name_and_a_day_below_the_story_are_its_own(place: str) -> None:
    draft = read(place.format(STORY, "Par Anne Roche, le 3 mars 2024"))
    assert (draft.author, draft.date) == ("Anne Roche", date(2024, 3, 3))
    beside = read(f"{STORY}<aside><p>Par Anne Roche, le 3 mars 2024</p></aside>")
    assert (beside.author, beside.date) == (None, None)
