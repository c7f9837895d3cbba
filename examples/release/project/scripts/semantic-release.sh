#!/bin/sh
# Reads the commits since the last tag, bumps the version in Cargo.toml to
# match, commits, tags and pushes. A run that was stopped half way is finished
# by the next one.
set -eu
. scripts/version.sh

version=$(current_version)

# Stopped between commit and tag: the tag is all that is missing.
if [ "$(git log -1 --format=%s)" = "chore(release): v$version" ] &&
  ! git rev-parse -q --verify "refs/tags/v$version" >/dev/null; then
  git tag "v$version"
fi

last=$(git describe --tags --abbrev=0)
subjects=$(git log --format=%s "$last..HEAD")

# True when a commit since the last tag matches.
has() {
  printf '%s\n' "$subjects" | grep -Eq "$1"
}

IFS=. read -r major minor patch <<EOF
$version
EOF
if has '^[a-z]+(\([^)]*\))?!:'; then
  next=$((major + 1)).0.0
elif has '^feat(\([^)]*\))?:'; then
  next=$major.$((minor + 1)).0
elif has '^fix(\([^)]*\))?:'; then
  next=$major.$minor.$((patch + 1))
else
  # Stopped between tag and push: pushing again does no harm.
  git push -q --atomic origin main "$last"
  echo "Nothing to release since $last"
  exit 0
fi

git diff --quiet HEAD -- Cargo.toml || { echo "FAIL: Cargo.toml is changed"; exit 1; }

# Until the commit is made, leaving means taking the bump back.
trap 'git checkout -q HEAD -- Cargo.toml; rm -f Cargo.toml.new' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
sed "s/^version = \"$version\"/version = \"$next\"/" Cargo.toml >Cargo.toml.new
mv Cargo.toml.new Cargo.toml
git commit -q -m "chore(release): v$next" -- Cargo.toml
trap - EXIT

git tag "v$next"
git push -q --atomic origin main "v$next"
echo "Released v$next (was v$version)"
