# SPDX-License-Identifier: MIT
#
# grade.mk - for students, in the tree that they were handed out.

##@ Labs
grade: ## in a handout: build, test, show the points (T= SEED= JSON= JUNIT= TAP= MARKDOWN=)
	@$(PYTHON) tools/labs/grade.py $(if $(T),--only '$(T)') $(if $(SEED),--seed $(SEED)) \
	    $(if $(JSON),--json '$(JSON)') $(if $(JUNIT),--junit '$(JUNIT)') $(if $(TAP),--tap '$(TAP)') \
	    $(if $(MARKDOWN),--markdown '$(MARKDOWN)')

.PHONY: grade
