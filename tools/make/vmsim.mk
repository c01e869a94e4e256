# SPDX-License-Identifier: MIT
#
# vmsim.mk - the simulator of page replacement, a program of the host: the kernel's own
# policies, and tools/vmsim.

vmsim_src := $(sort $(wildcard tools/vmsim/*.c kernel/mm/policy*.c)) lib/string.c lib/strutil.c
vmsim_obj := $(vmsim_src:%.c=build/vmsim.obj/%.o)

vmsim: build/vmsim ## replay page references through the policies (build/vmsim for its usage)

build/vmsim.obj/%.o: %.c
	@mkdir -p $(@D)
	@$(say) HOSTCC $@
	$(Q)$(HOSTCC) -std=gnu17 -O2 -g -Wall -Wextra -Wshadow $(never_meant) $(werror) -I. -MMD -MP -c $< -o $@

build/vmsim: $(vmsim_obj)
	@$(say) HOSTLD $@
	$(Q)$(HOSTCC) $^ -o $@

-include $(vmsim_obj:.o=.d)

.PHONY: vmsim
