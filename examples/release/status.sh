#!/bin/sh
# Says where the release stands. Reads only.
set -eu
unset CDPATH

cd "$(dirname "$0")"
if [ ! -d .scratch/work/.git ]; then
  echo "Nothing released yet: start with release:full"
  exit 0
fi
cd .scratch/work

version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
tag=$(git describe --tags --abbrev=0)
echo "version:            $version"
echo "last tag:           $tag"
echo "unreleased commits: $(git rev-list --count "$tag..HEAD")"

# Lists this version's files of the directory $2 under the heading $1.
list() {
  echo "$1:"
  for file in "$2/"*-"$version"[-.]*; do
    if [ -e "$file" ]; then
      echo "  ${file##*/}"
    else
      echo "  none"
    fi
  done
}
list "artifacts" dist
list "published" "$PYPI_INDEX"
