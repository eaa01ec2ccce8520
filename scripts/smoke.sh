#!/bin/sh
# Starts one execution with a synthetic record that is marked as a test, waits for its end, and fails unless it succeeded.
#
#   scripts/smoke.sh LIVE_ALIAS_ARN [INPUT_FILE]
#
# LIVE_ALIAS_ARN is an output of the stack: the execution tests the released version. Its input has "test": true. Alert and decision
# record are then marked as a test, and no downstream system is called.
#
# It needs Node, and the AWS command line with a profile that may start and describe executions. Exit codes: 0 succeeded, 1 did not,
# 2 usage or input.
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
	echo "$input: must be a JSON object that says \"test\": true, so that nobody takes its alert for a real one" >&2
	exit 2
fi

execution=$(aws stepfunctions start-execution --state-machine-arn "$alias" --name "smoke-$(date -u +%Y%m%dT%H%M%SZ)-$$" \
	--input "file://$input" --query executionArn --output text) || exit 1
echo "started $execution"

while :; do
	status=$(aws stepfunctions describe-execution --execution-arn "$execution" --query status --output text) || exit 1
	[ "$status" = RUNNING ] || break
	sleep "${SMOKE_POLL_SECONDS:-15}"
done
if [ "$status" != SUCCEEDED ]; then
	echo "$execution: $status" >&2
	aws stepfunctions describe-execution --execution-arn "$execution" --query '[error, cause]' --output text >&2
	exit 1
fi
echo "$execution: $status"
