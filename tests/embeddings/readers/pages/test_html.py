"""Pages: what a browser would show is what is stored, and what is no page gets a sentence."""

from __future__ import annotations

import socket
from datetime import date
from pathlib import Path

import pytest

from embeddings.errors import ReadError
from embeddings.readers import Draft
from embeddings.readers.pages import html
from embeddings.readers.pages.story import choose, text_of
from embeddings.text.passages import split
from tests.embeddings.readers.each import each
from tests.embeddings.readers.pages.test_blocks import page
from tests.embeddings.readers.pages.written import ps
from tests.embeddings.readers.prose import BAKER, BRIDGE, FERRY

BODY = ps(BRIDGE.paragraphs)
LAST = BRIDGE.paragraphs[-1]


def read(body: str, *, head: str = "", name: str = "page.html", **known: str | None) -> Draft:
    markup = f"<!DOCTYPE html><html><head><meta charset=utf-8>{head}</head><body>{body}</body>"
    return html.read(markup.encode(), Path(name), **known)


def test_headings_items_and_paragraphs_are_set_apart() -> None:
    body = f"<h1>T</h1>{BODY}<h2>Puis</h2><ul><li>Un quai.</li><li>Une grue.</li></ul>{ps([LAST])}"
    found = page(body)
    assert text_of(choose(found, (), "T")[0]).startswith(BRIDGE.paragraphs[0] + "\n\n")
    assert text_of(found.blocks[-4:]) == f"## Puis\n\n- Un quai.\n- Une grue.\n\n{LAST}"


def test_a_sentence_that_the_extractor_lost_is_kept_between_two_that_it_found() -> None:
    found = page(f"<div>{BODY}</div><p>Ailleurs, il pleut.</p>")
    extracted = "\n".join((BRIDGE.paragraphs[0], LAST))
    assert (
        tuple(b.text for b in choose(found, [html.match_words(extracted)], "T")[0])
        == BRIDGE.paragraphs
    )


def test_a_story_inside_an_element_with_a_suspect_name_is_kept() -> None:
    assert LAST in read(f"<h1>Titre</h1><div class='video'>{BODY}</div>").text


def test_a_page_that_only_says_that_it_is_for_subscribers_keeps_its_story() -> None:
    label = "<p>Article réservé aux abonnés.</p>"
    assert read(f"<article><h1>T</h1>{label}{BODY}</article>").text.endswith(LAST)


def test_what_the_page_does_not_state_is_guessed_and_told() -> None:
    body = f"<h1>{BRIDGE.title}</h1><p>Par Maëlle Le Goff</p><p>Le 14 mars 2019</p>{BODY}"
    draft = read(f"<article>{body}</article>")
    assert (draft.author, draft.date) == ("Maëlle Le Goff", date(2019, 3, 14))
    assert "language" in draft.inferred


def test_a_page_without_a_day_has_none() -> None:
    foot = "<footer>© 2017 Le Courrier</footer>"
    draft = read(f"<article><h1>Titre du jour</h1>{BODY}</article>{foot}")
    assert (draft.date, draft.author) == (None, None)


def test_the_day_in_the_name_of_a_file_counts_when_the_page_has_none() -> None:
    assert read(BODY, name="2018-06-22-pont.html").date == date(2018, 6, 22)


def test_the_end_of_a_headline_is_not_guessed_to_be_the_site() -> None:
    headline = "Direct : le quai rouvre"
    for end, site in (("", None), (" - Le Quai", "Le Quai")):
        head = f"<title>{headline}{end}</title>"
        assert read(f"<h1>{headline}</h1>{BODY}", head=head).source == site


def test_the_site_s_name_is_cut_off_the_title() -> None:
    head = "<meta property=og:title content='Un pont fermé | Le Quai'>"
    head += "<meta property=og:site_name content='Le Quai'>"
    draft = read(f"<h1>x</h1>{BODY}", head=head)
    assert (draft.title, draft.source) == ("Un pont fermé", "Le Quai")


@each("link", ["javascript:alert(1)", "//", "ftp://a.b/c", "http://u:p@a.b/c"])
def test_an_address_that_is_none_is_not_kept(link: str) -> None:
    assert read(BODY, head=f"<link rel=canonical href='{link}'>").url is None


def test_a_page_of_the_web_that_names_no_address_has_the_one_it_came_from() -> None:
    draft = read(BODY, address="https://example.org/pont")
    assert draft.url == "https://example.org/pont"


