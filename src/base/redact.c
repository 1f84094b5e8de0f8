/* redact.c -- one walk over the text, rules tried where a character calls for one.
 *
 * A rule looks at the place it is called for and, when it applies, cuts a span that will be
 * replaced. What is cut is never looked at again, and every look back is bounded, so the work is
 * linear. When in doubt a rule cuts: the report loses a word, a ticket does not gain a password. */
#include <why502/base/redact.h>

#include <arpa/inet.h>

typedef struct span {
    struct span *next;
    size_t at, len;
    w5_str with;
} span;

typedef struct walk {
    w5_arena *arena;
    w5_str text;
    size_t at;  /* the character the rules are asked about */
    size_t end; /* of the last span: nothing before it is cut again */
    size_t sql; /* where SQL begins, or the text's length */
    bool clients;
    bool in_path; /* a slash stands between here and the last blank or quote */
    span *first, *last;
} walk;

enum {
    LOOK_BACK = 64
};
#define STARS W5_STR("***")

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_word(char c)
{
    return is_letter(c) || is_digit(c) || c == '_' || c == '-';
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_quote(char c)
{
    return c == '"' || c == '\'' || c == '`';
}

/* The character i places behind the text's start, NUL behind its end. */
static char peek(const walk *w, size_t i)
{
    return i < w->text.len ? w->text.ptr[i] : '\0';
}

static char before(const walk *w, size_t i)
{
    return i > 0 ? w->text.ptr[i - 1] : '\0';
}

static bool cut(walk *w, size_t at, size_t end, w5_str with)
{
    if (at < w->end || end <= at)
        return false;
    span *s = W5_NEW(w->arena, span);
    *s = (span){.at = at, .len = end - at, .with = with};
    if (w->last)
        w->last->next = s;
    else
        w->first = s;
    w->last = s;
    w->at = w->end = end;
    return true;
}

/* --- query strings: ?name=value&name=value --------------------------------------------------- */
/* nginx does not escape a quote inside a request, so only a quote that ends a field ends it. */
static bool ends_query(const walk *w, size_t i)
{
    char c = peek(w, i);
    char next = peek(w, i + 1);
    return i >= w->text.len || is_space(c) || c == '#' || c == '>' || c == '\'' ||
           (c == '"' && (next == '\0' || next == ',' || is_space(next)));
}

static bool ends_parameter(const walk *w, size_t i)
{
    return peek(w, i) == '&' || peek(w, i) == ';' || ends_query(w, i);
}

/* Cuts the value of the parameter at i, or all of it when it has no name; returns its end. */
static size_t cut_parameter(walk *w, size_t i)
{
    size_t value = i;
    for (; !ends_parameter(w, i); i++)
        if (peek(w, i) == '=' && value <= i && before(w, value) != '=')
            value = i + 1;
    cut(w, value, i, STARS);
    return i;
}

static bool rule_query(walk *w)
{
    size_t i = w->at + 1;
    if (!w->in_path || ends_query(w, i))
        return false;
    while (!ends_query(w, i)) {
        i = cut_parameter(w, i);
        i += !ends_query(w, i);
    }
    w->at = i;
    return true;
}

/* --- name: value, where the name speaks of a secret ------------------------------------------ */
static const w5_str secret_words[] = {
    W5_LIT("password"),   W5_LIT("passwd"),        W5_LIT("passphrase"), W5_LIT("pwd"),
    W5_LIT("secret"),     W5_LIT("token"),         W5_LIT("apikey"),     W5_LIT("accesskey"),
    W5_LIT("privatekey"), W5_LIT("cookie"),        W5_LIT("sessionid"),  W5_LIT("sessid"),
    W5_LIT("csrf"),       W5_LIT("xsrf"),          W5_LIT("jwt"),        W5_LIT("signature"),
    W5_LIT("credential"), W5_LIT("authorization"),
};

/* The name that ends at `end`, in small letters without "-" and "_". */
static w5_str name_before(const walk *w, size_t end, char room[LOOK_BACK])
{
    size_t start = end;
    size_t n = 0;
    while (start > w->end && end - start < LOOK_BACK && is_word(peek(w, start - 1)))
        start--;
    for (size_t i = start; i < end; i++) {
        char c = peek(w, i);
        if (is_letter(c) || is_digit(c))
            room[n++] = (char)(is_letter(c) ? c | 0x20 : c);
    }
    return (w5_str){room, n};
}

static bool is_secret_name(w5_str name)
{
    size_t at;
    for (size_t i = 0; i < sizeof secret_words / sizeof *secret_words; i++)
        if (w5_str_find(name, secret_words[i], &at))
            return true;
    return false;
}

/* The end of a quoted text that begins at `at`, its closing quote not included. */
static size_t quoted_end(const walk *w, size_t at)
{
    char quote = peek(w, at);
    size_t i = at + 1;
    while (i < w->text.len && peek(w, i) != quote)
        i += peek(w, i) == '\\' && i + 1 < w->text.len ? 2 : 1;
    return i;
}

/* Cuts what stands between the quotes and goes on behind them. */
static bool cut_quoted(walk *w, size_t at)
{
    size_t end = quoted_end(w, at);
    if (end > w->text.len)
        end = w->text.len;
    cut(w, at + 1, end, STARS);
    w->at = end + 1;
    return true;
}

static bool ends_value(char c, bool header)
{
    return c == '\0' || c == '\n' || c == '\r' || is_quote(c) ||
           (!header && (is_space(c) || c == ',' || c == ';' || c == '&' || c == ')' || c == ']' ||
                        c == '}' || c == '>'));
}

/* MySQL writes "(using password: YES)": that one is a finding, no secret. */
static bool is_yes_or_no(w5_str value)
{
    return w5_str_eq(value, W5_STR("YES")) || w5_str_eq(value, W5_STR("NO"));
}

static bool cut_value(walk *w, size_t at, bool header)
{
    size_t end = at;
    if (is_quote(peek(w, at)))
        return cut_quoted(w, at);
    while (end < w->text.len && !ends_value(peek(w, end), header))
        end++;
    if (is_yes_or_no((w5_str){w->text.ptr + at, end - at}))
        return false;
    return cut(w, at, end, STARS);
}

/* Asked about '=' and ':'. Cookie and Authorization headers reach to the end of the line. */
static bool rule_secret(walk *w)
{
    char room[LOOK_BACK];
    size_t name_end = w->at;
    size_t value = w->at + 1;
    size_t at;
    if (is_quote(before(w, name_end)))
        name_end--;
    while (name_end > w->end && peek(w, name_end - 1) == ' ')
        name_end--;
    w5_str name = name_before(w, name_end, room);
    if (!is_secret_name(name))
        return false;
    while (peek(w, value) == ' ')
        value++;
    bool header = peek(w, w->at) == ':' && (w5_str_find(name, W5_STR("cookie"), &at) ||
                                            w5_str_find(name, W5_STR("authorization"), &at));
    return cut_value(w, value, header);
}

/* --- secrets that are known by their looks --------------------------------------------------- */
static bool token_char(char c)
{
    return is_word(c) || c == '.' || c == '/' || c == '+' || c == '=' || c == '~';
}

static const struct {
    w5_str start;
    size_t shown; /* how much of the start may stay */
    size_t least; /* token characters that must follow */
} token_shapes[] = {
    {W5_LIT("Bearer "),     7, 8 },
    {W5_LIT("Basic "),      6, 8 },
    {W5_LIT("eyJ"),         0, 20}, /* a JSON web token: base64 of '{"' */
    {W5_LIT("AKIA"),        0, 16}, /* Amazon access keys */
    {W5_LIT("ASIA"),        0, 16},
    {W5_LIT("ghp_"),        0, 20}, /* GitHub */
    {W5_LIT("gho_"),        0, 20},
    {W5_LIT("github_pat_"), 0, 20},
    {W5_LIT("glpat-"),      0, 16}, /* GitLab */
    {W5_LIT("xoxb-"),       0, 10}, /* Slack */
    {W5_LIT("xoxp-"),       0, 10},
    {W5_LIT("sk_live_"),    0, 10}, /* Stripe */
    {W5_LIT("sk-"),         0, 20},
};

static bool rule_token(walk *w)
{
    w5_str rest = w5_str_skip(w->text, w->at);
    for (size_t i = 0; i < sizeof token_shapes / sizeof *token_shapes; i++) {
        if (rest.ptr[0] != token_shapes[i].start.ptr[0] ||
            !w5_str_starts(rest, token_shapes[i].start))
            continue;
        size_t start = w->at + token_shapes[i].start.len;
        size_t end = start;
        while (token_char(peek(w, end)))
            end++;
        if (end - start >= token_shapes[i].least)
            return cut(w, w->at + token_shapes[i].shown, end, STARS);
    }
    return false;
}

/* --- user:password@host, user@example.com ---------------------------------------------------- */
static bool mail_char(char c)
{
    return is_word(c) || c == '.' || c == '%' || c == '+';
}

/* systemd's instances look like addresses: gunicorn@shop.service. */
static bool is_unit_type(w5_str word)
{
    static const w5_str types[] = {
        W5_LIT("service"), W5_LIT("socket"), W5_LIT("timer"), W5_LIT("slice"),
        W5_LIT("scope"),   W5_LIT("mount"),  W5_LIT("path"),  W5_LIT("target"),
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (w5_str_eq(word, types[i]))
            return true;
    return false;
}

static bool is_domain(w5_str s)
{
    size_t dot;
    if (!w5_str_rfind_char(s, '.', &dot) || dot == 0)
        return false;
    w5_str last = w5_str_skip(s, dot + 1);
    for (size_t i = 0; i < last.len; i++)
        if (!is_letter(last.ptr[i]))
            return false;
    return last.len >= 2 && !is_unit_type(last);
}

/* In a URL whatever stands between "://" and "@" goes. */
static bool cut_userinfo(walk *w, size_t at)
{
    size_t i = at;
    while (i > w->end && at - i < LOOK_BACK * 4) {
        char c = before(w, i);
        if (is_space(c) || c == '"')
            return false;
        if (c == '/')
            return before(w, i - 1) == '/' && cut(w, i, at, STARS);
        i--;
    }
    return false;
}

static bool rule_at(walk *w)
{
    size_t start = w->at;
    size_t end = w->at + 1;
    if (cut_userinfo(w, w->at))
        return true;
    while (start > w->end && w->at - start < LOOK_BACK && mail_char(before(w, start)))
        start--;
    while (is_word(peek(w, end)) || peek(w, end) == '.')
        end++;
    while (end > w->at + 1 && before(w, end) == '.') /* a sentence's full stop */
        end--;
    w5_str domain = {w->text.ptr + w->at + 1, end - w->at - 1};
    if (start == w->at || !is_domain(domain))
        return false;
    return cut(w, start, end, W5_STR("***@***"));
}

/* --- numbers: cards, and addresses when clients are to go ------------------------------------ */
/* The check digit of ISO/IEC 7812-1 (Luhn). */
static bool luhn(const char *digits, size_t n)
{
    unsigned sum = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned d = (unsigned)(digits[n - 1 - i] - '0');
        if (i % 2 == 1)
            d = d > 4 ? 2 * d - 9 : 2 * d;
        sum += d;
    }
    return sum % 10 == 0;
}

/* 13 to 19 digits, perhaps in groups. Issuers' numbers begin with 2 to 6; a stamp in microseconds
 * begins with 1. */
static bool cut_card(walk *w)
{
    char digits[19];
    size_t n = 0;
    size_t end = w->at;
    for (size_t i = w->at; n <= sizeof digits; i++) {
        char c = peek(w, i);
        if (is_digit(c)) {
            if (n == sizeof digits)
                return false;
            digits[n++] = c;
            end = i + 1;
        } else if ((c != ' ' && c != '-') || !is_digit(peek(w, i + 1)) || n % 4 != 0) {
            break;
        }
    }
    if (n < 13 || digits[0] < '2' || digits[0] > '6' || is_letter(peek(w, end)))
        return false;
    return luhn(digits, n) && cut(w, w->at, end, STARS);
}

static w5_str pseudonym(w5_arena *arena, w5_str address)
{
    /* FNV-1a folded to 16 bits: the same name in every run, and some 65536 addresses of the IPv4
     * Internet could be behind each, so that it cannot be reversed. */
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < address.len; i++)
        hash = (hash ^ (unsigned char)address.ptr[i]) * 16777619u;
    return w5_arena_fmt(arena, "client-%04x", (hash >> 16 ^ hash) & 0xffff);
}

