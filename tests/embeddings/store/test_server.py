"""The tests' own PostgreSQL: skipped where it is not installed, failed where it does not start."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from tests.embeddings.store import server


def test_a_server_that_is_installed_and_does_not_start_fails_its_tests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "_binaries", lambda: tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(OSError, match="initdb"):
        server.Server()
    assert not [*tmp_path.iterdir()]


def test_where_no_server_is_installed_its_tests_are_skipped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server, "PACKAGES", ())
    with pytest.raises(server.NoServerError, match="pip install"):
        server.Server()
