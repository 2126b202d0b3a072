"""Adding, asking, correcting and going back on Discord, over the real engine and real files."""

from __future__ import annotations

import re
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
import simcord

from config.groups import DiscordSettings
from config.settings import Settings
from embeddings.engine import SearchEngine
from tests.bot.admin.test_edits import given
from tests.bot.making import make_bot
from tests.bot.people import World, buttons_of, plainly, text_of
from tests.embeddings.readers.formats.prints import pdf

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from simcord.results import InteractionResult

PAGE = """<!doctype html><html lang="fr"><head><title>La Loire en crue — La Gazette</title>
<meta property="og:title" content="La Loire en crue"><meta property="og:site_name"
content="La Gazette"><meta property="article:published_time" content="2018-06-21T08:00:00Z">
<link rel="canonical" href="https://gazette.example/loire"></head><body><nav>Menu</nav><article>
<h1>La Loire en crue</h1>
<p>La Loire a débordé dimanche à Orléans, où deux ponts sont fermés jusqu’à mardi matin.</p>
<p>La mairie a ouvert un gymnase pour les quarante habitants que les pompiers ont évacués.</p>
</article></body></html>""".encode()
BREAD = (
    "Les boulangers de Tours vendent la baguette un euro vingt depuis le premier avril dernier.",
    "Ils disent que la farine a coûté un tiers de plus cet hiver, et que leurs fours sont au gaz.",
)


@asynccontextmanager
async def opened(tmp_path: Path, **discord: Any) -> AsyncIterator[World]:
    """Open an engine without stories, and the bot over it."""
    chosen = DiscordSettings(cooldown_user=0, **discord)
    (tmp_path / "none").mkdir(exist_ok=True)
    settings = Settings(
        data=tmp_path / "data", seeds=tmp_path / "none", threshold=0.0, discord=chosen
    )
    async with SearchEngine(settings) as engine:
        bot = make_bot(settings, engine)
        async with bot.collections, simcord.run(bot, settle_timeout=60) as env:
            yield World(env, engine)


async def add(world: World, **options: Any) -> InteractionResult:
    return await world.admin.slash(world.channel, "admin add", **options)


