/* clues.c -- causes of somebody's own catalogue, weighed by their `evidence:` and `against:` lines
 * (grammar: src/catalogue/README.md). The loader has checked the grammar; what does not fit is
 * skipped. */
#include "trial.h"

typedef struct clue_reader {
    const w5_class *klass;
    w5_time before, after;
    bool bounded; /* a `within` stood there */
    w5_str join;  /* "" when none */
    const w5_list *word;
} clue_reader;

static void read_within(clue_reader *r, w5_str duration, w5_str side)
{
    w5_time d;
    if (w5_duration(duration, &d, NULL) != W5_OK)
        return;
    r->bounded = true;
    r->before = w5_str_eq(side, W5_STR("after")) ? 0 : d;
    r->after = w5_str_eq(side, W5_STR("before")) ? 0 : d;
}

static clue_reader read_clue(const w5_case *c, const w5_clue *clue)
{
    const w5_list *word = &clue->word;
    clue_reader r = {.word = word};
    if (word->n > 1)
        r.klass = w5_catalogue_class(c->k->t->catalogue, word->at[1]);
    for (size_t i = 2; i < word->n; i++) {
        if (w5_str_eq(word->at[i], W5_STR("within")) && i + 2 < word->n)
            read_within(&r, word->at[i + 1], word->at[i + 2]);
        if (w5_str_eq(word->at[i], W5_STR("join")) && i + 1 < word->n)
            r.join = word->at[i + 1];
    }
    return r;
}

/* ---- fields ---- */

static w5_str field_of(const w5_case *c, const w5_cell *cell, w5_str name)
{
    const struct {
        w5_str name;
        w5_id id;
    } words[] = {
        {W5_STR("path"),        cell->path    },
        {W5_STR("upstream"),    cell->upstream},
        {W5_STR("unit"),        cell->unit    },
        {W5_STR("ident"),       cell->ident   },
        {W5_STR("address"),     cell->address },
        {W5_STR("method"),      cell->method  },
        {W5_STR("exception"),   cell->what    },
        {W5_STR("reason"),      cell->what    },
        {W5_STR("version"),     cell->what    },
        {W5_STR("comm"),        cell->what    },
        {W5_STR("fingerprint"), cell->what    },
        {W5_STR("frame"),       cell->where   },
        {W5_STR("module"),      cell->where   },
        {W5_STR("library"),     cell->statuses},
        {W5_STR("memcg"),       cell->where   },
        {W5_STR("server"),      cell->server  },
        {W5_STR("code"),        cell->code    },
    };
    static const w5_str numbers[] = {W5_LIT("errno"), W5_LIT("signal"), W5_LIT("exit_code"),
                                     W5_LIT("status"), W5_LIT("db_errno")};
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        if (w5_str_eq(words[i].name, name))
            return w5_known_str(c->k, words[i].id);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
        if (w5_str_eq(numbers[i], name) && cell->number >= 0)
            return w5_say_number(c->arena, (uint64_t)cell->number);
    return W5_NONE;
}

static bool fields_fit(const w5_case *c, const clue_reader *r, const w5_cell *cell)
{
    for (size_t i = 2; i < r->word->n; i++) {
        w5_str name, value;
        if (!w5_str_cut(r->word->at[i], '=', &name, &value))
            continue;
        w5_str has = field_of(c, cell, name);
        bool open = w5_str_ends(value, W5_STR("*"));
        if (open)
            value.len--;
        if (open ? !w5_str_starts(has, value) : !w5_str_eq(has, value))
            return false;
    }
    return true;
}

/* ---- joins ---- */

static const w5_worker *worker_of(const w5_case *c, uint32_t pid, w5_time at)
{
    const w5_lives *l = c->k->lives;
    for (size_t i = w5_lives_seek(l, at - 5 * W5_SECOND); pid && i < l->workers; i++)
        if (l->worker[i].pid == pid &&
            (l->worker[i].boot == W5_TIME_NONE || l->worker[i].boot <= at))
            return &l->worker[i];
    return NULL;
}

static w5_join join_process(const w5_case *c, const w5_error *e, uint32_t pid, w5_time at)
{
    const w5_worker *w = worker_of(c, pid, at);
    const w5_master *m = w ? w5_worker_master(c->k->lives, w) : NULL;
    return m && w5_master_reaches(c->k, m, e->cell->upstream) == W5_REACH_YES ? W5_JOIN_PID
                                                                              : W5_JOIN_NONE;
}

