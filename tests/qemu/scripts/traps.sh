# trap, and signals to the shell.
trap 'echo exit trap' EXIT
(trap 'echo sub exit' EXIT; echo in sub)
(echo no trap in sub)
sh -c 'trap "echo bye \$?" EXIT; exit 3'; echo $?
sh -c 'trap "echo bye" 0; false'; echo $?
sh -c 'trap "exit 9" EXIT; exit 3'; echo $?
sh -c 'trap "2>&1 echo an action with a digit" EXIT; trap "1" HUP; trap "0x echo no" INT; trap "" QUIT; trap 1 2 3; trap'
trap 'echo usr1' USR1; kill -USR1 $$; echo after
trap 'echo again' USR1; kill -s USR1 $$
trap '' USR1; kill -USR1 $$; echo ignored
trap - USR1; sh -c 'kill -USR1 $$'; echo $? | grep -q '1[0-9][0-9]' && echo killed
trap 'echo term; exit 5' TERM
(trap - TERM; kill -TERM $(sh -c 'echo $PPID'); sleep 1; echo no) 2>/dev/null
echo $? | grep -c 143
sh -c 'trap "echo got; exit 4" TERM; kill $$; sleep 1; echo no'; echo $?
sh -c 'trap "echo int" INT; kill -INT $$; echo on'; echo $?
trap 'x=1' HUP; kill -HUP $$; echo x=$x
trap | grep -c HUP
trap - HUP TERM
f() { trap 'echo from function' USR2; }; f; kill -USR2 $$; trap - USR2
sh -c 'trap "" TERM; sh -c "kill \$\$; echo still here"'
sh -c 'trap "echo parent" TERM; sh -c "kill \$\$; echo no"; echo $?' 2>/dev/null
sh -c 'trap "echo woke" USR1; (sleep 1; kill -USR1 $$; sleep 1) & wait $!; echo status $?; wait'
sh -c 'trap "echo late" USR1; (kill -USR1 $$) ; echo after child'
sh -c 'trap "" CHLD; /bin/true; echo $?; x=$(/bin/true); echo $?'
sh -c 'trap "" CHLD; exec sh -c "/bin/true && echo yes"'
sh -c 'trap "" CHLD; sleep 0.1 & wait; echo waited'
sh -c 'trap "" CHLD; exec sh -c "/bin/true & sleep 0.1; wait; echo waited"'
false; trap 'echo "status $?"' USR1; (exit 3); kill -USR1 $$; echo $?; trap - USR1
sh -c 'trap "echo one" EXIT; trap "echo two" EXIT'
sh -c 'trap "echo x" EXIT; exec true'
sh -c 'trap "echo last" EXIT; /bin/true'
sh -ic 'sh -c "kill \$\$; echo ignored"' 2>/dev/null </dev/null; echo $?
sh -ic '(sh -c "kill \$\$; echo ignored")' 2>/dev/null </dev/null; echo $?
while :; do trap 'echo in loop' USR1; kill -USR1 $$; break; done
trap 1 2>/dev/null; echo bye
trap 'echo final $?' EXIT
(exit 6)
exit 0
