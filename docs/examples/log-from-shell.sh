#!/bin/sh
# Writes events into Varve's record from a shell: through the command line, and over the local API.
set -eu

# One event. Needs no running Varve.
varve log append --action app.backup-checked --payload '{"disk":"T7","ok":true}'

# Many, one JSON line each, in order. A program can stay at the other end of the pipe for hours.
i=0
while [ "$i" -lt 3 ]; do
  printf '{"action":"app.measured","category":"experiment","subject":"sensor:3","payload":{"n":%d,"kelvin":%s}}\n' "$i" "293.$i"
  i=$((i + 1))
done | varve log append --jsonl -

# Over the local API, with a token of scope append. The token goes through standard input: arguments can be read by everybody.
if [ -n "${VARVE_TOKEN:-}" ]; then
  printf 'header = "authorization: Bearer %s"\n' "$VARVE_TOKEN" |
    curl --silent --show-error --fail-with-body --config - --header 'content-type: application/json' \
      --data '{"action":"app.measured","category":"experiment","payload":{"n":3,"kelvin":293.3}}' \
      "${VARVE_URL:-http://127.0.0.1:7340}/log/events"
  printf '\n'
fi
