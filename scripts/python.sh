#!/bin/sh
# Finds a Python 3.9 to 3.11, which PySpark 3.5 needs, and installs requirements.txt into .venv by hash. With --find, it prints the
# interpreter and installs nothing. Without such a Python, it prints one line and ends with exit code 2.
set -eu
cd "$(dirname "$0")/.."

find_python() {
	for python in python3.11 python3.10 python3.9 python3 python; do
		if "$python" -c 'import sys, venv, ensurepip; sys.exit(not (3, 9) <= sys.version_info[:2] <= (3, 11))' 2>/dev/null; then
			command -v "$python"
			return
		fi
	done
	echo "Spark and the model need Python 3.9, 3.10 or 3.11 with its venv module, and none was found: install one from https://www.python.org" >&2
	exit 2
}

python=$(find_python)
if [ "${1:-}" = --find ]; then
	echo "$python"
	exit 0
fi

if [ -L .venv ]; then
	echo ".venv is a link to another folder's environment: run \`make python\` there, or remove the link" >&2
	exit 2
fi

echo "installing PySpark, a Java runtime and scikit-learn into .venv: a minute or two, only once" >&2
"$python" -m venv --clear .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --requirement requirements.txt
touch .venv/complete
