# SPDX-License-Identifier: MIT
#
# linux.mk - programs of Debian on Pagoda.
#
# apt fetches packages for riscv64 by name; they are unpacked below build/linux and
# nothing is installed on this host.  `make qemu-linux` works on a copy of the image,
# which keeps what you wrote until the image is rebuilt.

##@ Linux programs
linux_needs := $(mkfs) $(stripped)

linux: $(linux_needs) ## a root image with bash, coreutils, python, sqlite ... of Debian
	@$(PYTHON) tests/linux/root.py

build/linux/disk.img: $(linux_needs) tests/linux/root.py tests/linux/packages.py
	@$(PYTHON) tests/linux/root.py
	$(Q)cp --sparse=always build/linux/root.img $@

qemu-linux: $(KERNEL) build/linux/disk.img $(if $(filter-out 0,$(strip $(SWAP))),build/swap.img) ## boot that image to bash
	$(Q)$(QEMU) $(subst build/disk.img,build/linux/disk.img,$(qemu_machine)) \
	    -append "$(strip $(APPEND)) -- /bin/bash"

test-linux: $(linux_needs) kernels ## those programs on Pagoda and on Linux must print the same (T= CPUS= MEM= DEBUG=1 SEED=)
	@$(PYTHON) tests/linux/compare.py $(if $(T),--filter '$(T)') \
	    $(if $(filter command environment,$(origin CPUS)),--cpus $(CPUS)) \
	    $(if $(filter command environment,$(origin MEM)),--mem $(MEM)) \
	    $(if $(filter 1,$(DEBUG)),--debug) $(if $(SEED),--seed $(SEED))

test-console: $(KERNEL) build/linux/disk.img ## vi, less, top and job control at the console of qemu-linux, typed by tmux (CPUS=)
	@$(PYTHON) tests/linux/console.py $(CPUS)

.PHONY: linux qemu-linux test-linux test-console
