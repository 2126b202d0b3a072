"""Twenty pages in the shapes that French and English news sites have, around invented stories."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from html import escape

from tests.embeddings.readers.prose import BAKER, BRIDGE, DIGS, FERRY, LIBRARY, ORCHESTRA, Story


@dataclass(frozen=True)
class Page:
    """A page, and what a careful reader takes from it."""

    name: str
    data: bytes
    story: Story
    paragraphs: tuple[str, ...]
    source: str | None = None
    author: str | None = None
    url: str | None = None


COOKIES = """<div id="cookie-banner" class="cookie-consent" role="dialog"><p>Nous et nos partenaires
utilisons des cookies pour mesurer l’audience de ce site et vous proposer des publicités. Vous
pouvez changer d’avis à tout moment en bas de page.</p><button>Tout accepter</button></div>"""
MENU = """<nav class="menu"><ul><li><a href="/">Accueil</a></li><li><a href="/pol">Pol.</a></li>
<li><a href="/eco">Économie</a></li><li><a href="/sport">Sport</a></li>
<li><a href="/abo">S’abonner</a></li></ul></nav>"""
FOOT = """<footer><p>© 2024 Tous droits réservés. <a href="/legal">Mentions légales</a>
<a href="/cgu">Conditions générales</a> <a href="/cookies">Gestion des cookies</a></p></footer>"""
READ_TOO = """<div class="related-inline"><p><strong>Lire aussi :</strong> <a href="/autre-article">
Le maire annonce un plan pour les écoles de la commune, l’opposition le juge tardif</a></p></div>"""
MOST_READ = """<aside class="sidebar"><h2>Les plus lus</h2><ol>
<li><a href="/1">Le marché de Noël ouvrira ses portes le premier samedi de décembre</a></li>
<li><a href="/2">Un chien retrouvé après onze jours dans la forêt communale</a></li>
<li><a href="/3">Pourquoi les loyers montent encore dans le centre-ville</a></li></ol></aside>"""
NEWSLETTER = """<div class="newsletter-signup"><h3>Sign up to our morning briefing</h3>
<p>Get the day’s headlines and highlights emailed direct to you every morning.</p>
<form><input type="email" placeholder="Enter your email"><button>Sign up</button></form></div>"""


def ps(parts: Iterable[str], mark: str = "") -> str:
    """Return paragraphs as HTML, each opening with what ``mark`` adds to its tag."""
    return "\n".join(f"<p{mark}>{escape(part, quote=False)}</p>" for part in parts)


def _page(name: str, html: str, story: Story, **known: object) -> Page:
    paragraphs = known.pop("paragraphs", story.paragraphs)
    encoding = str(known.pop("encoding", "utf-8"))
    return Page(name, html.encode(encoding), story, paragraphs, **known)


def _linked(content: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(content, ensure_ascii=False)}</script>'


def json_ld_graph() -> Page:
    """A national daily: everything in a JSON-LD graph, modified the day after."""
    story, url = BRIDGE, "https://www.lecourrierdelaven.example/bretagne/pont-de-kerlan_54.html"
    graph = {
        "@context": "https://schema.org",
        "@graph": [
            {"@type": "WebSite", "name": "Le Courrier de l’Aven", "url": "https://x.example/"},
            {
                "@type": "NewsArticle",
                "headline": story.title,
                "datePublished": f"{story.day}T06:05:00+01:00",
                "dateModified": f"{story.day + timedelta(days=1)}T09:00:00+01:00",
                "author": [{"@type": "Person", "name": story.author}],
                "publisher": {"@type": "Organization", "name": "Le Courrier de l’Aven"},
            },
        ],
    }
    one, *rest = story.paragraphs
    return _page(
        "json_ld_graph",
        f"""<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><title>{story.title}</title>
