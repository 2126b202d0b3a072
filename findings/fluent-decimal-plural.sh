#!/usr/bin/env bash
# fluent.runtime 0.4.0 chooses no plural form for a Decimal: it writes the number as one, but takes the
# default form, "1 passages". PostgreSQL's sum() of whole numbers is a numeric, which psycopg gives as a
# Decimal, and len(), count() and SQLite's sum() give int: one message, right in one place and wrong in another.
# No error is reported.
#
# Expected: "un passage", as for 1 and 1.0. Seen: as below.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q fluent.runtime==0.4.0 'psycopg[binary]==3.3.9'
"$folder/venv/bin/python" - <<'PYTHON'
from decimal import Decimal

import psycopg
from fluent.runtime import FluentBundle, FluentResource
from psycopg.pq import Format

MESSAGE = """
found = { $count ->
    [one] un passage
   *[other] { $count } passages
}
"""
bundle = FluentBundle(["fr"], use_isolating=False)
bundle.add_resource(FluentResource(MESSAGE))
numeric = psycopg.adapters.types["numeric"].oid
a_sum = psycopg.adapters.get_loader(numeric, Format.TEXT)(numeric).load(b"1")
EXPECTED = [
    (1, "un passage"),
    (1.0, "un passage"),
    (2, "2 passages"),
    (Decimal(1), "1 passages"),
    (a_sum, "1 passages"),
]
wrong = 0
for count, expected in EXPECTED:
    seen, errors = bundle.format_pattern(bundle.get_message("found").value, {"count": count})
    print(f"{count!r:14} {seen:12} errors: {errors}")
    if (seen, errors) != (expected, []):
        wrong += 1
        print(f"  was {expected}")
raise SystemExit(wrong)
PYTHON
