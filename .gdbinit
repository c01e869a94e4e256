# Debug the kernel that `make qemu-gdb` started: run `make gdb`, which reads
# this file wherever GDB's auto-load rules would refuse it.
set confirm off
set pagination off
set architecture riscv:rv64
set riscv use-compressed-breakpoints yes
set print pretty on
source tools/gdb/pagoda.py
target remote build/gdb.sock
