"""Adding from Discord: files, a page, a message; shown first, then confirmed or cancelled."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import discord
import pytest

from tests.bot.people import World, buttons_of, select_of, text_of
from tests.fakes import LETTER, RIVER

if TYPE_CHECKING:
    from simcord.results import InteractionResult

MENU = "Add to the corpus"
STORY = b"title: La crue\nsource: La Gazette\ndate: 2018-06-21\n\nLa Loire monte.\n\nOn attend."
OTHER = b"title: Le pain\n\nLe pain cuit dans un four."


async def add(world: World, **options: Any) -> InteractionResult:
    given = {name.replace("_", "-"): value for name, value in options.items()}
    return await world.admin.slash(world.channel, "admin add", **given)


def ids(world: World) -> set[str]:
    return {article.id for article in world.own.sources()}


async def test_a_file_is_shown_before_it_counts(world: World) -> None:
    shown = await add(world, file=("crue.txt", STORY))
    text = text_of(shown.response)
    assert shown.ephemeral
    assert "### À confirmer\n-# 1 à ajouter\n" in text
    assert "Nouveau : **La crue**\n-# La Gazette · <t:1529578800:D> · 2 passages · français" in text
    assert "-# deviné : auteur" in text
    assert "> La Loire monte. On attend." in text
    assert "-# Indexation : environ 2 secondes. Rien ne change avant" in text
    assert list(buttons_of(shown.response)) == ["Confirmer", "Corriger", "Annuler"]
    assert ids(world) == set()


async def test_confirming_adds_and_reports(world: World) -> None:
    shown = await add(world, file=("crue.txt", STORY))
    await world.admin.click(shown.response, label="Confirmer")
    text = text_of(shown.response)
    assert "### C’est publié" in text
    assert "Ajoutés :\n- La crue" in text
    assert "Articles : 1 ajouté, 0 modifié, 0 retiré" in text
    assert buttons_of(shown.response) == {}
    assert ids(world) == {"la-crue"}
    answered = await world.ask("La Loire monte")
    assert "La Loire monte" in text_of(answered.response)


async def test_the_log_of_changes_names_who_confirmed(world: World) -> None:
    shown = await add(world, file=("crue.txt", STORY))
    await world.admin.click(shown.response, label="Confirmer")
    assert world.own.done_by == [("confirm", f"discord:{world.admin.id}")]


async def test_cancelling_adds_nothing(world: World) -> None:
    shown = await add(world, file=("crue.txt", STORY))
    await world.admin.click(shown.response, label="Annuler")
    assert text_of(shown.response) == "Annulé : rien n’a changé."
    assert ids(world) == set()


async def test_several_files_and_a_page_are_one_proposal(world: World) -> None:
    world.own.pages["https://gazette.example/loire"] = RIVER
    shown = await add(
        world,
        file=("crue.txt", STORY),
        file_5=("pain.md", OTHER),
        url="https://gazette.example/loire",
    )
    text = text_of(shown.response)
    assert "3 à ajouter" in text
    assert RIVER.title in text
    assert "Corriger" not in buttons_of(shown.response)


async def test_an_address_without_its_beginning_is_one_too(world: World) -> None:
    world.own.pages["https://gazette.example/loire"] = RIVER
    assert RIVER.title in text_of((await add(world, url=" gazette.example/loire ")).response)


@pytest.mark.parametrize("given", ["/etc/passwd", "../../secret.txt", "C:\\secret.txt", "~/.env"])
async def test_what_is_typed_never_names_a_file_of_the_machine(world: World, given: str) -> None:
    await add(world, url=given)
    (told,), _ = world.own.given
    assert told.startswith("https://")


async def test_a_page_of_the_private_network_is_refused_with_its_reason(world: World) -> None:
    shown = await add(world, url="http://127.0.0.1/admin")
    text = text_of(shown.response)
    assert "### Rien à ajouter" in text
    assert "leads into a private network" in text
    assert buttons_of(shown.response) == {}


async def test_a_proposal_that_does_nothing_is_not_kept(world: World) -> None:
    await add(world, url="http://127.0.0.1/admin")
    assert world.own._proposals == {}


async def test_nothing_given_with_the_command_is_asked_for_in_a_form(world: World) -> None:
    world.own.pages |= {"https://a.example/loire": RIVER, "https://a.example/lettre": LETTER}
    form = await add(world)
    shown = await world.admin.submit_modal(
        form,
        {
            "files": [("crue.txt", STORY), ("pain.txt", OTHER)],
            "links": "a.example/loire\nhttps://a.example/lettre",
        },
    )
    assert "4 à ajouter" in text_of(shown.response)
    assert shown.ephemeral


async def test_an_address_given_twice_is_read_once(world: World) -> None:
    await world.admin.submit_modal(await add(world), {"links": "a.example https://a.example"})
    assert world.own.given[0] == ("https://a.example",)


async def test_an_empty_form_adds_nothing(world: World) -> None:
    told = await world.admin.submit_modal(await add(world), {"links": " "})
    assert "Il n’y a ici ni fichier ni adresse" in text_of(told.response)


async def test_the_form_is_for_admins_alone(world: World) -> None:
    form = await add(world)
    world.guild._guild.members[world.admin.id].role_ids.clear()
    told = await world.admin.submit_modal(form, {"files": [("crue.txt", STORY)]})
    assert "Seules les personnes qui gèrent ce serveur" in text_of(told.response)


async def test_a_broken_file_does_not_keep_the_others_back(world: World) -> None:
    shown = await add(world, file=("rapport.pdf", b"junk"), file_2=("crue.txt", STORY))
    text = text_of(shown.response)
    assert "1 à ajouter, 1 refusé" in text
    assert "Refusés :\n- rapport.pdf is no PDF, or a broken one" in text
    await world.admin.click(shown.response, label="Confirmer")
    assert "rapport.pdf is no PDF" in text_of(shown.response)
    assert ids(world) == {"la-crue"}


async def test_a_file_of_another_kind_is_refused_before_it_is_read(world: World) -> None:
    shown = await add(world, file=("photo.png", b"x"))
    assert "photo.png est illisible : joignez un fichier en " in text_of(shown.response)
    assert world.own.given == ((), {})


@pytest.mark.discord(attachment_megabytes=1)
async def test_a_file_that_is_too_large_is_refused_before_it_is_read(world: World) -> None:
    shown = await add(world, file=("crue.txt", b"x" * 1_000_001), file_2=("pain.txt", OTHER))
    text = text_of(shown.response)
    assert "crue.txt fait plus de 1 Mo" in text
    assert "1 à ajouter" in text
    await world.admin.click(shown.response, label="Confirmer")
    assert "crue.txt fait plus de 1 Mo" in text_of(shown.response)


async def test_a_file_that_discord_has_no_more_is_told(world: World) -> None:
    world.env.backend.cdn.get = lambda _: None
    shown = await add(world, file=("crue.txt", STORY))
    assert "crue.txt n’a pas pu être récupéré auprès de Discord" in text_of(shown.response)


async def test_files_are_gone_when_they_were_read(world: World) -> None:
    await add(world, file=("crue.txt", STORY))
    (path,), names = world.own.given
    assert names == {path: "crue.txt"}
    assert not Path(path).parent.parent.exists()


async def test_an_article_that_is_there_would_change_field_by_field(world: World) -> None:
    shown = await add(world, file=("crue.txt", STORY))
    await world.admin.click(shown.response, label="Confirmer")
    again = await add(world, file=("crue.txt", STORY.replace(b"La Gazette", b"Le Soir")))
    text = text_of(again.response)
    assert "Modifié : La crue\n- source : La Gazette → Le Soir" in text
    await world.admin.click(again.response, label="Confirmer")
    assert "Modifiés :\n- La crue" in text_of(again.response)


async def test_another_text_is_told_as_such(world: World) -> None:
    shown = await add(world, file=("crue.txt", STORY))
    await world.admin.click(shown.response, label="Confirmer")
    again = await add(world, file=("crue.txt", STORY.replace(b"monte", b"baisse")))
    assert "- La Loire ~~monte.~~ **baisse.**" in text_of(again.response)


async def test_an_article_that_is_there_already_is_told(world: World) -> None:
    shown = await add(world, file=("crue.txt", STORY))
    await world.admin.click(shown.response, label="Confirmer")
    again = await add(world, file=("crue.txt", STORY))
    assert "Déjà là, sans changement :\n- La crue" in text_of(again.response)
    assert buttons_of(again.response) == {}


async def test_the_files_and_links_of_a_message_are_proposed(world: World) -> None:
    world.own.pages["https://gazette.example/loire"] = RIVER
    message = await world.member.send(
        world.channel,
        "À lire (https://gazette.example/loire), vraiment.",
        attachments=[("crue.txt", STORY)],
    )
    shown = await world.admin.context_menu(world.channel, MENU, message)
    text = text_of(shown.response)
    assert shown.ephemeral
    assert "2 à ajouter" in text
    await world.admin.click(shown.response, label="Confirmer")
    assert ids(world) == {"la-crue", RIVER.id}


async def test_a_message_without_files_and_links_has_nothing_to_add(world: World) -> None:
    message = await world.member.send(world.channel, "Bonjour.")
    shown = await world.admin.context_menu(world.channel, MENU, message)
    assert "Il n’y a ici ni fichier ni adresse" in text_of(shown.response)


async def test_who_was_let_in_by_discord_proposes_and_an_editor_confirms(world: World) -> None:
    registered = world.env.backend.find_command(MENU, world.guild.id, type=3)
    assert registered is not None
    registered["default_member_permissions"] = None
    world.own.pages["https://gazette.example/loire"] = RIVER
    message = await world.member.send(world.channel, "https://gazette.example/loire")
    shown = await world.member.context_menu(world.channel, MENU, message)
    assert "1 à ajouter" in text_of(shown.response)
    told = await world.member.click(shown.response, label="Confirmer")
    assert "dont le rôle est désigné comme rédacteur" in text_of(told.response)
    role = world.guild.create_role("Rédaction")
    await world.admin.slash(world.channel, "admin settings", editors=role)
    world.guild._guild.members[world.member.id].role_ids.append(role.id)
    await world.member.click(shown.response, label="Confirmer")
    assert RIVER.id in ids(world)


async def test_the_menu_is_named_in_both_languages(world: World) -> None:
    kind = discord.AppCommandType.message
    (menu,) = [c for c in world.bot.tree.get_commands(type=kind) if c.name == MENU]
    payload = await menu.get_translated_payload(world.bot.tree, world.bot.tree.translator)
    assert payload["name_localizations"]["fr"] == "Ajouter au corpus"
    assert payload["default_member_permissions"] == discord.Permissions(manage_guild=True).value


async def test_many_articles_are_shortened_and_attached_in_full(world: World) -> None:
    for number in range(12):
        page = replace(LETTER, id=f"lettre-{number}", title=f"Lettre {number}")
        world.own.pages[f"https://gazette.example/{number}"] = page
    links = " ".join(world.own.pages)
    message = await world.member.send(world.channel, links)
    shown = await world.admin.context_menu(world.channel, MENU, message)
    assert "10 à ajouter" in text_of(shown.response)
    assert "… et 5 de plus" in text_of(shown.response)
    assert len(select_of(shown.response)["options"]) == 10
    assert shown.response is not None
    (attached,) = shown.response.attachments
    assert (await attached.read()).decode().count("Lettre ") == 10
    await world.admin.click(shown.response, label="Confirmer")
    (report,) = shown.response.attachments
    assert report.filename == "bilan.txt"
