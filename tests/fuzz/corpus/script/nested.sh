echo "$(echo "$(echo "${a:-"$(echo '$1')"}")")" `echo \`echo $1\`` $((1+$((2+${b:=$1})))) { ( { ( $1 ) } ) }
# $1 in a comment; read
<<A <<B
$1
A
$2
B