@each("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_a_page_that_does_not_name_its_encoding_is_read(encoding: str) -> None:
    page = f"<html><body>{ps(BAKER.paragraphs[:2])}".encode(encoding)
    assert html.read(page, Path("a.html")).text == "\n\n".join(BAKER.paragraphs[:2])


def test_a_page_is_read_by_the_encoding_that_the_server_names() -> None:
    page = f"<html><body>{ps(BAKER.paragraphs[:2])}".encode("mac_roman")
    draft = html.read(page, Path("a.html"), charset="macintosh")
    assert draft.text == "\n\n".join(BAKER.paragraphs[:2])


def test_one_broken_byte_does_not_cost_the_page() -> None:
    page = f"<html><head><meta charset=utf-8></head><body>{ps(BAKER.paragraphs * 3)}".encode()
    assert html.read(page + b"<!-- \xff -->", Path("a.html")).text.count("Rouvre") == 1 * 3


def test_xhtml_with_its_declaration_is_read() -> None:
    page = f'<?xml version="1.0" encoding="UTF-8"?><html xmlns="x"><body>{ps(FERRY.paragraphs)}'
    assert html.read(page.encode(), Path("a.xhtml")).text.endswith(FERRY.paragraphs[-1])


def test_entities_are_not_expanded() -> None:
    bomb = '<!DOCTYPE html [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;"><!ENTITY c SYSTEM '
    bomb += f'"file:///etc/hostname">]><html><body><p>&b; &c;</p>{BODY}'
    assert "aaaa" not in html.read(bomb.encode(), Path("a.html")).text


def test_reading_a_page_asks_nothing_of_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object, **options: object) -> None:
        raise AssertionError(arguments)

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert read(BODY, address="https://www.example.org/pont").source == "example.org"


@each(
    ("data", "words"),
    [
        (b"%PDF-1.7 abc", "is not an HTML page"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "is a binary file"),
        (b"Il pleut. Il fait froid.", "is not an HTML page"),
        (b"<html><body></body></html>", "shows no text of an article"),
        (b"<html><body><p hidden>Il pleut.</p></body></html>", "shows no text of an article"),
        (b"<html>" + b"a" * 5_000_001, "larger than 5 MB"),
    ],
)
def test_what_is_no_page_gets_a_sentence(data: bytes, words: str) -> None:
    with pytest.raises(ReadError, match=words) as caught:
        html.read(data, Path("page.html"))
    assert "page.html" in str(caught.value)


def test_a_table_of_links_and_figures_is_read() -> None:
    rows = "".join(f"<tr><td><a href=/{n}>{n}</a><td>{p}" for n, p in (("Sablé", 42), ("Erquy", 9)))
    assert "Sablé : 42" in read(f"<h1>T</h1>{BODY}<table>{rows}</table>{ps([LAST])}").text


@each(
    "body",
    [
        f"{BODY}<@>",
        f"{BODY}<figure><@></figure>",
        f"{BODY}<figure><@></figure>{ps([LAST])}",
        f"{BODY}<div><@></div>{ps([LAST])}",
    ],
)
def test_a_table_is_read_wherever_it_stands_in_the_story(body: str) -> None:
    table = "<table><tr><th>Ville<th>Voix<tr><td>Sablé<td>42<tr><td>Erquy<td>9</table>"
    found = read(f"<article><h1>T</h1>{body.replace('<@>', table)}</article>").text
    assert "Sablé : 42 voix\n\nErquy : 9 voix" in found


def test_short_lines_between_two_paragraphs_of_the_story_are_read() -> None:
    lines = "<ul><li>La grue<li>Le quai</ul><p><b>Prix :</b> 12 euros</p>"
    found = read(f"<article><h1>T</h1>{BODY}{lines}{ps([LAST])}</article>").text
    assert "- La grue\n- Le quai\n\nPrix : 12 euros" in found


def test_a_sentence_around_a_link_is_read() -> None:
    linked = "Le plan est <a href=/x>sur le site du port, en ligne</a>."
    found = read(f"<article><h1>T</h1>{BODY}<p>{linked}</p>{ps([LAST])}</article>").text
    assert "Le plan est sur le site du port, en ligne." in found


def test_a_heading_above_the_first_paragraph_is_read() -> None:
    body = f"<article><h1>{BRIDGE.title}</h1><h2>Le tablier</h2>{BODY}</article>"
    found = read(body, head=f"<title>{BRIDGE.title}</title>").text
    assert found.startswith(f"## Le tablier\n\n{BRIDGE.paragraphs[0]}")


def test_words_about_advertising_are_no_part_of_the_story() -> None:
    about = ps(["Publicité", "La suite après cette publicité", "Advertisement"])
    text = read(f"<article><h1>T</h1>{BODY}{about}{ps([LAST])}</article>").text
    assert "ublicité" not in text
    assert "Advertisement" not in text


def test_a_sentence_in_the_midst_that_is_left_out_is_told() -> None:
    offer = "Abonnez-vous à notre lettre du matin pour ne rien manquer."
    draft = read(f"<article><h1>T</h1>{BODY}<p>{offer}</p>{ps([LAST])}</article>")
    assert offer not in draft.text
    assert [each.what for each in draft.left_out] == [f"“{offer}”"]


