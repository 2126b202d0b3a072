"""Correcting articles on Discord over the real engine: replaced, rewritten, restored, by two."""

from __future__ import annotations

import asyncio
import io
import re
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from simcord.components import walk_components

from bot.admin.progress import draw_outcome
from bot.client import VerbatimBot
from bot.delivery import take_up
from config.groups import DiscordSettings, ServerSettings
from config.settings import Settings
from embeddings.collections import Collections, name_collection
from embeddings.engine import SearchEngine
from embeddings.store.people import Unfinished
from embeddings.store.records import Records
from tests.bot.admin.test_edits import given
from tests.bot.admin.test_real_additions import add
from tests.bot.making import make_bot
from tests.bot.people import World, buttons_of, plainly, text_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from simcord.env import Env
    from simcord.results import InteractionResult

CRUE = """La Loire a débordé dimanche à Orléans, où deux ponts sont fermés jusqu’à mardi matin.

La mairie a ouvert un gymnase pour les quarante habitants que les pompiers ont évacués."""


def story(text: str = CRUE, **head: str) -> bytes:
    """Return a file with a title, and what else is stated of it."""
    stated = {"title": "La crue", "source": "La Gazette", "date": "2018-06-21"} | head
    lines = "\n".join(f"{name}: {value}" for name, value in stated.items())
    return f"---\n{lines}\n---\n{text}\n".encode()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        data=tmp_path / "data",
        seeds=tmp_path / "none",
        threshold=0.0,
        discord=DiscordSettings(cooldown_user=0),
        servers=ServerSettings(additions=4),
    )


@pytest.fixture
def simcord_bot(settings: Settings, collections: Collections) -> VerbatimBot:
    return make_bot(settings, collections)


@pytest.fixture
async def world(simcord_env: Env, collections: Collections) -> AsyncIterator[World]:
    """A server that has one article."""
    world = World(simcord_env, collections.shared)
    await publish(world, story())
    yield world
    world.errors.clear()  # what was refused was told to the person


async def publish(
    world: World, data: bytes, button: str = "Confirmer", name: str = "crue.md"
) -> Any:
    shown = await add(world, file=(name, data))
    await world.admin.click(shown.response, label=button)
    return shown


async def own(world: World) -> SearchEngine:
    engine = await world.bot.collections.of(world.guild.id)
    assert engine
    found: SearchEngine = engine
    return found


async def stored(world: World) -> dict[str, str]:
    """Return the texts of the server's articles, by id."""
    engine = await own(world)
    return {a.id: (await engine.article(a.id)).text.strip() for a in engine.sources()}


async def history(world: World, article: str | None = None) -> InteractionResult:
    options = {"article": article} if article else {}
    return await world.admin.slash(world.channel, "admin history", **options)


async def test_or_it_is_added_as_another_in_english_too(world: World) -> None:
    world.locale = "en-GB"
    shown = await add(world, file=("crue.md", story(CRUE.replace("mardi", "jeudi"))))
    assert (
        "Seems to correct: La crue\n- … ponts sont fermés jusqu’à ~~mardi~~ **jeudi**"
        in text_of(shown.response)
    )
    assert [*buttons_of(shown.response)][:2] == ["Replace", "Add as another"]
    await world.admin.click(shown.response, label="Add as another")
    assert len(await stored(world)) == 2


async def test_what_the_new_file_does_not_state_stays(world: World) -> None:
    await publish(world, CRUE.replace("mardi", "jeudi").encode(), "Remplacer", "crue.md")
    (article,) = (await own(world)).sources()
    assert (article.title, article.source, str(article.date)) == (
        "La crue",
        "La Gazette",
        "2018-06-21",
    )


async def test_what_was_left_out_on_purpose_is_on_the_card(world: World) -> None:
    mail = (
        "Subject: Le pain\r\nFrom: Bea <bea@gazette.example>\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n\r\n"
        "Les boulangers de Tours vendent la baguette un euro vingt depuis avril dernier.\r\n\r\n"
        "Ils disent que la farine a coûté un tiers de plus cet hiver.\r\n\r\n"
        "-- \r\nBea, La Gazette\r\n"
    )
    shown = await add(world, file=("pain.eml", mail.encode()))
    told = (
        "Écarté volontairement :\n- pain.eml : la signature (cela ne fait pas partie de l’article)"
    )
    assert told in text_of(shown.response)


