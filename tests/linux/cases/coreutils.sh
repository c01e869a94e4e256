# GNU's tools, which use newer calls than busybox: statx, copy_file_range, openat2 ...
PATH=/usr/bin:/usr/sbin
seq 100000 >n; wc n; sort -R n | sort -n | cmp - n && echo sorted; sort --parallel=2 -S 1M n | md5sum
cp n m; cmp n m; cp --reflink=auto --sparse=always n s; cmp n s; cp -al n hard; stat -c '%h' n; cp -r /etc etc; diff -r /etc etc && echo copied
mkdir -p d/e; mv -n n d; mv d/n .; ls -lR --time-style=+ d | awk '{ print $1 }'; install -m 640 n i; stat -c '%A %a %s' i
ls -l --time-style=full-iso -d /usr/bin | awk '{ print $1, $2 }'; ls --color=always -d d | od -c | head -n 2; ls -1 --group-directories-first
touch -d 2001-02-03T04:05:06.789 t; stat -c '%y %X' t; date -r t +%s.%N; touch -r t u; [ t -ot n ] && echo older
dd if=/dev/zero of=z bs=64K count=16 conv=fsync status=none; stat -c %s z; truncate -s 10M z; stat -c '%s' z; du --apparent-size -k z
fallocate -l 1M fa 2>/dev/null; split -n 3 m p; cat pa? | cmp - m && echo joined
head -c 1M /dev/urandom >r; md5sum r >sum; md5sum -c sum; sha256sum r >sum; sha256sum -c sum; b2sum m; cksum m; base64 r | base64 -d | cmp - r && echo base64
tail -n 3 m; tail -c +588890 m; tac m | head -n 2; nl m | tail -n 1; od -An -tx4 -N 16 m; fmt -w 30 /etc/group; pr -l 5 -t /etc/passwd
paste -d+ m m | head -n 2; join m m | tail -n 1; comm -12 m m | wc -l; uniq -c /etc/group; tr 0-9 a-j <m | tail -n 1; cut -c1 m | sort | uniq -c
csplit -s m 100 200; wc -l xx*; numfmt --to=iec 1048576; factor 1234567890123; expr 2 '*' 21; printf '%q\n' 'a b'; seq -s, 5; shuf -e x | cat
timeout 0.2 sleep 5; echo $?; timeout -k 1 --preserve-status 2 sh -c 'trap "" TERM; sleep 30'; echo $?; nice -n 3 nice; env -i /usr/bin/env; nohup echo hi
tee a b <t >/dev/null; ls -i a >/dev/null; echo $?; ln -f a c; ln -sr d/e sym; readlink sym; realpath --relative-to=d sym; pathchk 'a/b'; mktemp -u --suffix=.x abcXXX | wc -c
chmod -R u=rwX,go= d; stat -c %A d d/e; chmod 4755 a; stat -c %A a; chown 1:2 a; stat -c '%u:%g %A' a; rm -rfv d | sort; rmdir --ignore-fail-on-non-empty etc; rm -r etc
test -t 0; echo $?; test -S /dev/null; echo $?; [ 3 -ne 4 ]; echo $?; id -un; who; users; groups; logname 2>&1; hostid >/dev/null; echo $?; nproc --all >/dev/null; echo $?
df --output=fstype /tmp /dev/shm; stat -f -c %T /tmp; sync t; sync -f .; mkfifo f; (cat f &) ; echo fifo >f; sleep 0.1
find . -maxdepth 1 -newermt 2020-01-01 -type f | sort | head -n 3; find /etc -name 'pass*' -printf '%f %s %m\n'; find . -size +1M | sort; find . -type f -print0 | xargs -0 -P 2 -n 4 true; echo $?
grep -rn root /etc/passwd; grep -c '' m; grep -E '^9+$' m; grep -P '^(\d)\1{4}$' m; sed -n '$=' m; sed -i.bak 1d m; wc -l m m.bak; sed -E 's/(.)(.)/\2\1/;3q' m
gawk '{ s += $1 } END { printf "%d %s\n", s, strftime("%F", 0, 1) }' m; gawk 'BEGIN { "echo cmd" | getline x; print x; print "sorted" | "sort"; close("sort"); printf "" > "/dev/stderr"; exit 3 }'; echo $?
diff -u /etc/passwd /etc/group | tail -n +3; cmp m m.bak; diff3 m m m | wc -l; sdiff -s /etc/group /etc/group
