"""No regular expression is slow on any text, since strangers write the texts."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import chain
from re import _constants as codes
from re import _parser as parser
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import bot
import embeddings

TIMES = 5000
MOST_ATOMS = 24
MOST_SECONDS = 0.05
STOP_SECONDS = 0.5
SAMPLES = {
    codes.CATEGORY_DIGIT: "7",
    codes.CATEGORY_NOT_DIGIT: "a",
    codes.CATEGORY_SPACE: " ",
    codes.CATEGORY_NOT_SPACE: "a",
    codes.CATEGORY_WORD: "a",
    codes.CATEGORY_NOT_WORD: "-",
}


@cache
def patterns() -> dict[str, re.Pattern[Any]]:
    """Return place -> pattern for all patterns of both packages, those in functions included."""
    found: dict[str, re.Pattern[Any]] = {}
    packages = ((package.__path__, f"{package.__name__}.") for package in (embeddings, bot))
    for info in chain.from_iterable(pkgutil.walk_packages(*each) for each in packages):
        if info.name.endswith("__main__"):
            continue
        module = importlib.import_module(info.name)
        named = chain.from_iterable(inner(*each) for each in vars(module).items())
        for place, each in chain(named, given_to_re(inspect.getsource(module))):
            if not any(each is known for known in found.values()):
                found[f"{info.name}:{place}"] = each
    return found


def given_to_re(source: str) -> Iterator[tuple[str, re.Pattern[str]]]:
    """Yield the patterns that stand in calls: ``re.sub(r"[ ]+", ...)``."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="re"), attr=attr),
                args=[ast.Constant(value=str(text)), *_],
            ) if attr != "escape":
                flags = re.MULTILINE if "re.MULTILINE" in ast.unparse(node) else re.NOFLAG
                yield f"{attr} in line {node.lineno}", re.compile(text, flags)


def inner(name: str, value: object) -> Iterator[tuple[str, re.Pattern[Any]]]:
    """Yield a value that is a pattern, or those in a container."""
    if isinstance(value, re.Pattern):
        yield name, value
    elif isinstance(value, dict):
        yield from inner(name, list(value.values()))
    elif isinstance(value, (list, tuple, set, frozenset)):
        for number, each in enumerate(value):
            yield from inner(f"{name}[{number}]", each)


def atoms(pattern: re.Pattern[Any]) -> list[str]:
    """Return what each part of a pattern matches, in the smallest form: characters and words."""
    text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin1")
    found = dict.fromkeys(
        (" ", "\n", "a", ".", *walk(parser.parse(text, pattern.flags & ~re.UNICODE)))
    )
    return sorted(filter(None, found), key=len)[:MOST_ATOMS]


def walk(tree: Any) -> Iterator[str]:
    """Yield a sample of each part of a parsed pattern, and of the whole."""
    yield "".join(sample(each) for each in tree)
    for operation, argument in tree:
        yield from parts(operation, argument)


def parts(operation: Any, argument: Any) -> Iterator[str]:
    if operation is codes.IN:
        yield from (char for each in argument for char in in_set(*each))
    elif operation is codes.BRANCH:
        for branch in argument[1]:
            yield from walk(branch)
    elif operation in REPEATS:
        yield from walk(argument[2])
    elif operation is codes.SUBPATTERN:
        yield from walk(argument[3])
    elif operation in (codes.ASSERT, codes.ASSERT_NOT):
        yield from walk(argument[1])
    elif operation is codes.ATOMIC_GROUP:
        yield from walk(argument)


REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT)


def in_set(operation: Any, argument: Any) -> tuple[str, ...]:
    if operation is codes.LITERAL:
        return (chr(argument),)
    if operation is codes.RANGE:
        return (chr(argument[0]), chr(argument[1]))
    return (SAMPLES.get(argument, "a"),) if operation is codes.CATEGORY else ()


def sample(node: Any) -> str:
    """Return the shortest text that a part of a pattern matches, or nearly."""
    operation, argument = node
    inside: Any = {
        codes.BRANCH: lambda: argument[1][0],
        codes.SUBPATTERN: lambda: argument[3],
        **dict.fromkeys(REPEATS, lambda: list(argument[2]) * min(argument[0], 3)),
    }
    if operation in inside:
        return "".join(map(sample, inside[operation]()))
    if operation is codes.LITERAL:
        return chr(argument)
    if operation is codes.IN:
        return next((char for each in argument for char in in_set(*each)), "a")
    return "a" if operation in (codes.ANY, codes.NOT_LITERAL) else ""


@contextmanager
def stopped() -> Iterator[None]:
    """Interrupt a slow match; the ``re`` engine checks for signals as it goes."""

    def stop(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, STOP_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def seconds(pattern: re.Pattern[Any], text: str) -> float:
    """Return the processor time that finding all matches takes, the least of five tries."""
    given = text if isinstance(pattern.pattern, str) else text.encode("utf-8")
    best = STOP_SECONDS
    for _ in range(5):
        began = time.process_time()
        try:
            with stopped():
                for _ in pattern.finditer(given):
                    pass
                pattern.match(given)
                pattern.fullmatch(given)
        except TimeoutError:
            return STOP_SECONDS
        best = min(best, time.process_time() - began)
        if best < MOST_SECONDS:
            break
    return best


def test_no_pattern_slows_down_on_a_repeated_atom() -> None:
    slow = {}
    for place, pattern in patterns().items():
        for atom in atoms(pattern):
            for before in (sample_of(pattern)[:40], *(["Aa "] if len(atom) == 1 else [])):
                took = seconds(pattern, before + atom * (TIMES // len(atom)) + "\0")
                if took > MOST_SECONDS:
                    slow[place] = f"{took:.2f} s for {before!r} and {atom!r} again and again"
    assert not slow, "\n".join(f"{place}: {why}" for place, why in slow.items())


def sample_of(pattern: re.Pattern[Any]) -> str:
    text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin1")
    return "".join(map(sample, parser.parse(text, pattern.flags & ~re.UNICODE)))


@settings(max_examples=600, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_pattern_slows_down_on_repeated_sequences_of_atoms(data: st.DataObject) -> None:
    place = data.draw(st.sampled_from(sorted(patterns())))
    pattern = patterns()[place]
    some = st.lists(st.sampled_from(atoms(pattern)), min_size=1, max_size=4).map("".join)
    before, after = data.draw(some), data.draw(some)
    turns = data.draw(st.lists(some, min_size=1, max_size=3))
    each = TIMES // len(turns)
    text = "".join([before, *(turn * (each // len(turn)) for turn in turns), after])
    assert seconds(pattern, text) < MOST_SECONDS, place
