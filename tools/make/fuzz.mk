# SPDX-License-Identifier: MIT
#
# fuzz.mk - libFuzzer's harnesses over the real sources, on the host.
#
# A harness, tests/fuzz/X.c, says in its head what it is linked with, as a host test does,
# where it has seeds beside those in tests/fuzz/seeds/X, and what libFuzzer is told:
#     // sources: lib/fdt.c
#     // seeds: tests/host/fixtures/*.dtb      (optional)
#     // options: -len_control=0               (optional)
# Only clang brings libFuzzer.

FUZZCC ?= clang

fuzz_sanitize := address,undefined -fno-sanitize-recover=all
FUZZ_CFLAGS := -std=gnu17 -g -O2 -Wall -Wextra -Wshadow $(never_meant) $(werror) -DPAGODA_DEBUG=1 \
               -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,$(fuzz_sanitize) -I. -MMD -MP

fuzz_all := $(filter-out entry,$(sort $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*.c))))
fuzz_harnesses := $(foreach f,$(fuzz_all),$(if $(FUZZ),$(if $(findstring $(FUZZ),$f),$f),$f))

define fuzz_rule
$1_fuzz_obj := $(patsubst %.c,build/fuzz/$1.obj/%.o,tests/fuzz/entry.c tests/fuzz/$1.c tests/host/shim.c \
                                                    $(call file_sources,tests/fuzz/$1.c))
build/fuzz/$1.obj/%.o: %.c | build/fuzz/ready
	@mkdir -p $$(@D)
	@$$(say) FUZZCC $$@
	$$(Q)$$(FUZZCC) $$(FUZZ_CFLAGS) -DFUZZ=fuzz_$1 -c $$< -o $$@
build/fuzz/$1: $$($1_fuzz_obj)
	@$$(say) FUZZLD $$@
	$$(Q)$$(FUZZCC) -fsanitize=fuzzer,$$(fuzz_sanitize) $$^ -o $$@
build/fuzz/seeds/$1: $(wildcard tests/fuzz/seeds/$1/* $(call file_says,tests/fuzz/$1.c,seeds)) FORCE
	@rm -rf $$@ && mkdir -p $$@
	@cp $$(filter-out FORCE,$$^) $$@
-include $$($1_fuzz_obj:.o=.d)
endef
ifneq ($(filter fuzz-host,$(MAKECMDGOALS)),)
$(foreach f,$(fuzz_harnesses),$(eval $(call fuzz_rule,$f)))
endif

build/fuzz/ready:
	@mkdir -p $(@D)
	@echo 'int LLVMFuzzerTestOneInput(const char *d, long n); int LLVMFuzzerTestOneInput(const char *d, long n) { return !d && n; }' | \
	$(FUZZCC) -fsanitize=fuzzer,$(fuzz_sanitize) -xc - -o $(@D)/probe 2>$(@D)/probe.log || { \
	    echo "fuzz-host: $(FUZZCC) does not link with libFuzzer ($(@D)/probe.log says why).  Install clang with its" >&2; \
	    echo "runtimes (Debian: clang libclang-rt-dev; Fedora: clang compiler-rt), or set FUZZCC=clang-14" >&2; \
	    exit 1; }
	@touch $@

fuzz-host: $(fuzz_harnesses:%=build/fuzz/%) $(fuzz_harnesses:%=build/fuzz/seeds/%) ## libFuzzer on pure parts (T=seconds for each harness, FUZZ=pattern)
	@$(PYTHON) tools/fuzz_host.py --jobs $(strip $(JOBS)) --seconds $(or $(T),60) $(fuzz_harnesses)

.PHONY: fuzz-host
