"""Proposals: shown, stored, confirmed once, and refused if an article changed meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from embeddings.engine import SearchEngine
from embeddings.errors import BusyError, InputError, UnknownArticle, UnknownProposal
from embeddings.snapshots.disk import writer_lock
from embeddings.store import schema
from embeddings.types import Rejected
from tests.embeddings.collections import FROST, PORT, filled, kept, opened, story
from tests.embeddings.stories import HARBOUR

NEWS = "La mairie a ouvert une crèche mardi. Elle accueille vingt enfants."


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[SearchEngine]:
    async with opened(tmp_path) as engine:
        await filled(engine, tmp_path)
        yield engine


async def test_a_proposal_shows_stated_and_guessed_fields(
    engine: SearchEngine, tmp_path: Path
) -> None:
    path = story(tmp_path, "new", NEWS, title="Une crèche")
    proposal = await engine.propose([path])
    (shown,) = proposal.added
    assert (shown.title, shown.language, shown.passages) == (
        *("Une crèche", "fr"),
        1,
    )
    assert "language" in shown.inferred
    assert "title" not in shown.inferred
    assert shown.opening == NEWS


async def test_a_long_text_is_known_by_its_first_words(
    engine: SearchEngine, tmp_path: Path
) -> None:
    proposal = await engine.propose([story(tmp_path, "long", f"{NEWS} " * 9, title="T")])
    opening = proposal.added[0].opening
    assert f"{NEWS} {NEWS} {NEWS} {NEWS}".startswith(opening.removesuffix(" …"))
    assert 150 < len(opening) <= 202


async def test_a_proposal_changes_nothing(engine: SearchEngine, tmp_path: Path) -> None:
    before = (kept(engine), engine.status().snapshot, await engine.audit())
    await engine.propose([story(tmp_path, "new", NEWS, title="T")])
    assert (kept(engine), engine.status().snapshot, await engine.audit()) == before


async def test_a_proposal_counts_the_texts_to_encode(engine: SearchEngine, tmp_path: Path) -> None:
    path = story(tmp_path, "port", PORT.replace("trois ans", "dix ans"), id="port", title="Le quai")
    proposal = await engine.propose([path])
    report = (await engine.confirm(proposal.token)).report
    assert report is not None
    assert proposal.to_encode == report.encoded > 2


async def test_a_confirmed_proposal_is_carried_out_and_reported(
    engine: SearchEngine, tmp_path: Path
) -> None:
    paths = [story(tmp_path, "new", NEWS, title="Une crèche"), str(tmp_path / "gone.md")]
    refused = Rejected("big.pdf", "big.pdf is too large.")
    proposal = await engine.propose(paths, rejected=[refused])
    report = await engine.confirm(proposal.token, by="me")
    assert [a.title for a in report.added] == ["Une crèche"]
    assert [r.input for r in report.rejected] == ["big.pdf", paths[1]]
    assert "une-creche" in {s.id for s in engine.sources()}


async def test_a_proposal_survives_a_restart(tmp_path: Path) -> None:
    async with opened(tmp_path) as engine:
        proposal = await engine.propose([story(tmp_path, "new", NEWS, title="T")])
    async with opened(tmp_path) as again:
        assert await again.proposal(proposal.token) == proposal
        await again.confirm(proposal.token)
        assert [s.title for s in again.sources()] == ["T"]


async def test_an_unknown_proposal_is_refused_with_the_advice_to_begin_again(
    engine: SearchEngine,
) -> None:
    for token in ["abcdefgh12", "", "../../live", "x" * 300]:
        with pytest.raises(UnknownProposal, match="begin again"):
            await engine.confirm(token)


async def test_a_proposal_is_confirmed_once(engine: SearchEngine, tmp_path: Path) -> None:
    proposal = await engine.propose([story(tmp_path, "new", NEWS, title="T")])
    await engine.confirm(proposal.token)
    with pytest.raises(UnknownProposal):
        await engine.confirm(proposal.token)


async def test_a_dropped_proposal_is_gone(engine: SearchEngine, tmp_path: Path) -> None:
    proposal = await engine.propose([story(tmp_path, "new", NEWS, title="T")])
    await engine.drop(proposal.token)
    await engine.drop(proposal.token)
    with pytest.raises(UnknownProposal):
        await engine.confirm(proposal.token)


async def test_a_proposal_is_gone_after_a_day(engine: SearchEngine, tmp_path: Path) -> None:
    proposal = await engine.propose([story(tmp_path, "new", NEWS, title="T")])
    yesterday = datetime.now(UTC) - timedelta(days=1, seconds=1)
    with engine.database.write() as connection:
        connection.execute(schema.proposals.update().values(at=yesterday.isoformat()))
    with pytest.raises(UnknownProposal, match="a day old"):
        await engine.confirm(proposal.token)
    await engine.propose([str(tmp_path / "new.md")])
    with engine.database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(schema.proposals)) == 1


async def test_a_proposal_of_an_earlier_version_is_refused_with_the_advice_to_begin_again(
    engine: SearchEngine,
) -> None:
    proposal = await engine.propose_removal("port")
    earlier = '{"what": "remove", "plan": {"removed": ["port"]}, "base": {"port": null}}'
    with engine.database.write() as connection:
        connection.execute(schema.proposals.update().values(document=earlier))
    with pytest.raises(UnknownProposal, match="begin again"):
        await engine.confirm(proposal.token)


async def test_an_article_changed_since_the_proposal_is_not_overwritten(
    engine: SearchEngine, tmp_path: Path
) -> None:
    proposal = await engine.propose_edit("port", {"title": "Le quai"})
    await engine.add([story(tmp_path, "port", NEWS, id="port", title="Autre")])
    before = kept(engine)
    with pytest.raises(InputError, match="port changed since this was proposed; begin again"):
        await engine.confirm(proposal.token)
    assert kept(engine) == before
    with pytest.raises(UnknownProposal):
        await engine.confirm(proposal.token)


async def test_an_article_added_since_the_proposal_is_not_overwritten(
    engine: SearchEngine, tmp_path: Path
) -> None:
    first = await engine.propose([story(tmp_path, "a", NEWS, title="Une crèche")])
    second = await engine.propose([story(tmp_path, "b", FROST[:30] + ".", title="Une crèche")])
    await engine.confirm(first.token)
    with pytest.raises(InputError, match="une-creche changed"):
        await engine.confirm(second.token)


async def test_a_proposal_survives_a_busy_writer(engine: SearchEngine, tmp_path: Path) -> None:
    proposal = await engine.propose_edit("port", {"title": "Le quai"})
    with writer_lock(tmp_path / "data/snapshots/shared"), pytest.raises(BusyError):
        await engine.confirm(proposal.token)
    assert (await engine.confirm(proposal.token)).changed[0].title == "Le quai"


async def test_a_removal_is_proposed_like_any_other_change(engine: SearchEngine) -> None:
    proposal = await engine.propose_removal("port")
    assert (proposal.removed, proposal.added, proposal.changed) == (("port",), (), ())
    assert "port" in {article.id for article in engine.sources()}
    done = await engine.confirm(proposal.token, by="me")
    assert done.removed == ("port",)
    assert "port" not in {article.id for article in engine.sources()}
    assert next(iter(await engine.audit("port"))).what == "remove"
    with pytest.raises(UnknownArticle):
        await engine.propose_removal("port")


async def test_a_removal_is_not_carried_out_once_the_article_changed(engine: SearchEngine) -> None:
    removal = await engine.propose_removal("port")
    await engine.confirm((await engine.propose_edit("port", {"title": "Le quai"})).token)
    with pytest.raises(InputError, match="port changed"):
        await engine.confirm(removal.token)
    assert (await engine.article("port")).title == "Le quai"


async def test_an_edit_sets_and_clears_fields(engine: SearchEngine) -> None:
    fields = {"title": " Le  quai ", "date": None, "url": "https://e.org/a", "language": "english"}
    proposal = await engine.propose_edit("port", fields)
    (shown,) = proposal.changed
    assert (shown.title, shown.date, shown.url, shown.language) == (
        *("Le quai", None),
        *("https://e.org/a", "en"),
    )
    await engine.confirm(proposal.token, by="me")
    assert (await engine.article("port")).title == "Le quai"
    assert (await engine.article("port")).text == HARBOUR.text


async def test_a_cleared_language_is_guessed_from_the_text(engine: SearchEngine) -> None:
    await engine.confirm((await engine.propose_edit("port", {"language": "en"})).token)
    proposal = await engine.propose_edit("port", {"language": ""})
    assert proposal.changed[0].language == "fr"


async def test_an_edit_that_changes_nothing_builds_nothing(engine: SearchEngine) -> None:
    proposal = await engine.propose_edit("port", {"title": HARBOUR.title})
    assert (proposal.changed, [a.id for a in proposal.unchanged]) == ((), ["port"])
    assert (await engine.confirm(proposal.token)).report is None


async def test_a_bad_value_gets_one_sentence(engine: SearchEngine, tmp_path: Path) -> None:
    for fields, sentence in [
        ({"date": "hier soir"}, "The date is 'hier soir', which is no day; write it as 2018"),
        ({"date": "2018-02-30"}, "which is no day"),
        ({"url": "ftp://e.org"}, "The url must be an address that starts with http"),
        ({"url": "javascript:alert(1)"}, "The url must be an address"),
        ({"language": "zz"}, "The language 'zz' is not known; write the two letters"),
        ({"language": "klingon"}, "The language must be the two letters"),
        ({"title": "  "}, "The title is empty; an article needs one"),
        ({"title": None}, "The title is empty"),
        ({"title": "a" * 501}, "The title is longer than 500 characters"),
        ({"colour": "red"}, "There is no field 'colour'; set one of: title"),
        ({"text": "x"}, "The text has no paragraph to quote"),
    ]:
        before = kept(engine)
        with pytest.raises(InputError, match=sentence):
            await engine.propose_edit("port", fields)
        assert kept(engine) == before


async def test_an_unknown_article_cannot_be_edited(engine: SearchEngine) -> None:
    with pytest.raises(UnknownArticle, match="no article 'nowhere'"):
        await engine.propose_edit("nowhere", {"title": "T"})


async def test_fields_set_by_hand_stay_when_the_file_is_read_again(
    engine: SearchEngine, tmp_path: Path
) -> None:
    await engine.confirm((await engine.propose_edit("port", {"title": "Le quai"})).token)
    path = story(tmp_path, "port", PORT + " Fin.", id="port", title="Faux", source="Gazette")
    (changed,) = (await engine.add([path])).changed
    assert (changed.title, changed.source) == ("Le quai", "Gazette")


async def test_an_article_added_again_after_its_removal_forgets_what_was_set_by_hand(
    engine: SearchEngine, tmp_path: Path
) -> None:
    await engine.confirm((await engine.propose_edit("port", {"title": "Le quai"})).token)
    await engine.remove(["port"])
    (added,) = (await engine.add([str(tmp_path / "port.md")])).added
    assert added.title == HARBOUR.title


async def test_a_proposed_article_can_be_corrected_before_it_is_confirmed(
    engine: SearchEngine, tmp_path: Path
) -> None:
    path = story(tmp_path, "creche", NEWS)
    first = await engine.propose([path])
    name = first.added[0].id
    second = await engine.correct(first.token, name, {"title": "Vingt places"})
    assert second.added[0].title == "Vingt places"
    assert "title" not in second.added[0].inferred
    with pytest.raises(UnknownProposal):
        await engine.confirm(first.token)
    await engine.confirm(second.token, by="me")
    path = story(tmp_path, "creche", NEWS + " Fin.")
    assert (await engine.add([path])).changed[0].title == "Vingt places"


async def test_fields_set_by_hand_go_to_the_article_that_is_corrected(
    engine: SearchEngine, tmp_path: Path
) -> None:
    first = await engine.propose([story(tmp_path, "quai", HARBOUR.text + " Fin.")])
    (name,) = first.instead
    second = await engine.correct(first.token, name, {"title": "Le quai"})
    (changed,) = (await engine.confirm(second.token, replacing=True)).changed
    assert (changed.id, changed.title) == ("port", "Le quai")
    path = story(tmp_path, "port", PORT, id="port", title="Faux")
    assert (await engine.add([path])).changed[0].title == "Le quai"


async def test_a_corrected_article_changed_since_the_proposal_is_not_overwritten(
    engine: SearchEngine, tmp_path: Path
) -> None:
    proposal = await engine.propose([story(tmp_path, "quai", HARBOUR.text + " Fin.")])
    await engine.confirm((await engine.propose_edit("port", {"title": "Le quai"})).token)
    with pytest.raises(InputError, match="port changed since this was proposed"):
        await engine.confirm(proposal.token, replacing=True)
    assert (await engine.article("port")).title == "Le quai"


async def test_only_an_article_of_the_proposal_can_be_corrected(
    engine: SearchEngine, tmp_path: Path
) -> None:
    proposal = await engine.propose([story(tmp_path, "new", NEWS, title="T")])
    with pytest.raises(UnknownArticle, match="no article 'port' in this proposal"):
        await engine.correct(proposal.token, "port", {"title": "X"})
    assert await engine.proposal(proposal.token) == proposal


async def test_an_attachment_is_known_by_the_name_that_a_person_gave_it(
    engine: SearchEngine, tmp_path: Path
) -> None:
    path = tmp_path / "tmp4f2a"
    path.write_text(NEWS, encoding="utf-8")
    proposal = await engine.propose([str(path)], names={str(path): "Une crèche à Nantes.txt"})
    (shown,) = proposal.added
    assert shown.title == "Une crèche à Nantes"
    report = await engine.confirm(proposal.token)
    assert (await engine.article(report.added[0].id)).origin == "attached:Une crèche à Nantes.txt"


async def test_an_unreadable_attachment_is_reported_by_its_own_name(
    engine: SearchEngine, tmp_path: Path
) -> None:
    path = tmp_path / "tmp4f2b"
    path.write_text("  ")
    proposal = await engine.propose([str(path)], names={str(path): "vide.txt"})
    (rejected,) = proposal.rejected
    assert (rejected.input, rejected.reason.partition(" ")[0]) == ("vide.txt", "vide.txt")
    assert "tmp" not in rejected.reason


async def test_an_attachment_of_any_name_is_read(engine: SearchEngine, tmp_path: Path) -> None:
    for name in ["../../etc/x.md", "a/b\\c.md", ".md", "é" * 300 + ".md", "x\0.md", "..md"]:
        path = story(tmp_path, "tmp4f2c", NEWS, title="T")
        proposal = await engine.propose([path], names={path: name})
        assert [shown.title for shown in proposal.added] == ["T"]


async def test_an_attachment_with_the_id_of_an_article_changes_it(
    engine: SearchEngine, tmp_path: Path
) -> None:
    path = story(tmp_path, "tmp", NEWS, id="port", title="T")
    proposal = await engine.propose([path], names={path: "a.md"})
    assert [shown.id for shown in proposal.changed] == ["port"]


async def test_an_attachment_with_the_address_of_an_article_changes_it(
    engine: SearchEngine, tmp_path: Path
) -> None:
    await engine.confirm((await engine.propose_edit("port", {"url": "https://e.org/a"})).token)
    path = story(tmp_path, "tmp", NEWS, title="T", url="https://e.org/a")
    proposal = await engine.propose([path], names={path: "a.md"})
    assert [shown.id for shown in proposal.changed] == ["port"]


async def test_two_attachments_of_the_same_name_are_two_articles(
    engine: SearchEngine, tmp_path: Path
) -> None:
    for number in range(2):
        path = story(tmp_path, f"tmp{number}", f"{NEWS} {number}.", title="T")
        proposal = await engine.propose([path], names={path: "a.md"})
        await engine.confirm(proposal.token)
    assert {"t", "t-2"} <= {s.id for s in engine.sources()}
