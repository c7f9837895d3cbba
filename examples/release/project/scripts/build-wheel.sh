#!/bin/sh
# Builds the wheel for one platform from the tagged sources, into
# target/wheels/. Stands in for `maturin build --release --target ...`.
set -eu
. scripts/version.sh

platform=$1
version=$(current_version)
name=tally-$version-py3-none-$platform.whl
stage=target/build/$platform
info=tally-$version.dist-info

rm -rf "$stage"
mkdir -p "$stage/$info" target/wheels
git archive "v$version" src | (cd "$stage" && tar -xf -)
mv "$stage/src" "$stage/tally"
sleep 0.2 # compiling

echo "$version" >"$stage/tally/VERSION"
cat >"$stage/$info/METADATA" <<EOF
Metadata-Version: 2.1
Name: tally
Version: $version
Platform: $platform
EOF
# The date of the sources, so that a second build gives the same bytes.
touch -r "$stage/tally/tally" "$stage/tally/VERSION" "$stage/$info/METADATA"
(cd "$stage" && tar -cf "$name" tally/* "$info"/*)
mv "$stage/$name" "target/wheels/$name"
echo "Built $name"
