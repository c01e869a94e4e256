# The same of a small shell, which uses vfork and the plain calls.
echo "pipe:"; seq 100 | sort -rn | head -n 1
x=$(echo a; echo b); echo "$x"
i=0; while [ $i -lt 100 ]; do i=$((i + 1)); /bin/true; done; echo $i
trap 'echo term' TERM; kill -TERM $$; trap - TERM
(sleep 0.1) & p=$!; wait $p; echo waited
sh -c 'exit 3' & wait $!; echo $?
sh -c 'kill -SEGV $$'; echo $?
cat <<X
here $x
X
f() { echo "in f $1"; return 2; }; f x; echo $?
set -- a b c; for v; do printf '%s ' "$v"; done; echo; shift 2; echo $1
case abc in a*c) echo match ;; esac
echo to file >f; echo more >>f; cat f; cat <f | wc -l; exec 5<f; read -r y <&5; echo $y; exec 5<&-
{ echo one; ls nothing; } >both 2>&1; wc -l <both
ln -s f l; [ -L l ] && [ -e l ] && echo link; [ -w f ] && [ ! -x f ] && echo rights
eval 'echo evaluated'; . ./f 2>/dev/null; echo $?
umask 022; umask -S; ulimit -c; times | wc -l
sleep 30 & kill $!; wait $!; echo $?
