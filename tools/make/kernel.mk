# SPDX-License-Identifier: MIT
#
# kernel.mk - the kernel, plain (build/kernel.elf) and debug
# (build/debug/kernel.elf).  Both come from the same rules; only the object
# folder and KERNEL_DEBUG_FLAGS differ.
#
# A panic prints its backtrace with names, from a table inside the kernel.  The
# table needs the addresses, so the kernel is linked several times: with an
# empty table, with one of the right size, and with the right content.  The
# text comes before the table, so its addresses settle at once; the link fails
# if they do not.

kernel_c   := $(sort $(wildcard kernel/*/*.c kernel/*/*/*.c lib/*.c))
kernel_S   := $(sort $(wildcard kernel/*/*.S kernel/*/*/*.S))
kernel_obj := $(kernel_c:.c=.o) $(kernel_S:.S=.o)
kernel_ld  := kernel/boot/kernel.ld

KERNEL_CFLAGS      := $(riscv_common) $(RISCV_KERNEL_ARCH) -Wframe-larger-than=1024 -I.
KERNEL_ASFLAGS     := $(riscv_common) $(RISCV_ASM_ARCH) -D__ASSEMBLY__ -I.
KERNEL_DEBUG_FLAGS := -DPAGODA_DEBUG=1
KERNEL_LDFLAGS     := -nostdlib -static -z max-page-size=4096 -T $(kernel_ld)

KERNEL := build/$(if $(filter 1,$(DEBUG)),debug/)kernel.elf

kernel: $(KERNEL) ## the kernel alone (DEBUG=1: the debug kernel)
kernels: build/kernel.elf build/debug/kernel.elf

# Every few lines of kernel code take a lock, look something up or copy to the user:
# in the plain kernel such short functions set up no frame of their own, and backtraces
# pass over them (the debug kernel's checks want one, for their backtraces).
unframed := lib/rbtree kernel/core/spinlock kernel/mm/page_free \
            kernel/mm/pt_run kernel/sched/rwsem kernel/vm/uaccess kernel/vm/vmaset
$(unframed:%=build/kernel/%.o): KERNEL_CFLAGS += -fomit-frame-pointer

# A changed command line rebuilds the objects.  (Expanded here: the file may be made on the way
# to one of the objects above, with the flags of that one.)
kernel_flags := $(RISCV_CC) $(KERNEL_CFLAGS) $(KERNEL_ASFLAGS) $(unframed)
build/kernel.flags: FORCE
	@mkdir -p $(@D)
	@echo '$(kernel_flags)' | cmp -s - $@ || echo '$(kernel_flags)' >$@

kernel_needs := build/kernel.flags $(riscv_ready)

define compile_kernel
@mkdir -p $(@D)
@$(say) CC $@
$(Q)$(RISCV_CC) $(if $(filter %.S,$<),$(KERNEL_ASFLAGS),$(KERNEL_CFLAGS)) $(debug_flags) -c $< -o $@
endef

build/debug/kernel/%.o: debug_flags := $(KERNEL_DEBUG_FLAGS)
build/debug/kernel/%.o: %.c $(kernel_needs)
	$(compile_kernel)
build/debug/kernel/%.o: %.S $(kernel_needs)
	$(compile_kernel)
build/kernel/%.o: %.c $(kernel_needs)
	$(compile_kernel)
build/kernel/%.o: %.S $(kernel_needs)
	$(compile_kernel)

# memset() must not be compiled into a call of memset().
build/kernel/lib/string.o build/debug/kernel/lib/string.o: KERNEL_CFLAGS += $(RISCV_NO_LOOP_IDIOM)

define link_kernel
@$(say) LINK $@
$(Q)RISCV_CC='$(RISCV_CC) $(RISCV_ASM_ARCH)' RISCV_LD='$(RISCV_LD)' RISCV_NM='$(RISCV_NM)' \
    PYTHON='$(PYTHON)' sh tools/link_kernel.sh $@ $(KERNEL_LDFLAGS) $(filter %.o,$^)
endef
link_needs := $(kernel_ld) tools/link_kernel.sh tools/ksyms.py

build/kernel.elf: $(kernel_obj:%=build/kernel/%) $(link_needs)
	$(link_kernel)
build/debug/kernel.elf: $(kernel_obj:%=build/debug/kernel/%) $(link_needs)
	$(link_kernel)

-include $(kernel_obj:%.o=build/kernel/%.d) $(kernel_obj:%.o=build/debug/kernel/%.d)

.PHONY: kernel kernels
