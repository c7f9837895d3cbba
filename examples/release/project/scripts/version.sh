# Sourced by the other scripts.

# Prints the version in Cargo.toml.
current_version() {
  sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1
}
