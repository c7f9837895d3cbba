if [ "$1" = "--with-lint" ]; then
  mise run lint
fi
shift; set -- "$@" $* ${2:-x} ${#} ${10} "$#" '$1' \$2 $'\n$3' "a\"$4"
f() { local a="$1"; echo "${a##*/}"; return 0; }
case $1 in a|b) echo "$(basename "$1")" ;; *) read -r line <&0 ;; esac
for x in "$@"; do read; done
cat <<'END'
$1 is quoted
END
cat <<-"E F" <<X
	$2
	E F
$3 `echo $4` $(( $5 + 1 ))
X
awk '{ print $1 }' | while IFS= read -r l; do echo "$l"; done
