# TODO: more rows
database ask "${ROWS:-7}" | grep -qx "database: 7 rows"
