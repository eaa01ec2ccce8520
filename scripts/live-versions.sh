#!/bin/sh
# Prints the versions that aliases point to, separated by commas, for scripts/roll-back.sh; "none" where no alias exists yet.
#
#   scripts/live-versions.sh LIVE_ALIAS_ARN...
#
# It needs the AWS command line with a profile that may describe the aliases. Before the first deployment neither the aliases nor the
# role of the profile exist. Exit codes: 0 printed, 1 AWS did not answer, 2 wrong usage.
set -u

[ $# -gt 0 ] || {
	echo "usage: $0 LIVE_ALIAS_ARN..." >&2
	exit 2
}
fault=$(mktemp)
trap 'rm -f "$fault"' EXIT
versions=
for alias; do
	# An alias with two versions is in the middle of a shift: take the version that gets more executions.
	if version=$(aws stepfunctions describe-state-machine-alias --state-machine-alias-arn "$alias" \
		--query 'sort_by(routingConfiguration, &weight)[-1].stateMachineVersionArn' --output text 2>"$fault"); then
		versions=$versions${versions:+,}$version
	elif grep -q -e '(ResourceNotFound)' -e '(AccessDenied) when calling the AssumeRole' "$fault"; then
		echo "$alias: not deployed yet" >&2
	else
		cat "$fault" >&2
		exit 1
	fi
done
echo "${versions:-none}"
