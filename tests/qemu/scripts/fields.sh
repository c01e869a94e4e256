# Splitting into fields, and IFS.
p() { echo "$#:$(printf '<%s>' "$@")"; }
x='  a  b	c
d  '
p $x
p "$x"
IFS=:
x=a:b::c:
p $x
x=:a
p $x
x=::
p $x
x='a b:c d'
p $x
p a:b "a:b"
IFS=' :'
x='a : b:c  d : : e'
p $x
x=' a b : '
p $x
IFS=
x='a b c'
p $x
IFS=,
set -- 'a,b' c ''
p $*
p "$*"
p $@
p "$@"
unset IFS
p $*
set --
p $@
p "$@"
p "$*"
p $*
p "a$@b"
p x"$@"
set -- ''
p $@
p "$@"
p "$*"
set -- a '' b
p $@
p "$@"
set -- 'a b' c
p x$@y
p x"$@"y
p x"$*"y
p "$@""$@"
e=
p $e
p $e$e a$e
p "$e"$e
x='a b'
y=$x
p "$y"
y=$x$x
p "$y"
for i in $x c "d e" $(echo f g); do echo "[$i]"; done
IFS=-
x=1-2-3
for i in $x; do echo $i; done
p $((10-20))
p $(echo a-b-c) "$(echo a-b-c)"
unset IFS
p ${x:-a b} ${nope:-a b} ${nope:-"a b"} "${nope:-a b}"
IFS='x '
v='axbx cx'
p $v
v='x'
p $v
v=' x '
p $v
