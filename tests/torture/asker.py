"""One asker: asks as members of the servers of all shards, and checks what each reply says alone.

Run as ``python -m tests.torture.asker URL NAME SHARDS SEED FILE``: each answer becomes a line of
FILE. Whether the editions that a reply quotes were ever published together, the judge says.
"""

from __future__ import annotations

import json
import random
import sys
import threading
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.torture.door import EACH
from tests.torture.stories import TOLD, question, quotes

AT_ONCE = 3
"""How many questions an asker has under way."""
PAUSE = 0.8
"""The most seconds between an answer and the next question."""
OK, AWAY = 200, 503
"""What the door answers where there is a bot, and where there is none."""
COOLDOWN = 4.5
"""Seconds for which one person waits between two questions; the bots' own setting is 3, and a
question may reach a busy one a second late."""


def post(url: str, said: dict[str, Any], seconds: float = 90) -> dict[str, Any] | None:
    """Send something to the door; None where no bot is, or when it takes too long."""
    address = urlsplit(url)
    connection = HTTPConnection(address.netloc, timeout=seconds)
    try:
        connection.request("POST", address.path, json.dumps(said).encode())
        reply = connection.getresponse()
        text = reply.read()
    except TimeoutError:
        return None
    finally:
        connection.close()
    if reply.status == AWAY:
        return None
    if reply.status != OK:
        raise RuntimeError(f"the door says {reply.status} to {said}")
    answer: dict[str, Any] = json.loads(text)
    return answer


class Asker:
    """Somebody who never stops asking.

    Args:
        url: Where the door is.
        name: Who asks.
        shards: How many shards there are.
        seed: Another one asks other things.
        file: Where the answers are kept.
        turn: Which of its ``AT_ONCE`` turns this is: each has some of the people.
    """

    def __init__(
        self, url: str, name: str, shards: int, seed: int, *, file: Path, turn: int = 0
    ) -> None:
        self._url, self._name, self._file = f"{url}/ask", name, file
        self._chance = random.Random(seed * AT_ONCE + turn)
        people = [(s, p) for s in range(shards) for p in range(turn, EACH, AT_ONCE)]
        self._free = dict.fromkeys(people, time.monotonic() + COOLDOWN)  # who asked before the kill

    def run(self) -> None:
        """Ask until killed."""
        while True:
            self.once()
            time.sleep(self._chance.random() * PAUSE)

    def once(self) -> None:
        """Ask one question of whoever may ask one now, and keep the answer."""
        now = time.monotonic()
        free = [person for person, since in self._free.items() if since <= now]
        if not free:
            return
        shard, person = self._chance.choice(free)
        town = self._chance.choice(TOLD)
        said = {"who": self._name, "person": person, "shard": shard, "town": town}
        answer = post(self._url, said | {"question": question(town)})
        self._free[shard, person] = time.monotonic() + COOLDOWN
        if answer and answer["ended"]:
            self.keep(answer)

    def keep(self, answer: dict[str, Any]) -> None:
        """Write down an answer, and what is wrong with it by itself."""
        found = quotes(answer["reply"])
        papers = [story.paper for story in found.stories]
        wrong = list(found.strange)
        if len(set(papers)) < len(papers) and {s.town for s in found.stories} == {answer["town"]}:
            wrong.append("two editions of one paper")
        line = {"began": answer["began"], "ended": answer["ended"], "wrong": wrong}
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def main() -> None:
    """Read the command line, and ask until killed."""
    url, name, shards, seed, file = sys.argv[1:]
    for turn in range(AT_ONCE):
        one = Asker(url, name, int(shards), int(seed), file=Path(file), turn=turn)
        threading.Thread(target=one.run).start()


if __name__ == "__main__":
    main()
