# why502 -- `make help` lists what this file can do. GNU make, one file.
#
# Everything that is built goes to .build/ (`make BUILD=/tmp/w5` moves it). Sources, tests and data
# are found by listing folders: to add one is to create a file.
#
# Flavours:  make check SAN=address,undefined     make coverage      make CC=clang WERROR=1
#            make fuzz     make BARE=1 (no optional library)     V=1 shows the commands
#            MODULES="base source" tests these alone
VERSION := 0.1.0
PREFIX  ?= /usr/local
BUILD   ?= .build
MODULES ?= *
GOALS   := $(or $(MAKECMDGOALS),all)
, := ,

ifneq ($(filter deps,$(GOALS)),)
# --- make deps [demo check …] --------------------------------------------------------------------
# On a fresh machine there is neither a compiler nor pkg-config to ask: nothing below may be read
# before the packages are there. So the other goals are left to a second make.
REST := $(filter-out deps,$(GOALS))
.PHONY: deps rest $(REST)
deps:
	@sh .ci/deps
rest: deps
	@$(MAKE) --no-print-directory $(REST)
$(REST): rest ;

else
# --- flavours ------------------------------------------------------------------------------------
CC         ?= cc
CFLAGS     ?= -O2 -g
PKG_CONFIG ?= pkg-config
PYTHON     ?= $(firstword $(wildcard /usr/bin/python3) python3)
WARNINGS   := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wvla -Wundef \
              -Wmissing-prototypes -Wwrite-strings -Wcast-qual -Wformat=2 -Wno-string-concatenation
# B is where this flavour is built: sanitized, covered and static objects never mix with others.
B := $(BUILD)$(if $(BARE),/bare)$(if $(SAN),/$(subst $(,),-,$(SAN)))$(if $(FUZZ),/fuzz)$(if $(COV),/coverage)
Q := $(if $(V),,@)
say = @$(if $(V),:,printf '  %-5s %s\n' $(1) $(patsubst $(B)/%,%,$(2)))

W5_CPPFLAGS := -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64 -DW5_VERSION='"$(VERSION)"' \
               -Iinclude -I$(B)/gen -MMD -MP
W5_CFLAGS   := -std=gnu17 -pthread $(WARNINGS) $(if $(WERROR),-Werror) -fPIE \
               -fno-strict-aliasing -fno-delete-null-pointer-checks -fno-strict-overflow \
               -ffile-prefix-map=$(CURDIR)=. -ffile-prefix-map=$(B)=build
W5_LDFLAGS  := $(if $(STATIC),-static-pie,-pie) -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed

# Goals that read or remove only: they work without a compiler and without any package.
LIGHT := help format clean dist check-layers check-mirror check-rows uninstall check-escapes-source
BUILDING := $(filter-out $(LIGHT),$(GOALS))

ifneq ($(BUILDING),)
knows = $(shell $(CC) -Werror $(1) -x c -fsyntax-only /dev/null 2>/dev/null && echo $(1))
ifneq ($(SAN)$(FUZZ)$(COV),)
# What hardens also hides: no fortified functions, no initialised stack where faults are looked for.
SANITIZERS := $(or $(SAN),$(if $(FUZZ),address$(,)undefined))
W5_CFLAGS  += $(if $(SANITIZERS),-fsanitize=$(SANITIZERS)$(if $(FUZZ),$(,)fuzzer-no-link) \
                -fno-omit-frame-pointer -fno-sanitize-recover=all) $(if $(COV),-O0 --coverage)
