# SPDX-License-Identifier: MIT
#
# labs.mk - for those who hand out labs.

handout: ## a student's tree (LAB=n OUT=dir; TODO=k: k steps solved; STUDENT=name: varied)
	@$(PYTHON) tools/labs/handout.py --lab '$(LAB)' --out '$(OUT)' $(if $(TODO),--todo $(TODO)) \
	    $(if $(STUDENT),--student '$(STUDENT)')

handout-update: ## bring a student's tree up to date; their files stay (LAB=n OUT=dir)
	@$(PYTHON) tools/labs/handout.py --lab '$(LAB)' --out '$(OUT)' --update

labs-selftest: ## solutions, handouts, mutants and alternatives of the labs (LAB=n: of one; REPEAT=n)
	@$(PYTHON) tools/labs/selftest.py $(if $(LAB),--lab '$(LAB)') $(if $(REPEAT),--repeat $(REPEAT))

labs-matrix: ## which test finds which mutant: labs/N-name/matrix.md (LAB=n)
	@$(PYTHON) tools/labs/matrix.py --lab '$(LAB)'

gradescope: ## the zip file for Gradescope (LAB=n)
	@$(PYTHON) tools/labs/package.py --lab '$(LAB)'

test-labs: ## the quick form of the labs' tests, on the host
	@$(PYTHON) tests/labs/quick.py

test-class: ## grade a made-up class of 60 with tools/grade-class (minutes)
	@$(PYTHON) tests/labs/class_test.py --jobs $(strip $(JOBS))

.PHONY: handout handout-update labs-selftest labs-matrix gradescope test-labs test-class
