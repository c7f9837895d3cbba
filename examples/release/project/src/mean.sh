# Prints the mean of the numbers on standard input, rounded half up.
tally_mean() {
  total=0
  count=0
  while read -r number; do
    total=$((total + number))
    count=$((count + 1))
  done
  [ "$count" -gt 0 ] || { echo "tally: no numbers" >&2; return 1; }
  echo $(((2 * total + count) / (2 * count)))
}
