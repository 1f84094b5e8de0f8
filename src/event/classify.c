/* classify.c -- a record, the pattern it fits, and what that makes it.
 *
 * Per pattern, what the record needs is worked out once (which group is which field, which pairs
 * are set) and codes are made once per phase and errno: on a line there is a look-up and nothing
 * else. */
#include <why502/event.h>

#include "access.h"
#include "code.h"
#include "read.h"
#include "heads.h"

#define CODES_MAX 64 /* kept per pattern; hostile errnos cannot grow it further */

typedef struct setting {
    int field;
    w5_str value;
} setting;

typedef struct made_code {
    struct made_code *next;
    char letter;
    int number;
    w5_str code;
} made_code;

typedef struct facts { /* of one pattern, made at its first match */
    bool made;
    bool fixed; /* the code has nothing to fill in */
    int8_t field[W5_GROUPS];
    setting *set;
    size_t sets, codes;
    made_code *code;
} facts;

struct w5_classifier {
    const w5_catalogue *catalogue;
    w5_matcher *matcher;
    w5_arena *arena;
    facts *facts; /* by w5_pattern.index */
    const w5_format *format;
    w5_access access; /* of that format */
    const w5_class *access_class, *answered_5xx, *traceback;
    w5_str status_code[100]; /* "HU-5xx" */
    w5_head *heads;
    uint64_t limits;
    uint64_t *absorbed; /* by w5_pattern.index: given up by others; NULL: nothing was */
    w5_answer answer; /* here and not on the stack: hardened builds clear each variable there */
};

w5_classifier *w5_classifier_new(const w5_catalogue *c)
{
    const w5_pattern *const *patterns;
    w5_arena *arena = w5_arena_new();
    w5_classifier *k = W5_NEW(arena, w5_classifier);
    k->catalogue = c;
    k->arena = arena;
    k->matcher = w5_matcher_new(c);
    k->facts = W5_NEW_N(arena, facts, w5_catalogue_patterns(c, &patterns) + 1);
    k->access_class = w5_catalogue_class(c, W5_STR("access"));
    k->answered_5xx = w5_catalogue_class(c, W5_STR("upstream-5xx"));
    k->traceback = w5_catalogue_class(c, W5_STR("traceback"));
    k->heads = W5_NEW_N(arena, w5_head, W5_HEADS);
    return k;
}

const w5_catalogue *w5_classifier_catalogue(const w5_classifier *k)
{
    return k->catalogue;
}

void w5_classifier_free(w5_classifier *k)
{
    if (k == NULL)
        return;
    w5_matcher_free(k->matcher);
    w5_arena_free(k->arena);
}

static void make_facts(w5_classifier *k, const w5_pattern *p, facts *f, size_t groups)
{
    size_t at;
    f->made = true;
    f->fixed = !w5_str_find_char(p->code, '{', &at);
    for (size_t i = 1; i < groups; i++)
        f->field[i] = (int8_t)w5_field_find(w5_matcher_group_name(k->matcher, p, i));
    f->set = W5_NEW_N(k->arena, setting, p->sets.n + 1);
    for (size_t i = 0; i < p->sets.n; i++) {
        setting *s = &f->set[f->sets];
        w5_str name = W5_NONE;
        w5_str_cut(p->sets.at[i], '=', &name, &s->value);
        s->field = w5_field_find(name);
        f->sets += s->field >= 0;
    }
}

static void fill_fields(const facts *f, const w5_answer *a, w5_record *record)
{
    for (size_t i = 1; i < a->groups; i++)
        if (f->field[i] >= 0 && a->group[i].ptr != NULL)
            w5_record_set(record, (w5_field)f->field[i], a->group[i]);
    for (size_t i = 0; i < f->sets; i++)
        w5_record_set(record, (w5_field)f->set[i].field, f->set[i].value);
}

static w5_str make_code(w5_classifier *k, const w5_pattern *p, facts *f, char letter, int number)
{
    made_code *made = W5_NEW(k->arena, made_code);
    *made = (made_code){f->code, letter, number, w5_code_fill(p->code, letter, number, k->arena)};
    f->code = made;
    f->codes++;
    return made->code;
}

static w5_str find_code(w5_classifier *k, const w5_pattern *p, facts *f, char letter, int number)
{
    for (const made_code *made = f->code; made != NULL; made = made->next)
        if (made->letter == letter && made->number == number)
            return made->code;
    if (f->codes >= CODES_MAX && number != -1)
        return find_code(k, p, f, letter, -1); /* OTHER */
    return make_code(k, p, f, letter, number);
}

static w5_str code_of(w5_classifier *k, const w5_pattern *p, facts *f, const w5_question *q)
{
    return f->fixed ? p->code : find_code(k, p, f, w5_phase_letter(q->phase), q->number);
}

