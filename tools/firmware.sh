#!/bin/sh
# SPDX-License-Identifier: MIT
#
# firmware.sh [QEMU] - print what to pass to QEMU's -bios.
#
# "default" wherever QEMU brings OpenSBI along; some distributions package the
# image separately, or not at all (status 1 then).
qemu=${1:-qemu-system-riscv64}

# QEMU looks for its firmware first of all: a missing one ends it at once.
starts_with()
{
    echo quit | "$qemu" -machine virt -bios "$1" -display none -serial none -S \
        -monitor stdio >/dev/null 2>&1
}

for bios in default /usr/lib/riscv64-linux-gnu/opensbi/generic/fw_dynamic.bin \
            /usr/share/opensbi/lp64/generic/firmware/fw_dynamic.bin \
            /usr/share/qemu/opensbi-riscv64-generic-fw_dynamic.bin; do
    if [ "$bios" = default ] || [ -r "$bios" ]; then
        starts_with "$bios" && { echo "$bios"; exit 0; }
    fi
done
echo default
exit 1
