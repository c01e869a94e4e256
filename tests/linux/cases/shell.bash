# What bash asks of a kernel: processes, groups, pipes, signals, here documents.
set -o pipefail
echo "pipe:"; seq 1000 | grep 7 | wc -l; false | true; echo $?
echo "substitution:"; diff <(seq 3) <(seq 4); echo $?; cat < <(echo inner)
echo "here:"; cat <<X
a $((1 + 2)) $(echo b)
X
cat <<<"a string"
echo "arrays:"; a=(one two three); a+=(four); echo "${#a[@]} ${a[@]:1:2} ${!a[*]}"
declare -A m=([x]=1 [y]=2); for k in x y; do echo "$k=${m[$k]}"; done
echo "strings:"; s=hello; echo "${s^^} ${s:1:3} ${s/l/L} ${s//l/L} ${s%lo}"
printf -v v '%05d' 42; echo $v; [[ abc =~ ^a(.)c$ ]] && echo "${BASH_REMATCH[1]}"
echo "background:"; for i in 1 2 3; do (sleep 0.$i; echo $i) & done; wait; echo all
sleep 60 & p=$!; kill -TERM $p; wait $p; echo "status $?"
sleep 60 & p=$!; kill -STOP $p; kill -CONT $p; kill -KILL $p; wait $p 2>/dev/null; echo "status $?"
echo "traps:"; trap 'echo usr1' USR1; kill -USR1 $$; trap - USR1
(trap 'echo exit trap' EXIT; exit 4); echo $?
bash -c 'trap "" INT; kill -INT $$; echo lived'; bash -c 'kill -INT $$; echo lived'; echo $?
echo "jobs:"; set -m; sleep 60 & kill -STOP %1; sleep 0.2; jobs | sed 's/  */ /g'; kill -CONT %1; kill %1; wait %1 2>/dev/null; echo $?; set +m
echo "descriptors:"; exec 3>out; echo to 3 >&3; exec 3>&-; cat out; echo more >>out; wc -l <out
{ echo out; echo err >&2; } 2>&1 >/dev/null | cat; exec 4<>out; read -r -u 4 line; echo "$line"; exec 4>&-
echo "coprocess:"; coproc cat; echo through >&"${COPROC[1]}"; read -r x <&"${COPROC[0]}"; echo $x; kill $COPROC_PID; wait 2>/dev/null
echo "read:"; printf 'a b c\n' | { read -r x y; echo "$y"; }; read -r -t 0.1 x </dev/zero; echo $?
echo "limits:"; (ulimit -n 30; ulimit -n); (ulimit -v 1000000; ulimit -v); ulimit -s
echo "files:"; touch a1 a2 b1; echo a* ?1 [ab]2; shopt -s nullglob; echo none*; [[ a1 -nt nothing ]] && echo newer; umask 027; umask
mkfifo q; cat q & echo fifo >q; wait
echo "many:"; for i in $(seq 200); do /bin/true || echo failed; done; echo $?
echo "deep:"; f() { (( $1 == 0 )) || f $(( $1 - 1 )); }; f 500; echo $?
echo "subshells:"; x=$(for i in $(seq 50); do echo $i; done | while read -r n; do echo $((n * n)); done | tail -n 1); echo $x
time_format=$( { TIMEFORMAT=ok; time true; } 2>&1 ); echo $time_format
select_output=$(PS3= ; select w in p q; do echo $w; break; done <<<2 2>/dev/null); echo $select_output
echo "exec:"; (exec echo replaced; echo never); (exec -a name bash -c 'echo $0'); command nothing_at_all; echo $?
