# Everything runs in .venv, made on first use from requirements.lock: exact versions, hashes checked.
# Needed beforehand: make, and any Python from 3.11 on with venv and pip.

# There is no wheel of this one; what builds it is locked with the rest.
SOURCE  := solara-assets
BUILDER := hatchling==1.26.3

# Who looks the lock over; each in an environment of its own under build, for cogov needs neither.
AUDITOR := pip-audit==2.10.1
SBOM := cyclonedx-bom==7.5.0

PYTHON ?=
VENV   := .venv
BIN    := $(VENV)/bin
LOCKED := $(VENV)/.locked
READY  := $(VENV)/.ready
PIP    := -m pip --quiet --disable-pip-version-check --no-input
TRIED  := $(if $(PYTHON),"$(PYTHON)",python3 python3.13 python3.12 python3.11 python3.14)

.PHONY: help demo test check scripts slow baselines effects lessons-table validation trust trust-short lock audit sbom fonts clean again

help:
	@echo 'make demo    compare one community with and without building captains, 20 replicates, into out/demo'
	@echo 'make test    run the quick tests, on all cores'
	@echo 'make check   check format, lint and types, and run the quick tests; changes nothing'
	@echo 'make scripts check the types and the format of the first screen, with npx of Node'
	@echo 'make slow    run the slow tests'
	@echo 'make trust   run every check of reliability, within half an hour; make trust-short takes minutes'
	@echo 'make baselines  write the results of every case to tests/baselines; needs a **Results:** line in CHANGELOG.md if they moved'
	@echo 'make effects    write the tables of docs/effects.md: the effect of each mechanism alone in every case, over plausible worlds'
	@echo 'make lessons-table  write the table of docs/lessons.md: do the answers of lessons hold in other plausible worlds?'
	@echo 'make validation  write the tables of docs/validation.md: facts, reported outcomes, null models; takes about two hours'
	@echo 'make lock    write requirements.lock again, with the same versions; LOCK=--upgrade takes the newest'
	@echo 'make audit   look up known vulnerabilities of requirements.lock; exit status 3 if no source answers'
	@echo 'make sbom    list the packages in .venv with their licences in build/sbom.cdx.json (CycloneDX)'
	@echo 'make fonts   build viz/static/fonts from the package fonts-noto-cjk of Debian or Ubuntu'
	@echo 'make clean   remove .venv, caches and out/demo'
	@echo
	@echo 'The first demo or test sets up .venv by itself, in a minute or two.'
	@echo 'PYTHON=/path/to/python3.12 chooses the Python (3.11 or newer) and sets up .venv again.'

demo: $(READY)
	@$(BIN)/cogov compare guiyuan --mechanism building_captains --replicates 20 --out out/demo

test: $(READY)
	@$(BIN)/pytest -q -n auto --dist worksteal -m 'not slow'

check: $(READY)
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/python tools/check_types.py --no-error-summary
	@$(MAKE) --no-print-directory test

# Not part of the tests, because they need Python alone.
scripts:
	@npx --yes --package typescript@5.9 tsc -p viz/screen/static/tsconfig.json
	@npx --yes prettier@3 --print-width 110 --check 'viz/screen/static/*.js'

slow: $(READY)
	@$(BIN)/pytest -q tests -m slow

# The report continues after a failure; its exit status is 1 if anything failed.
trust: $(READY)
	@$(BIN)/python -m cogov.bench.verification_report $(if $(SHORT),--short)

trust-short: $(READY)
	@$(BIN)/python -m cogov.bench.verification_report --short

baselines: $(READY)
	@$(BIN)/python tools/baselines.py

effects: $(READY)
	@$(BIN)/python tools/effects.py

lessons-table: $(READY)
	@$(BIN)/python tools/lessons.py

validation: $(READY)
	@$(BIN)/python tools/validation.py

clean:
	@rm -rf $(VENV) build cogov.egg-info .pytest_cache .hypothesis out/demo
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The build tool is locked, too, so that installing cogov fetches nothing that is not in the lock.
lock:
	@$(FIND_PYTHON); rm -rf build/lock; "$$py" -m venv build/lock
	@build/lock/bin/python $(PIP) install uv
	@build/lock/bin/python -c 'import tomllib; \
	print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], "$(BUILDER)", sep="\n")' \
	| build/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --fork-strategy requires-python \
	--generate-hashes --extra test --custom-compile-command 'make lock' --output-file requirements.lock $(LOCK) \
	pyproject.toml -
	@rm -r build/lock

