#!/bin/sh
# Builds asl and clinicalrisk from the last commit into dist: a static binary and an SBOM for each platform, and SHA256SUMS. It builds
# twice, in different folders, and fails unless both builds give the same bytes.
#
#   scripts/dist.sh SBOM_TOOL [PLATFORM...]     # linux/amd64 …; default: all
set -eu
cd "$(dirname "$0")/.."

tool=$1
shift
[ $# -gt 0 ] || set -- linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64
case $tool in /*) ;; *) tool=$PWD/$tool ;; esac
programs="asl clinicalrisk"

# Nothing of this machine's settings reaches the binaries, except for the Go release.
unset GOEXPERIMENT GOARM GO386
export CGO_ENABLED=0 GOFLAGS=-trimpath GOAMD64=v1 GOARM64=v8.0 GOFIPS140=off GOWORK=off

temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT
first=$temporary/a/clone
second=$temporary/another-folder/clone

[ -z "$(git status --porcelain)" ] || echo "dist: the build is of the last commit, without your changes" >&2
for clone in "$first" "$second"; do git clone --quiet . "$clone"; done

digests() { if command -v sha256sum >/dev/null; then sha256sum "$@"; else shasum -a 256 "$@"; fi; }

build() { # build CLONE FOLDER: builds every program for the platform $os/$arch
	for program in $programs; do
		(cd "$1" && GOOS=$os GOARCH=$arch go build -buildvcs=true -ldflags '-s -w' -o "$2/$program-$os-$arch$suffix" "./cmd/$program")
	done
}

# sbom PROGRAM: lists the modules of a binary with their licenses, and checks that none is missing.
sbom() {
	list=$temporary/new/$1-$os-$arch.cdx.json
	(cd "$first" && GOOS=$os GOARCH=$arch "$tool" app -json -licenses -std -noserial -notimestamp -main "cmd/$1" -output "$list") 2>"$temporary/log" || {
		cat "$temporary/log" >&2
		exit 1
	}
	go version -m "$temporary/new/$1-$os-$arch$suffix" | awk '$1 == "dep" { print $2 "@" $3 }' | while read -r module; do
		grep -qF "\"pkg:golang/$module?" "$list" || {
			echo "dist: $(basename "$list") lacks $module" >&2
			exit 1
		}
	done
}

mkdir -p "$temporary/new" "$temporary/again"
for platform; do
	os=${platform%/*} arch=${platform#*/} suffix=
	[ "$os" != windows ] || suffix=.exe
	echo "dist: $platform"
	build "$first" "$temporary/new"
	build "$second" "$temporary/again"
	for program in $programs; do
		cmp "$temporary/new/$program-$os-$arch$suffix" "$temporary/again/$program-$os-$arch$suffix" || {
			echo "dist: two builds of $program for $platform differ" >&2
			exit 1
		}
		sbom "$program"
	done
done
(cd "$temporary/new" && digests ./* | sed 's# \./# #' >SHA256SUMS)
rm -rf dist
mv "$temporary/new" dist
ls dist
