# Functions: parameters, return, local, recursion.
f() { echo "f $# $*"; }
f; f a 'b c'
g() { return 3; }
g; echo $?
h() { echo before; return; echo after; }
h; echo $?
k() { false; return; }
k; echo $?
n() { false; }
n; echo $?
set -- outer
f() { echo "$1"; set -- changed; echo "$1"; shift; echo $#; }
f inner; echo "$1"
x=global
f() { local x; x=local; echo $x; }
f; echo $x
f() { local x=one y=two; echo $x $y; g; }
g() { echo "g sees $x"; }
f; echo "$x ${y-unset}"
f() { x=changed; }
f; echo $x
fact() {
    if [ $1 -le 1 ]; then echo 1; return; fi
    echo $(( $1 * $(fact $(($1-1))) ))
}
fact 10
fib() { if [ $1 -lt 2 ]; then r=$1; else
    local a; fib $(($1-1)); a=$r; fib $(($1-2)); r=$((a+r)); fi; }
fib 12; echo $r
down() { [ $1 -eq 0 ] && return 7; down $(($1-1)); }
down 50; echo $?
f() ( x=sub; echo $x; exit 4 )
f; echo "$? $x"
f() { echo out; } >&2
f 2>/dev/null; echo quiet
f() if true; then echo if body; fi
f
f() for i in a b; do echo $i; done
f
f() { while read l; do echo "got $l"; done; }
printf '1\n2\n' | f
f() { echo "v=$v"; }
v=temp f
f() { for i in 1 2 3; do [ $i = 2 ] && return $i; done; }
f; echo $?
f() { eval 'return 5'; echo no; }
f; echo $?
f() { f() { echo second; }; echo first; }
f; f
unset -f f
f 2>/dev/null; echo $?
echo() { printf 'my echo: %s\n' "$*"; }
echo hi
unset -f echo
echo hi
a() { b; echo "a $?"; }
b() { return 9; }
a
outer() { local v=1; inner; echo $v; }
inner() { v=2; }
outer
f() { local i; for i in x y; do echo $i; done; }
i=keep; f; echo $i
f() { echo "$@"; shift 2; echo "$@"; }
f a b c d
f() { return $1; }
for s in 0 1 255; do f $s; echo $?; done
while :; do f() { break; }; f; break; done; echo loop done
f() { cat; }
f <<E
into a function
E
z=$0; f() { [ "$0" = "$z" ] && echo same zero; }
f
