"""Does nothing but look at the clock, and tells how late it was woken, once its input ends."""

from __future__ import annotations

import json
import sys
import threading
import time

TICK = 0.005
"""Seconds between two looks at the clock."""


def main() -> None:
    """Print an empty line, and at the end a JSON list of seconds."""
    reading = threading.Thread(target=sys.stdin.read)
    reading.start()
    sys.stdout.write("\n")
    sys.stdout.flush()
    late: list[float] = []
    while reading.is_alive():
        due = time.monotonic() + TICK
        time.sleep(TICK)
        late.append(time.monotonic() - due)
    json.dump(late, sys.stdout)


if __name__ == "__main__":
    main()
