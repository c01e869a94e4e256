# Programs beside the shell: what they must not do, and say.
t=${TMPDIR:-/tmp}/utilities.$$
mkdir "$t" && cd "$t" || exit 1

echo data > f
ln -s f l
ln -sf "$t/f" . 2>/dev/null; echo "a link to itself: $? $(cat f)"
cp -a l f 2>/dev/null; echo "a copy of its link: $? $(cat f)"
mkdir d
ln -sn f d; test -L d/f; echo "in a directory: $?"
ln -s d to_d
ln -sfn f to_d; echo "in its place: $? $(cat to_d)"

rm -xf f 2>/dev/null; echo "no such option: $? $(cat f)"
touch -d @99999999999999999 f; ls -l f > listing; echo "a late year: $?"
stat f > listing; echo "and its figures: $?"
date -d @99999999999999999 2>/dev/null; echo "no such date: $?"
for t in 2024-02-30 2024-13-01 '2024-01-01 24:61'; do
    touch -d "$t" f 2>/dev/null; echo "no such time: $?"
done
touch -d '2024-02-29 23:59' f; echo "a time: $?"

echo a:b | cut -d '' -f1 2>/dev/null; echo "no delimiter: $?"
echo a:b | cut -d :: -f1 2>/dev/null; echo "two delimiters: $?"
echo a | xargs -I '' echo x 2>/dev/null; echo "no placeholder: $?"
printf '1\n2\n' | xargs -n1 sh -c 'echo ran; exit 130'; echo "failed twice: $?"
printf '1\n2\n' | xargs -n1 sh -c 'echo ran; exit 127'; echo "not found: $?"

md5sum f > sums; md5sum -c sums; echo "right: $?"
tr a-f A-F < sums | { read sum name; echo "$sum  f"; } > upper; md5sum -c upper; echo "in capitals: $?"
md5sum -c /dev/null 2>/dev/null; echo "no sums: $?"
md5sum -c d 2>/dev/null; echo "a directory: $?"

kill -0 4294967297 2>/dev/null; echo "no such process: $?"
/bin/kill -0 4294967297 2>/dev/null; echo "nor here: $?"
/bin/kill -65 $$ 2>/dev/null; echo "no such signal: $?"

printf 'a b\nab\n' | grep -E '^a\sb$'
printf 'a b\nab\n' | grep '^a\Sb$'; echo "no such line: $?"

printf '(a)\nx(a)\n(a)x\nb\nab\n+b\n\n' > words
grep -nw '(a)' words; grep -nw -e '+b' -e 'b+' words; grep -cw '' words; grep -nwE 'b|ab' words

echo 'main() {' | grep -Ec 'main\(\) {'; echo 'x{1,2' | grep -E 'x{1,2'; echo xx,} | grep -E '^x{,},}$'
echo f | grep -E 'f {}' 2>/dev/null; echo "a bound of nothing: $?"

echo a | tail -f; seq 3 | tail -n 1000000000000; seq 3 | head -n -1000000000000; seq 40 | tail -n 33 | head -n -32
printf abc | tail -c 1000000000000; printf 'a\0b\nc\n' | head -n -1 | wc -c
seq 9999 | tail -c 999 | head -c 5; echo
dd if=f of=g bs=1k seek=18014398509481984 2>/dev/null; echo "too far: $?"
dd if=f bs=1k skip=9007199254740992 2>/dev/null; echo "and there: $?"

seq 20 > twenty; echo $(head -n 010 twenty | tail -n 03)
head -c 08 twenty | wc -c; tail -c 010 twenty | wc -c; dd if=twenty bs=08 count=01 2>/dev/null | wc -c
head -n 0x10 twenty 2>/dev/null; echo "no decimal number: $?"

printf '[%5b|%-5b|%.2b|%b]\n' 'a\tb' 'c\x41' 'x\0101y' '\0'z | tr '\0' 0
printf '%*b|%-*b|%4b' 4 a 4 b 'c\cd' e; echo

echo abcdefghij | tr a-j '[x*3][y*02]z'; echo abcdefghij | tr a-j 'A[-*]YZ'; echo abc | tr abc 'XY[-*]Z'
echo 'two words, and one' | tr -cs a-z '[\n*]'; echo abcdefghij | tr a-j '[x*010]yz'
echo abc | tr abc '[x*][y*]' 2>/dev/null; echo "two of them: $?"; echo abc | tr abc '[x*08]' 2>/dev/null; echo "no octal number: $?"

printf 'z    bb\ny aa\n' | sort -b -k 2.1,2.2

mkdir m folder; mount -t tmpfs none m; mkdir m/file; echo kept > m/folder; echo kept > file
mv folder m 2>/dev/null; echo "a folder in a file's place: $? $(cat m/folder)"
mv file m 2>/dev/null; echo "a file in a folder's place: $? $(cat file)"; test -d m/file; echo "which is there: $?"
ln -f file m/folder 2>/dev/null; echo "a link from disk to disk: $? $(cat m/folder)"
ln -f folder file 2>/dev/null; echo "a link to a folder: $? $(cat file)"
umount m

cd /; rm -r "$t"
