# SPDX-License-Identifier: MIT
#
# vdso.mk - the page of code that the kernel lends to programs (user/vdso), which
# kernel/vm/vdso_image.S takes in.
#
# No table of addresses may be in it, hence no jump tables; nobody would relocate it.

vdso     := build/vdso/vdso.bin
vdso_obj := build/vdso/vdso.o build/vdso/image.o

build/vdso/%.o: user/vdso/%.c $(user_needs)
	@mkdir -p $(@D)
	@$(say) CC $@
	$(Q)$(RISCV_CC) $(USER_CFLAGS) -fno-jump-tables -fomit-frame-pointer -c $< -o $@

build/vdso/%.o: user/vdso/%.S $(user_needs)
	@mkdir -p $(@D)
	@$(say) CC $@
	$(Q)$(RISCV_CC) $(USER_CFLAGS) -D__ASSEMBLY__ -c $< -o $@

build/vdso/vdso.elf: $(vdso_obj) user/vdso/vdso.ld
	@$(say) LINK $@
	$(Q)$(RISCV_LD) -nostdlib -static --no-relax -T user/vdso/vdso.ld $(vdso_obj) -o $@

$(vdso): build/vdso/vdso.elf
	$(Q)$(RISCV_OBJCOPY) -O binary $< $@

build/kernel/kernel/vm/vdso_image.o build/debug/kernel/kernel/vm/vdso_image.o: $(vdso)

-include $(vdso_obj:.o=.d)
