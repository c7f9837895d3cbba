#!/bin/sh
# smoke.sh import|process: unpacks the wheel in dist/ and uses it.
set -eu
. scripts/version.sh

version=$(current_version)
wheel=dist/tally-$version-py3-none-manylinux_2_17_x86_64.whl
stage=target/smoke/$1

[ -f "$wheel" ] || { echo "FAIL: $wheel is missing"; exit 1; }
rm -rf "$stage"
mkdir -p "$stage"
tar -xf "$wheel" -C "$stage"
tally=$stage/tally/tally

# expect WANT GOT: fails when they differ.
expect() {
  [ "$1" = "$2" ] || { echo "FAIL: expected $1, got $2"; exit 1; }
}

case $1 in
  import)
    expect "$version" "$("$tally" --version)"
    grep -qx "Version: $version" "$stage/tally-$version.dist-info/METADATA"
    ;;
  process)
    expect 15 "$(printf '3\n4\n8\n' | "$tally" sum)"
    expect 5 "$(printf '3\n4\n8\n' | "$tally" mean)"
    ;;
esac
sleep 0.2 # starting an interpreter
echo "OK: $1"
