"""The program: the bot on Discord, and the same engine from a shell and a terminal."""

import sys
from importlib.util import find_spec

if not all(map(find_spec, ("babel", "click", "fluent", "pydantic"))):
    sys.stderr.write(
        "Verbatim is not installed for this Python: run .venv/bin/python -m bot, as README.md says."
        " / Verbatim n’est pas installé pour ce Python\u00a0: lancez .venv/bin/python -m bot.\n"
    )
    sys.exit(2)
