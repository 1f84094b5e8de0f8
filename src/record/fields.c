/* fields.c -- the names of a record's fields, and the walk that fills the lazy ones. */
#include <why502/record.h>

const w5_str w5_field_name[W5_FIELDS] = {
#define W5_FIELD_WORD(name) W5_LIT(#name),
    W5_FIELD_LIST(W5_FIELD_WORD)
#undef W5_FIELD_WORD
};
_Static_assert(W5_FIELDS <= 64, "w5_record.have has a bit for each");

const w5_str w5_zone_from_word[] = {
    [W5_ZONE_STAMP] = W5_LIT("stamp"),       [W5_ZONE_OPTION] = W5_LIT("option"),
    [W5_ZONE_CONFIG] = W5_LIT("config"),     [W5_ZONE_ACCESS_LOG] = W5_LIT("access-log"),
    [W5_ZONE_INFERRED] = W5_LIT("inferred"), [W5_ZONE_HOST] = W5_LIT("host"),
};

int w5_field_find(w5_str name)
{
    for (int i = 0; i < W5_FIELDS; i++)
        if (w5_str_eq(w5_field_name[i], name))
            return i;
    return -1;
}

void w5_record_walk(w5_record *r)
{
    if (r->context.len == 0 || !r->format->walk)
        return;
    r->format->walk(r);
    r->context = W5_NONE;
}
