# Pipelines and lists, and what statuses they leave.
echo a | cat
echo a | cat | cat | cat | cat
printf '3\n1\n2\n' | sort | head -n 1
echo a b c | tr ' ' '\n' | sort -r | tr '\n' ' '; echo
true | false; echo $?
false | true; echo $?
! false | true; echo $?
(exit 3) | (exit 4); echo $?
exit 5 | true; echo $?
true | exit 6; echo $?
x=1; echo 2 | read x; echo $x
x=1; true | x=2; echo $x
echo start |
    cat |
    tr a-z A-Z
seq 1 1000 | tail -n 1
seq 1 100000 | head -n 1
yes | head -n 3
{ echo a; echo b; } | while read l; do echo "[$l]"; done
for i in 1 2; do echo $i; done | cat
if true; then echo yes; fi | tr y Y
f() { cat; }; echo through | f | f
(echo 1; echo 2) | (read a; read b; echo $b $a)
echo a && echo b | tr b c
false && echo no; echo $?
true || echo no; echo $?
false || echo yes
echo a; echo b; echo c
echo x & wait; echo done
{ sleep 0; echo bg; } & wait $!; echo $?
(exit 7) & wait $!; echo $?
true & false & wait; echo $?
sleep 0 & p=$!; wait $p; echo $?
wait 999999 2>/dev/null; echo $?
(exit 1) & a=$!; (exit 2) & b=$!; wait $b; echo $?; wait $a; echo $?
echo 'to cat' | cat - | cat -
seq 3 | { read x; echo "first $x"; cat; }
echo in | (cat; echo out)
cat /dev/null | wc -l | tr -d ' '
: | : | :; echo $?
i=0; while [ $i -lt 50 ]; do echo $i; i=$((i+1)); done | sort -n | tail -n 1
echo "$(echo a | tr a b)" | tr b c
kill -0 $$ && echo alive
sleep 10 & kill $!; wait $! 2>/dev/null; echo $?
sh -c 'kill -9 $$' 2>/dev/null; echo $?
sh -c 'exit 300'; echo $?
(kill -TERM $(sh -c 'echo $PPID'); echo not reached) 2>/dev/null; echo $?
