"""Watched feeds from a local site: conditional requests, and only new pages."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import pytest

from config.groups import FetchSettings
from embeddings.errors import ReadError
from embeddings.readers.many import MAX_ENTRIES, Entry
from embeddings.watching.watched import (
    SPARE,
    TRIES,
    FeedMemory,
    IntakeResult,
    WatchedFeed,
)
from tests.embeddings.readers.sites import Site, running


@pytest.fixture
def site() -> Iterator[Site]:
    with running() as started:
        yield started


def atom(site: Site, **updated: str) -> bytes:
    """Return a feed of pages, each with the day of its last change."""
    entries = "".join(
        f'<entry><title>{name}</title><link href="{site.root}/{name}"/>'
        f"<updated>{day}</updated></entry>"
        for name, day in updated.items()
    )
    return f'<feed xmlns="http://www.w3.org/2005/Atom">{entries}</feed>'.encode()


def watched(site: Site, memory: FeedMemory | None = None) -> WatchedFeed:
    settings = FetchSettings(private=True, seconds=5)
    return WatchedFeed(f"{site.root}/feed", memory or FeedMemory(), settings)


def serve(site: Site, **updated: str) -> None:
    site.page("/feed", atom(site, **updated), "application/atom+xml")


def tagged(site: Site, data: bytes, etag: str) -> None:
    """Serve a feed that is sent only if it has changed."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        is_known = handler.headers.get("If-None-Match") == etag
        handler.send_response(304 if is_known else 200)
        handler.send_header("ETag", etag)
        handler.end_headers()
        if not is_known:
            handler.wfile.write(data)

    site.routes["/feed"] = answer


def take(feed: WatchedFeed, **rejected: str) -> list[str]:
    """Note the new pages as added; return their names."""
    news = feed.news()
    taken = {address: rejected[n] for address in news if (n := name(address)) in rejected}
    feed.note(news, IntakeResult(taken))
    return [name(address) for address in news]


def name(address: str) -> str:
    return address.rpartition("/")[2]


def test_each_page_of_a_feed_is_returned_once(site: Site) -> None:
    serve(site, a="2024-01-01", b="2024-01-02")
    feed = watched(site)
    assert take(feed) == ["a", "b"]
    assert take(feed) == []


def test_only_the_new_page_of_a_feed_is_returned(site: Site) -> None:
    serve(site, a="2024-01-01")
    feed = watched(site)
    take(feed)
    serve(site, b="2024-01-02", a="2024-01-01")
    assert take(feed) == ["b"]


def test_a_page_that_its_feed_marks_as_changed_is_returned_again(site: Site) -> None:
    serve(site, a="2024-01-01", b="2024-01-01")
    feed = watched(site)
    take(feed)
    serve(site, a="2024-01-01", b="2024-02-02")
    assert take(feed) == ["b"]


def test_finding_new_pages_fetches_only_the_feed(site: Site) -> None:
    serve(site, a="2024-01-01")
    watched(site).news()
    assert site.paths == ["/feed"]


def test_pages_are_returned_as_entries_of_a_list(site: Site) -> None:
    serve(site, a="2024-01-01")
    assert all(isinstance(address, Entry) for address in watched(site).news())


def test_an_unchanged_feed_is_not_sent_again(site: Site) -> None:
    tagged(site, atom(site, a="2024-01-01"), '"one"')
    feed = watched(site)
    assert take(feed) == ["a"]
    assert feed.news() == {}
    assert [headers.get("If-None-Match") for _, headers in site.asked] == [None, '"one"']


def test_the_memory_of_a_feed_survives_a_restart(site: Site) -> None:
    tagged(site, atom(site, a="2024-01-01"), '"one"')
    feed = watched(site)
    take(feed)
    memory = FeedMemory.model_validate_json(feed.memory.model_dump_json())
    assert watched(site, memory).news() == {}


def test_an_unreadable_page_is_tried_a_limited_number_of_times(site: Site) -> None:
    tagged(site, atom(site, a="2024-01-01", b="2024-01-01"), '"one"')
    feed = watched(site)
    assert take(feed, a="It does not answer.") == ["a", "b"]
    for _ in range(TRIES - 1):
        assert take(feed, a="It does not answer.") == ["a"]
    assert take(feed) == []


def test_an_unreadable_page_is_reported_once(site: Site) -> None:
    serve(site, a="2024-01-01")
    feed = watched(site)
    told = []
    for _ in range(TRIES):
        news = feed.news()
        told += feed.note(news, IntakeResult(dict.fromkeys(news, "It does not answer.")))
    assert told == ["It does not answer."]


def test_pages_refused_by_the_golden_questions_wait_for_a_new_page(site: Site) -> None:
    serve(site, a="2024-01-01")
    feed = watched(site)
    feed.note(feed.news(), IntakeResult(is_refused=True))
    feed = watched(site, feed.memory)  # at the next look
    assert take(feed) == []
    serve(site, a="2024-01-01", b="2024-01-02")
    assert take(feed) == ["a", "b"]


def test_a_long_feed_is_added_over_several_looks(site: Site) -> None:
    pages = {f"p{n}": "2024-01-01" for n in range(MAX_ENTRIES + 5)}
    tagged(site, atom(site, **pages), '"one"')
    feed = watched(site)
    assert len(take(feed)) == MAX_ENTRIES
    assert len(take(feed)) == 5
    assert take(feed) == []


def test_pages_long_gone_from_the_feed_are_forgotten(site: Site) -> None:
    serve(site, a="2024-01-01")
    old = {f"{site.root}/old{n}": "" for n in range(SPARE + 1)}
    feed = watched(site, FeedMemory(entries=old))
    take(feed)
    take(feed)
    assert list(feed.memory.entries) == [f"{site.root}/a"]


def test_a_page_that_is_no_feed_is_refused(site: Site) -> None:
    site.page("/feed", b"<html><body><p>Bonjour.</p></body></html>")
    with pytest.raises(ReadError, match="neither a feed nor a sitemap"):
        watched(site).news()


def test_a_sitemap_is_watched_by_its_dates(site: Site) -> None:
    def sitemap(day: str) -> bytes:
        return (
            f"<urlset><url><loc>{site.root}/a</loc><lastmod>{day}</lastmod></url></urlset>"
        ).encode()

    feed = watched(site)
    for day, new in (("2024-01-01", ["a"]), ("2024-01-01", []), ("2024-01-02", ["a"])):
        site.page("/feed", sitemap(day), "application/xml")
        assert take(feed) == new
