#!/bin/sh
# Starts one smoke execution with a synthetic subject, waits for its end, and fails unless it succeeds.
#
#   scripts/smoke.sh LIVE_ALIAS_ARN [INPUT_FILE]
#
# LIVE_ALIAS_ARN is an output of the stack, so the execution tests the released version. "test": true in the input marks the alert and
# the decision record as a test, and the execution calls no downstream system.
#
# It needs Node, and the AWS command line with a profile that may start and describe executions. It waits for SMOKE_TIMEOUT_SECONDS, by
# default six hours. Exit codes: 0 the execution succeeded, 1 it did not, or not in time, 2 wrong usage or input.
set -u

alias=${1:-}
input=${2:-examples/smoke-input.json}
case $alias in
arn:*:stateMachine:*:*) ;;
*)
	echo "usage: $0 LIVE_ALIAS_ARN [INPUT_FILE]" >&2
	exit 2
	;;
esac
if ! node -e 'process.exit(JSON.parse(fs.readFileSync(process.argv[1])).test === true ? 0 : 1)' "$input" 2>/dev/null; then
	echo "$input: must be a JSON object with \"test\": true, or people take its alert for a real one" >&2
	exit 2
fi

execution=$(aws stepfunctions start-execution --state-machine-arn "$alias" --name "smoke-$(date -u +%Y%m%dT%H%M%SZ)-$$" \
	--input "file://$input" --query executionArn --output text) || exit 1
echo "started $execution"

deadline=$(($(date +%s) + ${SMOKE_TIMEOUT_SECONDS:-21600}))
while :; do
	status=$(aws stepfunctions describe-execution --execution-arn "$execution" --query status --output text) || exit 1
	[ "$status" = RUNNING ] || break
	if [ "$(date +%s)" -ge "$deadline" ]; then
		echo "$execution: still running after ${SMOKE_TIMEOUT_SECONDS:-21600} seconds" >&2
		exit 1
	fi
	sleep "${SMOKE_POLL_SECONDS:-15}"
done
if [ "$status" != SUCCEEDED ]; then
	echo "$execution: $status" >&2
	aws stepfunctions describe-execution --execution-arn "$execution" --query '[error, cause]' --output text >&2
	exit 1
fi
echo "$execution: $status"
