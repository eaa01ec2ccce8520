#!/bin/sh
# Points the live aliases of state machines back to the versions that they had, which scripts/live-versions.sh printed.
#
#   scripts/roll-back.sh VERSION_ARN[,VERSION_ARN...]
#
# It needs the AWS command line with a profile that may describe and update the aliases. Exit codes: 0 every alias points to its version,
# 1 at least one does not, 2 wrong usage.
set -u

usage() {
	echo "usage: $0 VERSION_ARN[,VERSION_ARN...], got \"${1:-}\"" >&2
	exit 2
}

live() { # live ALIAS_ARN: prints the versions of an alias and their weights
	aws stepfunctions describe-state-machine-alias --state-machine-alias-arn "$1" \
		--query 'routingConfiguration[].[stateMachineVersionArn, weight]' --output text | tr '\t\n' '  ' | sed 's/ *$//'
}

[ $# = 1 ] && [ -n "$1" ] || usage "$@"
if [ "$1" = none ]; then
	echo "this was the first deployment: the aliases had no version before" >&2
	exit 1
fi
versions=$(echo "$1" | tr , ' ')
for version in $versions; do
	case $version in
	arn:*:stateMachine:*:*[!0-9]*) usage "$1" ;;
	arn:*:stateMachine:*:[0-9]*) ;;
	*) usage "$1" ;;
	esac
done

failed=0
for version in $versions; do
	alias=${version%:*}:live
	if ! was=$(live "$alias") || [ -z "$was" ]; then
		echo "$alias: AWS does not say which version it has" >&2
		failed=1
	elif [ "$was" = "$version 100" ]; then
		echo "$alias: has $version, the deployment did not change it"
	elif aws stepfunctions update-state-machine-alias --state-machine-alias-arn "$alias" \
		--routing-configuration "stateMachineVersionArn=$version,weight=100" >/dev/null && [ "$(live "$alias")" = "$version 100" ]; then
		echo "$alias: back to $version, from $was"
	else
		echo "$alias: could not go back to $version, has $(live "$alias")" >&2
		failed=1
	fi
done
exit $failed