# Not part of the tests, because the answer changes from day to day.
audit:
	@$(FIND_PYTHON); rm -rf build/audit; "$$py" -m venv build/audit
	@build/audit/bin/python $(PIP) install '$(AUDITOR)' || { echo 'not audited: $(AUDITOR) cannot be installed'; exit 3; }
	@build/audit/bin/python tools/audit.py

# Lists what is installed in .venv, and checks the list against the official schema.
sbom: $(READY)
	@rm -rf build/sbom; $(BIN)/python -m venv build/sbom
	@build/sbom/bin/python $(PIP) install '$(SBOM)'
	@build/sbom/bin/cyclonedx-py environment --pyproject pyproject.toml --spec-version 1.6 --output-reproducible \
		--validate -o build/sbom.cdx.json $(BIN)/python
	@rm -r build/sbom
	@echo build/sbom.cdx.json

# fontTools is installed with matplotlib; brotli is needed only here, for the page's font format.
fonts: $(READY)
	@$(BIN)/python $(PIP) install --target build/fonts brotli
	@PYTHONPATH=build/fonts $(BIN)/python -m cogov.viz.figures.fonts
	@rm -r build/fonts

# The stamp holds the folder, because a .venv that was moved or copied is broken, and the given PYTHON.
stamp = $(shell sed -n $(1)p $(LOCKED) 2>/dev/null)
ifneq ($(call stamp,1),$(CURDIR))
AGAIN := again
endif
ifneq ($(PYTHON),)
ifneq ($(call stamp,2),$(PYTHON))
AGAIN := again
endif
endif

# A .venv that was made by other means is used as it is; one of ours that is unfinished or was moved is made again.
$(LOCKED): requirements.lock $(AGAIN)
	@if [ -e $(VENV)/.unfinished ] || { [ -n '$(AGAIN)' ] && { [ -e $@ ] || [ -n '$(PYTHON)' ]; }; } \
	|| ! $(BIN)/python -c 'import pip, sys; assert sys.version_info >= (3, 11)' 2>/dev/null; then \
	  $(FIND_PYTHON); \
	  echo "Making $(VENV) with $$("$$py" --version)"; \
	  rm -rf $(VENV); mkdir $(VENV); touch $(VENV)/.unfinished; \
	  "$$py" -m venv $(VENV); \
	fi
	@touch $(VENV)/.unfinished
	@echo 'Installing requirements.lock into $(VENV): a minute or two, only this once'
	@awk '/^[a-z0-9]/ {source = /^$(SOURCE)==/} !source' requirements.lock > $(VENV)/.wheels
	@awk '/^[a-z0-9]/ {source = /^$(SOURCE)==/} source' requirements.lock > $(VENV)/.sources
	@$(BIN)/python $(PIP) install --require-hashes --only-binary :all: --requirement $(VENV)/.wheels
	@$(BIN)/python $(PIP) install --require-hashes --no-binary :all: --no-deps --no-build-isolation --requirement $(VENV)/.sources
	@printf '%s\n' '$(CURDIR)' '$(PYTHON)' > $@
	@rm $(VENV)/.unfinished

$(READY): $(LOCKED) pyproject.toml
	@echo 'Installing cogov into $(VENV), editable'
	@$(BIN)/python $(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

# Sets $$py to the first Python that is new enough and can make a venv; else says what to do, and stops.
define FIND_PYTHON
set -e; py=; bare=; \
for p in $(TRIED); do \
  "$$p" -c 'import sys; assert sys.version_info >= (3, 11)' 2>/dev/null || continue; \
  if "$$p" -c 'import venv, ensurepip' 2>/dev/null; then py=$$p; break; fi; \
  bare=$${bare:-$$p}; \
done; \
if [ -z "$$py" ] && [ -n "$$bare" ]; then \
  echo "$$bare cannot make a virtual environment: it has no venv or no ensurepip." >&2; \
  echo 'On Debian and Ubuntu:  apt install python3-venv' >&2; \
  echo 'Or name another one:   make PYTHON=/path/to/python3.12' >&2; \
  exit 1; \
elif [ -z "$$py" ]; then \
  echo 'cogov needs Python 3.11 or newer. None found under:' $(TRIED) >&2; \
  echo 'Install one, or name it: make PYTHON=/path/to/python3.12' >&2; \
  exit 1; \
fi
endef