async def test_the_text_is_rewritten_in_a_form(world: World) -> None:
    form, other = [
        await world.admin.slash(world.channel, "admin edit", article="la-crue", text=True)
        for _ in range(2)
    ]
    assert given(form) == {"text1": CRUE}
    shown = await world.admin.submit_modal(form, {"text1": CRUE.replace("quarante", "cinquante")})
    assert "pour les ~~quarante~~ **cinquante** habitants" in text_of(shown.response)
    await world.admin.click(shown.response, label="Confirmer")
    assert (await stored(world))["la-crue"] == CRUE.replace("quarante", "cinquante")
    late = await world.admin.submit_modal(other, {"text1": "Un autre texte."})
    assert "Quelqu’un a changé ce texte pendant que vous écriviez" in text_of(late.response)


async def test_a_text_that_no_form_holds_is_uploaded_instead(world: World) -> None:
    long = "\n\n".join(f"{n}. {CRUE.replace(chr(10), ' ')}" for n in range(120))
    await publish(world, story(long, title="Le fleuve"), name="fleuve.md")
    told = await world.admin.slash(world.channel, "admin edit", article="le-fleuve", text=True)
    assert "envoyez un fichier corrigé avec /admin ajouter" in text_of(told.response)
    world.locale = "en-GB"
    told = await world.admin.slash(world.channel, "admin edit", article="le-fleuve", text=True)
    assert "upload a corrected file with /admin add" in text_of(told.response)


async def test_the_history_tells_in_words_and_restores_each_version(world: World) -> None:
    form = await world.admin.slash(world.channel, "admin edit", article="la-crue")
    shown = await world.admin.submit_modal(form, given(form) | {"title": "La grande crue"})
    await world.admin.click(shown.response, label="Confirmer")
    await publish(world, story(CRUE.replace("mardi", "jeudi")), "Remplacer")
    listed = await history(world, "la-crue")
    text = text_of(listed.response)
    assert "a été modifié (texte)" in text
    assert "> … ponts sont fermés jusqu’à ~~mardi~~ **jeudi** matin." in text
    assert "a été corrigé (titre)" in text
    assert "> titre : La crue → La grande crue" in text
    ids = [b["custom_id"] for b in _all_buttons(listed) if b["label"] == "Rétablir"]
    assert ids == ["v:back:o:0:2:la-crue", "v:back:o:1:1:la-crue"]
    await world.admin.click(listed.response, custom_id=ids[1])
    assert "- titre : La grande crue → La crue" in text_of(listed.response)
    await world.admin.click(listed.response, label="Confirmer")
    assert (await stored(world))["la-crue"] == CRUE
    assert "« La crue » a été rétabli" in text_of((await history(world, "la-crue")).response)


def _all_buttons(shown: InteractionResult) -> list[dict[str, Any]]:
    assert shown.response
    return [c for c in walk_components(shown.response.components) if c.get("type") == 2]


async def test_what_was_removed_is_restored_from_the_history_of_all(world: World) -> None:
    removing = await world.admin.slash(world.channel, "admin remove", article="la-crue")
    await world.admin.click(removing.response, label="Retirer")
    offered = await world.admin.autocomplete(world.channel, "admin rollback", "snapshot", "")
    told = r"Avant : « La crue » a été retiré, \d\d/\d\d \d\d:\d\d UTC"
    assert re.fullmatch(told, plainly(offered[0]["name"]))
    world.locale = "en-GB"
    listed = await history(world)
    assert "“La crue” was removed\n-# " in text_of(listed.response)
    await world.admin.click(listed.response, label="Restore")
    await world.admin.click(listed.response, label="Confirm")
    assert await stored(world) == {"la-crue": CRUE}


async def test_a_member_restores_nothing(world: World) -> None:
    await publish(world, story(CRUE.replace("mardi", "jeudi")), "Remplacer")
    listed = await history(world)
    world.guild._guild.members[world.admin.id].role_ids.clear()
    told = await world.admin.click(listed.response, label="Rétablir")
    assert "Seules les personnes qui gèrent ce serveur" in text_of(told.response)


