# if, while, until, for, case, and their statuses.
if true; then echo yes; fi
if false; then echo no; else echo else; fi
if false; then echo 1; elif true; then echo elif; else echo 3; fi
if false; then echo 1; elif false; then echo 2; fi; echo "status $?"
if ! false; then echo not; fi
if true && false; then echo both; else echo not both; fi
if { false; true; }; then echo group; fi
if (exit 3); then echo; else echo "sub $?"; fi
i=0
while [ $i -lt 3 ]; do echo "while $i"; i=$((i+1)); done; echo "status $?"
until [ $i -eq 0 ]; do i=$((i-1)); echo "until $i"; done
while false; do echo never; done; echo "status $?"
while :; do echo once; break; done
for i in 1 2 3 4 5; do
    [ $i = 2 ] && continue
    [ $i = 4 ] && break
    echo "for $i"
done
for i in; do echo never; done; echo "empty $?"
for i in a b
do
    for j in 1 2 3; do
        [ $j = 2 ] && continue 2
        echo "$i$j"
    done
done
for i in 1 2; do for j in 1 2; do echo $i$j; break 2; done; done
for i in 1 2; do while :; do break; done; echo "after $i"; done
set -- x 'y z'
for a; do echo "[$a]"; done
for a do echo "[$a]"; done
for a in "$@"; do echo "($a)"; done
for w in one two; do :; done; echo $w
case abc in
    a) echo a;;
    a*) echo a star;;
    *) echo any;;
esac
case "x y" in x*y) echo match;; esac
case x in (x) echo paren;; esac
case x in y) ;; esac; echo "none $?"
case a in b|a|c) echo alternatives;; esac
case '*' in '*') echo literal star;; esac
case abc in '*') echo no;; "a"*) echo quoted prefix;; esac
case [ in [[]) echo bracket;; esac
case b in [a-c]) echo range;; esac
case b in [!a-c]) echo no;; *) echo not in range;; esac
case 5 in [[:digit:]]) echo digit;; esac
case - in [a-]) echo dash;; esac
case ']' in []]) echo closing;; esac
p='a*'
case abc in $p) echo pattern;; esac
case abc in "$p") echo no;; *) echo quoted pattern;; esac
case 'a*' in "$p") echo same;; esac
case $(echo hello) in h?l*) echo command;; esac
case x in x) echo first;; x) echo second;; esac
case x in x) false;; esac; echo "status $?"
case a/b in a*b) echo slash;; esac
case .x in *x) echo dot;; esac
case "" in "") echo empty;; esac
x=0
while x=$((x+1)); [ $x -lt 10 ]; do
    case $x in
        3) continue;;
        6) break;;
    esac
    echo $x
done
if true
then
    echo "newlines"
fi
{ echo brace; echo brace2; }
{ echo a; } | cat
(echo sub; echo shell)
x=1; (x=2; echo $x); echo $x
x=1; { x=2; }; echo $x
true && echo and || echo or
false && echo and || echo or
false || false || echo third
true || echo no && echo yes
! true; echo $?
! false; echo $?
true; false; echo $?
for i in 1 2 3; do false; done; echo $?
until true; do :; done; echo $?
for i in 1 2 3; do echo $i; done | while read n; do echo "read $n"; done
