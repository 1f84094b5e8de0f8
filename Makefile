# why502 -- `make help` lists what this file can do. GNU make, one file, no recursion.
VERSION := 0.1.0
PREFIX  ?= /usr/local
BUILD   ?= .build
, := ,

CC         ?= cc
CFLAGS     ?= -O2 -g
PKG_CONFIG ?= pkg-config
WARNINGS   := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wvla -Wundef \
              -Wmissing-prototypes -Wwrite-strings -Wcast-qual -Wformat=2
B := $(BUILD)$(if $(SAN),/$(subst $(,),-,$(SAN)))$(if $(COV),/coverage)
W5_CPPFLAGS = -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64 -DW5_VERSION='"$(VERSION)"' \
              -Iinclude -I$(B)/gen -MMD -MP
W5_CFLAGS   = -std=gnu17 -pthread $(WARNINGS) $(if $(WERROR),-Werror)
ifneq ($(SAN),)
W5_CFLAGS += -fsanitize=$(SAN) -fno-omit-frame-pointer -fno-sanitize-recover=all
endif

REQUIRED := libpcre2-8 jansson zlib
OPTIONAL := sqlite3 liblzma libzstd liblz4 libseccomp libsystemd
PKGS     := $(shell for p in $(REQUIRED) $(OPTIONAL); do $(PKG_CONFIG) --exists $$p && echo $$p; done)
have      = $(if $(filter $(1),$(PKGS)),1,0)
BZ2      := $(shell echo | $(CC) -include bzlib.h -E -x c - >/dev/null 2>&1 && echo 1 || echo 0)
W5_CPPFLAGS += -DW5_HAVE_SQLITE=$(call have,sqlite3) -DW5_HAVE_LZMA=$(call have,liblzma) \
               -DW5_HAVE_ZSTD=$(call have,libzstd) -DW5_HAVE_LZ4=$(call have,liblz4) \
               -DW5_HAVE_SECCOMP=$(call have,libseccomp) -DW5_HAVE_JOURNAL=$(call have,libsystemd) \
               -DW5_HAVE_BZ2=$(BZ2)
PKG_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(PKGS))
PKG_LIBS   := $(shell $(PKG_CONFIG) --libs $(PKGS)) $(if $(filter 1,$(BZ2)),-lbz2)
CMOCKA      = $(shell $(PKG_CONFIG) --cflags --libs cmocka)

# MODULES='base source' builds and tests these alone
MODULES ?= *
SRC    := $(wildcard $(MODULES:%=src/%/*.c))
HDR    := $(wildcard include/why502/*.h include/why502/*/*.h src/*/*.h)
OBJ    := $(SRC:%.c=$(B)/%.o)
CLIOBJ := $(filter $(B)/src/cli/%,$(OBJ))
LIB    := $(B)/libwhy502.a
BIN    := $(B)/why502
UNIT   := $(patsubst %.c,$(B)/%,$(wildcard $(MODULES:%=tests/unit/%/test_*.c)))
DATA   := $(patsubst src/%,$(B)/gen/%.inc,$(wildcard src/*/data/*))
GEN     = $(DATA) $(REGISTRIES)
COMPILE = $(CC) $(W5_CPPFLAGS) $(PKG_CFLAGS) $(CPPFLAGS) $(W5_CFLAGS) $(CFLAGS)

.PHONY: all check-unit clean FORCE
.SECONDARY:
all: $(LIB) $(if $(wildcard src/cli/main.c),$(BIN))
	@echo "built $^"
$(BIN): $(CLIOBJ) $(LIB)
	$(CC) $(W5_CFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(PKG_LIBS) $(LDLIBS)
$(LIB): $(filter-out $(CLIOBJ),$(OBJ))
	rm -f $@ && $(AR) rcs $@ $^
$(DATA): $(B)/gen/%.inc: src/%
	@mkdir -p $(@D)
	od -An -v -tx1 $< | sed 's/ \([0-9a-f][0-9a-f]\)/0x\1,/g' > $@
define registry
REGISTRIES += $(B)/gen/$(1)/$(2).inc
$(B)/gen/$(1)/$(2).inc: FORCE
	@mkdir -p $$(@D)
	@printf '$(foreach n,$(sort $(patsubst src/$(1)/$(2)_%.c,%,$(wildcard src/$(1)/$(2)_*.c))),X($(n))\n)' > $$@.new
	@cmp -s $$@.new $$@ && rm $$@.new || mv $$@.new $$@
endef
$(eval $(call registry,report,report))
$(eval $(call registry,record,format))
$(eval $(call registry,source,decoder))
# the built-in catalogue: every src/catalogue/data/*.w5, one array each and the table of them
CATALOGUE   := $(notdir $(sort $(wildcard src/catalogue/data/*.w5)))
REGISTRIES  += $(B)/gen/catalogue/builtin.inc
$(B)/gen/catalogue/builtin.inc: FORCE
	@mkdir -p $(@D)
	@{ i=0; for f in $(CATALOGUE); do i=$$((i + 1)); \
	  printf 'static const unsigned char builtin_%d[] = {\n#include "catalogue/data/%s.inc"\n};\n' $$i $$f; done; \
	  echo 'static const struct {'; echo '    const char *name;'; \
	  echo '    const unsigned char *bytes;'; echo '    size_t len;'; echo '} builtin[] = {'; \
	  i=0; for f in $(CATALOGUE); do i=$$((i + 1)); \
	  printf '    {"%s", builtin_%d, sizeof(builtin_%d)},\n' $$f $$i $$i; done; echo '};'; } > $@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@
FORCE:
$(B)/%.o: %.c | $(GEN)
	@mkdir -p $(@D)
	$(COMPILE) -c -o $@ $<

check-unit: $(UNIT:=.ok)
$(B)/tests/unit/%.ok: $(B)/tests/unit/%
	@$< > $<.log 2>&1 && touch $@ && echo "ok    $*" || { cat $<.log; echo "FAIL  $*"; exit 1; }
$(B)/tests/unit/%: tests/unit/%.c $(LIB)
	@mkdir -p $(@D)
	$(COMPILE) -Isrc -Itests/unit $(LDFLAGS) -o $@ $< $(LIB) $(PKG_LIBS) $(CMOCKA) $(LDLIBS)
clean:
	rm -rf $(BUILD)

-include $(OBJ:.o=.d) $(addsuffix .d,$(UNIT))
