"""The command ``read``: what would be stored of each input, and nothing is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from bot.shell.printing import FIELDS, show_fields
from bot.shell.session import DONE, MISTAKE, command

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.shell.screen import Screen
    from bot.shell.session import Shell
    from embeddings.readers import Draft
    from embeddings.readers.many import Outcome


@command
@click.argument("inputs", metavar="PATH_OR_URL...", nargs=-1, required=True)
def read(shell: Shell, inputs: tuple[str, ...]) -> int:
    """Show what would be stored of each input, and store nothing.

    One input may hold several articles: a folder, a ZIP, a feed, an export. What is guessed is
    marked with a ?, and what is left out on purpose is told.
    """
    from embeddings.readers import Fetcher, Sandbox, read_all  # keeps --help quick

    shell.set_up_log()
    with Sandbox() as sandbox:
        outcomes = list(read_all(inputs, sandbox, Fetcher(shell.settings.fetch)))
    shell.reply(outcomes, document, show)
    rejected = [each for each in outcomes if not isinstance(each, tuple)]
    for each in rejected:
        is_named = each.input in each.reason
        shell.tell(each.reason if is_named else f"{each.input}: {each.reason}")
    return MISTAKE if rejected else DONE


def document(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return the document of what was read."""
    return {
        "read": [_entry(*each) for each in outcomes if isinstance(each, tuple)],
        "rejected": [
            {"input": each.input, "reason": each.reason}
            for each in outcomes
            if not isinstance(each, tuple)
        ],
    }


def _entry(name: str, draft: Draft) -> dict[str, Any]:
    return {
        "input": name,
        **{field: getattr(draft, field) for field in FIELDS},
        "inferred": draft.inferred,
        "text": draft.text,
        "passages": _passages(draft),
        "left_out": [{"what": each.what, "why": each.why} for each in draft.left_out],
    }


def _passages(draft: Draft) -> list[str]:
    from embeddings.text.passages import split  # keeps --help quick

    return [draft.text[each.start : each.end] for each in split(draft.article("draft"))]


def show(screen: Screen, outcomes: Sequence[Outcome]) -> None:
    """Show what was read: what is known of it, its first and its last passage, how many it has."""
    for name, draft in (each for each in outcomes if isinstance(each, tuple)):
        passages = _passages(draft)
        show_fields(screen, name, draft, draft.inferred, len(passages))
        for passage in dict.fromkeys((passages[0], passages[-1])):
            screen.indented(passage, "dim")
        for each in draft.left_out:
            screen.indented(screen.words("left-out", what=each.what, why=each.why), "yellow")
        screen.line()