static bool address_char(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' || c == '.';
}

/* Not of this host, nor of a private network (RFC 1918, 3927, 4193): somebody's own address. */
static bool is_public4(const unsigned char *b)
{
    return !(b[0] == 0 || b[0] == 10 || b[0] == 127 || (b[0] == 172 && (b[1] & 0xf0) == 16) ||
             (b[0] == 192 && b[1] == 168) || (b[0] == 169 && b[1] == 254));
}

static bool is_public6(const unsigned char *b)
{
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
    static const unsigned char low[15] = {0};
    if (memcmp(b, mapped, sizeof mapped) == 0)
        return is_public4(b + 12);
    return memcmp(b, low, sizeof low) != 0 && (b[0] & 0xfe) != 0xfc &&
           !(b[0] == 0xfe && (b[1] & 0xc0) == 0x80);
}

/* The length of the address at the start of s, 0 when there is none. */
static size_t address_length(w5_str s, bool *is_public)
{
    char text[INET6_ADDRSTRLEN];
    unsigned char bytes[16];
    size_t digits = 0;
    size_t all = 0;
    s = w5_str_head(s, sizeof text);
    while (digits < s.len && (is_digit(s.ptr[digits]) || s.ptr[digits] == '.'))
        digits++;
    while (all < s.len && address_char(s.ptr[all]))
        all++;
    const size_t tries[3] = {digits, all, all > 0 ? all - 1 : 0}; /* the last: "…: words" */
    for (size_t i = 0; i < 3; i++) {
        size_t n = tries[i];
        if (n < 2 || n >= sizeof text)
            continue;
        memcpy(text, s.ptr, n);
        text[n] = '\0';
        if (inet_pton(i == 0 ? AF_INET : AF_INET6, text, bytes) == 1) {
            *is_public = i == 0 ? is_public4(bytes) : is_public6(bytes);
            return n;
        }
    }
    return 0;
}

