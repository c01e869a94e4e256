# Parameter expansion with all of its operators.
p() { printf '<%s>' "$@"; echo; }
unset u; e= v=value
p "${u-a}" "${u:-b}" "${e-c}" "${e:-d}" "${v-e}" "${v:-f}"
p "${u+a}" "${u:+b}" "${e+c}" "${e:+d}" "${v+e}" "${v:+f}"
p "${u=set}" "$u"; unset u
p "${e:=full}" "$e"; e=
p ${u:-a b} "${u:-a b}" ${u:-"a b"} ${u:-a "b c"}
p ${v:+x y} "${v:+x y}"
p "${u-"quoted"}" "${u-'single'}" ${u-'single'} "${u-\}}" ${u-\}} "${u-a\$b}"
p "${u:-${v}}" "${u:-$(echo sub)}" "${u:-$((1+1))}" "${u-${e:-${v}}}"
p ${#v} ${#e} ${#u} "${#}" ${#@}
set -- one two 'three four'
p ${#} $# ${#1} ${#3} "${1}" "${3}" $3
p "${4-none}" ${4+some} "${1+"$@"}" ${1+"$@"} "$@" $@ "$*" $*
path=/usr/local/lib/file.tar.gz
p ${path#*/} ${path##*/} ${path%.*} ${path%%.*} ${path%/*} ${path%%/*}
p "${path#/usr}" "${path%.gz}" "${path#nomatch}" "${path%nomatch}"
p "${path##*[lL]}" "${path%%[.]*}" "${path#?}" "${path%?}"
star='a*b*c'
p "${star#*\*}" "${star#*'*'}" "${star##*"*"}" "${star%\**}" "${star%%\**}"
pat='*/'
p "${path##$pat}" "${path##"$pat"}" "${path#$pat}"
x=aaa
p ${x#a} ${x##a} ${x##a*} ${x%a} ${x%%a} ${x#} ${x%}
p "${x#"$x"}" "${x%"$x"}" "${x#b}"
y=' lead and trail '
p $y "$y" ${y# } "${y# }" "${y% }"
long=abcdefghijklmnopqrstuvwxyz
p ${#long} ${long#????} ${long%????} ${long##*m}
set -- 1 2 3 4 5 6 7 8 9 ten eleven
p $10 ${10} ${11} $# ${#10}
p "a${u}b" "a${u-}b" a${u}b ${u}${u} "${u}"
(p "${u?message}") 2>/dev/null; echo $?
(p "${u:?}") 2>/dev/null; echo $?
(p "${v?never}"); echo $?
z="${u:-a
b}"
p "$z"
p "${v}text" "$v.text" "${v}_x" "$v-x"
n=3; p "$((n+1))" "${n}" "$n$n"
p "${u-$*}" "${u-"$@"}" | cat
IFS=,; set -- a b; p "$*" "$@" "${*}" ; unset IFS
p "${*}"
p ${u:-$v $v} "${u:-$v $v}"
