#!/bin/sh
# Builds the source distribution of the tagged version into target/wheels/.
# Stands in for `maturin sdist`.
set -eu
. scripts/version.sh

version=$(current_version)
name=tally-$version.tar.gz

mkdir -p target/build target/wheels
sleep 0.2 # collecting
git archive --prefix="tally-$version/" -o "target/build/$name" "v$version"
mv "target/build/$name" "target/wheels/$name"
echo "Built $name"
