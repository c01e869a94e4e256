# File names for patterns.
t=${TMPDIR:-/tmp}/globbing.$$
mkdir "$t" && cd "$t" || exit 1
mkdir d d/sub e
touch a b ab abc a.c b.c .hidden d/x d/y d/sub/z e/x 'sp ace' '[b]' 'st*r'
echo *
echo a*
echo ?
echo *.c
echo [ab]
echo [!a]
echo [a-b]*
echo .*hid*
echo */
echo */x
echo */*
echo d/*/z
echo nosuch* 'a*' "a*" a\*
echo st\** 'st*'* st"*"r
echo [[]b]
echo \[b]
echo ./a*
set -- "$PWD"/ab*; echo ${1##*/} ${2##*/} $#
x='a*'; echo $x "$x"
x='*.c *b'; echo $x
for f in *.c; do echo "file $f"; done
for f in *ace; do echo "[$f]"; done
set -- *; echo $#
set -f; echo *; set +f
echo d/../a?
case ab in a*) echo case;; esac
echo [z-a]* [] [!] [a
y=$(echo *.c); echo "$y"
z=*.c; echo $z "$z"
echo {a,b}.c
echo d//x* d/./x*
ls d/? | cat
echo *' '*
echo *"$x"
echo [[:alpha:]] [[:upper:]]
echo ***
cd /; rm -r "$t"
