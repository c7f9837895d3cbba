# Orders: lines of "customer,cents" on standard input.

#: order_count
# Prints the number of orders.
order_count() {
  count=0
  while IFS=, read -r _customer _cents; do
    count=$((count + 1))
  done
  echo "$count"
}

#: order_total CUSTOMER
# Prints what the customer's orders sum up to, in cents.
order_total() {
  total=0
  while IFS=, read -r customer cents; do
    [ "$customer" != "$1" ] || total=$((total + cents))
  done
  echo "$total"
}
