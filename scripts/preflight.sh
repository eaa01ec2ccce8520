#!/bin/sh
# Checks the tools that the project cannot install itself, before it downloads anything. It prints a line for each tool that is missing
# or too old. go.mod and package.json say which versions are needed.
set -u
cd "$(dirname "$0")/.." || exit 2

at_least() { # at_least WANTED GOT: compares versions part by part
	[ "$(printf '%s\n%s\n' "$1" "$2" | sort -t . -k 1,1n -k 2,2n -k 3,3n | head -n 1)" = "$1" ]
}

check() { # check NAME WANTED GOT WHERE
	if [ -z "$3" ]; then
		echo "$1 was not found, $2 or newer is needed: install it from $4" >&2
		return 1
	fi
	at_least "$2" "$3" || {
		echo "$1 $3 is too old, $2 or newer is needed: update it from $4" >&2
		return 1
	}
}

engine() { sed -n "s/.*\"$1\": *\">=\([0-9.]*\)\".*/\1/p" package.json | head -n 1; }

failed=0
check Go "$(sed -n 's/^go //p' go.mod)" "$(GOTOOLCHAIN=local go env GOVERSION 2>/dev/null | sed 's/^go//; s/[^0-9.].*//')" https://go.dev/dl || failed=1
check Node "$(engine node)" "$(node --version 2>/dev/null | sed 's/^v//')" https://nodejs.org || failed=1
check npm "$(engine npm)" "$(npm --version 2>/dev/null)" https://nodejs.org || failed=1
[ "$failed" = 0 ] || exit 2
