# The builtins.
: ignored args; echo $?
true; echo $?; false; echo $?
eval echo 'a  b' c; eval; echo $?
eval 'x=1; echo $x'; eval "echo 'single'"
eval 'false'; echo $?
echo -n no newline; echo
t=${TMPDIR:-/tmp}/builtins.$$
mkdir "$t" && cd "$t" || exit 1
echo 'echo in file; v=fromfile; return 3; echo no' >lib
. ./lib; echo $? $v
echo 'echo "args: $*"' >lib2; . ./lib2
printf 'one two three\nback\\\\slash con\\\ntinued\n  lead  trail  \nlast' >input
{ read a b; echo "$a|$b"; read a; echo "$a"; read a; echo "[$a]"; read a; echo "$a $?"; } <input
{ read -r a; read -r a; printf "%s\n" "$a"; } <input
read a <lib2; echo "$?"
read a </dev/null; echo "$? [$a]"
echo a:b:c | { IFS=: read x y; echo "$x $y"; }
echo '  a b  ' | { IFS= read x; echo "[$x]"; }
echo 'a b c d' | { read x y z; echo "$x,$y,$z"; }
echo 'a' | { read x y; echo "$x,$y."; }
echo a::b: | { IFS=: read x y z; echo "$x,$y,$z"; }
echo a:b: | { IFS=: read x y; echo "$x,$y"; }
echo a:b:c: | { IFS=: read x y; echo "$x,$y"; }
type cd | grep -q builtin && echo typed
command -v true; command -v if; command -v nosuchcommand; echo $?
command echo via command
f() { echo function; }; command -v f; f
command true; echo $?
command nosuchcommand 2>/dev/null; echo $?
nosuchcommand 2>/dev/null; echo $?
./lib 2>/dev/null; echo $?
./nosuch 2>/dev/null; echo $?
umask 022; umask; umask 077; umask; umask -S; umask u=rwx,g=rx,o=; umask; umask 022
mkdir sub; cd sub; echo ${PWD##*/}; cd ..; [ "$PWD" = "$t" ] && echo back
ln -s sub link; cd link; echo ${PWD##*/}; [ "$(pwd -P)" = "$(cd -P "$t"; pwd)/sub" ] && echo physical; cd ..; [ "$(pwd)" = "$t" ] && echo logical
cd -P link; echo ${PWD##*/}; cd "$t"
(cd nosuch) 2>/dev/null || echo no dir
CDPATH=$t; mkdir -p other; cd other >/dev/null; cd sub >/dev/null && echo ${PWD##*/}; unset CDPATH; cd "$t"
mkdir -p other/sub
for CDPATH in :other other: "$t/other::$t"; do p=$(cd sub); cd sub >/dev/null; echo "[${p#$t/}] ${PWD#$t/}"; cd "$t"; done
for CDPATH in : other: other::; do p=$(cd other); cd other >/dev/null; echo "[${p#$t/}] ${PWD#$t/}"; cd "$t"; done; unset CDPATH
while getopts ab:c o -a -b val -c rest; do echo "$o $OPTARG"; done; echo $OPTIND
OPTIND=1; set -- -ab arg -- -c
while getopts ab: o; do echo "$o $OPTARG"; done; shift $((OPTIND-1)); echo "$*"
OPTIND=1; while getopts :a:b o -x -a; do echo "$o $OPTARG"; done
OPTIND=1; getopts a o -x 2>/dev/null; echo "$o $?"
OPTIND=1; getopts a o x; echo "$o $? $OPTIND"
set -- 1 2 3; shift; echo $1; shift 2; echo $#
(shift 5; echo no) 2>/dev/null || echo cannot shift
set -e; set +e; case $- in *e*) echo e;; *) echo no e;; esac
set -u; (echo $undefined_thing; echo no) 2>/dev/null; echo $?; echo ${undefined_thing-ok}; set +u
set -f; echo /*nosuch*; set +f
set -a; auto=1; set +a; sh -c 'echo $auto'
set -o noglob; echo *; set +o noglob
set -x 2>/dev/null; { echo traced; } 2>/dev/null; set +x 2>/dev/null
(exit 9); echo $?
sh -c 'exit'; echo $?
sh -c 'false; exit'; echo $?
(exec echo replaced; echo no)
(exec nosuchcommand; echo no) 2>/dev/null; echo $?
exec 3>&1; echo three >&3; exec 3>&-
times >/dev/null; echo $?
ulimit -n >/dev/null; echo $?
(ulimit -n 50; ulimit -n)
kill -l 9; kill -l 137
hash >/dev/null 2>&1; echo $?
sh -n -c 'echo not run'; echo $?
sh -c - 'echo after a minus: "$0 $*"' a b; sh -e - ./lib2 - x; echo 'echo stdin: "$*"' | sh -s - y; set -- -; echo "$*"
sh -c 'echo a; if' 2>/dev/null; echo $?
printf 'echo $1' | sh -s arg
sh -e -c 'false; echo no'; echo $?
sh -c 'set -e; false || true; if false; then :; fi; ! true; echo survived; false; echo no'; echo $?
sh -ec 'f() { false; echo in f; }; f || echo no; f; echo not reached'; echo $?
sh -ec '(false; echo no); echo no'; echo $?
sh -ec 'x=$(false); echo no'; echo $?
sh -ec 'echo $(false) ok'; echo $?
sh -ec 'false | true; echo ok; true | false; echo no'; echo $?
sh -ec 'while false; do :; done; for i in 1; do false && true; done; echo ok'; echo $?
(NAME=value exec env) | grep '^NAME='
PS4='at $0: ' sh -xc 'true' 2>&1 | tail -c 5
(. /; echo no) 2>/dev/null || echo is a directory
(ulimit -n 50; echo few >few; echo $?; { echo more; } >more; cat few more)
echo -e '\x41\x4a\x4g'
cd sub; cd nosuch/.. 2>/dev/null; echo "through nothing: $? ${PWD##*/}"
cd ../lib/.. 2>/dev/null; echo "through a file: $? ${PWD##*/}"
cd ../nosuch/../sub 2>/dev/null; echo "on through nothing: $? ${PWD##*/}"; cd ..
mkdir -p gone/inner; cd gone/inner; rmdir ../inner; cd .. && echo "out of a deleted one: ${PWD##*/}"; cd ..
: >empty; echo '# nothing' >comment
false; . ./empty; echo "empty file: $?"; false; . ./comment; echo "comment: $?"
false; eval ''; echo "empty words: $?"; false; eval '
# nothing
'; echo "comment: $?"
sh ./empty; echo $?; sh ./comment; echo $?
echo '(exit 5)
# the end' >five; . ./five; echo "before a comment: $?"
echo word | { read 1x; echo $?; } 2>/dev/null; echo word | { read fresh y-z; echo "$? [$fresh]"; } 2>/dev/null
OPTIND=1; getopts a 1x -a 2>/dev/null; echo "$? $OPTIND"
echo 'mine="the profile"; return 4; mine=no' >profile
ENV='$PWD/profile' sh -ic 'echo "$mine"' 2>/dev/null </dev/null
ENV='$PWD/profile' sh -c 'echo "[$mine]"'; ENV=$t/nosuch sh -ic 'echo without $?' 2>/dev/null </dev/null
cd /; rm -r "$t"
