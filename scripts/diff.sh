#!/bin/sh
# Shows what a change does to every stack, without AWS: compares the templates of now with those of another commit. Both are
# synthesized without the policy gates.
#
#   scripts/diff.sh [COMMIT]     the commit to compare with. Default: HEAD, so that what is not committed yet is shown
#
# `cdk diff` compares with what is deployed, and asks AWS for it. Exit codes: 0 shown, whatever differs; 1 something is wrong.
set -eu
cd "$(dirname "$0")/.."
commit=${1:-HEAD}

work=$(mktemp -d)
trap 'git worktree remove --force "$work/tree" 2>/dev/null || :; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
git worktree add --quiet --detach "$work/tree" "$commit"
ln -s "$PWD/node_modules" "$work/tree/node_modules"

# synthesize FOLDER OUT NAME
synthesize() {
	(cd "$1" && CDK_VALIDATION=false npx --no-install cdk synth --quiet --output "$2") >"$work/log" 2>&1 || {
		cat "$work/log" >&2
		echo "diff: $3 does not synthesize" >&2
		exit 1
	}
}
synthesize "$work/tree" "$work/before" "$commit"
synthesize . "$work/now" "the working tree"

stacks='Object.values(require(process.argv[1]).artifacts).filter(a => a.type === "aws:cloudformation:stack")
	.map(a => a.displayName + " " + a.properties.templateFile).join("\n")'
for manifest in "$work"/now/assembly-*/manifest.json; do
	stage=$(basename "$(dirname "$manifest")")
	node -p "$stacks" "$manifest" | while read -r name file; do
		old=$work/before/$stage/$file
		if [ ! -e "$old" ]; then
			echo "$name is new"
		elif cmp -s "$old" "$work/now/$stage/$file"; then
			echo "$name is the same"
		else
			npx --no-install cdk diff --app "$work/now" --template "$old" "$name" 2>&1
		fi
	done
done
