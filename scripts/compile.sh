#!/bin/sh
# Compiles programs into Go's build cache without linking them, and says so when the CDK has to be compiled, which takes minutes.
# A terminal shows the progress.
#
#   scripts/compile.sh PACKAGE...
set -eu
cd "$(dirname "$0")/.."

compile() { go list -export -f '{{""}}' "$@" >/dev/null; }

go list -deps "$@" >/dev/null # downloads missing modules, and names them
commands=$(go build -n "$@" 2>&1 || :)
case $commands in
*" -p github.com/aws/aws-cdk-go/awscdk/v2/awsec2 "*) # the largest package
	echo "compiling the CDK: about 4 minutes the first time on 2 cores, seconds afterwards" >&2
	if [ -t 2 ]; then
		packages=$(printf '%s\n' "$commands" | grep -c '/compile.* -p ')
		# This pipe hides errors. The second call below reports them, and finds everything else compiled.
		compile -v "$@" 2>&1 | awk -v all="$packages" '/^[^ :]+$/ { printf "\r%d of %d packages", ++n, all } END { print "" }' >&2
	fi
	;;
esac
compile "$@"