static w5_join join_of(const w5_case *c, const clue_reader *r, const w5_error *e,
                       const w5_cell *cell)
{
    if (!r->join.len)
        return W5_JOIN_TIME;
    if (w5_str_eq(r->join, W5_STR("pid")))
        return join_process(c, e, cell->pid, cell->at);
    if (w5_str_eq(r->join, W5_STR("subject")))
        return join_process(c, e, cell->subject, cell->at);
    if (w5_str_eq(r->join, W5_STR("path")))
        return cell->path && cell->path == e->cell->path ? W5_JOIN_REQUEST : W5_JOIN_NONE;
    if (w5_str_eq(r->join, W5_STR("address")))
        return w5_address_reaches(
                   w5_known_str(c->k, cell->address ? cell->address : cell->upstream),
                   w5_known_str(c->k, e->cell->upstream))
                   ? W5_JOIN_ADDRESS
                   : W5_JOIN_NONE;
    if (w5_str_eq(r->join, W5_STR("overlap")))
        return e->took != W5_TIME_NONE && cell->query_start != W5_TIME_NONE &&
                       cell->query_start <= e->cell->at && cell->query_end >= e->cell->at - e->took
                   ? W5_JOIN_INTERVAL
                   : W5_JOIN_NONE;
    return cell->unit && w5_str_starts(w5_known_str(c->k, cell->unit), c->k->options->unit)
               ? W5_JOIN_TIME
               : W5_JOIN_NONE;
}

static const w5_cell *find_clue(const w5_case *c, const clue_reader *r, const w5_error *e,
                                w5_join *join)
{
    w5_time from = r->bounded ? e->cell->at - r->before - c->tolerance : c->from;
    w5_time to = r->bounded ? e->cell->until + r->after + c->tolerance : c->to + c->tolerance;
    const w5_timeline *t = c->k->t;
    for (size_t i = w5_timeline_seek(t, from); i < t->cells && t->cell[i].at <= to; i++) {
        const w5_cell *cell = &t->cell[i];
        if (cell->klass != r->klass->index || !fields_fit(c, r, cell))
            continue;
        *join = join_of(c, r, e, cell);
        if (*join)
            return cell;
    }
    return NULL;
}

/* ---- the sum ---- */

enum {
    SETTLES = 5
};

static void weigh_error(const w5_case *c, w5_theory *t, size_t i, const clue_reader *clue,
                        int *against)
{
    w5_join best = W5_JOIN_NONE;
    int sum = 0;
    for (size_t n = 0; n < t->cause->clues; n++) {
        w5_join join;
        const w5_cell *cell = clue[n].klass ? find_clue(c, &clue[n], &c->error[i], &join) : NULL;
        if (!cell)
            continue;
        if (t->cause->clue[n].weight < 0) {
            *against -= t->cause->clue[n].weight;
            continue;
        }
        sum += t->cause->clue[n].weight;
        best = join > best ? join : best;
        w5_theory_show(c, t, cell, W5_FOR, NULL);
    }
    if (!sum)
        return;
    if (best == W5_JOIN_TIME && sum >= SETTLES)
        best = W5_JOIN_PATH;
    w5_theory_explain(c, t, i, sum < 3 ? W5_JOIN_GUESS : best);
}

void w5_clues_weigh(const w5_case *c, w5_theory *t)
{
    int against = 0;
    clue_reader *clue = W5_NEW_N(c->arena, clue_reader, t->cause->clues + 1);
    for (size_t n = 0; n < t->cause->clues; n++)
        clue[n] = read_clue(c, &t->cause->clue[n]);
    for (size_t i = 0; i < c->errors; i++)
        if (w5_theory_may(c, t, &c->error[i]))
            weigh_error(c, t, i, clue, &against);
    const w5_error *first = w5_theory_first(t, c);
    if (!first)
        return;
    t->summary = W5_SAY("%1$s", t->cause->title);
    t->summary.said.translate = 1;
    w5_claim_cite(&t->summary, t->proofs ? t->proof[0].cell : NULL);
    w5_claim_cite(&t->summary, first->cell);
    double doubt = (double)against / (10 * (double)c->errors);
    if (against)
        w5_theory_doubt(
            t, doubt > 0.9 ? 0.9 : doubt,
            W5_SAY(
                N_("Its catalogue entry names lines that speak against it, and they are there.")));
}
