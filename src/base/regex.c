/* regex.c -- PCRE2's door.
 *
 * Bytes mode: log text need not be UTF-8, and PCRE2 before 10.48 read past its subject after a
 * fallback from the JIT on invalid UTF. NEVER_UTF keeps a pattern's own "(*UTF)" out too. The JIT
 * compiler costs four times the pattern's compilation (measured: 4 us and 1 us a pattern), so it
 * runs at the first match: most of the catalogue's patterns never meet a line.
 *
 * pcre2api(3), pcre2jit(3) of 10.42: the match limit counts differently under the JIT, depth and
 * heap limits hold only without it; there 32 KiB of machine stack are the bound, and a match that
 * needs more is left to the interpreter. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <why502/base/regex.h>

#include <stdlib.h>

enum {
    MATCH_LIMIT = 100000,
    DEPTH_LIMIT = 1000,
    HEAP_KIB = 4096
};

struct w5_regex {
    pcre2_code *code;
    pcre2_match_data *data;
    pcre2_match_context *context;
    w5_str *names; /* by group; the bytes are PCRE2's */
    size_t groups;
    bool jit_tried;
};

static w5_rc wrong_pattern(w5_err *err, int code, size_t at)
{
    PCRE2_UCHAR words[200];
    if (pcre2_get_error_message(code, words, sizeof words) < 0)
        words[0] = '\0';
    return w5_fail(err, W5_ESYNTAX, 0, "column %zu: %s", at + 1, (const char *)words);
}

/* PCRE2's name table: entries of equal size, two bytes of number, the name, NUL. */
static void read_names(w5_regex *re)
{
    uint32_t count = 0;
    uint32_t size = 0;
    PCRE2_SPTR table = NULL;
    pcre2_pattern_info(re->code, PCRE2_INFO_NAMECOUNT, &count);
    pcre2_pattern_info(re->code, PCRE2_INFO_NAMEENTRYSIZE, &size);
    pcre2_pattern_info(re->code, PCRE2_INFO_NAMETABLE, &table);
    re->names = w5_xmalloc((re->groups + 1) * sizeof *re->names);
    for (size_t i = 0; i <= re->groups; i++)
        re->names[i] = (w5_str){"", 0};
    for (uint32_t i = 0; i < count; i++, table += size)
        re->names[(size_t)table[0] << 8 | table[1]] = w5_str_of((const char *)table + 2);
}

/* An expression that could not be had for want of memory would look like one that does not match. */
static void *take(size_t size, void *unused)
{
    (void)unused;
    return w5_xmalloc(size);
}

static void give(void *bytes, void *unused)
{
    (void)unused;
    free(bytes);
}

w5_rc w5_regex_new(w5_str pattern, w5_regex **re, w5_err *err)
{
    int code = 0;
    size_t at = 0;
    uint32_t groups = 0;
    PCRE2_SPTR text = (PCRE2_SPTR)(pattern.ptr ? pattern.ptr : "");
    pcre2_general_context *memory = pcre2_general_context_create(take, give, NULL);
    pcre2_compile_context *how = pcre2_compile_context_create(memory);
    pcre2_code *compiled = pcre2_compile(
        text, pattern.len, PCRE2_NEVER_UTF | PCRE2_NEVER_BACKSLASH_C, &code, &at, how);
    pcre2_compile_context_free(how);
    if (!compiled) {
        pcre2_general_context_free(memory);
        return wrong_pattern(err, code, at);
    }
    w5_regex *made = w5_xmalloc(sizeof *made);
    *made = (w5_regex){.code = compiled};
    pcre2_pattern_info(compiled, PCRE2_INFO_CAPTURECOUNT, &groups);
    made->groups = groups;
    made->data = pcre2_match_data_create_from_pattern(compiled, memory);
    made->context = pcre2_match_context_create(memory);
    pcre2_general_context_free(memory);
    read_names(made);
    w5_regex_limits(made, MATCH_LIMIT, DEPTH_LIMIT, HEAP_KIB);
    *re = made;
    return W5_OK;
}

void w5_regex_free(w5_regex *re)
{
    if (!re)
        return;
    pcre2_match_context_free(re->context);
    pcre2_match_data_free(re->data);
    pcre2_code_free(re->code);
    free(re->names);
    free(re);
}

void w5_regex_limits(w5_regex *re, uint32_t match, uint32_t depth, uint32_t heap_kib)
{
    pcre2_set_match_limit(re->context, match);
    pcre2_set_depth_limit(re->context, depth);
    pcre2_set_heap_limit(re->context, heap_kib);
}

static void fill(const w5_regex *re, w5_str s, w5_str *groups, size_t n, int set)
{
    const size_t *at = pcre2_get_ovector_pointer(re->data);
    for (size_t i = 0; i < n; i++) {
        bool there = (int)i < set && at[2 * i] != PCRE2_UNSET && at[2 * i] <= at[2 * i + 1];
        groups[i] = there ? (w5_str){s.ptr + at[2 * i], at[2 * i + 1] - at[2 * i]} : W5_NONE;
    }
}

static int run(const w5_regex *re, w5_str s, uint32_t options)
{
    return pcre2_match(re->code, (PCRE2_SPTR)s.ptr, s.len, 0, options, re->data, re->context);
}

w5_rc w5_regex_match(w5_regex *re, w5_str s, w5_str *groups, size_t n)
{
    if (!re->jit_tried) {
        re->jit_tried = true;
        pcre2_jit_compile(re->code, PCRE2_JIT_COMPLETE); /* without it the interpreter matches */
    }
    if (!s.ptr)
        s = W5_STR("");
    int set = run(re, s, 0);
    if (set == PCRE2_ERROR_JIT_STACKLIMIT)
        set = run(re, s, PCRE2_NO_JIT);
    if (set < 0)
        return set == PCRE2_ERROR_NOMATCH ? W5_MISS : W5_ELIMIT;
    fill(re, s, groups, n, set);
    return W5_OK;
}

size_t w5_regex_groups(const w5_regex *re)
{
    return re->groups;
}

w5_str w5_regex_group_name(const w5_regex *re, size_t i)
{
    return i <= re->groups ? re->names[i] : W5_STR("");
}

/* Of the library that runs, which may be newer than the one compiled with. */
const char *w5_regex_version(void)
{
    static _Thread_local char version[64];
    if (pcre2_config(PCRE2_CONFIG_VERSION, NULL) > (int)sizeof version)
        return "PCRE2";
    pcre2_config(PCRE2_CONFIG_VERSION, version);
    return version;
}
