#!/bin/sh
# SPDX-License-Identifier: MIT
#
# link_kernel.sh OUTPUT LINKER-ARGUMENTS... - link the kernel around a table of
# its own symbols (see tools/ksyms.py).
#
# Links until the table describes the very kernel that contains it.
set -eu

output=$1
shift
work=${output%.elf}.ksyms
mkdir -p "$work"

assemble_table() { ${RISCV_CC} -c "$work/table.S" -o "$work/table.o"; }
link()           { ${RISCV_LD} "$@" "$work/table.o" -o "$work/linked.elf"; }
list_names()     { ${RISCV_NM} -n "$work/linked.elf" >"$work/names"; }
describe()       { list_names && ${PYTHON} tools/ksyms.py <"$work/names" >"$1"; }

${PYTHON} tools/ksyms.py </dev/null >"$work/table.S"
for _ in 1 2 3 4; do
    assemble_table
    link "$@"
    describe "$work/next.S"
    if cmp -s "$work/table.S" "$work/next.S"; then
        mv "$work/linked.elf" "$output"
        exit 0
    fi
    mv "$work/next.S" "$work/table.S"
done
echo "link_kernel.sh: functions move each time the symbol table grows;" \
     "is .ksyms placed after .text in kernel.ld?" >&2
exit 1
