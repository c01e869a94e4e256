# Command substitution.
p() { printf '<%s>' "$@"; echo; }
p $(echo a b) "$(echo a b)"
p "$(printf 'a\n\n\n')" "$(printf '\n\na')"
p $(echo "$(echo "$(echo deep)")")
p `echo a` "`echo \`echo nested\``"
p "$(echo ')')" "$(echo \))" "$(echo "(")"
p "$(case a in a) echo case;; esac)" "$(case a in (a) echo case2;; esac)"
x=$(false); echo $?
x=$(exit 3); echo $?
echo $(exit 3) $?
x=$(echo a; exit 4); echo "$x $?"
x=1; y=$(x=2; echo $x); echo $x $y
p $() "$()" a$()b
p "$(# comment
echo after)"
p "$(
echo newline
)"
p $(echo one; echo two)
p "$(echo one; echo two)"
f() { echo "f $1"; }
p "$(f arg)" $(f 'a b')
p "$(echo '$x')" "$(echo "$x")" `echo '$x'` `echo $x`
p $(echo '*' | cat) | grep -c '<'
for i in $(seq 3); do printf "$i "; done; echo
p "$(cat <<E
here $x
E
)"
x=$(echo '"quoted"'); p $x "$x"
p "a$(echo b)c" a$(echo b c)d
p $(printf 'a\tb\nc')
x="$(echo a)$(echo b)"; p "$x"
p "$(set -- 1 2 3; echo $#)" $#
true $(false); echo $?
$(echo echo indirect) arg
$(true); echo $?
$(false); echo $?
$(echo) ; echo $?
x=$(true) y=$(false); echo $?
p ${x:-$(echo default)} "$(echo "${nope:-$(echo inner)}")"
p "$(if true; then echo if; fi)" "$(for i in 1 2; do echo $i; done)" "$( (echo sub) )"
p $((1 + $(echo 2))) $(( `echo 3` ))
p "$(echo "a
b")"
p "`echo 'a  b'`" `echo 'a  b'`
n=$(seq 1 5000 | wc -l); p $((n))
x=$(seq 1 5000); p ${#x}
p "$(echo a & wait)"
p "$(printf 'no newline')" "$(:)"
p "`printf '\\\\n'`" "`printf %s '\\\\'`"
