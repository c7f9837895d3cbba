#!/bin/sh
# Makes .scratch/origin.git, a bare repository that plays the remote, and
# .scratch/work, a clone of it, from the files in project/. What is there
# already is left as it is. Each of the two appears by one rename: a run that
# is stopped half way leaves nothing half made, and of two runs at the same
# time one makes it and both use it.
set -eu
unset CDPATH

cd "$(dirname "$0")"
mkdir -p .scratch
cd .scratch

if [ -d work/.git ] && [ -d origin.git ]; then
  exit 0
fi
if [ -e work ]; then
  echo "FAIL: .scratch/ is not complete. Start again with: rm -rf .scratch"
  exit 1
fi

new=$(mktemp -d new.XXXXXX)
trap 'rm -rf "$new"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# Settings that keep the user's ignore and attribute files and background
# maintenance out of the repository $1.
settle() {
  git -C "$1" config core.excludesFile /dev/null
  git -C "$1" config core.attributesFile /dev/null
  git -C "$1" config gc.auto 0
  git -C "$1" config maintenance.auto false
}

# Commits what is staged in the repository $1 with the message $2, on the fixed
# date $3: a fresh scratch clone has the same history everywhere.
commit() {
  GIT_AUTHOR_DATE=$3 GIT_COMMITTER_DATE=$3 git -C "$1" commit -q -m "$2"
}

# Renames the directory $1 to $2, or fails where $2 is there already. To move
# into a directory that exists is what mv would do, but the last part of $1 is
# the name of a file in $2 as well, and no directory replaces a file.
place() {
  mv "$1" "$2" 2>/dev/null
}

if [ ! -d origin.git ]; then
  origin=$new/HEAD
  git init -q --template= --bare -b main "$origin"
  settle "$origin"

  # Version 0.1.0 is out; since then, a feature came in.
  first=$new/first
  git init -q --template= -b main "$first"
  settle "$first"
  cp -R ../project/. "$first"
  git -C "$first" add -A . ':(exclude)src/mean.sh'
  commit "$first" "chore: import tally" 2026-01-05T09:00:00Z
  git -C "$first" tag v0.1.0
  git -C "$first" add -A
  commit "$first" "feat: add the mean" 2026-01-06T09:00:00Z

  git -C "$first" push -q ../HEAD main v0.1.0
  place "$origin" origin.git || [ -d origin.git ]
fi

work=$new/Cargo.toml
git clone -q --template= --no-checkout origin.git "$work"
settle "$work"
git -C "$work" reset -q --hard
git -C "$work" remote set-url origin ../origin.git
if place "$work" work; then
  echo "Made .scratch/work, a clone of .scratch/origin.git"
fi
[ -d work/.git ]
