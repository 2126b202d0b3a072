"""What newsrooms export: each story with what the file states of it, and the rest is told."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from email.message import EmailMessage
from html import escape
from pathlib import Path

import pytest

from config.groups import FetchSettings
from embeddings.readers import Draft, Fetcher, Sandbox, read_all
from embeddings.readers.confined import answer
from embeddings.readers.formats.markup import inner_html, parse_xml
from embeddings.readers.pages.story import fragment_text
from embeddings.text.passages import split
from embeddings.types import Rejected
from tests.embeddings.readers.each import each
from tests.embeddings.readers.formats.offices import packed
from tests.embeddings.readers.prose import BAKER, BRIDGE, FERRY, Story

MADE = Path(__file__).parent / "stories"
"""The story of the bridge as LibreOffice 7.4 (pont.*) and pandoc 3.9 (pont.epub, pandoc.rtf)
write it."""
DAY = date(2019, 3, 14)
URL = "https://courrier.example/pont"
PARAGRAPHS = "".join(f"<p>{escape(part)}</p>" for part in BRIDGE.paragraphs)
TEXT = "\n\n".join(BRIDGE.paragraphs)
FACTS = (BRIDGE.title, "Le Courrier de l’Aven", "Maëlle Le Goff", DAY, URL, "fr")
"""What every export of the bridge's story states."""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as room:
        yield room


def facts(draft: Draft) -> tuple[object, ...]:
    assert not draft.inferred
    return (draft.title, draft.source, draft.author, draft.date, draft.url, draft.language)


def read(path: Path, sandbox: Sandbox) -> tuple[list[Draft], list[Rejected]]:
    """Return the stories of a file, and what is none."""
    found = list(read_all([str(path)], sandbox, Fetcher(FetchSettings())))
    drafts = [each[1] for each in found if isinstance(each, tuple)]
    return drafts, [each for each in found if isinstance(each, Rejected)]


@each("name", sorted(path.name for path in MADE.iterdir()))
def test_a_story_that_a_real_program_wrote_is_read(name: str, sandbox: Sandbox) -> None:
    (draft,), refused = read(MADE / name, sandbox)
    assert draft.title == BRIDGE.title
    told = " ".join(draft.text.split())  # a printed space is a space
    assert [part for part in BRIDGE.paragraphs if " ".join(part.split()) not in told] == []
    assert "title" in draft.inferred or BRIDGE.title not in draft.text
    assert not refused


def test_numbers_of_lists_are_those_of_the_document(sandbox: Sandbox) -> None:
    for name in ("pont.docx", "pont.odt"):
        (draft,), _ = read(MADE / name, sandbox)
        assert "3. Par le nord, l’été.\n4. Par le sud." in draft.text


def test_an_epub_states_who_wrote_it_when_and_for_whom(sandbox: Sandbox) -> None:
    (draft,), _ = read(MADE / "pont.epub", sandbox)
    assert facts(draft) == (*FACTS[:4], None, "fr")
    assert draft.text == TEXT


def wxr(*items: str) -> str:
    """Return an export as WordPress 6 writes it."""
    return (
        '<?xml version="1.0" encoding="UTF-8" ?>\n<!-- generator="WordPress/6.4" -->\n'
        '<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:wp="http://wordpress.org/export/1.2/"><channel>'
        "<title>Le Courrier de l’Aven</title><language>fr-FR</language>"
        "<wp:wxr_version>1.2</wp:wxr_version><wp:author>"
        "<wp:author_login><![CDATA[mlegoff]]></wp:author_login>"
        "<wp:author_display_name><![CDATA[Maëlle Le Goff]]></wp:author_display_name>"
        f"</wp:author>{''.join(items)}</channel></rss>"
    )


def post(story: Story, content: str, status: str = "publish", kind: str = "post") -> str:
    return (
        f"<item><title><![CDATA[{story.title}]]></title><link>{URL}</link>"
        "<dc:creator><![CDATA[mlegoff]]></dc:creator><excerpt:encoded><![CDATA[Un extrait.]]>"
        f"</excerpt:encoded><content:encoded><![CDATA[{content}]]></content:encoded>"
        "<wp:post_date><![CDATA[2019-03-14 06:30:00]]></wp:post_date>"
        f"<wp:status><![CDATA[{status}]]></wp:status>"
        f"<wp:post_type><![CDATA[{kind}]]></wp:post_type></item>"
    )