else
W5_CPPFLAGS += $(if $(filter -O0,$(CFLAGS)),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
W5_CFLAGS   += -fstack-protector-strong $(call knows,-fstack-clash-protection) \
               $(call knows,-fcf-protection=full) $(call knows,-ftrivial-auto-var-init=zero)
endif

# --- packages: a required one stops here, an optional one becomes a stub and is announced ---------
REQUIRED := libpcre2-8 jansson zlib
OPTIONAL := $(if $(BARE),,sqlite3 liblzma libzstd liblz4 libseccomp $(if $(STATIC),,libsystemd))
PKGS     := $(shell for p in $(REQUIRED) $(OPTIONAL); do \
              $(PKG_CONFIG) --exists $$p 2>/dev/null && echo $$p; done)
BZ2      := $(if $(BARE),,$(shell echo | $(CC) -include bzlib.h -E -x c - >/dev/null 2>&1 && echo bz2))
MSGFMT   := $(if $(BARE),,$(shell command -v msgfmt 2>/dev/null))
define missing
$(1) not found. `make deps` installs what is needed, or by hand:
  Debian, Ubuntu:  apt install pkg-config gcc libpcre2-dev libjansson-dev zlib1g-dev libcmocka-dev
  Fedora, RHEL:    dnf install pkgconf gcc pcre2-devel jansson-devel zlib-devel libcmocka-devel
  Alpine:          apk add pkgconf build-base pcre2-dev jansson-dev zlib-dev cmocka-dev
  Arch:            pacman -S pkgconf gcc pcre2 jansson zlib cmocka
  macOS:           brew install pkgconf pcre2 jansson zlib cmocka
endef
$(foreach p,$(filter-out $(PKGS),$(REQUIRED)),$(error $(call missing,$(p))))
has = $(if $(filter $(1),$(PKGS) $(BZ2)),1,0)
define optional
W5_CPPFLAGS += -DW5_HAVE_$(2)=$(call has,$(1))
$(if $(filter 0,$(call has,$(1))),$(if $(MAKE_RESTARTS)$(W5_TOLD),,$(info built without $(1): $(3))))
endef
$(eval $(call optional,sqlite3,SQLITE,no --state and no --cron))
$(eval $(call optional,bz2,BZ2,.bz2 is refused))
$(eval $(call optional,liblzma,LZMA,.xz is refused))
$(eval $(call optional,libzstd,ZSTD,.zst is refused))
$(eval $(call optional,liblz4,LZ4,.lz4 is refused))
$(eval $(call optional,libseccomp,SECCOMP,no system call filter))
$(eval $(call optional,libsystemd,JOURNAL,the journal is read only as text))
$(if $(MSGFMT)$(W5_TOLD),,$(info built without gettext: English only))
export W5_TOLD := 1
PKG_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(PKGS))
PKG_LIBS   := $(shell $(PKG_CONFIG) $(if $(STATIC),--static) --libs $(PKGS)) $(if $(BZ2),-lbz2)
CMOCKA      = $(or $(shell $(PKG_CONFIG) --cflags --libs cmocka 2>/dev/null),$(error $(call missing,cmocka)))
endif

