# Assignment, export, readonly, unset, special parameters.
a=1 b=2; echo $a $b
a=$b b=3; echo $a $b
x='a b' y=$x; echo "$y"
x= ; echo "[$x]"
x=a y=b sh -c 'echo "$x$y"'; echo "[$x]"
unset y
y=1 true; echo "${y-unset}"
y=1 :; echo "$y"
unset y
y=1 eval 'echo $y'; echo "${y-unset}"
export E=exported; sh -c 'echo $E'
n=notexported; sh -c 'echo ${n-unset}'
export n; sh -c 'echo $n'
unset n; sh -c 'echo ${n-unset}'
export late; late=value; sh -c 'echo $late'
readonly r=1; (r=2) 2>/dev/null; echo $? $r
(unset r) 2>/dev/null; echo $?
(readonly; r=3; echo no) >/dev/null 2>&1; echo $?
echo $? $#; [ -n "$0" ] && echo name
set -- a b c; echo $# $1 $3; shift; echo $# $1; shift 2; echo $#
set a b; echo $*; set --; echo $#
set -- -x; echo $1
sh -c 'echo $0 $1 $2 $#' name one two
sh -c 'echo $#'
sh -c 'echo "$@"' x 'a  b' c
[ $$ -gt 1 ] && echo pid
(echo $$) | grep -q "^$$\$" && echo same pid
sleep 0 & [ -n "$!" ] && echo bg
true; echo $?; false; echo $?
x=1; unset x; echo "${x-unset}"
unset -v nosuch; echo $?
_a1=ok; echo $_a1
A=1 B=$A; echo "[$B]"
x=~; [ "$x" = "$HOME" ] && echo home
HOME=/h; x=~/a:~/b; echo $x; echo ~ ~/x "~" a~ x=~ ~/"q" ~"/x"
PATH_LIKE=a:~:b; echo $PATH_LIKE
echo ${x%%:*}
IFS=: read a b c <<E
1:2:3:4
E
echo "$a|$b|$c"
export -p | grep '^export E=' | tr -d "'\""
x=5; echo $((x)) "$x"
long_variable_name_1234567890=v; echo $long_variable_name_1234567890
x=a; x=$x$x; x=$x$x; echo $x
eval a=dynamic; echo $a
name=b; eval "echo \$$name"; eval "$name=assigned"; echo $b
set -- "a b" c; for i in "$@"; do echo "$i"; done
echo "${PWD:+set}" "${PPID:+set}" "${OPTIND}"
env -i X=1 sh -c 'echo $X'
x=1 y=2 z=3 env | grep '^[xyz]=' | sort
x="multi
line"; echo "$x"
set | grep -q '^x=' && echo listed
cd /; echo $PWD; cd /tmp; echo $OLDPWD; cd - ; pwd