async def test_the_second_editor_is_told_what_changed_meanwhile(world: World) -> None:
    first = await add(world, file=("crue.md", story(CRUE.replace("mardi", "jeudi"))))
    second = await add(world, file=("crue.md", story(CRUE.replace("mardi", "lundi"))))
    await world.admin.click(first.response, label="Remplacer")
    await world.admin.click(second.response, label="Remplacer")
    told = text_of(second.response)
    assert "Rien n’a changé, car ceci s’est passé depuis que vous l’avez vu :" in told
    assert "demandez-le de nouveau" in told.splitlines()[-1]
    assert re.search(rf"« La crue » a été modifié \(texte\)\n-# .* · par <@{world.admin.id}>", told)
    assert (await stored(world))["la-crue"] == CRUE.replace("mardi", "jeudi")


async def test_the_second_confirmation_waits_its_turn_and_is_done(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.admin.progress.AGAIN", 0.05)
    shown = await add(world, file=("pain.md", story("Le pain cuit.", title="Le pain")))
    writing = (await own(world)).database.hold(name_collection(world.guild.id))
    await asyncio.to_thread(writing.__enter__)
    freeing = asyncio.create_task(_release(world, writing))
    await world.admin.click(shown.response, label="Confirmer")
    await freeing
    assert {"la-crue", "le-pain"} == {*await stored(world)}


async def _release(world: World, writing: Any) -> None:
    """Let others write, once somebody is told to wait."""
    await world.edited_to_say("ce sera ensuite votre tour")
    await asyncio.to_thread(writing.__exit__, None, None, None)


async def test_a_change_whose_process_died_says_so_on_its_card(world: World) -> None:
    """What was begun is told of after the start: that it is done, or that nothing was changed."""
    bread = story("Le pain cuit.", title="Le pain")
    shown = await add(world, file=("pain.md", bread))
    begun = next(i for i in _ids(shown) if i.startswith("v:plan:ok:"))
    engine, bot = await own(world), world.bot
    records = bot.records
    before = Records(records._database)
    work = Unfinished("token-1", world.admin.id, world.guild.id, "fr", button=begun)
    await before.keep(work)
    await take_up(bot, EARLIER, draw_outcome)
    assert _late(world) == []
    await take_up(bot, LATER, draw_outcome)
    assert "au milieu de ce changement : rien n’a été modifié" in _late(world)[-1]
    assert begun in _late(world)[-1]
    await before.keep(replace(work, token=OTHER, language="en"))
    await engine.confirm(begun.rpartition(":")[2])
    await take_up(bot, LATER, draw_outcome)
    assert "I was restarted during this change, and it is published" in _late(world)[-1]
    assert await records.list_unfinished() == []


async def test_nothing_is_kept_of_a_change_that_ended(world: World) -> None:
    assert await world.bot.records.list_unfinished() == []


OTHER = "token-2"
EARLIER, LATER = "2000-01-01T00:00:00+00:00", "9999-01-01T00:00:00+00:00"
"""Runs that begin before and after everything that is kept."""


def _late(world: World) -> list[str]:
    """Return what was sent in place of the acknowledgements of an earlier run."""
    sent = [r for r in world.env.http_requests if r.method == "PATCH" and "/token-" in r.path]
    return [str(r.json).replace("\\xa0", " ") for r in sent]


async def test_a_zip_takes_what_there_is_room_for_and_says_what_is_left(world: World) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        for n in range(5):
            text = " ".join(f"mot{n}{k}" for k in range(20))
            packed.writestr(f"{n}.md", story(f"Le {text}.", title=f"Titre {n}"))
    shown = await add(world, file=("cinq.zip", archive.getvalue()))
    text = text_of(shown.response)
    assert "3 à ajouter" in text
    assert (
        "Il n’y a pas de place pour 2 articles :\n-# Cette collection peut recevoir 4 articles en "
        "24 heures : ajoutez le reste demain." in text
    )
    assert "Place : 1 article sur 500 · " in text
    assert "1 ajout sur 4 en 24 h" in text
    data = await shown.response.attachments[0].read()
    assert "4.md" in data.decode()
    await world.admin.click(shown.response, label="Confirmer")
    assert len(await stored(world)) == 4
    world.locale = "en-GB"
    status = text_of((await world.admin.slash(world.channel, "admin status")).response)
    assert "4 of 4 additions in 24 hours" in status
    refused = await add(world, file=("six.md", story("Le six.", title="Six")))
    assert "this collection may take 4 articles within 24 hours" in text_of(refused.response)


def _ids(shown: InteractionResult) -> list[str]:
    return [c["custom_id"] for c in _all_buttons(shown)]
