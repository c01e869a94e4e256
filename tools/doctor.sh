#!/bin/sh
# SPDX-License-Identifier: MIT
#
# doctor.sh - is this machine fit to build, run and test Pagoda?
#
# One line per check; a fault says what to do about it.  Status 1 if anything
# that `make qemu` or `make test` requires is missing.
set -u
PATH="$PATH:/sbin:/usr/sbin"
faults=0

have() { command -v "$1" >/dev/null 2>&1; }
good() { printf '  ok      %-18s %s\n' "$1" "$2"; }
hint() { printf '  note    %-18s %s\n' "$1" "$2"; }
fault()
{
    printf '  FAULT   %-18s %s\n' "$1" "$2"
    printf '          %-18s -> %s\n' "" "$3"
    faults=$((faults + 1))
}

# at_least HAVE WANT: compare versions number by number.
at_least()
{
    echo "$1 $2" | awk '{ n = split($2, want, "."); split($1, is, ".")
        for (i = 1; i <= n; i++) if (is[i] + 0 != want[i] + 0) exit !(is[i] + 0 > want[i] + 0) }'
}

version_in() { sed -n 's/^[^0-9]*\([0-9][0-9.]*\).*/\1/p' | head -n 1; }

compiles()      # HEADER LIBRARIES...
{
    header=$1; shift
    flags=$(pkg-config --cflags --libs-only-L ext2fs com_err 2>/dev/null)
    # shellcheck disable=SC2086
    printf '#include <%s>\nint main(void) { return 0; }\n' "$header" |
        ${HOSTCC:-gcc} -xc - -o /dev/null $flags "$@" >/dev/null 2>&1
}

check_compiler()
{
    if found=$(sh tools/probe.sh 2>/dev/null); then
        good compiler "$(echo "$found" | sed -n 's/^RISCV_CC := //p')"
    else
        fault compiler "no RISC-V gcc or clang with lld" "make setup, or TOOLPREFIX=your-prefix-"
    fi
    if have "${HOSTCC:-gcc}"; then
        good "host compiler" "$("${HOSTCC:-gcc}" --version | head -n 1)"
    else
        fault "host compiler" "no ${HOSTCC:-gcc}" "install gcc, or set HOSTCC="
    fi
    if sh tools/probe.sh llvm >/dev/null 2>&1; then
        good clang "with lld (second opinion in make lint)"
    else
        fault clang "no clang with lld" "make setup; make lint and make test need it"
    fi
    if echo 'int LLVMFuzzerTestOneInput(void); int LLVMFuzzerTestOneInput(void) { return 0; }' |
        "${FUZZCC:-clang}" -fsanitize=fuzzer,address -xc - -o /dev/null >/dev/null 2>&1; then
        good libFuzzer "found (make fuzz-host)"
    else
        hint libFuzzer "${FUZZCC:-clang} has none: make fuzz-host will not work (Debian: libclang-rt-dev)"
    fi
    if have riscv64-linux-gnu-gcc; then
        good "Linux compiler" "riscv64-linux-gnu-gcc"
    else
        hint "Linux compiler" "no riscv64-linux-gnu-gcc: the glibc tests are skipped"
    fi
}

check_qemu()
{
    if ! have qemu-system-riscv64; then
        fault QEMU "no qemu-system-riscv64" "make setup"
        return
    fi
    version=$(qemu-system-riscv64 --version | version_in)
    if at_least "$version" 6.2; then
        good QEMU "$version"
    else
        fault QEMU "$version is older than 6.2" "upgrade QEMU; Ubuntu 22.04 and Debian 12 have what is needed"
    fi
    at_least "$version" 7.2 || hint QEMU "7.2 or later is recommended"
    if bios=$(sh tools/firmware.sh); then
        good firmware "-bios $bios"
    else
        fault firmware "QEMU finds no OpenSBI" "install the package opensbi, or set QEMU_BIOS=fw_dynamic.bin"
    fi
}

check_python()
{
    if ! have python3; then
        fault Python "no python3" "make setup"
        return
    fi
    version=$(python3 -c 'import platform; print(platform.python_version())')
    if at_least "$version" 3.8; then
        good Python "$version"
    else
        fault Python "$version is older than 3.8" "install a newer python3, or set PYTHON="
    fi
}

check_libraries()
{
    if compiles ext2fs/ext2fs.h -lext2fs -lcom_err; then
        good libext2fs "found"
    else
        fault libext2fs "headers or library missing" "make setup (Debian: libext2fs-dev comerr-dev)"
    fi
    if have e2fsck && have debugfs && have mke2fs; then
        good e2fsprogs "found"
    else
        fault e2fsprogs "no e2fsck, debugfs or mke2fs" "make setup (Debian: e2fsprogs)"
    fi
    if have mkswap; then
        good mkswap "found"
    else
        hint mkswap "missing: tests of swapping are skipped (Debian: util-linux)"
    fi
    if compiles criterion/criterion.h -lcriterion; then
        good Criterion "found"
    else
        fault Criterion "headers or library missing" "make setup (Debian: libcriterion-dev), or build it from https://github.com/Snaipe/Criterion"
    fi
}

check_debugger()
{
    # gdb would go on with the next -ex after one that failed.
    for gdb in gdb-multiarch riscv64-unknown-elf-gdb riscv64-elf-gdb gdb; do
        have $gdb || continue
        if $gdb -nx -batch -ex 'python gdb.execute("set architecture riscv:rv64"); print(1)' 2>/dev/null |
            grep -q '^1$'; then
            good debugger "$gdb"
            return
        fi
    done
    hint debugger "no GDB with RISC-V and Python: make gdb will not work (Debian: gdb-multiarch)"
}

echo "Pagoda's doctor:"
check_compiler
check_qemu
check_python
check_libraries
check_debugger
if [ $faults != 0 ]; then
    echo "$faults fault(s)."
    exit 1
fi
echo "All is well."
