#!/bin/sh
# Shows what changed in every stack since a commit, without AWS. It synthesizes the working tree and the commit, both without the policy
# gates, and compares the templates.
#
#   scripts/diff.sh [COMMIT]     Default: HEAD, which shows the changes that are not committed yet
#
# `cdk diff` alone compares with the deployed stacks, and needs AWS. Exit codes: 0 the comparison is complete, 1 something is wrong.
set -eu
cd "$(dirname "$0")/.."
commit=${1:-HEAD}

work=$(mktemp -d)
trap 'git worktree remove --force "$work/tree" 2>/dev/null || :; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
git worktree add --quiet --detach "$work/tree" "$commit" || exit 1
ln -s "$PWD/node_modules" "$work/tree/node_modules"
if [ -e bin/handlers ]; then # the go command links only what changed
	mkdir "$work/tree/bin" && cp -R bin/handlers "$work/tree/bin/"
fi

# synthesize FOLDER OUT: starts the application as cdk.json does. In older commits, cdk.json sets compiler flags, with which Go would
# compile the CDK again.
synthesize() (
	cd "$1" && CDK_VALIDATION=false npx --no-install cdk synth --quiet --app 'go run .' --output "$2" >"$2.log" 2>&1
)
# synthesize_known FOLDER OUT: synthesizes without the settings of environments that the commit does not have.
synthesize_known() {
	unknown=$(sed -nE 's/.*environment variable (CLINICAL_RISK_[A-Z0-9_]*): (there is no|unknown) .*/\1/p' "$2.log")
	[ -n "$unknown" ] && (unset $unknown && synthesize "$@")
}
# failed OUT NAME: prints the log of a synthesis and exits.
failed() {
	wait
	cat "$1.log" >&2
	echo "diff: $2 does not synthesize" >&2
	exit 1
}
{ synthesize "$work/tree" "$work/before" || synthesize_known "$work/tree" "$work/before"; } &
before=$!
synthesize . "$work/now" || failed "$work/now" "the working tree"
wait "$before" || failed "$work/before" "$commit"

go run ./cmd/diff "$work/before" "$work/now"
