# SPDX-License-Identifier: MIT
#
# check.mk - lint, tests and benchmarks.

##@ Check
test: ## lint, host tests and QEMU tests, with one summary
	@sh tools/setup.sh test
	@$(MAKE) --no-print-directory check

check:
	+@$(PYTHON) tools/check.py $(MAKE)

lint: ## floors, self-contained headers, seam symbols, warnings as errors, table of calls
	+@$(PYTHON) tools/lint/lint.py $(MAKE)

# The command lines, for tools that compile by themselves.
print-flags:
	@echo 'kernel=$(RISCV_CC) $(filter-out -MMD -MP,$(KERNEL_CFLAGS))'
	@echo 'debug=$(RISCV_CC) $(filter-out -MMD -MP,$(KERNEL_CFLAGS)) $(KERNEL_DEBUG_FLAGS)'
	@echo 'user=$(RISCV_CC) $(filter-out -MMD -MP,$(USER_CFLAGS))'
	@echo 'nm=$(RISCV_NM)'

test-host: ## unit tests on the host (T=pattern)
	@broken=; $(MAKE) --no-print-directory -k host || broken=--broken-build; \
	$(PYTHON) tools/test_host.py --jobs $(strip $(JOBS)) $$broken $(host_tests)

test-qemu: kernels build/root.img build/vmsim ## tests on the machine (T= CPUS= MEM= DEBUG=1 SEED= REPEAT=)
	@$(PYTHON) tests/qemu/run.py --jobs $(strip $(JOBS)) $(if $(T),--filter '$(T)') \
	    $(if $(filter command environment,$(origin CPUS)),--cpus $(CPUS)) \
	    $(if $(filter command environment,$(origin MEM)),--mem $(MEM)) \
	    $(if $(filter 1,$(DEBUG)),--debug) $(if $(SEED),--seed $(SEED)) \
	    $(if $(REPEAT),--repeat $(REPEAT))

soak: kernels build/root.img build/vmsim ## the full matrix and the long runs
	@$(PYTHON) tests/qemu/run.py --jobs $(strip $(JOBS)) --soak $(if $(T),--filter '$(T)') \
	    $(if $(SEED),--seed $(SEED)) $(if $(REPEAT),--repeat $(REPEAT))

oracle: build/root.img ## the test programs on Debian's Linux, fetched by apt (T= CPUS= SEED=)
	@$(PYTHON) tests/qemu/oracle.py $(if $(T),--filter '$(T)') \
	    $(if $(filter command environment,$(origin CPUS)),--cpus $(CPUS)) $(if $(SEED),--seed $(SEED))

bench: build/kernel.elf build/root.img ## instructions per operation (JSON=file)
	@$(PYTHON) bench/run.py $(if $(JSON),--json $(JSON))

.PHONY: test check lint print-flags test-host test-qemu soak oracle bench
