# Prints the sum of the numbers on standard input.
tally_sum() {
  total=0
  while read -r number; do
    total=$((total + number))
  done
  echo "$total"
}
