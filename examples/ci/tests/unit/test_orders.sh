. tests/assert.sh
. src/orders.sh

orders='ada,1999
grace,4500
ada,350'

assert_equal 3 "$(echo "$orders" | order_count)"
assert_equal 2349 "$(echo "$orders" | order_total ada)"
assert_equal 0 "$(echo "$orders" | order_total linus)"
