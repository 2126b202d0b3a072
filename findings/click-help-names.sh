#!/usr/bin/env bash
# click 8.5.1: a command keeps the help option that was made for the first context in which somebody asks
# for its parameters. Asked with a context of its own, as a test or a page of documentation asks, it makes
# `--help` alone; from then on the group's `help_option_names` are ignored for it, in the whole process.
#
# Expected: `-h` shows the help, whoever looked at the parameters before. Seen: as below.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q click==8.5.1
"$folder/venv/bin/python" - <<'PYTHON'
import click
from click.testing import CliRunner


def code_of_help(*, looked_at: bool) -> int:
    @click.group(context_settings={"help_option_names": ["-h", "--help"]})
    def group() -> None:
        pass

    @group.command()
    def ask() -> None:
        pass

    if looked_at:
        ask.get_params(click.Context(ask))
    return CliRunner().invoke(group, ["ask", "-h"]).exit_code


wrong = 0
for looked_at, expected in ((False, 0), (True, 2)):
    seen = code_of_help(looked_at=looked_at)
    print(f"parameters looked at before: {looked_at!s:5}  exit code of `ask -h`: {seen}")
    if seen != expected:
        wrong += 1
        print(f"  was {expected}")
raise SystemExit(wrong)
PYTHON
