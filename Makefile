# make demo [SOURCE=clip.mp4]   set up what is missing, then show the program at work
# make test                     set up what is missing, then ruff, mypy and every test
# make help                     the rest

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo test soak fuzz lint types types-elsewhere tests pictures system clean
.PHONY: lock locked test-locked dist wheel-test

VENV := .venv
BIN := $(VENV)/bin
SOURCE ?=
RUNS ?= 200000
MINUTES ?= 30

# What Qt 6 (xcb; libpulse for the modes of cameras), OpenGL in software (Mesa), MediaPipe, Open3D (libusb, libidn2) and a virtual screen
# need on Debian and Ubuntu.
SYSTEM_PACKAGES := libegl1 libgl1 libgles2 libgl1-mesa-dri libglib2.0-0 libdbus-1-3 libfontconfig1 libidn2-0 libpulse0 \
	libusb-1.0-0 libx11-xcb1 libxkbcommon-x11-0 libxcb-cursor0 libxcb-glx0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 \
	libxcb-randr0 libxcb-render-util0 libxcb-shape0 libxcb-shm0 libxcb-sync1 libxcb-util1 libxcb-xfixes0 \
	libxcb-xkb1 fonts-dejavu-core xauth xvfb

help:
	@echo 'make demo [SOURCE=FILE]  open the window on a camera, file or folder; without a screen write to out/'
	@echo 'make test                ruff, mypy and every test'
	@echo 'make soak [MINUTES=30]   use the window at random for so long: nothing may grow'
	@echo 'make fuzz [RUNS=200000]  feed every reader of files with what it does not expect; faults to out/fuzzing/'
	@echo 'make docs                the documentation as pages, into site/'
	@echo 'make pictures            make every picture of the documentation anew'
	@echo 'make lint                ruff and mypy; make types-elsewhere: mypy as on Windows and macOS'
	@echo 'make test-locked         the same tests with the packages of requirements/, in .venv-locked'
	@echo 'make lock                renew requirements/'
	@echo 'make dist                what is released, into dist/; make wheel-test tries it in an empty environment'
	@echo 'make system              install the system libraries (Debian, Ubuntu), or print the line that does'
	@echo 'make clean               remove what was built; recordings and out/ stay'

demo: $(VENV)/installed
	@$(BIN)/handtrack demo $(if $(SOURCE),"$(SOURCE)")

# mypy, which takes a core for a minute where it has not run before, beside the tests that wait for a clock.
test: $(VENV)/installed-test
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check .
	@$(MAKE) --no-print-directory --jobs=2 types tests

# Three processes on two cores: some tests wait for a clock, or for a program that they have started. Those programs
# are some hundred, and each would compile what it imports anew where bytecode is forbidden.
# A process of tests that dies ends the run: pytest-xdist, which could start another, then waits for ever.
# numpy's and torch's own threads, with a process on each core, only wait for each other: a fifth of all the time.
tests: export PYTHONDONTWRITEBYTECODE :=
tests: export OPENBLAS_NUM_THREADS := 1
tests: export OMP_NUM_THREADS := 1
tests: $(VENV)/imported
	@$(BIN)/python -m pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder --max-worker-restart 0

# Once, in one process: three that begin together would each compile all that they import, and the tests.
$(VENV)/imported: export PYTHONDONTWRITEBYTECODE :=
$(VENV)/imported: $(VENV)/installed-test
	@$(BIN)/python -m pytest --collect-only --quiet > /dev/null || true  # what is wrong is said by the tests themselves
	@touch $@

soak: $(VENV)/installed-test
	@xvfb-run --auto-servernum --server-args "-screen 0 1280x1024x24 -noreset" $(BIN)/python -m tests.soak --minutes $(MINUTES)

# Ends at the first reader that raises what is not a named error.
fuzz: $(VENV)/installed-test
	@$(BIN)/python -m pip install --quiet --editable '.[fuzz]'
	@$(BIN)/python -m tests.fuzzing.run --runs $(RUNS)

pictures: $(VENV)/installed-test
	@xvfb-run --auto-servernum --server-args "-screen 0 1920x1200x24 -noreset" $(BIN)/python docs/window_pictures.py
	@xvfb-run --auto-servernum --server-args "-screen 0 1920x1200x24 -noreset" $(BIN)/python docs/moving_picture.py
	@$(BIN)/python docs/view_pictures.py
	@$(BIN)/python docs/example_pictures.py
	@$(BIN)/python docs/export_pictures.py
	@$(BIN)/python docs/method_pictures.py
	@$(BIN)/python docs/streams_picture.py  # needs a chromium

# mkdocs would say that it has a successor.
.PHONY: docs
docs: $(VENV)/installed-test
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

lint: types
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