def test_a_post_that_a_page_shows_is_read_however_it_is_wrapped() -> None:
    post = "<blockquote><p>Nous avons tenu parole, le pont rouvre.</p></blockquote>"
    body = f"<h1>T</h1>{BODY}<div class=social-embed>{post}</div>{ps([LAST])}"
    assert "Nous avons tenu parole, le pont rouvre." in read(body).text
    short = f"<h1>T</h1>{BODY}<aside class=facebook><p>Le pont rouvre</p></aside>{ps([LAST])}"
    assert "Le pont rouvre" in read(short).text


@each(
    "post",
    [
        "<blockquote class=twitter-tweet><p>Pas de bus demain</p>— Ville (@v) 3 mars</blockquote>",
        "<blockquote class=fb-xfbml-parse-ignore><p>Pas de bus demain</p>Par Ville</blockquote>",
        "<blockquote class=mastodon-embed><p>Pas de bus demain</p>@v@ici.example</blockquote>",
    ],
)
def test_a_post_without_the_end_of_a_sentence_can_be_quoted(post: str) -> None:
    found = read(f"<h1>T</h1>{BODY}{post}{ps([LAST])}")
    said = [p for p in split(found.article("a")) if "bus" in found.text[p.start : p.end]]
    assert [found.text[p.start :][:19] for p in said] == ["— Pas de bus demain"]


@each(
    "around",
    ["<dialog open><article>{}</article></dialog>", "<p>Menu.</p><dialog open>{}</dialog>"],
)
def test_a_story_in_an_open_dialog_is_read(around: str) -> None:
    assert LAST in read(around.format(f"<h1>T</h1>{BODY}")).text


@each("slip", ['<a href="/x" ">', "<p a}{b=1>", "<p class=a\x01b><b x\x02=1>"])
def test_a_slip_in_an_attribute_does_not_cost_the_page(slip: str) -> None:
    assert LAST in read(f"<h1>T</h1>{BODY}{slip}Fin.</a></p>").text


def test_a_post_in_posts_is_read_however_deep() -> None:
    post = "<blockquote class=twitter-tweet>"
    assert "On rouvre" in read(f"<h1>T</h1>{BODY}{post * 240}<p>On rouvre.</p>{ps([LAST])}").text


def test_an_open_dialog_beside_a_story_is_no_part_of_it() -> None:
    consent = "Nous et nos partenaires mesurons la fréquentation de ce site avec des cookies."
    body = f"<article><h1>T</h1>{BODY}</article><dialog open><p>{consent}</p></dialog>"
    assert consent not in read(body).text


def test_a_paragraph_that_is_one_link_is_read_where_it_is_a_sentence() -> None:
    told = "La préfecture interdit depuis lundi le pont aux camions de plus de sept tonnes."
    also = f"À lire aussi : {told}"
    links = "".join(f"<p><a href=/x>{text}</a></p>" for text in (told + " C’est dit.", also))
    found = read(f"<h1>T</h1>{BODY}{links}{ps([LAST])}").text
    assert (told in found, also in found) == (True, False)


def test_a_standfirst_is_read_whatever_else_its_name_says() -> None:
    lede = "Après trois mois de travaux, le pont reste fermé et les camions font le tour."
    assert lede in read(f"<h1>T</h1><p class=teaser-lede>{lede}</p>{BODY}").text


def test_a_page_too_large_for_an_opinion_is_read_by_its_own_blocks() -> None:
    body = "".join(f"<p>Le {n}e marché se tiendra lundi matin.</p>" for n in range(21_000))
    assert read(f"<h1>T</h1><nav>Accueil</nav>{body}").text.count("se tiendra lundi") == 21_000


def test_signs_that_no_browser_shows_lose_no_page() -> None:
    signs = "<p>Un quai\x01 rouvre&#2;.</p><div class=comment>x</div>\x03"
    draft = read(f"<article><h1>T</h1>{BODY}{signs}</article>")
    assert LAST in draft.text


@each("wrapping", ["<article>{}</article>", "<main>{}</main>", "<header>Le Quai</header>{}", "{}"])
def test_a_page_needs_no_body_element(wrapping: str) -> None:
    words = "Le pont est fermé depuis lundi, a dit la maire, et il rouvrira en mai."
    for before in ("<title>Le pont</title>", "<html><head><title>Le pont</title></head>"):
        page = before + wrapping.format(f"<h1>Le pont</h1><p>{words}</p>")
        draft = html.read(page.encode(), Path("page.html"))
        assert (draft.title, draft.text) == ("Le pont", words)


@each(
    "wrapping",
    ["<body style='display:none'>{}", "<x-a><template shadowrootmode=open>{}</template>"],
)
def test_a_page_that_a_script_or_a_browser_unfolds_is_read(wrapping: str) -> None:
    words = "Le pont est fermé depuis lundi, a dit la maire, et il rouvrira en mai."
    page = f"<title>Le pont</title>{wrapping.format(f'<p>{words}</p>')}"
    assert html.read(page.encode(), Path("page.html")).text == words
