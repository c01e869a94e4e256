# Here-documents: quoting, tabs, several at once, large ones.
x=value
cat <<END
plain $x ${x} $(echo command) `echo back` $((1+2))
"quotes" 'kept' \$x \\ \a \`
line \
continued
END
cat <<'END'
literal $x $(echo) \$x \
END
cat <<"END"
also $x
END
cat <<\END
and $x
END
cat <<-END
	tabs
		stripped $x
	END
cat <<-'END'
	literal $x
	END
cat <<A; cat <<B
first
A
second
B
cat <<A - <<B
unused
A
last wins
B
while read a b; do echo "$b $a"; done <<E
1 one
2 two
E
cat <<E | tr a-z A-Z
piped
E
if true; then
    cat <<E
in if
E
fi
f() { cat <<E
in function $1
E
}
f arg; f other
echo "$(cat <<E
in substitution
E
)"
cat <<E
E
cat <<E

blank lines

E
for i in 1 2; do cat <<E; done
round $i
E
cat <<E
${x:-none} ${nope:-default "quoted"} ${x#va}
E
cat <<'a b'
spaces
a b
cat <<E
a'b"c
END not yet
 E
E
(cat <<E) | cat
sub
E
cat <<E && echo after
and
E
i=0
big=
while [ $i -lt 300 ]; do big="$big$i 0123456789012345678901234567890123456789
"; i=$((i+1)); done
cat <<E | wc -c | tr -d ' '
$big
E
cat <<E | tail -n 1
$big last
E
eval 'cat <<E
evaluated $x
E'
cat <<E
\\$x \$$x $
E
