# Sourced by every test.

# assert_equal WANT GOT
assert_equal() {
  [ "$1" = "$2" ] || {
    echo "expected '$1', got '$2'"
    exit 1
  }
}