/* A private address is a client's where the line says so: in nginx's field, in an access log's
 * first. One behind "://" is a server's. */
static bool cut_client(walk *w)
{
    bool is_public = false;
    w5_str head = w5_str_head(w->text, w->at);
    w5_str rest = w5_str_skip(w->text, w->at);
    size_t n = address_length(rest, &is_public);
    bool named = w->at == 0 || w5_str_ends(head, W5_STR("client: "));
    if (n == 0 || w5_str_ends(head, W5_STR("://")) || !(is_public || named))
        return false;
    return cut(w, w->at, w->at + n, pseudonym(w->arena, w5_str_head(rest, n)));
}

/* --- SQL ------------------------------------------------------------------------------------- */
/* Two words that prose hardly has together; the first is where the statement begins. A wrapped
 * statement's later lines are known by their first word alone, if nothing stands before it. */
static const struct {
    w5_str first, second;
    bool at_start;
} statements[] = {
    {W5_LIT("select "),          W5_LIT("from "),  false},
    {W5_LIT("select "),          W5_LIT("where "), false},
    {W5_LIT("insert "),          W5_LIT("into "),  false},
    {W5_LIT("replace into "),    W5_LIT("("),      false},
    {W5_LIT("update "),          W5_LIT(" set "),  false},
    {W5_LIT("delete from "),     W5_LIT(""),       false},
    {W5_LIT("identified by "),   W5_LIT(""),       false},
    {W5_LIT("duplicate entry "), W5_LIT(""),       false}, /* MySQL's 1062 quotes the value */
    {W5_LIT("call "),            W5_LIT("("),      true },
    {W5_LIT("where "),           W5_LIT(""),       true },
    {W5_LIT("and "),             W5_LIT(""),       true },
    {W5_LIT("or "),              W5_LIT(""),       true },
    {W5_LIT("set "),             W5_LIT("="),      true },
    {W5_LIT("values"),           W5_LIT("("),      true },
};
#define STATEMENTS (sizeof statements / sizeof *statements)