static int read_errno(const w5_record *r)
{
    uint64_t n;
    if (!(r->have >> W5_F_errno & 1))
        return -1;
    bool is = w5_str_u64(w5_record_get(r, W5_F_errno), &n) && n <= INT32_MAX;
    return is ? (int)n : -1;
}

static w5_rc recall(const w5_head *known, w5_event *event)
{
    event->pattern = known->pattern;
    event->klass = known->klass;
    event->code = known->code;
    return event->klass == NULL ? W5_MISS : W5_OK;
}

static w5_rc classify_message(w5_classifier *k, w5_record *record, w5_event *event)
{
    w5_str head = w5_head_of(record);
    const w5_head *known = w5_heads_find(k->heads, record, head);
    if (known != NULL)
        return recall(known, event);
    w5_question q = {
        .format = record->format->id,
        .message = record->message,
        .phase = w5_record_get(record, W5_F_phase),
        .number = read_errno(record),
        .level = w5_record_get(record, W5_F_level),
        .ident = w5_record_get(record, W5_F_ident),
    };
    w5_answer *a = &k->answer;
    w5_rc rc = w5_matcher_find(k->matcher, &q, a);
    k->limits += a->limit;
    event->alike = !a->limit && a->groups <= 1;
    event->sight = a->sight;
    event->floats = a->floats;
    if (rc != W5_OK)
        return rc;
    const w5_pattern *p = a->pattern;
    facts *f = &k->facts[p->index];
    if (!f->made)
        make_facts(k, p, f, a->groups);
    fill_fields(f, a, record);
    event->pattern = p;
    event->klass = p->klass;
    event->code = p->code.len == 0 ? W5_STR("") : code_of(k, p, f, &q);
    if (p->code.len > 0 && a->groups <= 1 && f->sets == 0)
        w5_heads_keep(k->heads, record, head, event);
    return event->klass == NULL ? W5_MISS : W5_OK;
}

static w5_str status_code(w5_classifier *k, unsigned status)
{
    w5_str *code = &k->status_code[status - 500];
    if (code->len == 0)
        *code = w5_arena_fmt(k->arena, "HU-%u", status);
    return *code;
}

static w5_rc classify_access(w5_classifier *k, const w5_record *record, w5_event *event)
{
    unsigned status = w5_access_upstream_status(k->access, record);
    event->klass = k->access_class;
    if (status != 0 && k->answered_5xx != NULL) {
        event->klass = k->answered_5xx;
        event->code = status_code(k, status);
    }
    return event->klass == NULL ? W5_MISS : W5_OK;
}

/* Our own events carry class or kind as the id of their pattern, and their code. */
static w5_rc classify_own(w5_classifier *k, const w5_record *record, w5_event *event)
{
    event->pattern = record->pattern;
    event->klass = record->pattern->klass != NULL
                       ? record->pattern->klass
                       : w5_catalogue_class(k->catalogue, record->pattern->id);
    event->code = record->pattern->code;
    return event->klass == NULL ? W5_MISS : W5_OK;
}

/* Whatever the application says above it: a stack below is an exception. */
static w5_rc classify_stack(const w5_classifier *k, const w5_record *record, w5_event *event)
{
    if (w5_record_get(record, W5_F_exception).len > 0)
        event->klass = k->traceback;
    return event->klass == NULL ? W5_MISS : W5_OK;
}

w5_rc w5_event_classify(w5_classifier *k, w5_record *record, w5_event *event)
{
    *event = (w5_event){.record = record, .code = W5_STR("")};
    if (record->pattern != NULL)
        return classify_own(k, record, event);
    if (record->format != k->format) {
        k->format = record->format;
        k->access = w5_access_kind(record->format->id);
    }
    if (k->access != W5_ACCESS_NO)
        return classify_access(k, record, event);
    w5_rc rc = classify_message(k, record, event);
    return rc == W5_MISS && event->pattern == NULL ? classify_stack(k, record, event) : rc;
}

bool w5_event_floats(w5_classifier *k, const w5_format *format, w5_str message)
{
    return w5_matcher_floats(k->matcher, format->id, message);
}

uint64_t w5_classifier_limits(const w5_classifier *k)
{
    return k->limits;
}

uint64_t w5_classifier_given_up(const w5_classifier *k, const w5_pattern *p)
{
    return w5_matcher_given_up(k->matcher, p) + (k->absorbed ? k->absorbed[p->index] : 0);
}

void w5_classifier_absorb(w5_classifier *k, const w5_classifier *other)
{
    const w5_pattern *const *patterns;
    size_t n = w5_catalogue_patterns(k->catalogue, &patterns);
    if (other->limits == 0)
        return;
    if (!k->absorbed)
        k->absorbed = W5_NEW_N(k->arena, uint64_t, n + 1);
    for (size_t i = 0; i < n; i++)
        k->absorbed[patterns[i]->index] += w5_classifier_given_up(other, patterns[i]);
    k->limits += other->limits;
}
