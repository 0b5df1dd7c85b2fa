#!/bin/sh
# Print a Python interpreter of the wanted version (3.10, or 3.11+ for "at least"), from PATH, pyenv or uv.
# Usage: find_python.sh 3.10      exactly this minor version
#        find_python.sh 3.11+     this minor version or a newer one
set -u
wanted=${1%+}
minor=${wanted#3.}
versions=$minor
case $1 in *+) versions="$minor $((minor + 1)) $((minor + 2)) $((minor + 3))" ;; esac
for v in $versions; do
    for candidate in "python3.$v" "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3."$v".*/bin/python; do
        found=$(command -v "$candidate" 2>/dev/null) || continue
        # A pyenv shim stands on PATH even when its version is not active: only one that runs counts.
        if "$found" -c "import sys; sys.exit(sys.version_info[:2] != (3, $v))" 2>/dev/null; then
            echo "$found"
            exit 0
        fi
    done
done
if command -v uv >/dev/null 2>&1; then
    uv python find "$wanted" 2>/dev/null && exit 0
    uv python install -q "$wanted" >&2 && uv python find "$wanted" && exit 0
fi
echo "Python $1 was not found on PATH, under pyenv or by uv. Install it, for example: pyenv install $wanted" >&2
exit 1
