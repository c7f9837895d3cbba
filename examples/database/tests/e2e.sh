# Writes a row into the database and looks for it.
set -eu
db insert "$DATABASE_NAME" customers "7, Grace"
db rows "$DATABASE_NAME" customers | grep -qx "7, Grace" || { echo "e2e: the row is lost"; exit 1; }
echo "e2e: 1 passed"
