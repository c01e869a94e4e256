# SPDX-License-Identifier: MIT
#
# Pagoda: build, run and test.  `make help` lists the targets and knobs.
#
# The rules live in tools/make/, one file per product.  Everything that is
# made goes to build/, but for compile_commands.json, labs/N-name/matrix.md
# (labs-matrix), and what OUT=, JSON= and their like name.

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules --no-print-directory
# Our scripts read what compilers and other tools say.
export LC_ALL := C

##@ Knobs
CPUS   ?= 2#      ## harts of the machine (a list for tests: CPUS=1,2,4)
MEM    ?= 128M#   ## its memory
SWAP   ?= 64M#    ## its swap disk; 0: none
APPEND ?=#        ## more kernel arguments
DEBUG  ?=#        ## DEBUG=1: the debug kernel (poison, lock ranks, audits)
T      ?=#        ## run the tests whose name contains this (fuzz-host: seconds)
FUZZ   ?=#        ## fuzz-host: the harnesses whose name contains this
SEED   ?=#        ## seed of random tests
REPEAT ?=#        ## run each QEMU test this often
JOBS   ?= 2#      ## host processors that the test runners may use
JSON   ?=#        ## bench, grade: also write the figures to this file
V      ?=#        ## V=1: show every command
WERROR ?=#        ## WERROR=1: warnings are errors (CI)
TOOLPREFIX ?=#    ## use this GNU toolchain, as in riscv64-linux-gnu-
LLVM   ?=#        ## LLVM=1: build with clang and ld.lld

HOSTCC ?= gcc
PYTHON ?= python3

Q    := $(if $(filter 1,$(V)),,@)
say   = $(if $(filter 1,$(V)),:,printf '  %-7s %s\n')
werror := $(if $(filter 1,$(WERROR)),-Werror)

include tools/make/toolchain.mk
include tools/make/kernel.mk
include tools/make/user.mk
include tools/make/vdso.mk
include tools/make/image.mk
include tools/make/host.mk
include tools/make/fuzz.mk
include tools/make/vmsim.mk
include tools/make/run.mk
include tools/make/check.mk
include $(wildcard tools/make/docs.mk)
include tools/make/grade.mk
include $(wildcard tools/make/labs.mk)
include tools/make/linux.mk

##@ Build
all: kernel user image ## kernel, programs and root image

clean: ## remove build/
	rm -rf build

help: ## this text
	@awk -f tools/make/help.awk $(MAKEFILE_LIST)

# A rule that depends on FORCE runs always; it rewrites its target only when
# the content changes, so that dependents are rebuilt exactly then.
FORCE:

.PHONY: all clean help FORCE
