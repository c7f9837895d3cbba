#!/bin/sh
# Copies this version's artifacts from dist/ to the index. As on PyPI, a file
# that is published never changes: the same content again is fine, a different
# one is refused before anything is copied.
set -eu
. scripts/version.sh

version=$(current_version)
index=$PYPI_INDEX

set -- dist/*-"$version"-*.whl dist/*-"$version".tar.gz
for file; do
  [ -f "$file" ] || { echo "FAIL: $file not found. Build first."; exit 1; }
  published=$index/${file##*/}
  if [ -e "$published" ] && [ "$(cksum <"$file")" != "$(cksum <"$published")" ]; then
    echo "FAIL: ${file##*/} is already published with different content"
    exit 1
  fi
done

mkdir -p "$index"
for file; do
  name=${file##*/}
  if [ -e "$index/$name" ]; then
    echo "Already published: $name"
    continue
  fi
  # Under another name first: the index never shows half a file.
  cp "$file" "$index/.$name.part"
  mv "$index/.$name.part" "$index/$name"
  echo "Published: $name"
done
