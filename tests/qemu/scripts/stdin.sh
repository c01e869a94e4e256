# A shell must leave to its commands what they are to read from its own input.
t=${TMPDIR:-/tmp}/stdin.$$
cat >$t <<'E'
echo first
read line
this is data
echo "line: $line"
head -n 1 >/dev/null <<X
x
X
(read a; echo "sub: $a")
more data
while read l; do [ "$l" = end ] && break; echo "loop: $l"; done
one
two
end
cat
echo not run
E
sh <$t
echo --
cat $t | sh
echo --
sh -s a b <<'E'
echo $# $1 $2
E
echo 'echo no newline at the end' | tr -d '\n' | sh; echo
printf 'exit 3\necho no\n' | sh; echo $?
printf 'echo a\\\nb\n' | sh
printf '\n\n  \n# c\necho blank\n' | sh
echo 'if true; then echo multi
echo line; fi' | sh
echo 'echo from stdin; read x; echo "x=$x"
data line
echo after' | sh
echo 'cat
to cat' | sh
rm $t
