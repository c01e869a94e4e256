# SPDX-License-Identifier: MIT
#
# toolchain.mk - which compiler builds for RISC-V.
#
# tools/probe.sh answers once; its answer is kept under build/.  Where there is
# no compiler yet the file stays absent, so that `make setup`, `make doctor`
# and `make help` work on a bare machine.

toolchain := $(if $(filter 1,$(LLVM)),llvm,$(TOOLPREFIX))
probed    := build/toolchain/$(or $(toolchain),default).mk

no_toolchain := help clean setup doctor qemu test docs docs-html setup-docs
ifneq ($(filter-out $(no_toolchain),$(or $(MAKECMDGOALS),all)),)
-include $(probed)
# An upgrade of the compiler takes its own headers elsewhere: ask again.
ifeq ($(MAKE_RESTARTS)$(wildcard $(RISCV_INCLUDE)/stddef.h),)
$(probed): FORCE
endif
endif

$(probed): tools/probe.sh
	@mkdir -p $(@D)
	@sh tools/probe.sh $(toolchain) >$@.new && mv $@.new $@ || { rm -f $@.new; exit 1; }

# Stands in front of everything that is compiled for RISC-V.
build/toolchain/ready:
	@echo "No RISC-V compiler was found.  Run: make setup   (then: make doctor)" >&2; exit 1

riscv_ready := $(if $(RISCV_CC),,build/toolchain/ready)

# Flags common to the kernel and to user programs.  The compiler's own headers
# are the only ones from outside the tree.
# Calling an undeclared function compiles in C17, but never does what was meant.
never_meant := -Werror=implicit-function-declaration -Werror=incompatible-pointer-types \
               -Werror=int-conversion
riscv_warn   := -Wall -Wextra -Wshadow $(never_meant) $(werror)
riscv_common := -std=gnu17 -O2 -g -ffreestanding -nostdinc -isystem $(RISCV_INCLUDE) \
                -fno-common -fno-omit-frame-pointer -mcmodel=medany $(RISCV_OPTIONAL) \
                $(riscv_warn) -MMD -MP
