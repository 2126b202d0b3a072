"""Prepares all tests: one thread for BLAS, no network, the fast model, no outer settings."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["HF_HUB_OFFLINE"] = "1"
for name in [n for n in os.environ if n.startswith("VERBATIM_") or n == "DISCORD_TOKEN"]:
    del os.environ[name]
MEMORY, ENOUGH = Path("/dev/shm"), 4 << 30  # noqa: S108 - whoever uses it makes a folder there
if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH:
    for name in ("PYTEST_DEBUG_TEMPROOT", "TMPDIR"):
        os.environ.setdefault(name, str(MEMORY))  # faster than a disk
    tempfile.tempdir = None  # forget the folder chosen before
os.environ["VERBATIM_MODEL"] = "light"  # ten times as fast; tests of e5 name it

import pytest  # noqa: E402 - the environment comes first
from hypothesis import settings  # noqa: E402 - the environment comes first

from config.settings import Settings  # noqa: E402 - the environment comes first
from tests.embeddings.readers.lasting import one_reader  # noqa: E402 - the environment comes first
from tests.embeddings.store.fixtures import (  # noqa: E402 - the environment comes first
    postgres,
    postgres_database,
    postgres_of_its_own,
    postgres_url,
)
from tests.turns import RUN, clear, turn  # noqa: E402 - the environment comes first

__all__ = ["postgres", "postgres_database", "postgres_of_its_own", "postgres_url"]

settings.load_profile("ci")  # the same examples in each run, and no limit on wall-clock time;
# --hypothesis-profile=default draws new ones

_make = Settings.__init__


def _make_as_set(settings: Settings, **given: Any) -> None:
    """Use the environment's model in settings that are constructed directly."""
    _make(settings, **{"model": os.environ.get("VERBATIM_MODEL", "e5")} | given)


Settings.__init__ = _make_as_set


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        given = getattr(item, "callspec", None)
        names = [*getattr(item, "fixturenames", ()), *(given.params.values() if given else ())]
        if any(isinstance(name, str) and name.startswith("postgres") for name in names):
            item.add_marker("postgres")
    if RUN:  # the long ones first, so that the workers end at about the same time
        items.sort(key=lambda item: item.get_closest_marker("process") is None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    with turn(alone=item.get_closest_marker("alone") is not None):
        return (yield)


def pytest_sessionfinish() -> None:
    clear()


@pytest.fixture(scope="session", autouse=True)
def _one_reader() -> Iterator[None]:
    with one_reader():
        yield
