#!/bin/sh
# SPDX-License-Identifier: MIT
#
# probe.sh - find a RISC-V compiler and the flags it understands.
#
# Prints make variables.  Known GNU prefixes are tried first, then clang with
# ld.lld.  Every flag is tried on a real translation unit: versions are never
# asked, because distributions patch and backport.
#
#   probe.sh [PREFIX]      use PREFIXgcc only       (make TOOLPREFIX=...)
#   probe.sh llvm          use clang and ld.lld     (make LLVM=1)
set -u

prefixes="riscv64-unknown-elf- riscv64-elf- riscv64-none-elf- riscv64-linux-gnu-"
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT

cat >"$scratch/csr.S" <<'ASM'
    csrr a0, sstatus
    fence.i
ASM
echo 'int probe(int x) { return x + 1; }' >"$scratch/probe.c"

have() { command -v "$1" >/dev/null 2>&1; }

# Does the compiler take these flags without an error or a warning?
takes() { $cc -Werror "$@" -c "$scratch/probe.c" -o "$scratch/probe.o" >/dev/null 2>&1; }
takes_asm() { $cc "$@" -c "$scratch/csr.S" -o "$scratch/csr.o" >/dev/null 2>&1; }

# Print the first of several spellings of a flag set that works.
first_of()
{
    for flags in "$@"; do
        # shellcheck disable=SC2086
        if takes $flags && takes_asm $flags; then
            echo "$flags"
            return
        fi
    done
}

optional()
{
    for flag in "$@"; do
        takes "$flag" && printf ' %s' "$flag"
    done
}

llvm_tool()
{
    have "$1" && { echo "$1"; return; }
    for dir in $(echo "$PATH" | tr ':' ' '); do
        for tool in "$dir/$1"-[0-9]*; do
            [ -x "$tool" ] && { echo "$tool"; return; }
        done
    done
    echo "$1"
}

# Clang comes without what makes and reads archives and symbol tables.
have_all() { have "$ld" && have "$ar" && have "$nm" && have "$objcopy"; }

use_gcc()
{
    cc="${1}gcc"
    have "$cc" && takes || return 1
    kind=gcc ld="${1}ld" ar="${1}ar" nm="${1}nm" objcopy="${1}objcopy"
    have_all || return 1
    include=$($cc -print-file-name=include)
}

use_clang()
{
    clang=$(llvm_tool clang)
    cc="$clang --target=riscv64-unknown-elf -mno-relax"
    have "$clang" && takes || return 1
    kind=clang ld=$(llvm_tool ld.lld) ar=$(llvm_tool llvm-ar) nm=$(llvm_tool llvm-nm)
    objcopy=$(llvm_tool llvm-objcopy)
    have_all || return 1
    include=$($clang -print-resource-dir)/include
}

choose()
{
    case "${1:-}" in
    llvm) use_clang; return ;;
    ?*) use_gcc "$1"; return ;;
    esac
    for prefix in $prefixes; do
        use_gcc "$prefix" && return
    done
    use_clang
}

if ! choose "${1:-}"; then
    echo "probe.sh: no RISC-V compiler found${1:+ for '$1'} (tried: ${1:-$prefixes clang})" >&2
    exit 1
fi

kernel_arch=$(first_of "-march=rv64imac_zicsr_zifencei -mabi=lp64" "-march=rv64imac -mabi=lp64")
asm_arch=$(first_of "-march=rv64gc -mabi=lp64" "-march=rv64gc_zicsr_zifencei -mabi=lp64")
user_arch=$(first_of "-march=rv64gc -mabi=lp64d")
for found in "$kernel_arch" "$asm_arch" "$user_arch"; do
    [ -n "$found" ] && continue
    echo "probe.sh: $cc cannot produce 64-bit RISC-V code" >&2
    exit 1
done

cat <<VARS
RISCV_KIND := $kind
RISCV_CC := $cc
RISCV_LD := $ld
RISCV_AR := $ar
RISCV_NM := $nm
RISCV_OBJCOPY := $objcopy
RISCV_INCLUDE := $include
RISCV_KERNEL_ARCH := $kernel_arch
RISCV_ASM_ARCH := $asm_arch
RISCV_USER_ARCH := $user_arch
RISCV_OPTIONAL :=$(optional -fno-pie -fno-stack-protector -fno-asynchronous-unwind-tables)
RISCV_NO_LOOP_IDIOM :=$(optional -fno-tree-loop-distribute-patterns)
VARS
