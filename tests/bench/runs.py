"""Runs the tools of the benchmark: a task in a process of its own, watched, or a whole course."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[2]
EVERY = 0.1
"""Seconds between two looks at the memory."""
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class Run:
    """A task that runs: its peak of memory is followed until its end.

    Args:
        task: Its name, as its module has it.
        options: What it is told.
        module: Where it is.
        python: What runs it.
    """

    def __init__(
        self,
        task: str,
        options: dict[str, Any],
        module: str = "tests.bench.tasks",
        python: str = sys.executable,
    ) -> None:
        self.peak = 0
        told = json.dumps(options | {"began": time.time()})
        single = dict.fromkeys(THREADS, "1") | {"TOKENIZERS_PARALLELISM": "false"}
        single |= {"PYDANTIC_DISABLE_PLUGINS": "__all__"}  # as the program does
        self._process = subprocess.Popen(
            [python, "-m", module, task, told],
            cwd=ROOT,
            env=os.environ | single | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
        )
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def result(self, seconds: float | None = None) -> dict[str, Any]:
        """Wait for the end; return what the task printed last, and its peak of memory.

        Raises:
            RuntimeError: It failed, or took longer than these seconds and was ended.
        """
        try:
            said, _ = self._process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
            raise RuntimeError(f"not done after {seconds:.0f} s") from None
        self._watcher.join()
        if self._process.returncode:
            raise RuntimeError(f"{self._process.args} ended with {self._process.returncode}")
        found: dict[str, Any] = json.loads(said.splitlines()[-1])
        return found | {"peak_mb": megabytes(self.peak)}

    def _watch(self) -> None:
        process = psutil.Process(self._process.pid)
        while self.running:
            with contextlib.suppress(psutil.NoSuchProcess):
                family = [process, *process.children(recursive=True)]
                self.peak = max(self.peak, pss(family))
            time.sleep(EVERY)


def pss(processes: Iterable[psutil.Process]) -> int:
    """Return the bytes that processes hold, shared pages counted by their share.

    Where the system does not tell (it does on Linux), the pages that are theirs alone.
    """
    total = 0
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            full = process.memory_full_info()
            total += getattr(full, "pss", full.uss)
    return total


def megabytes(size: float) -> float:
    return round(size / 1e6, 1)


def on_disk(folder: Path) -> float:
    """Return the megabytes that a folder's files take."""
    return megabytes(sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()))


def percentiles(took: Sequence[float]) -> dict[str, float]:
    """Return the middle, the 95th and the 99th of a hundred, in the unit given."""
    rising = sorted(took) or [0.0]
    at = {f"p{p}": rising[min(len(rising) - 1, len(rising) * p // 100)] for p in (50, 95, 99)}
    return at | {"questions": len(took)}


def carry_out(
    name: str, usual: Any, kind: Callable[[Any, Path], Any], arguments: Sequence[str] | None
) -> int:
    """Run a tool over a course as its command line says, and write what was seen.

    Args:
        name: The tool's module.
        usual: A dataclass, each of whose fields is an option.
        kind: Makes, of such a course and an empty folder, what has ``run``.
        arguments: The command line; None: the program's own.

    Returns:
        1 when a problem was seen, or else 0.
    """
    parser = argparse.ArgumentParser(prog=f"python -m tests.bench.{name}")
    for option, value in asdict(usual).items():
        parser.add_argument(f"--{option}", type=type(value), default=value)
    parser.add_argument("--json", type=Path, help="file that what was seen is written to")
    given = vars(parser.parse_args(arguments))
    path = given.pop("json")
    with tempfile.TemporaryDirectory(prefix=f"verbatim-{name}-") as folder:
        run = kind(type(usual)(**given), Path(folder))
        told = asyncio.run(run.run(lambda look: sys.stderr.write(f"{look}\n")))
    if path:
        path.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    told.pop("looks", None)
    sys.stdout.write(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    return 1 if told["problems"] else 0
