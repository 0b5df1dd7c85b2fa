#!/bin/sh
# Prints the folder of a Node that can build the widget: 20.19 or newer with npm, from PATH; else the one that
# `make setup` installs from PyPI.
set -eu
if command -v node >/dev/null && command -v npm >/dev/null &&
    node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a === 22 && b >= 12) || (a === 20 && b >= 19) ? 0 : 1)'; then
    dirname "$(command -v node)"
else
    echo .venv/node/bin
fi