<link rel="canonical" href="{url}">{_linked(graph)}</head><body>{COOKIES}<header>{MENU}</header>
<main><article class="article"><h1 class="article__title">{story.title}</h1>
<p class="article__meta">Par <a href="/a">{story.author}</a> - Publié le 14 mars 2019 à 06h05,
modifié le 15 mars 2019 à 09h00</p><ul class="share"><li>Partager sur Facebook</li>
<li>Partager sur Twitter</li></ul><div class="article__content">{ps([one])}{READ_TOO}
{ps(rest[:2])}<h2>Une réunion jeudi</h2>{ps(rest[2:])}</div></article>{MOST_READ}</main>{FOOT}
</body></html>""",
        story,
        source="Le Courrier de l’Aven",
        author=story.author,
        url=url,
    )


def open_graph() -> Page:
    """A broadcaster: OpenGraph alone, the site's name after the title."""
    story, url = FERRY, "https://www.northernpost.example/news/island-ferry-batteries"
    return _page(
        "open_graph",
        f"""<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8">
<title>{story.title} | Northern Post</title><meta property="og:title" content="{story.title}">
<meta property="og:site_name" content="Northern Post"><meta property="og:type" content="article">
<meta property="og:url" content="{url}"><meta property="og:locale" content="en_GB">
<meta property="article:published_time" content="{story.day}T17:20:11Z">
<meta property="article:modified_time" content="2022-10-02T08:00:00Z">
<meta name="author" content="{story.author}"></head><body>
<div class="top"><a href="/">Home</a> <a href="/news">News</a> <a href="/sport">Sport</a></div>
<div class="page"><h1>{story.title}</h1><div class="byline">By {story.author}</div>
<time datetime="{story.day}T17:20:11Z">30 September 2022</time>
<div class="story-body">{ps(story.paragraphs[:3])}{NEWSLETTER}{ps(story.paragraphs[3:])}</div>
<div class="more-on"><h2>More on this story</h2><ul><li><a href="/a">Storm cancels ferries for a
third day</a></li><li><a href="/b">Harbour dredging delayed until summer</a></li></ul></div></div>
</body></html>""",
        story,
        source="Northern Post",
        author=story.author,
        url=url,
    )


def paywall() -> Page:
    """The beginning of a story, and then the offer."""
    story = BAKER
    facts = {
        "@context": "https://schema.org",
        "@type": ["NewsArticle"],
        "headline": story.title,
        "datePublished": f"{story.day}T19:00:00.000Z",
        "isAccessibleForFree": False,
        "author": {"@type": "Person", "name": story.author},
    }
    return _page(
        "paywall",
        f"""<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8">
<title>{story.title} - Gazette normande</title>
<meta property="og:site_name" content="Gazette normande">{_linked(facts)}</head><body>{MENU}
<article><h1>{story.title}</h1><p class="author">Par {story.author}</p><section class="content">
{ps(story.paragraphs[:2])}</section><section class="paywall"><p class="paywall__count">Il vous
reste 71.4% de cet article à lire. La suite est réservée aux abonnés.</p>
<h3>Lisez la suite pour 1 € le premier mois</h3><p>Profitez de tous nos articles en illimité, sur
le site et dans l’application, sans engagement.</p><a href="/abo">S’abonner</a>
<p>Déjà abonné ? <a href="/login">Se connecter</a></p></section></article>{FOOT}</body></html>""",
        story,
        paragraphs=story.paragraphs[:2],
        source="Gazette normande",
        author=story.author,
    )


def live_blog() -> Page:
    """A live blog: entries under times, the newest first."""
    story = LIBRARY
    facts = {
        "@context": "https://schema.org",
        "@type": "LiveBlogPosting",
        "headline": story.title,
        "datePublished": f"{story.day}T08:00:00+02:00",
        "coverageStartTime": f"{story.day}T08:00:00+02:00",
        "liveBlogUpdate": [
            {
                "@type": "BlogPosting",
                "headline": "La directrice se réjouit",
                "datePublished": f"{story.day + timedelta(days=1)}T11:00:00+02:00",
                "articleBody": story.paragraphs[4],
            }
        ],
    }
    entries = "".join(
        f'<div class="live-post"><time datetime="{story.day}T{17 - i}:12">{17 - i}:12</time>'
        f"<h3>Point de situation</h3>{ps([part])}"
        '<div class="share"><a href="#">Partager</a></div></div>'
        for i, part in enumerate(reversed(story.paragraphs))
    )
    return _page(
        "live_blog",
        f"""<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><title>EN DIRECT</title>
<meta property="og:title" content="{story.title}"><meta property="og:site_name" content="Info 9">
{_linked(facts)}</head><body>{MENU}<main><h1>{story.title}</h1><div class="live-feed">{entries}
</div></main>{FOOT}</body></html>""",
        story,
        paragraphs=story.paragraphs[::-1],
        source="Info 9",
    )