async def test_files_are_added_asked_corrected_and_taken_back(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        await add_two_files(world)
        await ask_for_both(world)
        await send_one_again(world)
        await edit_one(world)
        await go_back(world)


async def add_two_files(world: World) -> None:
    files = {
        "file": ("loire.html", PAGE),
        "file-2": ("Prix_du_pain.pdf", pdf(BREAD, title="Le prix du pain")),
    }
    shown = await add(world, **files)
    text = text_of(shown.response)
    assert "2 à ajouter" in text
    assert "**La Loire en crue**\n-# La Gazette · <t:1529578800:D> · 2 passages" in text
    assert "prix du pain" in text.casefold()
    assert "verbatim-" not in text
    await world.admin.click(shown.response, label="Confirmer")
    assert "Articles : 2 ajoutés, 0 modifié, 0 retiré" in text_of(shown.response)


async def ask_for_both(world: World) -> None:
    river = await world.ask("Où la Loire a-t-elle débordé ?")
    assert "« **La Loire a débordé dimanche à Orléans" in text_of(river.response)
    bread = await world.ask("Combien coûte la baguette à Tours ?")
    assert "Les boulangers de Tours vendent la baguette" in text_of(bread.response)
    theirs = await world.stranger.slash(world.their_channel, "ask", question="Loire Orléans")
    assert "débordé" not in text_of(theirs.response)


async def send_one_again(world: World) -> None:
    shown = await add(world, file=("loire.html", PAGE))
    assert "Déjà là, sans changement :\n- La Loire en crue" in text_of(shown.response)
    shown = await add(world, file=("loire.html", PAGE.replace(b"quarante", b"cinquante")))
    text = text_of(shown.response)
    assert "-# 1 à modifier" in text
    assert "- … un gymnase pour les ~~quarante~~ **cinquante** habitants que les pompiers" in text
    await world.admin.click(shown.response, label="Confirmer")
    listed = await world.admin.slash(world.channel, "admin history", article="loire")
    told = rf"« La Loire en crue » a été modifié \(.*texte.*\)\n-# <t:.*> · par <@{world.admin.id}>"
    assert re.search(told, text_of(listed.response))


async def edit_one(world: World) -> None:
    form = await world.admin.slash(world.channel, "admin edit", article="loire")
    shown = await world.admin.submit_modal(form, given(form) | {"author": "Ada Lovelace"})
    assert "- auteur : — → Ada Lovelace" in text_of(shown.response)
    await world.admin.click(shown.response, label="Confirmer")
    listed = await world.member.slash(world.channel, "sources", filter="lovelace")
    assert "La Loire en crue" in text_of(listed.response)


async def go_back(world: World) -> None:
    kept = await world.admin.autocomplete(world.channel, "admin rollback", "snapshot", "")
    before = plainly(kept[-1]["name"])
    assert before.startswith("Avant : « La Loire en crue » a été modifié (texte), ")
    await world.admin.slash(world.channel, "admin rollback", snapshot=kept[-1]["value"])
    listed = await world.member.slash(world.channel, "sources", filter="lovelace")
    assert "La Loire en crue" not in text_of(listed.response)


async def test_what_was_guessed_of_a_file_is_corrected_first(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        shown = await add(world, file=("pain.txt", "\n\n".join(BREAD).encode()))
        assert "deviné :" in text_of(shown.response)
        form = await world.admin.click(shown.response, label="Corriger")
        await world.admin.submit_modal(
            form, given(form) | {"title": "Le pain", "date": "2019-04-02"}
        )
        await world.admin.click(shown.response, label="Confirmer")
        listed = await world.member.slash(world.channel, "sources")
        assert "**Le pain**\n-# <t:1554202800:D>" in text_of(listed.response)
        told = text_of((await world.admin.slash(world.channel, "admin history")).response)
        assert "« Le pain » a été corrigé (titre, date)" in told
        assert "→" not in told  # it was corrected before it was first kept


async def test_a_form_takes_one_address_a_line(tmp_path: Path) -> None:
    """Words are no addresses, and are not looked up one by one."""
    async with opened(tmp_path) as world:
        form = await world.admin.slash(world.channel, "admin add")
        typed = "bonjour à tous\nhttp://127.0.0.1/a http://127.0.0.1/b"
        told = text_of((await world.admin.submit_modal(form, {"links": typed})).response)
        assert "3 refusés" in told
        assert "bonjour à tous n’est pas une adresse web" in told


async def test_a_reindex_is_told_in_words_of_its_own(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        await world.admin.slash(world.channel, "admin reindex")
        told = text_of((await world.admin.slash(world.channel, "admin history")).response)
        assert "tout a été indexé de nouveau" in told


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"file": ("rapport.pdf", b"%PDF-1.7 broken")}, "rapport.pdf"),
        ({"file": ("vide.txt", b"")}, "vide.txt est vide"),
        ({"file": ("tout.zip", b"PK\3\4 broken")}, "tout.zip"),
        ({"url": "http://127.0.0.1:8080/admin"}, "mène à un réseau privé"),
        ({"url": "http://169.254.169.254/latest/meta-data"}, "mène à un réseau privé"),
        ({"url": "file:///etc/passwd"}, "seules le sont les adr"),
        ({"url": "/etc/passwd"}, "n’est pas une adresse web"),
    ],
    ids=["broken PDF", "empty", "broken archive", "own machine", "metadata", "scheme", "path"],
)
async def test_what_cannot_be_read_gets_its_sentence(
    tmp_path: Path, options: dict[str, Any], said: str
) -> None:
    async with opened(tmp_path) as world:
        shown = await add(world, **options)
        text = text_of(shown.response)
        assert "### Rien à ajouter" in text
        assert said in text
        assert "verbatim-" not in text
        assert buttons_of(shown.response) == {}