# The newest packages that pyproject.toml allows, for Python 3.11 to 3.13 on Linux x86_64, with the hashes of their
# files. PyTorch has none: its index for the CPU gives other files than the package index, so its version alone is
# kept, and pip's own configuration decides which build it is.
LOCKED := requirements/test.txt
LOCKED_TORCH := requirements/torch.txt
lock: | $(BIN)/python
	@$(BIN)/python -m pip install --quiet 'uv>=0.9'  # resolves for several Pythons at once; MIT or Apache-2.0
	@$(BIN)/uv pip compile pyproject.toml --quiet --upgrade --extra test --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header --output-file $(LOCKED).new > /dev/null
	@grep -Eo '^torch==[0-9.]+' $(LOCKED).new > $(LOCKED_TORCH)
	@echo '# Made by `make lock`, which says what this is; PyTorch is in torch.txt.' > $(LOCKED)
	@awk '/^[a-z0-9]/ { kept = $$0 !~ /^(torch|triton|cuda-[a-z-]+|nvidia-[a-z0-9-]+)==/ } kept' $(LOCKED).new >> $(LOCKED)
	@rm $(LOCKED).new
	@! grep -nE '://|--index|--find' $(LOCKED)  # a lock names packages, and nobody's index

locked: | $(VENV)/system $(BIN)/python
	@$(BIN)/python -m pip install --no-compile --requirement $(LOCKED_TORCH)
	@$(BIN)/python -m pip install --no-compile --no-deps --require-hashes --requirement $(LOCKED)
	@$(BIN)/python -m pip install --no-compile --no-deps --no-build-isolation --editable .
	@touch $(VENV)/installed $(VENV)/installed-test

test-locked:
	@$(MAKE) --no-print-directory VENV=.venv-locked locked
	@$(MAKE) --no-print-directory VENV=.venv-locked test

# The version is git's tag, or what comes after the last one.
dist: $(VENV)/installed-test
	@rm -rf dist
	@$(BIN)/python -m build --outdir dist

wheel-test: dist
	@$(BIN)/python -m tests.packaging.empty_environment dist/*.whl

types: $(VENV)/installed-test
	@$(BIN)/mypy

# What Windows and macOS lack of Python, as far as types tell.
types-elsewhere: $(VENV)/installed-test
	@for system in win32 darwin; do \
		$(BIN)/mypy --platform $$system --no-warn-unreachable --cache-dir .mypy_cache/$$system handtrack app tools; \
	done

# The libraries are looked for again only when the list, which is in this file, has changed. Python's venv is
# looked for here too, so that there is one line to run, not two.
system $(VENV)/system: Makefile
	@mkdir -p $(VENV)
	@if command -v dpkg-query > /dev/null; then \
		installed=$$(dpkg-query -W -f='$${db:Status-Status} $${Package}\n' | sed -n 's/^installed //p'); \
		missing=; \
		for package in $(SYSTEM_PACKAGES); do \
			grep -Eqx "$$package(t64)?" <<< "$$installed" || missing="$$missing $$package"; \
		done; \
		python3 -c 'import ensurepip, venv' 2> /dev/null || missing="$$missing python3-venv"; \
		[ -z "$$missing" ] || tools/apt.sh $(VENV)/system.log $$missing; \
	else \
		echo "This is not Debian or Ubuntu: install Qt's and OpenGL's libraries yourself; \`handtrack doctor\` checks."; \
	fi
	@touch $(VENV)/system

# What the tests need besides: evdev, which the example with the mouse brings, is compiled where it is installed.
$(VENV)/compiler: | $(VENV)/system
	@if command -v dpkg-query > /dev/null; then \
		missing=; \
		command -v cc > /dev/null || missing="gcc libc6-dev"; \
		test -f "$$(python3 -c 'import sysconfig; print(sysconfig.get_path("include"))')/Python.h" || missing="$$missing python3-dev"; \
		[ -z "$$missing" ] || tools/apt.sh $(VENV)/system.log $$missing; \
	fi
	@touch $@

# The first Python from 3.11 on: python3 itself if it is one.
$(BIN)/python: | $(VENV)/system
	@for candidate in python3 python3.13 python3.12 python3.11; do \
		if $$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null; then python=$$candidate; break; fi; \
	done; \
	if [ -z "$${python:-}" ]; then echo "Python 3.11 or newer is needed; install it, then make again."; exit 1; fi; \
	if ! $$python -c 'import ensurepip, venv' 2> /dev/null; then \
		echo "The venv module of $$python is missing: install its package (Debian, Ubuntu: $$python-venv), then make again."; \
		exit 1; \
	fi; \
	$$python -m venv $(VENV)

# pip's own configuration decides where packages come from, and so whether PyTorch comes with CUDA.
$(VENV)/installed: pyproject.toml | $(VENV)/system $(BIN)/python
	@echo "Installing handtrack into $(VENV) (about 5 minutes, 3.4 GB; 7.1 GB where PyTorch comes with CUDA)"
	@$(BIN)/python -m tools.install $(VENV)/install.log --editable '.[program]'
	@touch $@

# Python compiles what the tests import; pip would compile eight times as much, which takes a minute.
$(VENV)/installed-test: pyproject.toml | $(VENV)/system $(VENV)/compiler $(BIN)/python
	@echo "Installing handtrack and what its tests need into $(VENV) (about 5 minutes, 4 GB; 8 GB where PyTorch comes with CUDA)"
	@$(BIN)/python -m tools.install $(VENV)/install.log --no-compile --editable '.[test]'
	@touch $(VENV)/installed $@

clean:
	rm -rf $(VENV) build dist site .pytest_cache .mypy_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +
