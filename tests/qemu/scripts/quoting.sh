# Quotes, backslashes, and what they keep apart.
p() { printf '<%s>' "$@"; echo; }
p a b  c
p 'a b' "c d" e\ f
p "a'b" 'a"b' a\"b a\'b "a\"b"
p "\a\\b\$c\`d" '\a\\b\$c'
p "" '' ""'' a""b
p 'one
two' "three
four"
p on\
e "t\
wo"
p \\ "\\" '\'
x='a  b'
p $x "$x" "$x"c d"$x" '$x' \$x
p "$x"'$x'$x
p "$(echo "a  b")" $(echo "a  b") "`echo "a  b"`"
p a#b '#' \# "#" # a comment
p "*" '*' \* "?" '[a]'
p {a,b} ~nosuchuser "~" \~
e=
p $e "$e" a$e "$e$e" $e"$e" ''$e
p "$" $ "a$" a$ "$ a"
p `echo '\\' "\\\\" '\$x' '$x'`
p "`echo \"a b\"`" $(echo "$(echo "x  y")")
p !a a! ! "!"
p a=b -x=1 '{' '}' if then fi
p ';' '&' '|' '<' '>' '(' ')'