def test_wordpress_gives_its_published_posts_and_tells_the_others(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    blocks = "".join(f"<!-- wp:paragraph -->\n{p}</p>\n" for p in PARAGRAPHS.split("</p>")[:-1])
    classic = "[caption id=2]Le moulin[/caption]\r\n" + "\r\n\r\n".join(BAKER.paragraphs)
    items = (
        post(BRIDGE, blocks),
        post(BAKER, classic),
        post(FERRY, "<p>Plus tard.</p>", "draft"),
        post(FERRY, "x", kind="attachment"),
    )
    path = tmp_path / "wp.xml"
    path.write_text(wxr(*items), encoding="utf-8")
    (bridge, baker), (refused,) = read(path, sandbox)
    assert (facts(bridge), bridge.text) == (FACTS, TEXT)
    assert baker.text.endswith("\n\n".join(BAKER.paragraphs))
    assert [each.what for each in baker.left_out] == ["[caption]"]
    assert "is not published there (draft)" in refused.reason
    assert bridge.origin != baker.origin


def test_a_caption_in_a_post_is_told_and_not_read(tmp_path: Path, sandbox: Sandbox) -> None:
    caption = "Le moulin de Sablé, vu un matin d’hiver de la rive gauche de la rivière."
    parts = "".join(f"<p>{part}</p>" for part in BAKER.paragraphs)
    for markup, what in (
        (
            f"<figure><img src=x><figcaption>{caption}<p>J. Riou.</p></figcaption></figure>",
            "media (1)",
        ),
        (f'[caption id="2"]<img src=x> {caption}[/caption]', "[caption]"),
    ):
        path = tmp_path / "export.xml"
        path.write_text(wxr(post(BAKER, markup + parts)), encoding="utf-8")
        (draft,), _ = read(path, sandbox)
        assert draft.text == "\n\n".join(BAKER.paragraphs)
        assert [each.what for each in draft.left_out] == [what]


def test_a_page_of_a_book_whose_elements_are_not_closed_is_read_whole() -> None:
    one, two = BAKER.paragraphs[:2]
    for above in (
        "",
        "<!doctype html>",
        "<?xml version='1.0' encoding='latin-1'?><!DOCTYPE a [ ]>",
    ):
        body = parse_xml(f"{above}<body><p>{one}<br><p>{two}</body>", "x")
        assert fragment_text(inner_html(body)).split() == f"{one} {two}".split()


def test_a_post_has_paragraphs_at_its_empty_lines_whatever_else_it_holds(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    mixed = f"<h2>Le fournil</h2>\n{chr(10).join(f'{p}{chr(10)}' for p in BAKER.paragraphs)}"
    path = tmp_path / "wp.xml"
    path.write_text(wxr(post(BAKER, f"{mixed}\n<ul>\n<li>Le pain.</li>\n</ul>")), encoding="utf-8")
    (draft,), _ = read(path, sandbox)
    assert draft.text == "\n\n".join(("## Le fournil", *BAKER.paragraphs, "- Le pain."))


@each(
    ("opening", "author", "content"),
    [
        (
            '<rss xmlns:content="http://purl.org/rss/1.0/modules/content/">',
            "<author>mlg@courrier.example (Maëlle Le Goff)</author>",
            "content:encoded",
        ),
        ("<rss>", "<dc:creator>Maëlle Le Goff</dc:creator>", "content:encoded"),
        (
            "<rss>",
            "<media:title>x</media:title><itunes:author>Maëlle Le Goff</itunes:author>",
            "content",
        ),
        (
            '<a:feed xmlns:a="http://www.w3.org/2005/Atom">',
            "<a:author><a:name>Maëlle Le Goff</a:name></a:author>",
            "a:content",
        ),
    ],
)
def test_what_a_feed_holds_is_read_whatever_prefixes_it_gives_its_names(
    opening: str, author: str, content: str, tmp_path: Path, sandbox: Sandbox
) -> None:
    prefix = "a:" if "a:feed" in opening else ""
    entry = f"{prefix}entry" if prefix else "item"
    closing = "</channel></rss>" if not prefix else "</a:feed>"
    (tmp_path / "a.xml").write_text(
        f"{opening}{'' if prefix else '<channel>'}<{prefix}title>Le Courrier</{prefix}title>"
        f"<{entry}>{author}<{prefix}title>{BRIDGE.title}</{prefix}title>"
        f"<{content}>{escape(PARAGRAPHS)}</{content}></{entry}>{closing}",
        encoding="utf-8",
    )
    (draft,), _ = read(tmp_path / "a.xml", sandbox)
    assert (draft.title, draft.author, draft.text) == (BRIDGE.title, "Maëlle Le Goff", TEXT)


NITF = f"""<?xml version="1.0"?><!DOCTYPE nitf SYSTEM "nitf-3-5.dtd"><nitf xml:lang="fr">
<head><docdata><doc-id id-string="a1"/><date.issue norm="20190314T063000+0100"/></docdata>
<pubdata name="Le Courrier de l’Aven" ex-ref="{URL}"/></head><body><body.head><hedline>
<hl1>{BRIDGE.title}</hl1></hedline><byline>Par <person>Maëlle Le Goff</person></byline></body.head>
<body.content>{PARAGRAPHS}<media><media-caption>Le pont.</media-caption></media></body.content>
</body></nitf>"""


def test_an_entry_states_its_story_in_each_way_that_feeds_have(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    atom = '<feed xmlns="http://www.w3.org/2005/Atom"><author><name>Maëlle Le Goff</name></author>'
    plain = TEXT.replace("\n\n", "\n")
    feeds = (
        f"{atom}<entry><content type='html'>{escape(PARAGRAPHS)}</content></entry></feed>",
        f"{atom}<entry><content type='text'>{plain}</content></entry></feed>",
        f"<rss><channel><item><description>{escape(PARAGRAPHS)}</description></item></channel></rss>",
    )
    for feed in feeds:
        (path := tmp_path / "feed.xml").write_text(feed)
        (draft,), _ = read(path, sandbox)
        assert draft.text == TEXT
        assert draft.author == ("Maëlle Le Goff" if "Goff" in feed else None)


def newsml(inside: str, status: str = "usable") -> str:
    return (
        '<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:a:1" xml:lang="fr-FR">'
        f'<itemMeta><provider><name>Le Courrier de l’Aven</name></provider><pubStatus qcode="stat:'
        f'{status}"/><link href="{URL}"/></itemMeta><contentMeta>'
        f"<contentCreated>2019-03-14T06:30:00+01:00</contentCreated>"
        f"<headline>{BRIDGE.title}</headline><by>Maëlle Le Goff</by>"
        f'<language tag="fr-FR"/></contentMeta><contentSet>{inside}</contentSet></newsItem>'
    )


XHTML = f'<html xmlns="http://www.w3.org/1999/xhtml"><body>{PARAGRAPHS}</body></html>'
NINJS = {
    "uri": "urn:a:1",
    "canonicalurl": URL,
    "headline": BRIDGE.title,
    "byline": "Maëlle Le Goff",
    "versioncreated": "2019-03-14T06:30:00Z",
    "language": "fr-FR",
    "provider": "Le Courrier de l’Aven",
    "body_html": PARAGRAPHS,
}
NINJS_3 = {k: v for k, v in NINJS.items() if k not in ("headline", "body_html", "provider")} | {
    "headlines": [{"role": "short", "value": "Pont"}, {"role": "main", "value": BRIDGE.title}],
    "provider": {"name": "Le Courrier de l’Aven"},
    "bodies": [{"contenttype": "text/plain", "value": TEXT}],
}
FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Le Courrier de l’Aven",
    "language": "fr",
    "authors": [{"name": "Maëlle Le Goff"}],
    "items": [
        {
            "id": "1",
            "url": URL,
            "title": BRIDGE.title,
            "content_html": PARAGRAPHS,
            "date_published": "2019-03-14T06:30:00+01:00",
        }
    ],
}
EXPORTS = {
    "a.nitf": NITF,
    "nitf.xml": NITF,
    "g2.xml": newsml(f"<inlineXML>{XHTML}</inlineXML>"),
    "g2-nitf.xml": newsml(f"<inlineXML>{NITF[NITF.index('<nitf') :]}</inlineXML>"),
    "message.xml": f'<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><itemSet>'
    f"{newsml(f'<inlineData>{escape(TEXT)}</inlineData>')}</itemSet></newsMessage>",
    "ninjs.json": json.dumps(NINJS),
    "ninjs-3.json": json.dumps([NINJS_3]),
    "ninjs-items.json": json.dumps({"items": [NINJS | {"byline": "Par Maëlle Le Goff"}]}),
    "ninjs-title.json": json.dumps(NINJS | {"headline": "", "title": BRIDGE.title}),
    "feed.json": json.dumps(FEED),
}


@each("name", EXPORTS)
def test_an_export_states_all_of_its_story(name: str, tmp_path: Path, sandbox: Sandbox) -> None:
    path = tmp_path / name
    path.write_text(EXPORTS[name], encoding="utf-8")
    (draft,), refused = read(path, sandbox)
    assert (facts(draft), draft.text, refused) == (FACTS, TEXT, [])


def test_a_title_in_html_is_its_words_and_a_second_headline_is_read(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    path, below = tmp_path / "a.nitf", "Les camions feront le tour jusqu’en juin"
    path.write_text(
        NITF.replace(BRIDGE.title, "Quai &amp;amp; &lt;b&gt;pont&lt;/b&gt;").replace(
            "</hl1>", f"</hl1><hl2>{below}</hl2>"
        ),
        encoding="utf-8",
    )
    (draft,), _ = read(path, sandbox)
    assert (draft.title, draft.text) == ("Quai & pont", f"{below}\n\n{TEXT}")


def test_words_beside_a_picture_of_nitf_stay(tmp_path: Path, sandbox: Sandbox) -> None:
    path, said = tmp_path / "a.nitf", "Le quai <media><media-caption>Photo.</media-caption></media>"
    path.write_text(
        NITF.replace("<body.content>", f"<body.content><p>{said}est fermé.</p>"), encoding="utf-8"
    )
    (draft,), _ = read(path, sandbox)
    assert draft.text == f"Le quai est fermé.\n\n{TEXT}"


def test_what_may_not_be_used_is_told(tmp_path: Path, sandbox: Sandbox) -> None:
    parts = {
        "a.xml": newsml("x", "canceled"),
        "b.json": json.dumps(NINJS | {"pubstatus": "canceled"}),
    }
    (tmp_path / "a.zip").write_bytes(packed(parts))
    drafts, refused = read(tmp_path / "a.zip", sandbox)
    assert not drafts
    assert all("may not be used: it is canceled" in each.reason for each in refused)
    assert len(refused) == 2


def mail(text: str, markup: str = "") -> bytes:
    message = EmailMessage()
    message["Subject"] = f"TR: {BRIDGE.title}"
    message["From"] = '"Maëlle Le Goff" <mlg@courrier.example>'
    message["Date"] = "Thu, 14 Mar 2019 06:30:00 +0100"
    message.set_content(text)
    if markup:
        message.add_alternative(markup, subtype="html")
    message.add_attachment(b"abc", maintype="image", subtype="png", filename="pont.png")
    return message.as_bytes()


@each("markup", ["", f"<html><body>{PARAGRAPHS}</body></html>"])
def test_a_saved_mail_is_its_text(markup: str, tmp_path: Path, sandbox: Sandbox) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(mail(f"{TEXT}\n\n-- \nMaëlle\n", markup))
    (draft,), _ = read(path, sandbox)
    assert (draft.title, draft.author, draft.date) == (BRIDGE.title, "Maëlle Le Goff", DAY)
    assert draft.text.strip() == TEXT
    assert draft.left_out[0].what == "the attachment pont.png"


ABOVE = (
    "<p><a href=x>Voir dans le navigateur</a></p>",
    "<p>Si ce message ne s'affiche pas bien, <a href=x>cliquez ici</a>.</p>",
    "<p>View this email in your browser</p>",
    "<p>Images not showing? <a href=x>View online.</a></p>",
    "<p>Having trouble viewing this email? <a href=x>View it online</a></p>",
    "<p><span style='mso-hide:all'>Le pont, le marché</span></p>",
)
BELOW = (
    "<p><a href=x>Se désabonner</a></p><p>Le Courrier</p>",
    (
        "<p>Vous recevez cet e-mail parce que vous êtes abonné.<br>Le Courrier, 12 rue de la "
        "Loire, 72300 Sablé<br><a href=x>Se désinscrire</a> | "
        "<a href=x>Gérer mes préférences</a></p>"
    ),
    "<p>Directrice de la publication : Maëlle Le Goff</p>",
    f"<p>Pour vous désinscrire, <a href=x>cliquez ici</a>.</p>{PARAGRAPHS * 3}",
    "<p>Our mailing address is:<br>The Courier<br>12 Main Street<br>Portland, OR 97205</p>",
    "<p>You got this message because you signed up. <a href=x>Unsubscribe</a>.</p>",
    (
        "<p>Pour ne plus recevoir nos lettres, <a href=x>suivez ce lien</a>.</p>"
        "<p>Le Courrier SAS<br>BP 123<br>44000 Nantes Cedex</p>"
    ),
    "<p>Cette <img src=x>lettre vous est envoyée par le Courrier.</p>",
    "<p>© 2019 Le Courrier. Tous droits réservés.</p><p>Facebook Instagram</p>",
    "<p>Transférer à un ami</p><p>Nous contacter</p><p><a href=x>Désinscription</a></p>",
    "<p>Conformément au RGPD, vous avez un droit d'accès.</p><p>Envoyé par le Courrier</p>",
)
"""What letters to readers have around their stories."""


@each("above", ("", *ABOVE))
def test_what_is_about_a_mail_is_told_or_never_quoted(
    above: str, tmp_path: Path, sandbox: Sandbox
) -> None:
    path = tmp_path / "a.eml"
    for below in ("", *BELOW):
        path.write_bytes(mail("abc", f"<html><body>{above}{PARAGRAPHS}{below}</body></html>"))
        (draft,), _ = read(path, sandbox)
        assert TEXT in draft.text
        quotes = [draft.text[p.start : p.end] for p in split(draft.article("a"))]
        assert quotes
        assert all(words in TEXT for words in quotes)
        told = len(draft.left_out) - 1
        assert bool(told) == bool(below or "<a" in above or "View" in above)


def test_what_a_story_ends_with_stays_above_what_is_about_the_mail(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    path = tmp_path / "a.eml"
    ends = "<ul><li>Le bac</li></ul><table><tr><td>Orne</td><td>12</td></tr><tr><td>Sablé"
    ends = f"{ends}</td><td>904</td></tr></table>"
    path.write_bytes(
        mail("abc", f"{PARAGRAPHS}{ends}<p><a>Se désabonner</a></p><p>Le Courrier</p>")
    )
    (draft,), _ = read(path, sandbox)
    assert draft.text.strip() == f"{TEXT}\n\n- Le bac\n\nOrne : 12\n\nSablé : 904"


def test_a_sentence_on_how_to_leave_a_list_stays(tmp_path: Path, sandbox: Sandbox) -> None:
    path = tmp_path / "a.eml"
    said = "Les lecteurs pourront se désabonner d'un clic, promet le ministre."
    path.write_bytes(mail("abc", f"{PARAGRAPHS}<p>{said}</p><p><a>Se désabonner</a></p>"))
    (draft,), _ = read(path, sandbox)
    assert draft.text.strip() == f"{TEXT}\n\n{said}"


def test_a_sentence_in_the_midst_of_a_story_stays_whatever_it_is_about(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    path, (first, *rest) = tmp_path / "a.eml", TEXT.split("\n\n")
    said = "Le RGPD a cinq ans : vous avez un droit d'accès."
    text = "\n\n".join((first, said, *rest))
    path.write_bytes(mail(text, "".join(f"<p>{part}</p>" for part in text.split("\n\n"))))
    (draft,), _ = read(path, sandbox)
    assert draft.text.strip() == text


HEAD = "De : Anne Roy <a@b.example>\nEnvoyé : jeudi 7 mars 2019 18:02\nÀ : Moi\nObjet : Le pont\n\n"
GMAIL = "From: *Anne Roy* <a@b.example>\nDate: Thu, Mar 7, 2019 at 6:02 PM\nSubject: Le pont\n\n"
ASKED = "Le jeu. 7 mars 2019 à 18:02, Anne Roy <a@b.example> a écrit :"


def quote(text: str) -> str:
    return "".join(f"> {line}\n" for line in text.split("\n"))


@each(
    "sent",
    [
        f"Pour info.\n\n---------- Message transféré ---------\n{HEAD}{TEXT}",
        f"{HEAD}{TEXT}",
        f"FYI\n\n---------- Forwarded message ---------\n{GMAIL}{TEXT}",
        f"Début du message réexpédié :\n\n{quote(HEAD + TEXT)}",
    ],
)
def test_a_mail_that_is_sent_on_is_the_one_that_was_sent(
    sent: str, tmp_path: Path, sandbox: Sandbox
) -> None:
    parts = escape(sent, quote=False).split("\n\n")
    markup = "".join(f"<p>{part}</p>".replace("\n", "<br>") for part in parts)
    for given in (mail(sent), *([mail("x", markup)] if sent[-1] != "\n" else ())):
        (tmp_path / "a.eml").write_bytes(given)
        (draft,), _ = read(tmp_path / "a.eml", sandbox)
        assert draft.text.strip() == TEXT
        assert (draft.title, draft.author) == (BRIDGE.title, "Anne Roy")
        assert draft.date == date(2019, 3, 7)


@each(
    "sent",
    [
        f"{TEXT}\n\n{ASKED}\n{quote('Le pont est-il fermé ? Dites-le.')}",
        f"{ASKED.replace(' a ', ' a' + chr(10))}\n{quote('Le pont est-il fermé ?')}\n{TEXT}",
        f"{TEXT}\n\n-----Message d'origine-----\n{HEAD}Le pont est-il fermé ? Dites-le.",
    ],
)
def test_what_a_mail_answers_is_left_out_and_told(
    sent: str, tmp_path: Path, sandbox: Sandbox
) -> None:
    given = mail(sent).replace(b"Subject: TR:", b"Subject: RE:")
    (tmp_path / "a.eml").write_bytes(given)
    (draft,), _ = read(tmp_path / "a.eml", sandbox)
    assert draft.text.strip() == TEXT
    assert (draft.author, draft.date) == ("Maëlle Le Goff", DAY)
    assert len(draft.left_out) > 1


def test_lines_of_a_story_that_look_like_the_head_of_a_mail_stay(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    said = f"Date : 7 mars 2019\nObjet : le pont\nÀ : la rédaction\n\n{TEXT}"
    (tmp_path / "a.eml").write_bytes(mail(said))
    (draft,), _ = read(tmp_path / "a.eml", sandbox)
    assert draft.text.strip() == said


SPOKEN = "Bonsoir & bienvenue. Le pont ferme lundi.\n\n- Pour combien de temps ? - Six mois."
SRT = """\ufeff1\r
00:00:01,000 --> 00:00:02,500\r
Bonsoir &amp; bienvenue.\r
\r
2\r
00:00:02,600 --> 00:00:04,000\r
<i>Le pont</i> ferme\r
{\\an8}lundi.\r
\r
3
00:00:04,100 --> 00:00:08,000
[Musique]

4
00:00:08,000 --> 00:00:10,000
- Pour combien de temps ?
- Six mois.
"""
VTT = """WEBVTT
Kind: captions

NOTE une note
sur deux lignes

STYLE
::cue { color: red }

intro
00:01.000 --> 00:02.500 align:start
<v Anne Roy>Bonsoir &amp; bienvenue.</v>

00:02.600 --> 00:04.000
Le <c.red>pont</c> ferme lundi.

00:03.000 --> 00:04.000
ferme lundi.

00:08.000 --> 00:10.000
- Pour combien de temps ?
- Six mois.
"""


@each(("name", "data"), [("a.srt", SRT), ("a.vtt", VTT), ("a.txt", SRT), ("a.txt", VTT)])
def test_of_subtitles_what_is_said_is_the_text(
    name: str, data: str, tmp_path: Path, sandbox: Sandbox
) -> None:
    (tmp_path / name).write_text(data, encoding="utf-8", newline="")
    (draft,), _ = read(tmp_path / name, sandbox)
    assert draft.text == SPOKEN


HIDDEN = (
    r"{\rtf1\ansi\ansicpg1252 Le pont {\v ne pas publier }est {\strike ouvert }ferm\'e9 \u8212? "
    r"depuis lundi.{\*\bkmkstart a}{\pict\wmetafile8 010203}\par Il rouvrira en mai.\par}"
)


def test_a_character_of_two_units_is_one_in_rtf(tmp_path: Path, sandbox: Sandbox) -> None:
    path = tmp_path / "a.rtf"
    path.write_text(r"{\rtf1\ansi La roue tourne \u-10179?\u-8704? depuis lundi matin.}")
    (draft,), _ = read(path, sandbox)
    assert draft.text == "La roue tourne 😀 depuis lundi matin."


def test_an_rtf_file_states_its_title_and_author_but_no_template(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    path, told = tmp_path / "a.rtf", r"Le pont est rouvert depuis ce matin, dit la mairie.\par"
    info = r"{\info{\title Le pont de l'Aven rouvre}{\author Ma\'eblle Le Goff}{\operator x}}"
    path.write_text(rf"{{\rtf1\ansi\ansicpg1252 {info}{told}}}")
    (draft,), _ = read(path, sandbox)
    assert (draft.title, draft.author) == ("Le pont de l'Aven rouvre", "Maëlle Le Goff")
    assert not {"title", "author"} & {*draft.inferred}
    path.write_text(rf"{{\rtf1\ansi {{\info{{\title Normal}}}}{told}}}")
    (draft,), _ = read(path, sandbox)
    assert "title" in draft.inferred


def test_what_an_rtf_file_hides_or_strikes_out_is_told_and_not_read(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    path = tmp_path / "a.rtf"
    path.write_text(HIDDEN, encoding="ascii")
    (draft,), _ = read(path, sandbox)
    assert draft.text == "Le pont est fermé — depuis lundi.\n\nIl rouvrira en mai."
    assert len(draft.left_out) == 2


@each(
    ("name", "data", "words"),
    [
        ("a.xml", "<catalogue><a/></catalogue>", "XML of a kind that is not read (catalogue)"),
        ("a.xml", "abc", "is damaged and cannot be read"),
        ("a.xml", wxr(), "an export of WordPress without any post"),
        ("a.xml", newsml(""), "holds no story"),
        ("a.json", "{", "is damaged and cannot be read; save"),
        ("a.json", "[]", "JSON of a kind that is not read"),
        ("a.json", '{"version": "https://jsonfeed.org/version/1"}', "without any item"),
        ("a.json", "[" * 100_000, "is damaged and cannot be read; save"),
        ("a.eml", "abc", "is not a mail"),
        ("a.epub", "abc", "is damaged and cannot be opened"),
        ("a.rtf", "abc", "is not an RTF file"),
        ("a.rtf", "{\\rtf1 }", "has no text"),
    ],
)
def test_what_is_no_export_gets_a_sentence(
    name: str, data: str, words: str, tmp_path: Path, sandbox: Sandbox
) -> None:
    (tmp_path / name).write_text(data, encoding="utf-8")
    drafts, (refused,) = read(tmp_path / name, sandbox)
    assert not drafts
    assert words in refused.reason
    assert str(tmp_path / name) in refused.reason


def test_one_story_without_a_sentence_costs_no_other(tmp_path: Path, sandbox: Sandbox) -> None:
    items: Sequence[object] = [NINJS, NINJS | {"uri": "urn:a:2", "body_html": "<p>Vide</p>"}]
    path = tmp_path / "a.json"
    path.write_text(json.dumps(items), encoding="utf-8")
    (draft,), (refused,) = read(path, sandbox)
    assert draft.text == TEXT
    assert "has no paragraph to quote" in refused.reason


def test_a_story_of_a_feed_without_a_paragraph_is_left_to_its_page() -> None:
    story = "<p>Le pont de la Loire rouvre demain, après deux ans de travaux.</p>"
    for markup, is_kept in [(story, True), ("<p>《》</p><p>★</p>", False)]:
        item = f"<link>/</link><origLink>https://e.org/a</origLink><e:encoded><![CDATA[{markup}]]>"
        names = "xmlns:e='http://purl.org/rss/1.0/modules/content/'"
        feed = f"<rss {names}><channel><item>{item}</e:encoded></item></channel></rss>"
        known = {"extension": ".xml", "path": "f.xml", "known": {}}
        (page,) = answer(known, feed.encode())["found"]
        assert (page["address"], bool(page["draft"])) == ("https://e.org/a", is_kept)
