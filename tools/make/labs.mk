# SPDX-License-Identifier: MIT
#
# labs.mk - for those who hand out labs.

handout: ## a student's tree (LAB=n OUT=dir; TODO=k: k steps solved; STUDENT=name: varied)
	@$(PYTHON) tools/labs/handout.py --lab '$(LAB)' --out '$(OUT)' $(if $(TODO),--todo $(TODO)) \
	    $(if $(STUDENT),--student '$(STUDENT)')

handout-update: ## bring a student's tree up to date; their files stay (LAB=n OUT=dir)
	@$(PYTHON) tools/labs/handout.py --lab '$(LAB)' --out '$(OUT)' --update

labs-selftest: ## solutions, handouts, mutants and alternatives of the labs (LAB=n: of one)
	@$(PYTHON) tools/labs/selftest.py $(if $(LAB),--lab '$(LAB)')

.PHONY: handout handout-update labs-selftest
