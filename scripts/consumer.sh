#!/bin/sh
# Does in examples/consumer what a team does in its own repository: checks that go.mod and go.sum are tidy, runs the tests, and
# synthesizes with the CDK's command line. The cloud assembly goes into a temporary folder.
set -eu
cd "$(dirname "$0")/../examples/consumer"
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
trap 'exit 1' INT TERM

go mod tidy -diff || { echo "examples/consumer: go.mod or go.sum is out of date: run go mod tidy there" >&2; exit 1; }
go vet ./...
go test ./...
../../node_modules/.bin/cdk synth --quiet --output "$out"
echo "examples/consumer synthesizes as a module of its own"