def amp() -> Page:
    """An AMP page, with its canonical address and a component for everything."""
    story, url = ORCHESTRA, "https://www.millbrook-echo.example/culture/shoes-2020"
    facts = {
        "@context": "http://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": url,
        "headline": story.title,
        "datePublished": f"{story.day}T10:31:00Z",
        "author": {"@type": "Person", "name": story.author},
        "publisher": {"@type": "Organization", "name": "The Millbrook Echo"},
    }
    return _page(
        "amp",
        f"""<!doctype html><html amp lang="en"><head><meta charset="utf-8">
<script async src="https://cdn.example/v0.js"></script><title>{story.title}</title>
<link rel="canonical" href="{url}">{_linked(facts)}<style amp-custom>h1{{color:red}}</style></head>
<body><amp-sidebar id="menu"><ul><li><a href="/">Home</a></li><li><a href="/x">News</a></li></ul>
</amp-sidebar><amp-consent id="consent"><div>We use cookies to improve your experience and to show
you relevant advertising.</div></amp-consent><article><h1>{story.title}</h1>
<amp-img src="a.jpg" width="600" height="400" alt="Shoes"></amp-img>{ps(story.paragraphs[:2])}
<amp-ad width="300" height="250"><div placeholder>Advertisement</div></amp-ad>
{ps(story.paragraphs[2:])}<amp-social-share type="twitter"></amp-social-share></article>
</body></html>""",
        story,
        source="The Millbrook Echo",
        author=story.author,
        url=url,
    )


def line_breaks() -> Page:
    """A regional site of long ago: the whole text in one block, with empty lines between."""
    story = BRIDGE
    text = "<br>\n<br />".join(escape(part, quote=False) for part in story.paragraphs)
    return _page(
        "line_breaks",
        f"""<html lang="fr"><head><meta http-equiv="Content-Type"
content="text/html; charset=utf-8"><title>{story.title} - Infos Cornouaille</title></head><body>
<div id="menu"><a href="/">Accueil</a> | <a href="/b">Brest</a> | <a href="/q">Quimper</a></div>
<div id="contenu"><h1>{story.title}</h1><div class="date">Publié le 14 mars 2019</div>
<div class="texte">{text}</div></div><div id="pied">Infos Cornouaille - 2019</div></body></html>""",
        story,
        source="Infos Cornouaille",
    )


def microdata() -> Page:
    """Facts in the body's own attributes."""
    story = BAKER
    return _page(
        "microdata",
        f"""<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><title>{story.title}</title>
<meta property="og:site_name" content="Ouest Matin"></head><body>{COOKIES}{MENU}
<div itemscope itemtype="http://schema.org/NewsArticle"><h1 itemprop="headline">{story.title}</h1>
<span itemprop="author" itemscope itemtype="http://schema.org/Person">
<span itemprop="name">{story.author}</span></span>
<meta itemprop="datePublished" content="{story.day}T08:00:00+01:00">
<div itemprop="articleBody">{ps(story.paragraphs)}</div></div>{MOST_READ}{FOOT}</body></html>""",
        story,
        source="Ouest Matin",
        author=story.author,
    )


def weblog() -> Page:
    """A WordPress site: entry-content, share buttons, related posts, comments."""
    story, url = ORCHESTRA, "https://millbrooknotes.example/2020/01/17/youth-orchestra/"
    return _page(
        "weblog",
        f"""<!DOCTYPE html><html lang="en-US"><head><meta charset="UTF-8">
<title>{story.title} &#8211; Millbrook Notes</title><link rel="canonical" href="{url}">
<meta property="og:site_name" content="Millbrook Notes"></head><body class="single-post">
<header id="masthead"><p class="site-title"><a href="/">Millbrook Notes</a></p>{MENU}</header>
<article id="post-7" class="post"><header class="entry-header">
<h1 class="entry-title">{story.title}</h1><div class="entry-meta">Posted on <time
class="entry-date published" datetime="{story.day}T09:00:00+00:00">January 17, 2020</time> by
<span class="author vcard"><a href="/author/d">{story.author}</a></span></div></header>
<div class="entry-content">{ps(story.paragraphs)}<div class="sharedaddy"><h3>Share this:</h3><ul>
<li><a href="?f">Facebook</a></li><li><a href="?t">Twitter</a></li></ul></div>
<div id="jp-relatedposts"><h3>Related</h3><p>The concert hall roof is leaking again, and so is the
choir</p></div></div><footer class="entry-footer">Posted in <a href="/c">Culture</a></footer>
</article><div id="comments" class="comments-area"><h2>2 thoughts</h2><ol class="comment-list">
<li class="comment"><p>What a lovely story, my daughter has played the viola there since she was
six. Thank you for reporting it.</p></li><li class="comment"><p>I gave four pairs. I want to know
who bought the football boots, they were size 14.</p></li></ol></div></body></html>""",
        story,
        source="Millbrook Notes",
        author=story.author,
        url=url,
    )


