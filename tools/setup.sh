#!/bin/sh
# SPDX-License-Identifier: MIT
#
# setup.sh [boot|test|all|docs] [--look] - make sure that what Pagoda needs is installed.
#
#   boot   to build and boot it        (make qemu)
#   test   also to run all tests       (make test)
#   all    also to debug it            (make setup)
#   docs   to make the handbook        (make setup-docs)
#
# Looks for the tools themselves, not for packages, so it is quick and silent
# when nothing is missing.  On Debian and Ubuntu it installs the rest with
# apt-get; elsewhere it says what to install, and stops with status 1.  With --look
# it installs nothing, and only says what is missing.
set -u

set_wanted=${1:-all}
case $set_wanted in
boot | test | all | docs) ;;
*) echo "usage: setup.sh [boot|test|all|docs] [--look]" >&2; exit 2 ;;
esac

have() { command -v "$1" >/dev/null 2>&1; }

# HEADER [LIBRARY...], found as the makefiles find it: pkg-config says where those libraries are.
have_header()
{
    header=$1; shift
    flags=
    [ $# = 0 ] || flags=$(pkg-config --cflags "$@" 2>/dev/null)
    # shellcheck disable=SC2086
    have gcc && echo "#include <$header>" | gcc $flags -E -o /dev/null -xc - >/dev/null 2>&1
}

# $1 is missing: remember the Debian packages that bring it.
missing=
packages=
lacks()
{
    missing="$missing${missing:+, }$1"
    packages="$packages $2"
}

look_for_boot_set()
{
    sh tools/probe.sh >/dev/null 2>&1 || lacks "a RISC-V compiler" gcc-riscv64-unknown-elf
    if ! have qemu-system-riscv64; then
        lacks qemu-system-riscv64 QEMU
    elif ! sh tools/firmware.sh >/dev/null; then
        lacks "QEMU's firmware (OpenSBI)" opensbi
    fi
    have gcc || lacks gcc gcc
    have python3 || lacks python3 python3
    have_header stdio.h || lacks "the C library's headers" libc6-dev
    have_header ext2fs/ext2fs.h ext2fs com_err || lacks libext2fs libext2fs-dev
    have_header et/com_err.h ext2fs com_err || lacks libcom_err comerr-dev
}

look_for_test_set()
{
    have_header criterion/criterion.h || lacks Criterion libcriterion-dev
    if ! PATH="$PATH:/sbin:/usr/sbin" have e2fsck || ! PATH="$PATH:/sbin:/usr/sbin" have debugfs; then
        lacks e2fsprogs e2fsprogs
    fi
    sh tools/probe.sh llvm >/dev/null 2>&1 || lacks "clang and lld" "clang lld llvm"
    # Without these, tests are skipped.  Elsewhere the one may come without a C library, the other
    # not at all.
    have apt-get || return
    PATH="$PATH:/sbin:/usr/sbin" have mkswap || lacks mkswap util-linux
    have riscv64-linux-gnu-gcc || lacks riscv64-linux-gnu-gcc \
        "gcc-riscv64-linux-gnu libc6-dev-riscv64-cross"
}

# Most systems' own gdb knows only the processor that it runs on.
gdb_knows_riscv()
{
    have gdb && gdb -nx -batch -ex 'python gdb.execute("set architecture riscv:rv64"); print("it does")' \
        2>/dev/null | grep -q '^it does$'
}

look_for_debug_set()
{
    have gdb-multiarch || have riscv64-elf-gdb || have riscv64-unknown-elf-gdb || gdb_knows_riscv ||
        lacks "a RISC-V debugger" gdb-multiarch
}

# Sphinx brings the Python that counts: its first line names it.
have_module()
{
    have sphinx-build && $(sed -n '1s/^#! *//p' "$(command -v sphinx-build)") -c "import $1" >/dev/null 2>&1
}

have_tex() { have kpsewhich && kpsewhich "$1" >/dev/null; }

look_for_docs_set()
{
    have sphinx-build || lacks Sphinx python3-sphinx
    have_module myst_parser || lacks "the MyST parser" python3-myst-parser
    have_module furo || lacks "the theme furo" furo
    have rsvg-convert || lacks rsvg-convert librsvg2-bin
    have latexmk || lacks latexmk latexmk
    have xelatex || lacks XeLaTeX texlive-xetex
    have_tex tabulary.sty || lacks "LaTeX's extra packages" texlive-latex-extra
    have_tex pzdr.tfm || lacks "the usual TeX fonts" texlive-fonts-recommended
    { have fc-list && fc-list | grep -q 'DejaVuSerif\.' && fc-list | grep -q 'DejaVuSansMono-Oblique\.'; } ||
        lacks "the DejaVu fonts" "fontconfig fonts-dejavu-core fonts-dejavu-extra"
}

look()
{
    missing= packages=
    if [ "$set_wanted" = docs ]; then
        look_for_docs_set
        return
    fi
    look_for_boot_set
    [ "$set_wanted" = boot ] && return
    look_for_test_set
    [ "$set_wanted" = test ] && return
    look_for_debug_set
}

as_root()
{
    if [ "$(id -u)" = 0 ]; then
        DEBIAN_FRONTEND=noninteractive "$@"
    elif have sudo; then
        sudo DEBIAN_FRONTEND=noninteractive "$@"
    else
        echo "setup: not root and no sudo here.  As root, run: $*" >&2
        exit 1
    fi
}

# Since Debian 13 and Ubuntu 25, RISC-V has a QEMU package of its own.
name_qemu_package()
{
    qemu=qemu-system-misc
    apt-cache show qemu-system-riscv >/dev/null 2>&1 && qemu=qemu-system-riscv
    packages=$(echo "$packages" | sed "s/QEMU/$qemu/")
}

install_with_apt()
{
    echo "setup: missing: $missing"
    as_root apt-get update -q || echo "setup: apt-get update failed; trying with the lists at hand" >&2
    name_qemu_package
    echo "setup: installing:$packages"
    # shellcheck disable=SC2086
    as_root apt-get install -y -q --no-install-recommends $packages </dev/null || {
        echo "setup: apt-get failed.  Missing: $missing.  Packages:$packages" >&2
        exit 1
    }
    hash -r 2>/dev/null || true
    look
    [ -z "$missing" ] && return
    # QEMU may have come without its firmware, which shows only now.
    if [ "$packages" = " opensbi" ]; then
        as_root apt-get install -y -q --no-install-recommends opensbi </dev/null && look
    fi
    [ -z "$missing" ] && return
    echo "setup: still missing after installing: $missing.  Try: make doctor" >&2
    exit 1
}

advise()
{
    echo "setup: missing: $missing" >&2
    echo "setup: please install them (no apt-get here):" >&2
    case $(uname -s) in
    Darwin)
        boot="riscv64-elf-gcc qemu e2fsprogs pkg-config python"
        test="criterion llvm lld" debug=riscv64-elf-gdb how="brew install"
        note="e2fsprogs is keg-only: export PKG_CONFIG_PATH=\$(brew --prefix e2fsprogs)/lib/pkgconfig"
        ;;
    *)
        case $(. /etc/os-release 2>/dev/null; echo " ${ID:-} ${ID_LIKE:-} ") in
        *" fedora "* | *" rhel "*)
            boot="gcc make gcc-riscv64-linux-gnu qemu-system-riscv e2fsprogs-devel libcom_err-devel python3"
            test="e2fsprogs util-linux clang lld llvm" debug=gdb how="sudo dnf install"
            note="Criterion is not packaged: build it from https://github.com/Snaipe/Criterion"
            ;;
        *" arch "*)
            boot="gcc make riscv64-elf-gcc qemu-system-riscv e2fsprogs python"
            test="criterion util-linux clang lld llvm riscv64-linux-gnu-gcc"
            debug=riscv64-elf-gdb how="sudo pacman -S --needed" note=
            ;;
        *)
            boot="a RISC-V gcc (or clang with lld), QEMU 6.2 or later for RISC-V with OpenSBI, gcc, make, python3, libext2fs and libcom_err with headers"
            test="Criterion, e2fsprogs, clang, lld; for all tests also mkswap and riscv64-linux-gnu-gcc with its C library"
            debug="a GDB that knows RISC-V and Python"
            how= note=
            ;;
        esac ;;
    esac
    echo "  to boot:  $how $boot" >&2
    echo "  to test:  $how $test" >&2
    echo "  to debug: $how $debug" >&2
    [ -n "$note" ] && echo "  $note" >&2
    exit 1
}

# What is missing, and the names that Debian's packages have; most systems have similar ones.
show_missing()
{
    again=setup
    [ "$set_wanted" = docs ] && again=setup-docs
    have apt-cache && name_qemu_package
    echo "setup: missing: $missing" >&2
    echo "setup: make $again installs them on Debian and Ubuntu, as these packages:$packages" >&2
    exit 1
}

look
[ -z "$missing" ] && exit 0
[ "${2:-}" = --look ] && show_missing
if ! have apt-get; then
    [ "$set_wanted" = docs ] && show_missing
    advise
fi
install_with_apt
