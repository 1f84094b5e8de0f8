/* remedies.c -- the cause's remedies first, the documents' others with the reason why not.
 *
 * Order: what the catalogue says for the cause, moved where this incident's evidence says so; with
 * nginx's log alone and a line that settles nothing, the documents' order as it stands. All
 * remedies of the documents are listed, whatever the cause, with their own rank: who looks for one
 * of them must find it, and the reason why it is not advised. */
#include "plan.h"

static w5_figure figure_of(const w5_error *e)
{
    if (w5_error_says(e, W5_BIT(READ_TIMEOUT) | W5_BIT(CONNECT_TIMEOUT) | W5_BIT(SEND_TIMEOUT)))
        return W5_FIGURE_TIMERS;
    if (w5_error_says(e, W5_BIT(HEADER_TOO_BIG)))
        return W5_FIGURE_BIG;
    return w5_error_says(e, W5_BIT(BACKLOG_FULL)) ? W5_FIGURE_QUEUE : W5_FIGURE_NONE;
}

static w5_figures count(const w5_judgement *j)
{
    const w5_case *c = j->c;
    const w5_theory *timeout = w5_judged_with(j, "gunicorn-worker-timeout");
    w5_figures n = {.first = c->errors ? c->error[0].cell : NULL};
    for (size_t i = 0; i < c->errors; i++) {
        uint64_t lines = c->error[i].cell->count;
        n.errors += lines;
        n.of[figure_of(&c->error[i])] += lines;
        n.of[W5_FIGURE_TIMEOUTS] += timeout && timeout->join && timeout->join[i] ? lines : 0;
    }
    return n;
}

/* ---- the order ---- */

w5_draft *w5_plan_draft(w5_plan *p, w5_str id)
{
    for (size_t i = 0; i < p->out->n; i++)
        if (w5_str_eq(p->out->at[i].advice.remedy->id, id))
            return &p->out->at[i];
    return NULL;
}

static void add(w5_plan *p, w5_str id, w5_advice_state state)
{
    const w5_remedy *remedy = w5_catalogue_remedy(p->catalogue, id);
    if (!remedy || w5_plan_draft(p, id) || p->out->n == W5_DRAFTS_MAX)
        return;
    p->out->at[p->out->n++] = (w5_draft){
        .advice = {.remedy = remedy, .state = state}
    };
}

void w5_plan_add(w5_plan *p, w5_str id)
{
    add(p, id, W5_ADVISED);
}

static void add_list(w5_plan *p, const w5_list *ids, w5_advice_state state)
{
    for (size_t i = 0; i < ids->n; i++)
        add(p, ids->at[i], state);
}

bool w5_plan_lists(const w5_list *ids, w5_str id)
{
    for (size_t i = 0; i < ids->n; i++)
        if (w5_str_eq(ids->at[i], id))
            return true;
    return false;
}

/* Report A lists its rank 0 (read the logs) as the eighth and last; B's page comes behind all of A.
 */
static int rank_order(w5_str rank)
{
    uint64_t n;
    if (w5_str_eq(rank, W5_STR("0")))
        return 16;
    if (w5_str_starts(rank, W5_STR("B")))
        return 17;
    if (!w5_str_take_u64(&rank, &n) || n > 7)
        return 18;
    return (int)n * 2 + (rank.len > 0);
}

static void add_documents(w5_plan *p, w5_advice_state state)
{
    const w5_remedy *const *all;
    size_t n = w5_catalogue_remedies(p->catalogue, &all);
    for (int order = 0; order <= 17; order++)
        for (size_t i = 0; i < n; i++)
            if (all[i]->rank.len && rank_order(all[i]->rank) == order)
                add(p, all[i]->id, state);
}

/* With nginx's log alone a close, a refusal or a reset says nothing about its cause (spec §5.4). */
static bool documents_stand(const w5_judgement *j)
{
    const w5_case *c = j->c;
    double open = 0;
    for (size_t i = 0; i < c->errors; i++)
        open += w5_error_says(&c->error[i], W5_CLOSES | W5_BIT(REFUSED)) ? c->error[i].weight : 0;
    return w5_judged(j, "unknown") && w5_known_only_nginx(c->k) && open * 2 >= c->weight;
}

static void warn_of_harm(w5_plan *p)
{
    for (size_t i = 0; i < p->out->n; i++)
        if (w5_reason_harm(p, p->out->at[i].advice.remedy->id))
            p->out->at[i].advice.state = W5_HARMFUL;
}

/* ---- what is set already ---- */

typedef enum standing {
    OTHER, /* words that cannot be compared */
    LESS,
    EQUAL,
    MORE
} standing;

