"""A kill at any write of any change, or a disk that is full from there on, loses nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.embeddings.crashes import CHANGES

ROOT = Path(__file__).parents[2]
STEP = "50"
"""The step between the writes to a snapshot's temporary folder that are tried here."""

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork"),
]


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The losses of each change."""
    folder = tmp_path_factory.mktemp("crashes")
    command = [sys.executable, "-m", "tests.embeddings.crashes", str(folder), STEP]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


def test_a_crash_after_any_write_loses_nothing(outcomes: dict[str, Any]) -> None:
    assert outcomes.keys() == CHANGES.keys()
    assert not {change: one["lost"] for change, one in outcomes.items() if one["lost"]}


def test_the_crashes_and_full_disks_hit_many_writes(outcomes: dict[str, Any]) -> None:
    fewest = dict.fromkeys(CHANGES, 12) | {"propose": 1, "rollback": 1}
    tried = {change: min(one["killed"], one["full"]) for change, one in outcomes.items()}
    assert not {change for change, count in tried.items() if count < fewest[change]}


def test_each_change_except_a_proposal_is_visible(outcomes: dict[str, Any]) -> None:
    assert {name for name, one in outcomes.items() if not one["changes"]} == {"propose"}
