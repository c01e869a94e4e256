# SPDX-License-Identifier: MIT
#
# host.mk - unit tests of the real sources, on the host.
#
# A test, tests/host/test_X.c, says in its head what it is linked with:
#     // sources: lib/rbtree.c kernel/mm/buddy.c
#     // cflags: -DNAME=value          (optional)
# where @ext2 stands for the files named in tests/host/ext2.sources, and so on.  A long one
# has more files in the folder tests/host/test_X/.
# It is compiled with those and with the shim, under ASan and UBSan.
#
# make variants T=test_X VARIANTS=NAME links it also with variants/NAME/FILE in place of each FILE
# that there is one of: build/host/test_X.variants/NAME.

HOST_CFLAGS := -std=gnu17 -g -O1 -Wall -Wextra -Wshadow $(never_meant) $(werror) -fno-omit-frame-pointer \
               -fsanitize=address,undefined -fno-sanitize-recover=all -I. -MMD -MP

host_tests := $(sort $(patsubst tests/host/%.c,%,$(wildcard tests/host/test_*.c)))
host_tests := $(foreach t,$(host_tests),$(if $(T),$(if $(findstring $(T),$t),$t),$t))

# file_says FILE KEYWORD: the rest of the line "// KEYWORD: ...".
file_says = $(shell sed -n 's,^// *$2: *,,p' $1 | head -n 1)
# file_sources FILE: what it is linked with.
file_sources = $(foreach s,$(call file_says,$1,sources),$(if $(filter @%,$s),$(call host_list,$(s:@%=%)),$s))
host_list = $(shell grep -v '^\#' tests/host/$1.sources)

define host_rule
$1_src := tests/host/$1.c $(sort $(wildcard tests/host/$1/*.c)) tests/host/shim.c $(call file_sources,tests/host/$1.c)
$1_obj := $$($1_src:%.c=build/host/$1.obj/%.o)
$1_cflags := $(call file_says,tests/host/$1.c,cflags)
build/host/$1.obj/%.o: %.c
	@mkdir -p $$(@D)
	@$$(say) HOSTCC $$@
	$$(Q)$$(HOSTCC) $$(HOST_CFLAGS) $$($1_cflags) -c $$< -o $$@
build/host/$1: $$($1_obj)
	@$$(say) HOSTLD $$@
	$$(Q)$$(HOSTCC) $$(HOST_CFLAGS) $$^ -o $$@ -lcriterion -lm
-include $$($1_obj:.o=.d)
endef

define variant_rule
$1_$2_obj := $$(foreach s,$$($1_src),$$(patsubst %.c,build/host/$1.obj/%.o,$$(firstword $$(wildcard variants/$2/$$s) $$s)))
build/host/$1.variants/$2: $$($1_$2_obj)
	@mkdir -p $$(@D)
	@$$(say) HOSTLD $$@
	$$(Q)$$(HOSTCC) $$(HOST_CFLAGS) $$^ -o $$@ -lcriterion -lm
-include $$($1_$2_obj:.o=.d)
endef
ifneq ($(filter test-host host variants gdb-host,$(MAKECMDGOALS)),)
$(foreach t,$(host_tests),$(eval $(call host_rule,$t)))
endif

host: $(host_tests:%=build/host/%)
	@:

ifneq ($(filter variants,$(MAKECMDGOALS)),)
$(foreach t,$(host_tests),$(foreach v,$(VARIANTS),$(eval $(call variant_rule,$t,$v))))
variants: $(foreach t,$(host_tests),$(VARIANTS:%=build/host/$t.variants/%))
	@:
endif

# The first program that T names.
gdb-host: build/host/$(firstword $(host_tests)) ## debug a unit test on the host (T=test_X CASE=suite/name)
	@$(GDB) -nx -x tools/gdb/host.gdb --args $< -j1 $(if $(CASE),--filter '$(CASE)')

.PHONY: host variants gdb-host