static standing of_numbers(int64_t has, int64_t wants)
{
    return has == wants ? EQUAL : has < wants ? LESS : MORE;
}

/* 1, ON, yes and true are one: my.cnf takes the first two, PHP and systemd the others, too. */
static int truth_of(w5_str value)
{
    static const w5_str words[] = {W5_LIT("0"),  W5_LIT("1"),   W5_LIT("off"),   W5_LIT("on"),
                                   W5_LIT("no"), W5_LIT("yes"), W5_LIT("false"), W5_LIT("true")};
    for (int i = 0; i < (int)(sizeof(words) / sizeof(*words)); i++)
        if (w5_str_ieq(w5_str_trim(value), words[i]))
            return i & 1;
    return -1;
}

/* What is set, against what would be advised: seconds, sizes, plain numbers, switches, words. */
static standing stands(const w5_setting *now, w5_str to)
{
    w5_setting wanted = *now;
    wanted.value = to;
    w5_time has = w5_config_duration(now), wants = w5_config_duration(&wanted);
    if (has != W5_TIME_NONE && wants != W5_TIME_NONE)
        return of_numbers(has, wants);
    int64_t bytes = w5_config_bytes(now), more = w5_config_bytes(&wanted);
    if (bytes >= 0 && more >= 0)
        return of_numbers(bytes, more);
    int truth = truth_of(now->value);
    bool same =
        truth >= 0 ? truth == truth_of(to) : w5_str_eq(w5_str_trim(now->value), w5_str_trim(to));
    return same ? EQUAL : OTHER;
}

/* Only remedies that raise a value can be in place; the decisive line is the one that is judged. */
static const struct {
    const char *remedy, *setting;
} raising[] = {
    {"nginx-timeouts",       "proxy_read_timeout"},
    {"gunicorn-timeout",     "--timeout"         },
    {"nginx-buffers",        "proxy_buffer_size" },
    {"gunicorn-workers",     "--workers"         },
    {"gunicorn-gevent",      "--worker-class"    },
    {"raise-db-connections", "max_connections"   },
};

static void find_in_place(w5_plan *p)
{
    for (size_t i = 0; i < sizeof(raising) / sizeof(*raising); i++) {
        w5_draft *d = w5_plan_draft(p, w5_str_of(raising[i].remedy));
        w5_str setting = w5_str_of(raising[i].setting);
        w5_setting now;
        if (!d || d->advice.state != W5_ADVISED || !w5_values_now(&p->v, setting, &now))
            continue;
        for (size_t c = 0; c < d->advice.changes; c++)
            if (w5_str_eq(d->advice.change[c].setting, setting) &&
                stands(&now, d->advice.change[c].to) >= EQUAL)
                d->advice.state = W5_IN_PLACE;
    }
}

/* ---- changes and commands ---- */

static w5_change change_of(const w5_plan *p, w5_str line)
{
    w5_str file = line, setting = W5_NONE, to = W5_NONE;
    if (w5_str_cut(line, '|', &file, &setting))
        w5_str_cut(setting, '|', &setting, &to);
    w5_change change = {.setting = w5_values_fill(&p->v, w5_str_trim(setting), false)};
    change.to = w5_values_fill(&p->v, w5_str_trim(to), false);
    change.file = w5_values_fill(&p->v, w5_str_trim(file), false);
    w5_setting now;
    if (w5_values_now(&p->v, w5_str_trim(setting), &now)) {
        change.file = now.file;
        change.line = now.line;
        change.now = now.value;
    }
    return change;
}

static void fill_number(const w5_plan *p, w5_draft *d, w5_change *change)
{
    bool workers = w5_str_eq(change->setting, W5_STR("--workers"));
    if (workers && w5_str_eq(d->advice.remedy->id, W5_STR("fewer-workers")))
        change->to = w5_say_number(p->v.arena, p->v.fewer);
    else if (workers && !p->v.workers)
        change->to = W5_STR(N_("(CPU cores × 2) + 1"));
}

static void fill_draft(const w5_plan *p, w5_draft *d)
{
    const w5_remedy *r = d->advice.remedy;
    w5_change *change = W5_NEW_N(p->v.arena, w5_change, r->change.n);
    w5_str *command = W5_NEW_N(p->v.arena, w5_str, r->commands.n);
    for (size_t i = 0; i < r->change.n; i++) {
        change[i] = change_of(p, r->change.at[i]);
        fill_number(p, d, &change[i]);
    }
    for (size_t i = 0; i < r->commands.n; i++)
        command[i] = w5_values_fill(&p->v, r->commands.at[i], true);
    d->advice.change = change;
    d->advice.changes = r->change.n;
    d->advice.command = command;
    d->advice.commands = r->commands.n;
    d->advice.verify = w5_values_fill(&p->v, r->verify, true);
    d->advice.undo = w5_values_fill(&p->v, r->undo, true);
}