static bool stands_at(w5_str text, size_t at, w5_str word)
{
    return w5_str_ieq(w5_str_head(w5_str_skip(text, at), word.len), word);
}

static bool follows(w5_str text, size_t from, w5_str word)
{
    for (size_t i = from; i + word.len <= text.len; i++)
        if (stands_at(text, i, word))
            return true;
    return false;
}

/* Does a statement begin here? One whose second word is missing from here on is not asked about
 * again (`dead`), so that "select select select" costs one search. */
static bool begins_sql(w5_str text, size_t at, bool at_start, uint32_t *dead)
{
    for (size_t i = 0; i < STATEMENTS; i++) {
        w5_str first = statements[i].first;
        if ((*dead & 1u << i) || (statements[i].at_start && !at_start) ||
            (text.ptr[at] | 0x20) != first.ptr[0] || !stands_at(text, at, first))
            continue;
        if (follows(text, at + first.len - 1, statements[i].second))
            return true;
        *dead |= 1u << i;
    }
    return false;
}

static size_t find_sql(w5_str text)
{
    uint32_t dead = 0;
    bool at_start = true;
    for (size_t i = 0; i < text.len; i++) {
        bool word_start = is_letter(text.ptr[i]) && (i == 0 || !is_word(text.ptr[i - 1]));
        if (word_start && begins_sql(text, i, at_start, &dead))
            return i;
        at_start &= is_space(text.ptr[i]);
    }
    return text.len;
}

