# A tree to tar, through gzip, and back.
cp -a /usr/lib/python3.13/email tree; ln -s email tree/link; ln tree/header.py tree/hard 2>/dev/null; mkfifo tree/fifo; mkdir tree/empty; chmod 750 tree/empty
find tree | wc -l; (cd tree; find . -type f | sort | xargs md5sum | md5sum)
tar cf - tree | tar tf - | sort | md5sum
tar czf t.tgz tree; mkdir out; tar xzpf t.tgz -C out; diff -r --no-dereference tree out/tree 2>&1 | grep -v fifo; stat -c '%A %F' out/tree/empty out/tree/fifo; readlink out/tree/link
tar cf s.tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner tree; md5sum s.tar; tar --delete -f s.tar tree/fifo; tar tf s.tar | wc -l
seq 200000 >n; gzip -9k n; gzip -l n.gz; gzip -t n.gz; echo $?; gunzip -c n.gz | cmp - n && echo same; zgrep -c 99 n.gz; tar cf n.tar n.gz; tar xOf n.tar n.gz | zcat | tail -n 1
truncate -s 5M hole; echo end >>hole; tar cSf h.tar hole; [ $(stat -c %s h.tar) -lt 100000 ] && echo sparse; tar xf h.tar -O | tail -c 4
find tree -name '*.py' | tar czf l.tgz -T -; tar tzf l.tgz | wc -l; tar cf - -C tree --exclude='*.py' . | tar tf - | sort
marks() { python3 -c 'import os, sys
for p in sys.argv[1:]: print(p, sorted((n, os.getxattr(p, n, follow_symlinks=False)) for n in os.listxattr(p, follow_symlinks=False)))' "$@"; }
mkdir mark; echo text >mark/f; ln -s f mark/l; python3 -c 'import os; os.setxattr("mark", "user.dir", b"1"); os.setxattr("mark/f", "user.f", b"f" * 200); os.setxattr("mark/f", "security.s", b""); os.setxattr("mark/l", "trusted.l", b"l", follow_symlinks=False)'
cp -a mark copy; cp mark/f plain; tar --xattrs --xattrs-include='*' -cf m.tar mark; mkdir back; tar --xattrs --xattrs-include='*' -xf m.tar -C back; marks mark/f copy copy/f copy/l plain back/mark back/mark/f back/mark/l
