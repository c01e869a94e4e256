# SPDX-License-Identifier: MIT
#
# docs.mk - the handbook, made of docs/ and labs/.

##@ Handbook
docs: ## the handbook: build/docs/html/index.html and build/docs/pagoda.pdf
	@sh tools/setup.sh docs --look
	@$(PYTHON) tools/book/build.py

docs-html: ## the same without the PDF
	@sh tools/setup.sh docs --look
	@$(PYTHON) tools/book/build.py --html

test-docs: build/kernel.elf build/root.img ## try the commands that the handbook shows (minutes)
	@$(PYTHON) tools/book/commands.py

setup-docs: ## install what `make docs` needs (Debian, Ubuntu) or say what to install
	@sh tools/setup.sh docs

.PHONY: docs docs-html test-docs setup-docs
