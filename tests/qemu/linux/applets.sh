# SPDX-License-Identifier: MIT
#
# applets.sh - what busybox's applets print must not depend on the kernel.
#
#     sh applets.sh DIRECTORY [BUSYBOX...]
#
# Runs the applets in an empty DIRECTORY; without BUSYBOX the tools of the system.
cd "$1" || exit 1
shift

$@ echo one  two "three  four"
$@ printf '%s %d\n' number 42
$@ mkdir -p d/sub
printf 'pear\napple\nfig\nbanana\napple\n' >fruit
$@ touch -d '2020-01-02 03:04:05' fruit d/sub d
$@ chmod 644 fruit
$@ chmod 755 d d/sub
$@ ln -s fruit link
$@ ls d
$@ ls -ld fruit d | $@ tr -s ' ' | $@ cut -d ' ' -f 1-4,6-
$@ ls -l fruit | $@ tr -s ' '
$@ cat fruit link | $@ sort | $@ wc | $@ tr -s " "
$@ sort -u fruit
$@ grep -n an fruit
$@ grep -c '^a' fruit
$@ grep nothing fruit || echo "grep: $?"
$@ md5sum fruit
$@ seq 1 2000 >numbers
$@ md5sum numbers | $@ cut -c 1-32
$@ sort -r numbers | $@ head -n 3
$@ tail -n 2 numbers
$@ cat numbers | $@ grep 7 | $@ sort -n | $@ wc -l
$@ sh -c 'cat fruit | sort | uniq | wc -l; echo status $?'
$@ sh -c 'for i in 1 2 3; do echo $i; done | while read x; do echo "[$x]"; done'
$@ sh -c 'x=$(echo a b c | wc -w); echo $((x * 7)); false; echo $?'
$@ sh -c 'echo to a file >out && cat <out; rm out; test -e out; echo $?'
$@ sed 's/a/A/g' fruit
$@ awk '{ n += length($1) } END { print n, NR }' fruit
$@ find . -type f | $@ sort
$@ cp fruit copy && $@ cmp fruit copy && echo same
$@ mv copy d/ && $@ rm d/copy && $@ rm -r d fruit link numbers && $@ ls
