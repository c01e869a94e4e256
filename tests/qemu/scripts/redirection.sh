# Redirections of every kind.
t=${TMPDIR:-/tmp}/redirection.$$
mkdir "$t" && cd "$t" || exit 1
echo one >f; cat f
echo two >>f; cat <f
echo three >|f; cat f
cat <f >g; cat g
>empty; wc -c <empty | tr -d ' '
echo err >&2 2>e; cat e
{ echo out; echo err >&2; } >o 2>e; cat o e
{ echo out; echo err >&2; } >both 2>&1; cat both
{ echo out; echo err >&2; } 2>&1 >o2 | while read l; do echo "piped $l"; done; cat o2
exec 3>three; echo to three >&3; exec 3>&-; cat three
exec 3<three; read line <&3; echo "$line"; exec 3<&-
exec 4<>rw; echo text >&4; exec 4>&-; cat rw
echo x 3>&1 >&3 | cat
(echo sub; echo shell) >s; cat s
for i in 1 2 3; do echo $i; done >loop; cat loop
while read l; do echo "[$l]"; done <loop
if true; then echo branch; fi >b; cat b
case x in x) echo cased;; esac >c; cat c
f() { echo func; }; f >ff; cat ff
cat <nosuch 2>/dev/null; echo $?
echo lost >/no/such/dir/file 2>/dev/null; echo $?
(: <nosuch; echo no) 2>/dev/null; echo $?
echo a >a; echo b >b2; cat a - b2 <f
cat 0<f
echo hidden >/dev/null
2>e3 cat nosuch; test -s e3 && echo message
<f cat >f2; cat f2
echo multi >m1 >m2; wc -c <m1 | tr -d ' '; cat m2
set -C; (echo no >f) 2>/dev/null; echo $?; echo forced >|f; cat f; set +C
name='with space'; echo s >"$name"; cat "with space"
echo v >$name 2>/dev/null; ls | grep -c 'with space'
exec 5>&1; echo dup >&5; exec 5>&-
(echo bad >&7) 2>/dev/null; echo $?
echo close >&- 2>/dev/null; echo $?
exec 6<loop; read a <&6; read b <&6; echo $a $b; exec 6<&-
{ read a; read b; read c; } <loop; echo $c$b$a
echo a b c | { read x y; echo "$y $x"; }
{ echo 1; { echo 2; } >inner; echo 3; } >outer; cat outer inner
exec 3>&1; x=$(echo captured; echo shown >&3); exec 3>&-; echo "x=$x"
cat <<E >h
here
E
cat h
cat >h2 <<E
$(cat h) again
E
cat h2
cd /; rm -r "$t"
