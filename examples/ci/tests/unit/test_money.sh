. tests/assert.sh
. src/money.sh

assert_equal 19.99 "$(format_cents 1999)"
assert_equal 0.05 "$(format_cents 5)"
assert_equal 119 "$(add_tax 100 19)"
assert_equal 2379 "$(add_tax 1999 19)"