/* Settings of which more, or less, than advised is better still, whatever the remedy. */
static const struct {
    const char *setting;
    standing better;
} beyond[] = {
    {"proxy_connect_timeout",         MORE},
    {"proxy_send_timeout",            MORE},
    {"proxy_read_timeout",            MORE},
    {"send_timeout",                  MORE},
    {"proxy_buffer_size",             MORE},
    {"uwsgi_read_timeout",            MORE},
    {"fastcgi_read_timeout",          MORE},
    {"worker_rlimit_nofile",          MORE},
    {"events { worker_connections }", MORE},
    {"--backlog",                     MORE},
    {"buffer-size",                   MORE},
    {"max_connections",               MORE},
    {"long_query_time",               LESS},
    {"innodb_lock_wait_timeout",      LESS},
};

static bool is_set(const w5_plan *p, const w5_change *change)
{
    w5_setting now;
    if (w5_str_eq(change->now, change->to))
        return true;
    if (!w5_values_now(&p->v, change->setting, &now))
        return false;
    standing is = stands(&now, change->to);
    for (size_t i = 0; i < sizeof(beyond) / sizeof(*beyond); i++)
        if (w5_str_eq(w5_str_of(beyond[i].setting), change->setting) && is == beyond[i].better)
            return true;
    return is == EQUAL;
}

/* What is set so already, or better, is no change, but in a remedy that is in place as a whole. */
static void drop_unchanged(const w5_plan *p, w5_advice *a)
{
    w5_change *kept = W5_NEW_N(p->v.arena, w5_change, a->changes);
    size_t n = 0;
    for (size_t i = 0; i < a->changes; i++)
        if (!is_set(p, &a->change[i]))
            kept[n++] = a->change[i];
    a->change = kept;
    a->changes = n;
}

/* ---- together ---- */

/* Advised first, in their order; then what is in place, what cannot help, what would harm. */
static void sort_by_state(w5_drafts *out)
{
    w5_drafts sorted = {.n = 0};
    for (w5_advice_state state = W5_ADVISED; state <= W5_HARMFUL; state++)
        for (size_t i = 0; i < out->n; i++)
            if (out->at[i].advice.state == state)
                sorted.at[sorted.n++] = out->at[i];
    *out = sorted;
    for (size_t i = 0; i < out->n; i++)
        out->at[i].advice.rank = (unsigned)i + 1;
}

static bool is_advised(w5_plan *p, w5_str id)
{
    w5_draft *d = w5_plan_draft(p, id);
    return d && d->advice.state == W5_ADVISED;
}

/* Another cause at work in the same incident has a remedy of its own: behind the named cause's,
 * though it would not help against that one. */
static void add_chain(w5_plan *p)
{
    for (size_t i = 0; i < p->j->chains; i++) {
        const w5_theory *t = p->j->chain[i];
        if (t->cause->first.n && w5_score_overlap(p->j->c, t, p->j->chosen) < 0.5 &&
            !is_advised(p, t->cause->first.at[0]))
            add(p, t->cause->first.at[0], W5_ADVISED);
    }
}

static void plan_order(w5_plan *p)
{
    const w5_cause *cause = p->j->chosen->cause;
    if (p->documents)
        add_documents(p, W5_ADVISED);
    add_list(p, &cause->first, W5_ADVISED);
    add_list(p, &cause->then, W5_ADVISED);
    for (size_t i = 0; !p->documents && i < p->out->n; i++)
        if (w5_plan_lists(&cause->never, p->out->at[i].advice.remedy->id))
            p->out->at[i].advice.state = W5_NO_HELP;
    w5_moves_make(p);
    add_chain(p);
    add_list(p, &cause->never, W5_NO_HELP);
    add_documents(p, W5_NO_HELP);
    warn_of_harm(p);
}

void w5_remedies_draft(const w5_judgement *j, w5_arena *arena, w5_drafts *drafts)
{
    w5_plan p = {.j = j,
                 .catalogue = j->c->k->t->catalogue,
                 .v = w5_values_of(j, arena),
                 .n = count(j),
                 .out = drafts,
                 .documents = documents_stand(j)};
    drafts->n = 0;
    plan_order(&p);
    for (size_t i = 0; i < drafts->n; i++)
        fill_draft(&p, &drafts->at[i]);
    find_in_place(&p);
    for (size_t i = 0; i < drafts->n; i++)
        if (drafts->at[i].advice.state != W5_IN_PLACE)
            drop_unchanged(&p, &drafts->at[i].advice);
    sort_by_state(drafts);
    w5_reasons_say(&p);
}
