# SPDX-License-Identifier: MIT
#
# user.mk - the C library and the programs.
#
#   user/libc/*.c *.S, lib/*.c     build/user/libc.a  (crt0.S stays apart)
#   user/bin/X.c or user/bin/X/    build/user/bin/X   -> /bin/X
#   user/tests/X.c or .../X/       build/user/tests/X -> /tests/X
#   user/tests/lib/*.c             helpers linked with every test
#
# Programs are static Linux riscv64 programs: they run on both kernels.

libc_src := $(sort $(wildcard user/libc/*.c lib/*.c)) \
            $(filter-out user/libc/crt0.S,$(sort $(wildcard user/libc/*.S)))
libc_obj := $(patsubst %,build/user/%.o,$(basename $(libc_src)))
crt0     := build/user/user/libc/crt0.o
user_ld  := user/user.ld

USER_CFLAGS  := $(riscv_common) $(RISCV_USER_ARCH) -Iuser/include -I.
USER_LDFLAGS := -nostdlib -static -z max-page-size=4096 -T $(user_ld)

# programs FOLDER: one name for each X.c and each folder X with C files in it.
programs = $(sort $(patsubst $1/%.c,%,$(wildcard $1/*.c)) \
                  $(filter-out lib,$(patsubst $1/%/,%,$(sort $(dir $(wildcard $1/*/*.c))))))
user_bin   := $(call programs,user/bin)
user_tests := $(call programs,user/tests)
user_programs := $(user_bin:%=build/user/bin/%) $(user_tests:%=build/user/tests/%)
test_helpers  := $(patsubst %.c,build/user/%.o,$(sort $(wildcard user/tests/lib/*.c)))

user: $(user_programs) ## the C library and all programs

build/user.flags: FORCE
	@mkdir -p $(@D)
	@echo '$(RISCV_CC) $(USER_CFLAGS)' | cmp -s - $@ || echo '$(RISCV_CC) $(USER_CFLAGS)' >$@

user_needs := build/user.flags $(riscv_ready)

define compile_user
@mkdir -p $(@D)
@$(say) CC $@
$(Q)$(RISCV_CC) $(USER_CFLAGS) -c $< -o $@
endef

build/user/%.o: %.c $(user_needs)
	$(compile_user)
build/user/%.o: %.S $(user_needs)
	$(compile_user)

build/user/lib/string.o: USER_CFLAGS += $(RISCV_NO_LOOP_IDIOM)

build/user/libc.a: $(libc_obj)
	@$(say) AR $@
	$(Q)rm -f $@ && $(RISCV_AR) rcs $@ $^

# The sources of a program, as objects.
program_obj = $(patsubst %.c,build/user/%.o,$(sort $(wildcard user/$1.c user/$1/*.c)))

define program_rule
build/user/$1: $(call program_obj,$1) $(if $(filter tests/%,$1),$(test_helpers)) \
               $(crt0) build/user/libc.a $(user_ld)
	@mkdir -p $$(@D)
	@$$(say) LINK $$@
	$$(Q)$$(RISCV_LD) $$(USER_LDFLAGS) $$(filter %.o,$$^) build/user/libc.a -o $$@
endef
$(foreach p,$(user_bin:%=bin/%) $(user_tests:%=tests/%),$(eval $(call program_rule,$p)))

# It makes calls of the kinds that strace prints.
build/user/tests/callstorm: build/user/user/bin/strace/calls.o

-include $(libc_obj:.o=.d) $(crt0:.o=.d) $(test_helpers:.o=.d)
-include $(foreach p,$(user_bin:%=bin/%) $(user_tests:%=tests/%),$(patsubst %.o,%.d,$(call program_obj,$p)))

.PHONY: user
.SECONDARY:
