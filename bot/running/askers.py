"""Who asks: how long they wait, whose search is next, and what was asked before; in memory."""

import asyncio
import contextlib
import math
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import NamedTuple

from bot.errors import BotError
from embeddings.errors import StorageError
from embeddings.store.records import Records

Key = tuple[str, int]
"""What is waited for, and whose wait it is, by Discord's id."""
PROMPT = 0.5
"""Seconds for which an answer waits to hear what other processes were asked."""
PAUSE = 10.0
"""Seconds for which they are not asked again after nothing was heard."""
_MOST = 10_000
"""How many are remembered; the oldest are forgotten first."""


class Cooldown:
    """Remembers when each one last asked."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._last: OrderedDict[Key, float] = OrderedDict()
        self._alone_until = 0.0

    def admit(self, waits: Mapping[Key, float]) -> None:
        """Count a search, unless somebody has to wait for it.

        ``waits``: whose wait it is -> how many seconds it lasts.

        Raises:
            BotError: They have; the sentence says how many seconds are left.
        """
        now = self._clock()
        for key, seconds in waits.items():
            if key in self._last:
                _check(key, self._last[key] + seconds - now)
        for key in waits:
            self._start(key, now)

    async def admit_elsewhere(self, store: Records, key: Key, seconds: float) -> None:
        """Count a search for all processes, unless somebody has to wait for it.

        Where the store does not answer at once, only this process counts.

        Raises:
            BotError: As ``admit``.
        """
        if seconds <= 0 or self._clock() < self._alone_until:
            return
        try:
            async with asyncio.timeout(PROMPT):
                left = await store.take_turn("{}:{}".format(*key), seconds)
        except (TimeoutError, StorageError):
            self._alone_until = self._clock() + PAUSE
            return
        if left:
            self._start(key, self._clock() + left - seconds)
        _check(key, left)

    def _start(self, key: Key, at: float) -> None:
        self._last[key] = at
        self._last.move_to_end(key)
        while len(self._last) > _MOST:
            self._last.popitem(last=False)


def _check(key: Key, left: float) -> None:
    if left > 0:
        kind = "channel" if key[0] == "channel" else "user"
        raise BotError(f"cooldown-{kind}", seconds=math.ceil(left))


PATIENCE = 2.0
"""Seconds for which a search waits until everybody is acknowledged who has just come."""


class FairQueue:
    """Lets so many searches run at a time; people take turns, however many each waits for."""

    def __init__(self, places: int) -> None:
        self._free, self._due = places, 0
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._waiting: OrderedDict[int, deque[asyncio.Future[None]]] = OrderedDict()

    @contextlib.asynccontextmanager
    async def turn(self, person: int) -> AsyncIterator[None]:
        """Wait until it is somebody's turn, and have it for as long as this lasts."""
        if self._free > 0:
            self._free -= 1
        else:
            await self._wait(person)
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    await self._quiet.wait()
            yield
        finally:
            self._pass_on()

    @contextlib.contextmanager
    def hold_back(self) -> Iterator[None]:
        """Let no search begin for as long as this lasts: somebody is being acknowledged."""
        self._due += 1
        self._quiet.clear()
        try:
            yield
        finally:
            self._due -= 1
            if not self._due:
                self._quiet.set()

    async def _wait(self, person: int) -> None:
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(person, deque()).append(mine)
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():
                self._pass_on()  # it was given, and is not used
            raise

    def _pass_on(self) -> None:
        """Give the place to the next person, who then goes to the end of the line."""
        while self._waiting:
            person, theirs = self._waiting.popitem(last=False)
            mine = theirs.popleft()
            if theirs:
                self._waiting[person] = theirs
            if not mine.done():
                mine.set_result(None)
                return
        self._free += 1


LASTS = 900.0
"""Seconds after which a question is forgotten; Discord's own tokens live as long."""
MOST = 5
"""The most questions of one conversation that are remembered."""
_PEOPLE = 2000
"""How many conversations are remembered; the oldest are forgotten first."""


class Turn(NamedTuple):
    """A question as it was understood, the id of the message that answered it, and when."""

    question: str
    answer: int
    at: float


class Conversations:
    """Remembers who asked what in which place, so that a follow-up can be understood."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._turns: OrderedDict[tuple[int, int], tuple[Turn, ...]] = OrderedDict()

    def note(self, person: int, place: int, question: str, answer: int) -> None:
        """Remember a question as it was understood, and the id of the message that answered it."""
        turn = Turn(question, answer, self._clock())
        self._turns[person, place] = (*self._fresh(person, place), turn)[-MOST:]
        self._turns.move_to_end((person, place))
        if len(self._turns) > _PEOPLE:
            self._turns.popitem(last=False)

    def before(self, person: int, place: int, answer: int | None = None) -> tuple[str, ...]:
        """Return what somebody asked before in a channel, oldest first.

        ``answer`` is the id of the answer that they reply to: what they asked after it does not
        count, and nothing does where it was not given to them.
        """
        turns = self._fresh(person, place)
        if answer is not None:
            at = [n for n, turn in enumerate(turns, 1) if turn.answer == answer]
            turns = turns[: at[-1]] if at else ()
        return tuple(turn.question for turn in turns)

    def _fresh(self, person: int, place: int) -> tuple[Turn, ...]:
        since = self._clock() - LASTS
        return tuple(t for t in self._turns.get((person, place), ()) if t.at > since)
