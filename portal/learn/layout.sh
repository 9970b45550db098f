#!/usr/bin/env bash
# Lays the entity diagrams out anew and writes diagram.json (`make diagram`). Needs node and npm; ELK is fetched
# into a temporary folder and not kept. Nobody needs either to run or test Rawat: diagram.json is committed.
set -euo pipefail
cd "$(dirname "$0")"

ELK=0.12.0
python=${1:?the python to use}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp layout.mjs "$work/"
npm install --silent --no-audit --no-fund --prefix "$work" "elkjs@$ELK"
(cd ../.. && "$python" -c "from portal.learn import layout; layout.main()") > "$work/graph.json"
(cd "$work" && node layout.mjs < graph.json) > "$work/diagram.json"
mv "$work/diagram.json" diagram.json