# --- what is built -------------------------------------------------------------------------------
SRC    := $(wildcard src/*/*.c)
HDR    := $(wildcard include/why502/*.h include/why502/*/*.h src/*/*.h)
OBJ    := $(SRC:%.c=$(B)/%.o)
CLIOBJ := $(filter $(B)/src/cli/%,$(OBJ))
LIB    := $(B)/libwhy502.a
BIN    := $(B)/why502
UNIT   := $(patsubst %.c,$(B)/%,$(wildcard $(MODULES:%=tests/unit/%/test_*.c)))
FUZZER := $(patsubst %.c,$(B)/%,$(wildcard tests/fuzz/fuzz_*.c))
BENCH  := $(patsubst %.c,$(B)/%,$(wildcard tests/bench/*.c))
COMPILE = $(CC) $(W5_CPPFLAGS) $(PKG_CFLAGS) $(CPPFLAGS) $(W5_CFLAGS) $(CFLAGS)
LINK    = $(CC) $(W5_CFLAGS) $(CFLAGS) $(W5_LDFLAGS) $(LDFLAGS)
TEST    = $(COMPILE) -Isrc -Itests/unit $(W5_LDFLAGS) $(LDFLAGS)

CHECKS := check-layers check-mirror check-rows check-headers check-symbols check-hardening check-unit \
          check-catalogue check-words check-e2e check-live check-layouts check-soak check-verdicts check-composed check-properties check-messages \
          check-stress check-fleet check-hosts check-faults check-limits check-hostile check-lasting check-sandbox check-fuzz check-docs check-explain \
          check-escapes check-pages check-install \
          check-contributing
.PHONY: all demo static install uninstall dist deb clean help format lint coverage fuzz bench \
        bench-count rig soak accept po check check-valgrind $(CHECKS) FORCE
.SECONDARY:
.DELETE_ON_ERROR:

all: $(LIB) $(BIN) ## the program and the library
	@echo "built $(lastword $^)"
demo: all ## build, then the tool on a built-in incident
	@$(BIN) demo

$(BIN): $(CLIOBJ) $(LIB) $(B)/flags
	$(call say,LINK,$@)
	$(Q)$(LINK) -o $@ $(CLIOBJ) $(LIB) $(PKG_LIBS) $(LDLIBS)
$(LIB): $(filter-out $(CLIOBJ),$(OBJ)) $(B)/members
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcsD $@ $(filter %.o,$^)
$(B)/%.o: %.c $(B)/flags
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(COMPILE) -c -o $@ $<

# A file that is rewritten only when its content changes: what depends on it is rebuilt then.
settle = cmp -s $@.new $@ && rm -f $@.new || mv -f $@.new $@
FORCE:
# A file more or less makes another library.
$(B)/members: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' $(OBJ) > $@.new
	@$(settle)
$(B)/flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(subst ','\'',$(COMPILE) $(W5_LDFLAGS) $(PKG_LIBS))' > $@.new
	@$(settle)

# --- generated: registries, data, translations ---------------------------------------------------
# src/report/report_text.c registers "text": $(B)/gen/report/report.inc holds a line X(text).
GEN := $(B)/gen/po/words.inc
define registry
GEN += $(B)/gen/$(1)/$(2).inc
$(B)/gen/$(1)/$(2).inc: FORCE
	@mkdir -p $$(@D)
	@printf '$(foreach n,$(sort $(patsubst src/$(1)/$(2)_%.c,%,$(wildcard src/$(1)/$(2)_*.c))),X($(n))\n)' \
	  | sed 's/^ //' > $$@.new
	@$$(settle)
endef
$(eval $(call registry,report,report))
$(eval $(call registry,record,format))
$(eval $(call registry,source,source))
$(eval $(call registry,source,decoder))
$(eval $(call registry,config,config))

# src/x/data/FILE -> $(B)/gen/x/data/FILE.inc, the inside of a byte array; $(B)/gen/x/builtin.inc
# has an array for each file and the table of them all, builtin[] of {name, bytes, len}.
DATA := $(if $(wildcard src/*/data),$(sort $(shell find -L src/*/data -type f ! -name '.*')))
INC  := $(DATA:src/%=$(B)/gen/%.inc)
bytes = od -An -v -tx1 $< | sed 's/ *\([0-9a-f][0-9a-f]\)/0x\1,/g'
$(INC): $(B)/gen/%.inc: src/%
	@mkdir -p $(@D)
	@$(bytes) > $@
define builtin
GEN += $(B)/gen/$(1)/builtin.inc
$(B)/gen/$(1)/builtin.inc: FORCE
	@mkdir -p $$(@D)
	@for f in $(patsubst src/$(1)/data/%,%,$(filter src/$(1)/data/%,$(DATA))); do \
	  id=builtin_$$$$(printf '%s' "$$$$f" | tr -c 'A-Za-z0-9' '_'); \
	  printf 'static const unsigned char %s[] = {\n#include "%s/data/%s.inc"\n};\n' $$$$id $(1) "$$$$f"; \
	  rows="$$$$rows    {\"$$$$f\", $$$$id, sizeof($$$$id)},\\n"; \
	done > $$@.new; \
	printf 'static const struct {\n    const char *name;\n    const unsigned char *bytes;\n    size_t len;\n} builtin[] = {\n%b};\n' "$$$$rows" >> $$@.new
	@$$(settle)
endef
$(foreach m,$(sort $(foreach d,$(DATA),$(word 2,$(subst /, ,$(d))))),$(eval $(call builtin,$(m))))

# src/po/ja.po -> gettext's binary catalogue, embedded as mo_ja (src/base/words.c reads it).
PO    := $(if $(MSGFMT),$(wildcard src/po/*.po))
LANGS := $(patsubst src/po/%.po,%,$(PO))
$(LANGS:%=$(B)/gen/po/%.mo): $(B)/gen/po/%.mo: src/po/%.po
	@mkdir -p $(@D)
	@$(MSGFMT) --check-format --endianness=little -o $@ $<
$(LANGS:%=$(B)/gen/po/%.inc): %.inc: %.mo
	@$(bytes) > $@
$(B)/gen/po/words.inc: $(LANGS:%=$(B)/gen/po/%.inc) FORCE
	@mkdir -p $(@D)
	@{ for l in $(LANGS); do \
	     printf 'static const unsigned char mo_%s[] = {\n#include "%s.inc"\n};\n' $$l $$l; done; \
	   echo '#define W5_LANGUAGES(X)$(foreach l,$(LANGS), X($(l)))'; } > $@.new
	@$(settle)
# Manual pages and completions are made from the option list and the catalogue.
MANUAL := $(B)/man/why502.1 $(B)/man/why502-catalogue.5 $(B)/man/why502-causes.7
SHELLS := $(B)/completion/bash $(B)/completion/zsh $(B)/completion/fish
W5     := $(wildcard src/catalogue/data/*.w5)
$(B)/man/why502.1: src/cli/why502.1
$(B)/man/why502-catalogue.5: src/cli/catalogue.awk src/catalogue/README.md
$(B)/man/why502-causes.7: src/cli/causes.awk $(filter %/causes.w5 %/remedies.w5,$(W5))
$(B)/man/%.1:
	@mkdir -p $(@D)
	@sed 's/^\(\.TH .*why502\) [0-9.]*"/\1 $(VERSION)"/' $< > $@
$(B)/man/%.5 $(B)/man/%.7:
	@mkdir -p $(@D)
	@LC_ALL=C awk -v version=$(VERSION) -f $^ > $@
$(SHELLS): $(B)/completion/%: src/cli/completion.awk src/cli/options.def $(W5)
	@mkdir -p $(@D)
	@awk -v shell=$* -f $^ > $@
# Before the first compilation no .d file says who includes what is generated.
$(OBJ): | $(GEN) $(INC)

# --- checks --------------------------------------------------------------------------------------
# tests/stage runs one, counts its lines "ok …" and "FAIL …", and keeps the count for the sum.
PROGRAM = $(or $(RUN_AS),$(BIN))
STAGE = sh tests/stage $(B)/results
check: ## every check; the last line counts all tests
	@rm -rf $(B)/results
	@$(MAKE) --no-print-directory -k $(CHECKS) || :
	@sh tests/tally $(B)/results $(CHECKS)
check-layers: ## includes obey src/LAYERS
	@$(STAGE) $@ awk -f tests/layers.awk src/LAYERS $(wildcard src/*/*.c) $(HDR)
check-mirror: ## every src/x/y.c has tests/unit/x/test_y.c
	@$(STAGE) $@ sh tests/mirror $(filter-out src/cli/main.c,$(wildcard src/*/*.c))
check-rows: ## each row of tests/RELIABILITY.md has a test
	@$(STAGE) $@ sh tests/rows tests/RELIABILITY.md
check-headers: $(GEN) $(INC) ## every header compiles alone
	@$(STAGE) $@ sh tests/headers '$(CC) -std=gnu17 -D_GNU_SOURCE -Iinclude -I$(B)/gen $(PKG_CFLAGS)' $(HDR)
check-symbols: $(LIB) ## the library exports only w5_ names, imports nothing dangerous
	@$(STAGE) $@ sh tests/symbols $(LIB)
check-hardening: all ## the binary is hardened (not in sanitized flavours)
	@$(STAGE) $@ sh tests/hardening $(if $(SAN)$(COV)$(FUZZ),--flags $(B)/flags,$(wildcard $(BIN)))
check-unit: $(UNIT:=.log) ## the cmocka tests
	@$(STAGE) $@ awk -f tests/cmocka.awk $^
check-catalogue: all ## the built-in knowledge is well-formed, and its samples match
	@$(STAGE) $@ sh tests/catalogue $(PROGRAM) $(wildcard src/catalogue/data/*.w5)
check-words: ## every translation is complete and fits its English
	@$(STAGE) $@ sh tests/words $(wildcard src/po/*.po)
check-e2e: all ## the binary on the stories of tests/e2e
	@$(STAGE) $@ sh tests/e2e/run.sh $(PROGRAM) $(B)/e2e $(CASES)
check-live: all ## pipes, -f, cron and mail against logs that grow (STORIES=… picks some)
	@$(STAGE) $@ env WHY502=$(PROGRAM) $(PYTHON) tests/e2e/live.py $(STORIES)
check-layouts: all ## without arguments, on hosts as Debian and RHEL lay them out (name spaces)
	@$(STAGE) $@ env WHY502=$(PROGRAM) $(PYTHON) tests/e2e/layouts.py $(STORIES)
check-properties: all ## compressing, cutting, wrapping, mixing a log changes no event (LOGS=fixtures for all)
	@$(STAGE) $@ $(PYTHON) tests/properties.py $(BIN) $(or $(LOGS),formats healthy)
check-composed: all ## composed failures in every dialect, wrapper and zone name their cause (LONG=1: all ways)
	@$(STAGE) $@ env WHY502=$(BIN) $(PYTHON) tests/e2e/composed.py $(if $(LONG),--long) $(STORIES)
check-messages: all ## every row of the tables of messages is read as it says (tests/messages/)
	@$(STAGE) $@ $(PYTHON) tests/messages.py $(BIN)
check-soak: all ## rotations and kill -9 at random instants, each error counted once (short)
	@$(STAGE) $@ env WHY502=$(BIN) timeout 300 $(PYTHON) tests/e2e/soak.py --rotations 30 --kills 6
soak: all ## the same, 2 000 rotations and 500 kills in all (SOAK='--rotations N --kills N STORY')
	@env WHY502=$(BIN) $(PYTHON) tests/e2e/soak.py $(or $(SOAK),--rotations 700 --kills 170)
check-explain: all ## every id has a page of its own in three languages
	@$(STAGE) $@ env WHY502=$(BIN) $(PYTHON) tests/e2e/explain.py
check-verdicts: all ## every recorded incident names its true cause (STORIES=… picks some)
	@$(STAGE) $@ env WHY502=$(PROGRAM) FIXTURES=fixtures $(PYTHON) tests/e2e/verdicts.py $(STORIES)
check-fleet: all ## events of parts say what the logs together say (FLEET=--long tries every cut)
	@$(STAGE) $@ env WHY502=$(BIN) FIXTURES=fixtures $(PYTHON) tests/e2e/fleet.py $(FLEET) $(STORIES)
check-hosts: all ## what several machines share is named once (STORIES=… picks some)
	@$(STAGE) $@ env WHY502=$(BIN) FIXTURES=fixtures $(PYTHON) tests/e2e/hosts.py $(STORIES)
check-stress: all ## the verdicts stay honest when logs are spoilt (LONG=1: in every way; writes tests/README.md)
	@$(STAGE) $@ env WHY502=$(BIN) FIXTURES=fixtures $(PYTHON) tests/e2e/stress.py \
	  $(if $(LONG),--long --write tests/README.md) $(STORIES)
# Calls are counted and failed by a library that is put before the C library: glibc's, and not below
# a sanitizer, which stands there itself.
$(B)/faults.so: tests/faults/faults.c $(B)/flags
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(if $(SAN)$(FUZZ)$(COV)$(STATIC),: >,$(CC) -std=gnu17 -O2 -shared -fPIC -Wall -Wextra -Wshadow -o) $@ $(if $(SAN)$(FUZZ)$(COV)$(STATIC),,$< -ldl)
check-faults: all $(B)/faults.so ## calls of a run fail, or it is killed there (LONG=1: each one)
	@$(STAGE) $@ env WHY502=$(BIN) FAULTS=$(B)/faults.so timeout $(if $(LONG),7200,300) \
	  $(PYTHON) tests/e2e/faults.py $(if $(LONG),--long) $(STORIES)
check-limits: all ## long, many, deep, hostile, and little of everything (LONG=1: gigabytes)
	@$(STAGE) $@ env WHY502=$(BIN) timeout $(if $(LONG),3600,300) \
	  $(PYTHON) tests/e2e/limits.py $(if $(LONG),--long) $(STORIES)
check-hostile: all ## logs, names and writers that mean harm (LONG=1: a minute of following)
	@$(STAGE) $@ env WHY502=$(BIN) timeout 600 $(PYTHON) tests/e2e/hostile.py $(if $(LONG),--long) $(STORIES)
check-lasting: all ## once and for all: overlapping runs, clocks, years, syncs, followers, exit codes (LONG=1)
	@$(STAGE) $@ env WHY502=$(BIN) timeout 300 $(PYTHON) tests/e2e/lasting.py $(if $(LONG),--long) $(STORIES)
check-sandbox: all ## what a run may do: rights, system calls, refusals, as root and not, units
	@$(STAGE) $@ env WHY502=$(BIN) timeout 300 $(PYTHON) tests/e2e/sandbox.py $(STORIES)
# Valgrind knows neither Landlock nor seccomp and answers ENOSYS: the run goes on without a sandbox. A
# sanitized program has its own.
VALGRIND := html-worker-timeout json-worker-timeout text-app-down explain-line forged-lines own-format \
            since-until redact-all empty-file own-catalogue-mistake
check-valgrind: all ## stories below valgrind: no wrong access, no leak (CASES="*" for all of them)
	@mkdir -p $(B)/valgrind && rm -f $(B)/valgrind/*.log
	@printf '#!/bin/sh\nexec valgrind -q --vgdb=no --error-exitcode=99 --leak-check=full --log-file=%s/%%p.log \
	  --show-leak-kinds=definite --errors-for-leak-kinds=definite --suppressions=%s %s "$$@"\n' \
	  $(abspath $(B))/valgrind $(abspath tests/valgrind.supp) $(abspath $(BIN)) > $(B)/valgrind/why502; chmod +x $(B)/valgrind/why502
	@$(STAGE) $@ sh tests/e2e/run.sh $(B)/valgrind/why502 $(abspath $(B))/valgrind/e2e \
	  $(or $(filter-out *,$(CASES)),$(if $(CASES),,$(VALGRIND)))
accept: all ## rewrite what tests/e2e expects; read the diff (CASES=… picks some)
	@ACCEPT=1 sh tests/e2e/run.sh $(BIN) $(B)/e2e $(CASES)
check-fuzz: $(FUZZER) ## replay the fuzz corpus
	@$(STAGE) $@ sh tests/replay $(FUZZER)
check-docs: all ## the examples of README and manual page do what they say
	@$(STAGE) $@ sh tests/docs $(PROGRAM) $(wildcard README.md src/catalogue/README.md src/cli/why502.1)
check-escapes: all ## hostile bytes leave every output tamed
	@$(STAGE) $@ $(PYTHON) tests/escapes.py $(PROGRAM)
check-pages: all ## the HTML report in a headless Chromium, where there is one
	@$(STAGE) $@ timeout 600 $(PYTHON) tests/pages.py $(BIN) \
	  $(addprefix fixtures/incidents/,app-down two-causes worker-oom-kill)
check-install: all ## what is installed works from there: library, manual pages, completions
	@$(STAGE) $@ $(if $(SAN)$(COV)$(FUZZ)$(STATIC),true,$(PYTHON) tests/install.py '$(MAKE)' $(B) $(VERSION))
check-contributing: ## the steps of .github/CONTRIBUTING.md lead where they say
	@$(STAGE) $@ $(if $(SAN)$(COV)$(FUZZ)$(STATIC),true,sh tests/contributing $(B)/contributing)

TEST_ENV = env ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1 \
           UBSAN_OPTIONS=print_stacktrace=1 CMOCKA_MESSAGE_OUTPUT=TAP W5_BUILD=$(B) W5_RUN='$(RUN)'
$(UNIT:=.log): %.log: % FORCE
	@$(TEST_ENV) timeout 300 $(RUN) $< > $@ 2>&1; echo "exit $$?" >> $@
# A test that cannot be built is a failed test, not the end of the others; it stays out of date.
$(UNIT): $(B)/%: %.c $(LIB) $(B)/flags
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(TEST) -o $@ $< $(LIB) $(PKG_LIBS) $(CMOCKA) $(LDLIBS) || { \
	  printf '#!/bin/sh\necho "not ok 1 - can be built"\nexit 1\n' > $@; chmod +x $@; touch -d @0 $@; }
$(FUZZER): $(B)/%: %.c $(if $(FUZZ),,tests/fuzz/replay.c) $(LIB) $(B)/flags
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(TEST) $(if $(FUZZ),-fsanitize=fuzzer) -o $@ $(filter %.c,$^) $(LIB) $(PKG_LIBS) $(LDLIBS)
$(BENCH): $(B)/%: %.c $(LIB) $(B)/flags
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(TEST) -o $@ $< $(LIB) $(PKG_LIBS) $(LDLIBS)

# --- tools ---------------------------------------------------------------------------------------
# The sandbox would keep gcov from writing down what the program did.
coverage: ## lines of src/ that unit tests, stories and examples reach; which they do not
	@$(MAKE) --no-print-directory -k COV=1 all check-unit || :
	@mkdir -p $(BUILD)/coverage/open
	@printf '#!/bin/sh\nexec %s --sandbox off "$$@"\n' $(abspath $(BUILD))/coverage/why502 \
	  > $(BUILD)/coverage/open/why502; chmod +x $(BUILD)/coverage/open/why502
	@-$(MAKE) --no-print-directory -k COV=1 RUN_AS=$(BUILD)/coverage/open/why502 check-catalogue \
	  check-e2e check-verdicts check-docs check-escapes check-live
	@$(PYTHON) tests/coverage.py $(BUILD)/coverage
ifeq ($(FUZZ),)
fuzz: ## fuzz each target for SECONDS_EACH=60 (clang)
	@$(MAKE) --no-print-directory FUZZ=1 CC=clang fuzz
else
fuzz: $(FUZZER)
	@$(STAGE) $@ sh tests/replay --fuzz $(B)/corpus $(FUZZER)
endif
bench: all $(BENCH) ## speed and memory against the budgets
	@WHY502=$(BIN) BENCH=$(B)/tests/bench sh tests/bench/run.sh
	@WHY502=$(BIN) FIXTURES=fixtures $(PYTHON) tests/bench/fleet.py
	@WHY502=$(BIN) $(PYTHON) tests/bench/follow.py
bench-count: all ## instructions a line, which no other load disturbs
	@WHY502=$(BIN) BENCH=$(B)/tests/bench sh tests/bench/count.sh
rig: all ## provoke real failures with real servers, and read them
	@sh .ci/deps tests/rig/packages $(if $(findstring --short,$(RIG)),,tests/rig/packages-long)
	@WHY502=$(BIN) $(PYTHON) tests/rig/run.py $(RIG)
rig-fleet: all ## carry events of several hosts over ssh, rsyslog, syslog-ng, NATS, journals; alert on them
	@sh .ci/deps tests/rig/packages tests/rig/packages-fleet
	@WHY502=$(BIN) $(PYTHON) tests/rig/fleet.py $(FLEET)
# gcc 12 takes the padding of a structure that a function returned for values not set: that one is off.
ANALYSE = -O2 -fanalyzer -Wno-analyzer-use-of-uninitialized-value -Werror
lint: $(GEN) $(INC) ## clang-tidy, cppcheck and gcc's analyser find nothing
	@printf '%s\n' $(SRC) | xargs -P $$(nproc) -n 1 \
	  gcc $(filter-out -MMD -MP,$(W5_CPPFLAGS)) $(PKG_CFLAGS) -std=gnu17 $(ANALYSE) -c -o /dev/null
	@cppcheck --quiet --error-exitcode=1 --enable=warning,performance,portability --std=c11 \
	  -j$$(nproc) -D_GNU_SOURCE -Iinclude src
	@printf '%s\n' $(SRC) | xargs -P $$(nproc) -n 4 sh -c 'clang-tidy --quiet "$$@" -- -std=gnu17 \
	  $(subst ",\",$(subst ',,$(filter -D%,$(W5_CPPFLAGS)))) -Iinclude -I$(B)/gen $(PKG_CFLAGS)' lint
format: ## clang-format in place
	@clang-format -i $(wildcard src/*/*.[ch] tests/unit/*.h tests/*/*.[ch] tests/unit/*/*.c) \
	  $(filter include/%,$(HDR))
po: ## bring new English words into src/po/*.po
	@sh tests/words --update $(VERSION) $(wildcard src/po/*.po)

# --- delivery ------------------------------------------------------------------------------------
static: ## one file without shared libraries (and without the journal's library)
	@$(MAKE) --no-print-directory STATIC=1 BUILD=$(BUILD)/static all
FLEET_FILES := $(wildcard src/deliver/fleet/*)
# What an alert's runbook_url begins with; the cause's id follows.
RUNBOOK_URL ?= man:why502-causes(7)\#
UNITS := $(wildcard src/*/*.service src/*/*.timer src/*/*.path)
# Where each thing goes below PREFIX, and which file it is. Install and uninstall read this list.
INSTALLED := bin/why502=$(BIN) lib/libwhy502.a=$(LIB) lib/pkgconfig/why502.pc=$(B)/why502.pc \
  $(foreach h,$(wildcard include/why502/*.h include/why502/base/*.h),$(h)=$(h)) \
  $(foreach m,$(MANUAL),share/man/man$(subst .,,$(suffix $(m)))/$(notdir $(m))=$(m)) \
  share/bash-completion/completions/why502=$(B)/completion/bash \
  share/zsh/site-functions/_why502=$(B)/completion/zsh \
  share/fish/vendor_completions.d/why502.fish=$(B)/completion/fish \
  $(foreach u,$(UNITS),lib/systemd/system/$(notdir $(u))=$(B)/deliver/$(notdir $(u))) \
  share/doc/why502/why502.cron=$(B)/deliver/why502.cron \
  $(foreach f,$(FLEET_FILES),share/why502/fleet/$(notdir $(f))=$(B)/deliver/fleet/$(notdir $(f))) \
  $(foreach w,$(W5),share/doc/why502/catalogue/$(notdir $(w))=$(w))
placed = $(DESTDIR)$(PREFIX)/$(firstword $(subst =, ,$(1)))
$(UNITS:src/deliver/%=$(B)/deliver/%) $(B)/deliver/why502.cron: $(B)/deliver/%: src/deliver/% FORCE
	@mkdir -p $(@D)
	@sed 's|/usr/local|$(PREFIX)|' $< > $@.new
	@$(settle)
$(FLEET_FILES:src/deliver/%=$(B)/deliver/%): $(B)/deliver/%: src/deliver/% FORCE
	@mkdir -p $(@D)
	@sed -e 's|/usr/local|$(PREFIX)|' -e 's|man:why502-causes(7)#|$(RUNBOOK_URL)|' $< > $@.new
	@$(settle)
# There is no shared library, so whoever links needs what the library needs: Requires, not .private.
$(B)/why502.pc: FORCE
	@printf '%s\n' 'prefix=$(PREFIX)' '' 'Name: why502' 'Version: $(VERSION)' \
	  'Description: why a site returned a 502 or 504, from its logs' 'Requires: $(PKGS)' \
	  'Libs: -L$${prefix}/lib -lwhy502 -pthread$(if $(BZ2), -lbz2)' 'Cflags: -I$${prefix}/include' > $@.new
	@$(settle)
install: all $(foreach i,$(INSTALLED),$(lastword $(subst =, ,$(i)))) ## DESTDIR and PREFIX are honoured
	@$(foreach i,$(INSTALLED),install -D -m $(if $(filter bin/% %/why502-keep,$(firstword $(subst =, ,$(i)))),755,644) \
	  $(lastword $(subst =, ,$(i))) $(call placed,$(i)) &&) echo "installed $(DESTDIR)$(PREFIX)/bin/why502"
uninstall: ## the reverse
	@rm -f $(foreach i,$(INSTALLED),$(call placed,$(i)))
	@for d in include/why502/base include/why502 share/doc/why502/catalogue share/doc/why502; do \
	  rmdir $(DESTDIR)$(PREFIX)/$$d 2> /dev/null || :; done
dist: ## a tarball of the last commit, and its SHA-256
	@mkdir -p $(BUILD)
	@git archive --prefix=why502-$(VERSION)/ -o $(BUILD)/why502-$(VERSION).tar.gz HEAD
	@cd $(BUILD) && sha256sum why502-$(VERSION).tar.gz | tee why502-$(VERSION).tar.gz.sha256
deb: ## a Debian package for this machine
	@rm -rf $(B)/deb
	@$(MAKE) --no-print-directory install DESTDIR=$(abspath $(B))/deb PREFIX=/usr
	@sh .ci/deb $(B)/deb $(VERSION) $(B)
clean: ## remove everything that was built
	@rm -rf $(BUILD)
help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' Makefile
	@echo "  make deps             install what building and testing need (apt)"

-include $(OBJ:.o=.d) $(addsuffix .d,$(UNIT) $(FUZZER) $(BENCH))
endif
