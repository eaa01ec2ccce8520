#!/bin/sh
# Shows what a change does to every stack, without AWS: compares the current templates with those of another commit. It synthesizes
# both without the policy gates.
#
#   scripts/diff.sh [COMMIT]     the commit to compare with. Default: HEAD, which shows uncommitted changes
#
# `cdk diff` compares with what is deployed, and asks AWS for it. Exit codes: 0, the differences are shown; 1, something is wrong.
set -eu
cd "$(dirname "$0")/.."
commit=${1:-HEAD}

work=$(mktemp -d)
trap 'git worktree remove --force "$work/tree" 2>/dev/null || :; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
git worktree add --quiet --detach "$work/tree" "$commit" || exit 1
ln -s "$PWD/node_modules" "$work/tree/node_modules"
if [ -e bin/handlers ]; then # so that they are not linked again
	mkdir "$work/tree/bin" && cp -R bin/handlers "$work/tree/bin/"
fi

# synthesize FOLDER OUT: starts the application as cdk.json does now, since older commits start it with compiler flags of their
# own, which would compile the CDK again.
synthesize() (
	cd "$1" && CDK_VALIDATION=false npx --no-install cdk synth --quiet --app 'go run .' --output "$2" >"$2.log" 2>&1
)
# Settings of environments that were not there yet are left out.
synthesize_known() {
	unknown=$(sed -nE 's/.*environment variable (CLINICAL_RISK_[A-Z0-9_]*): (there is no|unknown) .*/\1/p' "$2.log")
	[ -n "$unknown" ] && (unset $unknown && synthesize "$@")
}
# failed OUT NAME
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
