# Reads the orders from the database, which is a file here.
. tests/assert.sh
. src/money.sh
. src/orders.sh

[ -n "${DATABASE_URL:-}" ] && [ -n "${API_KEY:-}" ] || exit 77 # skipped

database=${DATABASE_URL#file:}
assert_equal 3 "$(order_count <"$database")"
assert_equal 23.49 "$(format_cents "$(order_total ada <"$database")")"
