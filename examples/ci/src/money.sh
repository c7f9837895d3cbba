# Amounts of money, in cents.

#: format_cents CENTS
# Prints an amount as people write it: 1999 is 19.99.
format_cents() {
  printf '%d.%02d\n' $(($1 / 100)) $(($1 % 100))
}

#: add_tax CENTS PERCENT
# Prints the amount with tax, rounded half up.
add_tax() {
  echo $((($1 * (100 + $2) + 50) / 100))
}
