"""The two ways to change the articles: the program's own commands, and /admin on Discord."""

from __future__ import annotations

import io
import json
import random
import re
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING, Any, Protocol

from tests.torture.asker import post
from tests.torture.ledger import DONE, LATER, REFUSED
from tests.torture.stories import Story, write

if TYPE_CHECKING:
    from pathlib import Path

    from tests.torture.ledger import Work

NOBODY = "No bot is there."
LONGEST = 300.0
"""Seconds that a change may take."""
DECIDING = ("v:plan:ok:", "v:drop:")
"""How the buttons begin that do what was proposed."""
_DONE = r"C’est fait|est retiré|est finie|sert désormais"
_OVER = rf"\(code |Rien à ajouter|Il n’y avait rien|{_DONE}"
_ASKED = rf"{_OVER}|À confirmer|Ceci retire"
_SNAPSHOT = re.compile(r"[Ii]nstantané(?:\s:)? (\d\S+)")


class Way(Protocol):
    """Does a work, and notes in it what was told."""

    def do(self, work: Work) -> None:
        """Do it."""


class Shell:
    """By ``python -m bot``, with the settings in the environment.

    Args:
        folder: Where files to be added are put.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def do(self, work: Work) -> None:
        """Run the command."""
        command = [sys.executable, "-m", "bot", "--json", *self._arguments(work)]
        ran = subprocess.run(
            command, check=False, timeout=LONGEST, stdin=subprocess.DEVNULL,
            capture_output=True, text=True,
        )  # fmt: skip
        if ran.returncode:
            said = ran.stderr.strip().rpartition("\n")[2]
            work.end(LATER if "Somebody else" in said else REFUSED, said)
        else:
            reply = json.loads(ran.stdout)
            report = reply if "snapshot" in reply else reply["report"] or {}
            work.end(DONE, "", report.get("snapshot", ""))

    def _arguments(self, work: Work) -> list[str]:
        ids = [Story(work.paper, town, work.edition).id for town in work.towns]
        if work.what == "add":
            folder = self._folder / str(work.edition)
            write(folder, (Story(work.paper, town, work.edition) for town in work.towns))
            return ["add", str(folder)]
        if work.what == "edit":
            return ["edit", ids[0], "--author", f"Ada {work.began}"]
        return {"remove": ["remove", *ids], "reindex": ["reindex", "--full"]}.get(
            work.what, [work.what]
        )


class Admin:
    """By /admin, as the operator, on a server of any shard.

    Args:
        url: Where the door is.
        shards: How many shards there are.
    """

    def __init__(self, url: str, shards: int) -> None:
        self._url, self._shards = url, shards

    def do(self, work: Work) -> None:
        """Type the command, and press its button."""
        shard = random.randrange(self._shards)
        name, options = self._command(work)
        said = {"shard": shard, "name": f"admin {name}", "options": options | {"shared": True}}
        shown = self._post("command", said)
        buttons = shown.get("buttons", []) if shown else []
        if shown and (decide := [each for each in buttons if each.startswith(DECIDING)]):
            said = {"shard": shard, "message": shown["message"], "button": decide[0]}
            shown = self._post("press", said)
        if not (shown and "lost" in shown):  # where the bot was killed, nobody told
            self._note(work, shown["text"] if shown else NOBODY)

    def _post(self, path: str, said: dict[str, Any]) -> dict[str, Any] | None:
        wait = {"until": _ASKED if path == "command" else _OVER, "seconds": LONGEST}
        return post(f"{self._url}/{path}", said | wait, LONGEST + 30)

    def _command(self, work: Work) -> tuple[str, dict[str, Any]]:
        stories = [Story(work.paper, town, work.edition) for town in work.towns]
        if work.what == "add":
            packed = io.BytesIO()
            with zipfile.ZipFile(packed, "w") as archive:
                for story in stories:
                    archive.writestr(f"{story.id}.md", story.text())
            return "add", {"file": ["edition.zip", packed.getvalue().decode("latin-1")]}
        if work.what == "remove":
            return "remove", {"article": stories[0].id}
        return work.what, {"full": True} if work.what == "reindex" else {}

    @staticmethod
    def _note(work: Work, text: str) -> None:
        snapshot = _SNAPSHOT.search(text)
        if re.search(_DONE, text):
            work.end(DONE, "", snapshot[1] if snapshot else "")
        elif text == NOBODY or re.search(_OVER, text):  # otherwise nobody has told yet
            later = text == NOBODY or "déjà en cours" in text
            work.end(LATER if later else REFUSED, text)
