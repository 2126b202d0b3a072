#!/usr/bin/env bash
# onnxruntime 1.32.0 (from 1.29.0 on, on Linux) begins to report to its maker when it is imported: it keeps
# an id of the machine in ~/.cache, with a database of what is to be sent, and resolves the address that
# takes it. disable_telemetry_events() can be called only after that.
#
# Expected: a program that asks for no telemetry as its first call leaves nothing behind. Seen: the id and
# the database are there; a folder that cannot be written gets a warning on standard error instead.
# Remedy: ORT_DISABLE_TELEMETRY=1 in the environment before the import. Where CI is set it is silent by
# itself, so that tests there do not notice.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q onnxruntime==1.32.0
look() { # what a home holds after the import, with what else is in the environment
  mkdir "$folder/$1"
  env -i PATH="$PATH" HOME="$folder/$1" "${@:2}" "$folder/venv/bin/python" -c '
import onnxruntime

onnxruntime.disable_telemetry_events()
'
  find "$folder/$1" -type f -printf '%P\n' | sort
}
seen=$(look before)
echo "disable_telemetry_events() after the import leaves: ${seen:-nothing}"
silent=$(look told ORT_DISABLE_TELEMETRY=1)
echo "ORT_DISABLE_TELEMETRY=1 before it leaves: ${silent:-nothing}"
[[ $seen == *deviceid* && -z $silent ]]
