"""What can be read: /sources lists the articles, /source opens one; /help and /privacy."""

from discord import app_commands
from discord.ext import commands

from bot import delivery
from bot.context import Context, Interaction
from bot.errors import BotError
from bot.reading import about, buttons
from bot.reading.buttons import MAX_FILTER, Look, listing_card
from bot.reading.pages import open_page
from bot.running.commands import Suggestions, command, everywhere, name, suggest, suggest_sources
from bot.servers.rules import is_editor, rules_of
from bot.ui.catalogue import SORTS
from bot.ui.components import MAX_OPTIONS, Card, text
from bot.ui.naming import label, open_select, ref, short

_SORTS = [app_commands.Choice(name=name(f"sort-{sort}"), value=sort) for sort in SORTS]


class Reading(commands.Cog):
    """Shows what answers are taken from, and says what the bot does and keeps."""

    def __init__(self, bot: Context) -> None:
        self.bot = bot

    @command("sources")
    @app_commands.choices(sort=_SORTS)
    @everywhere
    async def sources(
        self,
        interaction: Interaction,
        *,
        filter_: str | None = None,
        source: str | None = None,
        month: str | None = None,
        page: app_commands.Range[int, 1, 99_999] = 1,
        sort: str = SORTS[0],
    ) -> None:
        """List the articles."""
        await delivery.hold(interaction, ephemeral=True)
        catalogue = (await self.bot.see(interaction)).catalogue
        digest = short(catalogue.source_named(source)) if source else ""
        look = Look((filter_ or "").strip()[:MAX_FILTER], sort, page - 1, digest, month or "")
        card = listing_card(catalogue, delivery.language_of(interaction), look)
        await delivery.answer(interaction, card)

    sources.autocomplete("source")(suggest_sources)

    @sources.autocomplete("month")
    async def months(self, interaction: Interaction, typed: str) -> Suggestions:
        """Suggest the months in which articles came out, newest first."""
        catalogue = (await self.bot.see(interaction)).catalogue
        language = delivery.language_of(interaction)
        named = {
            f"{language(f'month-{int(month[5:])}')} {month[:4]}": month
            for month in catalogue.months
        }
        found = [n for n in named if typed.casefold() in f"{n} {named[n]}".casefold()]
        return suggest((n, named[n]) for n in found)

    @command("source")
    @everywhere
    async def source(self, interaction: Interaction, title: str) -> None:
        """Open an article at its first page; of several with that title, ask which."""
        await delivery.hold(interaction, ephemeral=True)
        seen, language = await self.bot.see(interaction), delivery.language_of(interaction)
        found = seen.catalogue.articles_named(title)
        if not found and seen.catalogue.articles:
            raise BotError("article-unknown")
        if not found:
            card = await about.starters_card(self.bot, interaction, language)
        elif len(found) > 1:
            card = Card(text(language("which")), open_select(found, language("sources-open")))
        else:
            card = await open_page(seen, ref(found[0]), 0, language)
        await delivery.answer(interaction, card)

    @source.autocomplete("title")
    async def titles(self, interaction: Interaction, typed: str) -> Suggestions:
        """Suggest titles, newest first."""
        found = (await self.bot.see(interaction)).catalogue.matching(typed)[:MAX_OPTIONS]
        return suggest((label(a, found), ref(a)) for a in found)

    @command("help")
    @everywhere
    async def help(self, interaction: Interaction) -> None:
        """Show what can be done here, and by whom the bot is run."""
        await delivery.hold(interaction, ephemeral=True)
        language = delivery.language_of(interaction)
        seen = await self.bot.see(interaction)
        start = await about.offer_starters(self.bot, seen, language)
        owner, is_admin = _owner(self.bot), is_editor(interaction)
        card = about.help_card(
            self.bot.mentions, language, owner=owner, for_admins=is_admin, start=start
        )
        await delivery.answer(interaction, card)

    @command("privacy")
    @everywhere
    async def privacy(self, interaction: Interaction) -> None:
        """Show what is kept, and of this person."""
        await delivery.hold(interaction, ephemeral=True)
        kept = await about.list_kept(self.bot.records, interaction.user.id)
        guild, days = interaction.guild_id, self.bot.settings.servers.kept_days
        language, by = delivery.language_of(interaction), _kept_by(self.bot, guild)
        card = about.privacy_card(kept, language, kept_by=by, days=days)
        await delivery.answer(interaction, card)


def _kept_by(bot: Context, guild: int | None) -> str:
    """Return who had questions kept; empty when they are not."""
    if not rules_of(bot, guild).keep:
        return ""
    return "admin" if bot.records.choices(guild).keep else "operator"


def _owner(bot: Context) -> str:
    application = bot.application
    if application is None:
        return ""
    return application.team.name if application.team else application.owner.display_name


async def setup(bot: Context) -> None:
    """Add this part to the bot."""
    bot.add_dynamic_items(*buttons.ALL)
    await bot.add_cog(Reading(bot))