def interview() -> Page:
    """Questions in bold, answers below, and a pull quote that repeats one."""
    story, words = LIBRARY, LIBRARY.paragraphs
    asked = "Pourquoi prêter des outils, et non seulement des livres ?"
    return _page(
        "interview",
        f"""<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8">
<meta property="og:title" content="{story.title}"><meta property="og:site_name" content="Le Lien">
<meta name="date" content="{story.day}"><title>{story.title} – Le Lien</title></head><body>{MENU}
<article><h1>{story.title}</h1><div class="signature">Propos recueillis par {story.author}</div>
<div class="body">{ps(words[:1])}<p><strong>{asked}</strong></p>{ps(words[1:3])}
<blockquote class="pullquote"><p>{words[1]}</p></blockquote>
{ps(words[3:])}</div></article>{FOOT}</body></html>""",
        story,
        paragraphs=(words[0], asked, *words[1:]),
        source="Le Lien",
        author=story.author,
    )


def lists() -> Page:
    """A story with headings, a list with its opening, and a quotation set apart."""
    story, words = FERRY, FERRY.paragraphs
    items = (
        "It carries 24 cars, up from 18.",
        "It charges for eleven minutes at each end.",
        "It crosses in fourteen minutes, as before.",
    )
    marked = "".join(f"<li>{item}</li>" for item in items)
    opening = "What changes for passengers, according to the operator:"
    return _page(
        "lists",
        f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{story.title}</title>
<meta property="og:site_name" content="The Strait Times"><meta name="DC.date.issued"
content="{story.day}"></head><body>{MENU}<main><article><h1>{story.title}</h1>{ps(words[:1])}
<blockquote><p>{words[1]}</p></blockquote><h2>The new boat</h2>{ps([opening])}<ul>{marked}</ul>
{ps(words[2:4])}<h2>Doubts</h2>{ps(words[4:])}</article></main>{MOST_READ}{FOOT}</body></html>""",
        story,
        paragraphs=(
            words[0],
            words[1],
            "\n".join([opening, "", *(f"- {item}" for item in items)]),
            *words[2:],
        ),
        source="The Strait Times",
    )


def old_tables() -> Page:
    """A page laid out with tables and fonts."""
    story = BAKER
    body = "".join(f'<p><font face="Arial" size="2">{p}</font></p>' for p in story.paragraphs)
    return _page(
        "old_tables",
        f"""<HTML LANG="fr"><HEAD><TITLE>{story.title}</TITLE><META NAME="date"
CONTENT="{story.day}"><META NAME="author" CONTENT="{story.author}"></HEAD>
<BODY BGCOLOR="#FFFFFF"><TABLE WIDTH="100%"><TR><TD WIDTH="150" VALIGN="top">
<A HREF="index.htm">Accueil</A><BR><A HREF="archives.htm">Archives</A><BR>
<A HREF="plan.htm">Plan du site</A></TD><TD><H1>{story.title}</H1>{body}</TD></TR></TABLE>
</BODY></HTML>""",
        story,
        author=story.author,
        encoding="cp1252",
        paragraphs=tuple(part.replace("\u202f", "\u00a0") for part in story.paragraphs),
    )


def dispatch() -> Page:
    """An agency's dispatch: place and agency before the first sentence."""
    story, words = DIGS, DIGS.paragraphs
    lede = f"ALDERSLEY, England, Feb 29 (NWA) - {words[0]}"
    return _page(
        "dispatch",
        f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{story.title} | NWA
</title><meta name="article:published_time" content="{story.day}T11:02:00Z">
<meta property="og:site_name" content="NWA"><meta property="og:title" content="{story.title}">
</head><body>{MENU}<main><h1 data-testid="Heading">{story.title}</h1>
<div class="article-body__content">{ps([lede, *words[1:]], ' data-testid="paragraph"')}
<p class="sign-off">Reporting by {story.author}; Editing by Tom Hale</p><p class="trust">Our
Standards: <a href="/trust">The NWA Trust Principles.</a></p></div></main></body></html>""",
        story,
        paragraphs=(lede, *words[1:]),
        source="NWA",
    )


def latin_1() -> Page:
    """A page in an old encoding, which only its meta element names."""
    story = replace(BAKER, title=BAKER.title.replace("’", "'"))
    words = tuple(part.replace("’", "'").replace("\u202f", "\u00a0") for part in story.paragraphs)
    return _page(
        "latin_1",
        f"""<html lang="fr"><head><meta http-equiv="Content-Type"
content="text/html; charset=iso-8859-1"><title>{story.title}</title><meta name="publisher"
content="La Semaine"><meta property="article:published_time" content="{story.day}T06:00:00+01:00">
</head><body><div class="menu"><a href="/">Accueil</a> <a href="/s">Sports</a></div>
<div class="article"><h1>{story.title}</h1><p class="date">Mardi 2 novembre 2021</p>
<div class="corps">{ps(words)}</div></div></body></html>""",
        story,
        paragraphs=words,
        source="La Semaine",
        encoding="iso-8859-1",
    )


def pictures() -> Page:
    """Photographs with captions and credits, a video, a box for the newsletter."""
    story, words = BRIDGE, BRIDGE.paragraphs
    figure = """<figure><img src="a.jpg" alt="Le pont"><figcaption>Le pont de Kerlan, jeudi matin,
vu de la rive droite de l’Aven. <span class="credit">Photo : J. Riou / Agence Bleue</span>
</figcaption></figure>"""
    return _page(
        "pictures",
        f"""<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><title>{story.title}</title>
<meta property="og:site_name" content="Armor Hebdo"><meta property="og:title"
content="{story.title}"></head><body>{COOKIES}{MENU}<article><header><h1>{story.title}</h1>
<time datetime="{story.day}T08:00:00+01:00" pubdate>14 mars 2019</time></header>{figure}
<div class="content">{ps(words[:2])}<div class="video-player"><p>Cette vidéo n’est pas disponible
dans votre pays.</p></div>{ps(words[2:3])}<div class="newsletter-box"><p>Recevez chaque matin
l’essentiel de l’actualité bretonne dans votre boîte aux lettres.</p></div>{ps(words[3:])}</div>
</article>{FOOT}</body></html>""",
        story,
        source="Armor Hebdo",
    )


def embeds() -> Page:
    """Posts of a social network within the story, links between, a long list of the most read."""
    story, words = FERRY, FERRY.paragraphs
    post = """<blockquote class="twitter-tweet"><p lang="en">First sight of the new boat!
<a href="https://t.example/x">pic.example/x</a></p>&mdash; Ardvar Harbour (@ardvar)
<a href="https://t.example/1">September 30, 2022</a></blockquote>"""
    shown = (
        "First sight of the new boat! pic.example/x — Ardvar Harbour (@ardvar) September 30, 2022"
    )
    also = '<p><a href="/dredge"><strong>READ MORE: Harbour dredging delayed again</strong></a></p>'
    return _page(
        "embeds",
        f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
<title>{story.title} - The Daily Skerry</title><meta property="og:title" content="{story.title}">
<meta property="og:site_name" content="The Daily Skerry"><meta itemprop="datePublished"
content="{story.day}"></head><body>{MENU}<div class="columns"><div class="main">
<h1>{story.title}</h1><p class="byline">By <a rel="author" href="/f">{story.author}</a></p>
{ps(words[:2])}{post}{ps(words[2:3])}{also}{ps(words[3:])}</div>{MOST_READ}</div>{FOOT}
</body></html>""",
        story,
        paragraphs=(*words[:2], shown, *words[2:]),
        source="The Daily Skerry",
        author=story.author,
    )


def hashed_classes() -> Page:
    """A page built by a framework: hashed names, no article element, an array of JSON-LD."""
    story, url = LIBRARY, "https://villeneuve-actu.example/culture/outils-de-jardin"
    facts = [
        {"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": []},
        {
            "@context": "https://schema.org",
            "@type": "Article",
            "headline": story.title,
            "datePublished": f"{story.day}T12:00:00.000Z",
            "author": [{"@type": "Person", "name": story.author, "url": "https://x.example/i"}],
            "publisher": {"@type": "NewsMediaOrganization", "name": "Villeneuve Actu"},
        },
    ]
    return _page(
        "hashed_classes",
        f"""<!DOCTYPE html><html lang="fr-FR"><head><meta charSet="utf-8"/><title>{story.title}
</title><link rel="canonical" href="{url}"/></head><body><div id="__next"><div class="css-1x">
<div class="css-9k"><a href="/">Actu</a><a href="/c">Culture</a></div><div class="css-77">
<h1 class="css-a1">{story.title}</h1><div class="css-b2"><span>{story.author}</span><span>8 avril
2023</span></div><div class="css-c3">{ps(story.paragraphs, ' class="css-p0"')}</div></div></div>
</div>{_linked(facts)}<script id="__NEXT_DATA__" type="application/json">{{"props":{{}}}}</script>
</body></html>""",
        story,
        source="Villeneuve Actu",
        author=story.author,
        url=url,
    )


def press_release() -> Page:
    """A town hall's release: the place and the day above, contacts below."""
    story = LIBRARY
    return _page(
        "press_release",
        f"""<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8">
<title>{story.title} - Ville de Villeneuve</title><meta name="dcterms.created"
content="{story.day}"></head><body><header><a href="/">Ville de Villeneuve</a></header>
<div class="breadcrumb"><a href="/">Accueil</a> &gt; <a href="/p">Presse</a></div><main>
<h1>{story.title}</h1><p>Villeneuve, le 8 avril 2023</p>{ps(story.paragraphs)}
<h2>Contact presse</h2><p>Service communication<br>01 23 45 67 89<br>presse@villeneuve.example</p>
</main>{FOOT}</body></html>""",
        story,
        source="Ville de Villeneuve",
    )


def broken_facts() -> Page:
    """JSON-LD that is no JSON, and tags that nobody closed."""
    story = DIGS
    return _page(
        "broken_facts",
        f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{story.title} · The
Aldersley Argus</title><meta property="og:site_name" content="The Aldersley Argus">
<script type="application/ld+json">{{"@context":"https://schema.org","@type":"NewsArticle",
"headline": "{story.title}", "datePublished": "{story.day}", }}</script></head><body>{MENU}
<article><h1>{story.title}</h1><span class="time">Published 29 February 2024</span>
{"".join(f"<p>{p}" for p in story.paragraphs)}<div class="ad">Advertisement</div></article>
<div class="promo"><h3>Subscribe</h3><p>Support local journalism from £2 a week.</p></div>
</body></html>""",
        story,
        source="The Aldersley Argus",
    )


def brief() -> Page:
    """Two sentences, in a page that says a lot around them."""
    story = BRIDGE
    words = (story.paragraphs[3],)
    return _page(
        "brief",
        f"""<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><title>{story.title}</title>
<meta property="og:site_name" content="Flash Ouest"><meta property="og:title"
content="{story.title}"><meta property="article:published_time" content="{story.day}"></head>
<body>{COOKIES}{MENU}<div class="wrapper"><article class="breve"><h1>{story.title}</h1>{ps(words)}
</article><section class="autres"><h2>À lire aussi</h2><a href="/1"><h3>Un nouveau médecin au bourg
après deux ans d’attente</h3></a><a href="/2"><h3>La piscine rouvrira le 4 avril</h3></a></section>
{MOST_READ}</div>{FOOT}</body></html>""",
        story,
        paragraphs=words,
        source="Flash Ouest",
    )


def nested_sections() -> Page:
    """A long read: a standfirst, sections, footnote links and emphasis inside the sentences."""
    story, words = ORCHESTRA, ORCHESTRA.paragraphs
    linked = words[1].replace("Millbrook", '<a href="/m">Millbrook</a>')
    stressed = words[4].replace("sold out", "<em>sold out</em>")
    return _page(
        "nested_sections",
        f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{story.title}: The
Longer View</title><meta name="parsely-pub-date" content="{story.day}T05:00:00Z">
<meta property="og:title" content="{story.title}"><meta property="og:site_name"
content="The Longer View"><meta name="author" content="{story.author}"></head><body>{MENU}
<article><header><h1>{story.title}</h1></header><section class="standfirst">{ps(words[:1])}
</section><section><h2>I</h2><p>{linked}</p>{ps(words[2:3])}</section><section><h2>II</h2>
{ps(words[3:4])}<p>{stressed}</p></section></article><section class="recommended"><h2>Recommended
</h2><article><h3>The piano tuner of Harrow Lane</h3><p>She has tuned four thousand pianos, and she
remembers every single one of them.</p></article></section>{FOOT}</body></html>""",
        story,
        source="The Longer View",
        author=story.author,
    )


SHAPES: tuple[Callable[[], Page], ...] = (
    json_ld_graph,
    open_graph,
    paywall,
    live_blog,
    amp,
    line_breaks,
    microdata,
    weblog,
    interview,
    lists,
    old_tables,
    dispatch,
    latin_1,
    pictures,
    embeds,
    hashed_classes,
    press_release,
    broken_facts,
    brief,
    nested_sections,
)
PAGES = tuple(shape() for shape in SHAPES)
