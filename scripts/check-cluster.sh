#!/bin/sh
# Checks that an EMR cluster can run as many steps at once as executions start at once, and takes no more than it holds.
#
#   scripts/check-cluster.sh CLUSTER_ID EXECUTIONS_AT_ONCE
#
# It needs the AWS command line with a profile that may describe the cluster and list its steps. Exit codes: 0 the cluster can, 1 it
# cannot, or AWS did not answer, 2 wrong usage.
set -u

capacity=256 # pending and running steps: https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-work-with-steps.html

case ${2:-} in
'' | *[!0-9]* | 0*) at_once= ;;
*) at_once=$2 ;;
esac
case ${1:-} in
j-*) cluster=$1 ;;
*) cluster= ;;
esac
if [ -z "$cluster" ] || [ -z "$at_once" ] || [ $# != 2 ]; then
	echo "usage: $0 CLUSTER_ID EXECUTIONS_AT_ONCE, such as j-2AXXXXXXGAPLF 10" >&2
	exit 2
fi

described=$(aws emr describe-cluster --cluster-id "$cluster" --query 'Cluster.[Status.State, StepConcurrencyLevel]' --output text) || exit 1
steps=$(aws emr list-steps --cluster-id "$cluster" --step-states PENDING RUNNING --query 'length(Steps)' --output text) || exit 1
steps=$(echo "$steps" | awk '{n += $1} END {print n + 0}') # a number for each page
state=$(echo "$described" | cut -f 1)
level=$(echo "$described" | cut -f 2)

failed=0
case $state in
RUNNING | WAITING) ;;
*)
	echo "$cluster: is $state, want RUNNING or WAITING" >&2
	failed=1
	;;
esac
if [ "$level" -lt "$at_once" ]; then
	echo "$cluster: runs $level steps at once, want $at_once: the other executions wait, and their timeout counts the waiting. aws emr modify-cluster --cluster-id $cluster --step-concurrency-level $at_once" >&2
	failed=1
fi
if [ $((steps + at_once)) -gt $capacity ]; then
	echo "$cluster: has $steps pending and running steps, and takes $capacity: it would refuse some of $at_once more" >&2
	failed=1
fi
[ $failed = 0 ] && echo "$cluster: runs $level steps at once, and has $steps"
exit $failed