static bool rule_sql_number(walk *w)
{
    size_t end = w->at;
    while (is_word(peek(w, end)) || peek(w, end) == '.')
        end++;
    return cut(w, w->at, end, W5_STR("?"));
}

/* --- the walk -------------------------------------------------------------------------------- */
static bool starts_word(const walk *w)
{
    char c = before(w, w->at);
    return !is_word(c) && c != '.';
}

static bool rule_number(walk *w)
{
    bool signed_in_sql = w->at >= w->sql && before(w, w->at) == '-';
    if (!starts_word(w) && !signed_in_sql)
        return false;
    return w->at >= w->sql ? rule_sql_number(w) : cut_card(w);
}

static bool apply(walk *w)
{
    char c = peek(w, w->at);
    w->in_path = c == '/' || (w->in_path && !is_space(c) && c != '"');
    if (w->clients && address_char(c) && starts_word(w) && cut_client(w))
        return true;
    if (w->at >= w->sql && (c == '\'' || c == '"'))
        return cut_quoted(w, w->at);
    if (is_digit(c))
        return rule_number(w);
    if (c == '?')
        return rule_query(w);
    if (c == '@')
        return rule_at(w);
    if (c == '=' || c == ':')
        return rule_secret(w);
    return is_letter(c) && starts_word(w) && rule_token(w);
}

static w5_str assemble(const walk *w)
{
    size_t len = w->text.len;
    for (const span *s = w->first; s; s = s->next)
        len += s->with.len - s->len;
    char *start = w5_arena_alloc(w->arena, len + 1);
    char *to = start;
    size_t from = 0;
    for (const span *s = w->first; s; s = s->next) {
        memcpy(to, w->text.ptr + from, s->at - from);
        to += s->at - from;
        memcpy(to, s->with.ptr, s->with.len);
        to += s->with.len;
        from = s->at + s->len;
    }
    memcpy(to, w->text.ptr + from, w->text.len - from);
    return (w5_str){start, len};
}

w5_str w5_redact(w5_arena *scratch, w5_str text, w5_redaction what)
{
    if (what == W5_REDACT_NONE || text.len == 0)
        return text;
    walk w = {
        .arena = scratch, .text = text, .sql = find_sql(text), .clients = what == W5_REDACT_ALL};
    while (w.at < text.len)
        if (!apply(&w))
            w.at++;
    return w.first ? assemble(&w) : text;
}

w5_str w5_redact_client(w5_arena *scratch, w5_str address, w5_redaction what)
{
    return what == W5_REDACT_ALL && address.len > 0 ? pseudonym(scratch, address) : address;
}
