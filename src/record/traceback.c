/* traceback.c -- see traceback.h. Shapes: CPython 3.6 to 3.13, Lib/traceback.py, and what MySQLdb,
 * PyMySQL, mysql.connector and SQLAlchemy put into their exceptions. */
#include "traceback.h"

static const w5_str head = W5_LIT("Traceback (most recent call last):");

/* --- line by line ------------------------------------------------------------------------------
 */
bool w5_trace_begins(w5_str line)
{
    w5_str_take(&line, W5_STR("[")); /* gunicorn's "Error: class uri 'x' invalid or not found:" */
    return w5_str_starts(line, head) ||
           w5_str_starts(line, W5_STR("  + Exception Group Traceback (most recent call last):"));
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* "package.module.Type: text" or "Type": how the interpreter names an exception. */
static bool is_final(w5_str line, w5_str *text)
{
    size_t i = 0;
    bool word = false;
    for (; i < line.len && (is_word(line.ptr[i]) || (word && line.ptr[i] == '.')); i++)
        word = is_word(line.ptr[i]);
    if (!word || (line.ptr[0] >= '0' && line.ptr[0] <= '9'))
        return false;
    *text = w5_str_skip(line, i);
    return text->len == 0 || w5_str_take(text, W5_STR(": ")) || w5_str_eq(*text, W5_STR(":"));
}

/* What announces one more traceback of the same chain. */
static bool is_link(w5_str line)
{
    return w5_str_eq(line, W5_STR("During handling of the above exception, another exception "
                                  "occurred:")) ||
           w5_str_eq(line, W5_STR("The above exception was the direct cause of the following "
                                  "exception:"));
}

/* Further lines of the final line's text: SQLAlchemy's, indented ones, gunicorn's closing bracket.
 */
static bool is_appendix(w5_str line)
{
    return line.len == 0 || line.ptr[0] == ' ' || line.ptr[0] == '\t' ||
           w5_str_starts(line, W5_STR("[SQL: ")) || w5_str_starts(line, W5_STR("[parameters: ")) ||
           w5_str_starts(line, W5_STR("(Background on this error at: ")) ||
           w5_str_eq(line, W5_STR("]"));
}

static bool goes_on(w5_trace_lines *t, w5_str line)
{
    w5_str text;
    if (line.len == 0 || line.ptr[0] == ' ' || line.ptr[0] == '\t')
        return true;
    if (!is_final(line, &text))
        return false;
    *t = (w5_trace_lines){W5_TRACE_ENDED, w5_str_hash(text)};
    return true;
}

/* Behind the final line a traceback of its own may begin as well as one of the same chain: only a
 * link makes it the latter. */
bool w5_trace_continues(w5_trace_lines *t, w5_str line)
{
    if (t->state == W5_TRACE_NONE)
        return false;
    if (t->state == W5_TRACE_FRAMES)
        return goes_on(t, line);
    if ((t->state == W5_TRACE_MAYBE || t->state == W5_TRACE_LINKED) && w5_trace_begins(line)) {
        t->state = W5_TRACE_FRAMES;
        return true;
    }
    if (t->state == W5_TRACE_MAYBE)
        return line.len > 0 && line.ptr[0] == ' ';
    if (t->state == W5_TRACE_ENDED && is_link(line)) {
        t->state = W5_TRACE_LINKED;
        return true;
    }
    return is_appendix(line) || (t->state == W5_TRACE_ENDED && w5_str_hash(line) == t->text);
}

/* --- frames ------------------------------------------------------------------------------------
 */
typedef struct frame {
    w5_str path, line, function, source;
} frame;

static bool has(w5_str s, w5_str part)
{
    size_t at;
    return w5_str_find(s, part, &at);
}

/* Installed code: packages, the standard library, gunicorn's launcher and its own modules. */
static bool is_library(w5_str path)
{
    static const w5_str parts[] = {
        W5_LIT("site-packages/"),       W5_LIT("dist-packages/"),
        W5_LIT("/lib/python"),          W5_LIT("/lib64/python"),
        W5_LIT("gunicorn/arbiter.py"),  W5_LIT("gunicorn/workers/"),
        W5_LIT("gunicorn/app/base.py"), W5_LIT("gunicorn/app/wsgiapp.py"),
        W5_LIT("gunicorn/util.py"),     W5_LIT("gunicorn/http/"),
        W5_LIT("/bin/gunicorn"),        W5_LIT("/bin/uvicorn"),
    };
    if (path.len == 0 || path.ptr[0] == '<')
        return true;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (has(path, parts[i]))
            return true;
    return false;
}

/* `  File "/srv/app/views.py", line 42, in report`; in groups "  | " stands before it. */
static bool read_frame(w5_str line, frame *f)
{
    w5_str rest = line;
    w5_str number;
    while (rest.len > 0 && (rest.ptr[0] == ' ' || rest.ptr[0] == '|' || rest.ptr[0] == '+'))
        rest = w5_str_skip(rest, 1);
    if (rest.len == line.len || !w5_str_take(&rest, W5_STR("File \"")) ||
        !w5_str_cut_at(rest, W5_STR("\", line "), &f->path, &rest))
        return false;
    f->function = W5_NONE;
    if (w5_str_cut_at(rest, W5_STR(", in "), &number, &f->function))
        rest = number;
    f->line = rest;
    f->source = W5_NONE;
    return true;
}

/* --- whom it waited for ------------------------------------------------------------------------
 */
typedef struct culprit {
    w5_str part, function; /* in the path; in the function's name, "" = any */
    w5_str name;
    int rank; /* a client library says more than the socket below it */
} culprit;

static const culprit culprits[] = {
    {W5_LIT("MySQLdb/connections.py"), W5_LIT("__init__"),    W5_LIT("MySQLdb.connect"),    3},
    {W5_LIT("MySQLdb/__init__.py"),    W5_LIT("Connect"),     W5_LIT("MySQLdb.connect"),    3},
    {W5_LIT("MySQLdb/"),               {"", 0},               W5_LIT("MySQLdb"),            2},
    {W5_LIT("pymysql/connections.py"), W5_LIT("connect"),     W5_LIT("pymysql.connect"),    3},
    {W5_LIT("pymysql/"),               {"", 0},               W5_LIT("pymysql"),            2},
    {W5_LIT("mysql/connector/"),       {"", 0},               W5_LIT("mysql.connector"),    2},
    {W5_LIT("mariadb/"),               {"", 0},               W5_LIT("mariadb"),            2},
    {W5_LIT("psycopg"),                {"", 0},               W5_LIT("psycopg"),            2},
    {W5_LIT("sqlite3/"),               {"", 0},               W5_LIT("sqlite3"),            2},
    {W5_LIT("redis/"),                 {"", 0},               W5_LIT("redis"),              2},
    {W5_LIT("urllib3/"),               {"", 0},               W5_LIT("urllib3"),            2},
    {W5_LIT("httpx/"),                 {"", 0},               W5_LIT("httpx"),              2},
    {W5_LIT("httpcore/"),              {"", 0},               W5_LIT("httpx"),              2},
    {W5_LIT("aiohttp/"),               {"", 0},               W5_LIT("aiohttp"),            2},
    {W5_LIT("urllib/request.py"),      {"", 0},               W5_LIT("urllib"),             2},
    {W5_LIT("smtplib.py"),             {"", 0},               W5_LIT("smtplib"),            2},
    {W5_LIT("kombu/"),                 {"", 0},               W5_LIT("kombu"),              2},
    {W5_LIT("pymongo/"),               {"", 0},               W5_LIT("pymongo"),            2},
    {W5_LIT("subprocess.py"),          {"", 0},               W5_LIT("subprocess"),         2},
    {W5_LIT("gunicorn/http/"),         {"", 0},               W5_LIT("gunicorn.http"),      2},
    {W5_LIT("http/client.py"),         {"", 0},               W5_LIT("http.client"),        1},
    {W5_LIT("socket.py"),              W5_LIT("getaddrinfo"), W5_LIT("socket.getaddrinfo"), 3},
    {W5_LIT("/ssl.py"),                {"", 0},               W5_LIT("ssl"),                1},
    {W5_LIT("/socket.py"),             {"", 0},               W5_LIT("socket"),             1},
    {W5_LIT("/threading.py"),          {"", 0},               W5_LIT("threading"),          1},
    {W5_LIT("/queue.py"),              {"", 0},               W5_LIT("queue"),              1},
    {W5_LIT("/selectors.py"),          {"", 0},               W5_LIT("select"),             1},
};

/* Calls into C have no frame of their own: the source line of their caller names them. */
static const culprit calls[] = {
    {W5_LIT("time.sleep("),    {"", 0}, W5_LIT("time.sleep"),         1},
    {W5_LIT("getaddrinfo("),   {"", 0}, W5_LIT("socket.getaddrinfo"), 1},
    {W5_LIT("select.select("), {"", 0}, W5_LIT("select"),             1},
    {W5_LIT("os.wait"),        {"", 0}, W5_LIT("subprocess"),         1},
};

static const culprit *find_culprit(const culprit *list, size_t n, w5_str where, w5_str function)
{
    for (size_t i = 0; i < n; i++)
        if (has(where, list[i].part) &&
            (list[i].function.len == 0 || has(function, list[i].function)))
            return &list[i];
    return NULL;
}

/* "…/site-packages/PIL/Image.py" -> "PIL" */
static w5_str package_of(w5_str path)
{
    w5_str before, rest, name;
    if (!w5_str_cut_at(path, W5_STR("-packages/"), &before, &rest))
        return W5_NONE;
    return w5_str_cut(rest, '/', &name, &rest) ? name : rest;
}

/* --- as a whole --------------------------------------------------------------------------------
 */
typedef struct reading {
    frame app;  /* innermost of the application */
    frame last; /* innermost of all */
    w5_str library;
    int rank;     /* of `library`; -1: none since the last frame of the application */
    bool in_app;  /* the innermost frame is the application's */
    bool settled; /* a signal handler was met: the frames above it are the answer */
    bool open;    /* behind a head, before the final line */
} reading;

static void see_library(reading *k, const frame *f)
{
    const culprit *found =
        find_culprit(culprits, sizeof culprits / sizeof *culprits, f->path, f->function);
    int rank = found ? found->rank : 0;
    if (rank < k->rank)
        return;
    w5_str name = found ? found->name : package_of(f->path);
    if (name.len == 0)
        return;
    k->library = name;
    k->rank = rank;
}

static void see_frame(reading *k, w5_traceback *t, const frame *f)
{
    if (k->settled)
        return;
    bool handler = has(f->path, W5_STR("gunicorn/workers/"));
    t->aborted |= handler && w5_str_eq(f->function, W5_STR("handle_abort"));
    t->quit |= handler && w5_str_eq(f->function, W5_STR("handle_quit"));
    k->settled = t->aborted || t->quit;
    if (k->settled)
        return;
    k->last = *f;
    k->in_app = !is_library(f->path);
    if (!k->in_app) {
        see_library(k, f);
        return;
    }
    k->app = *f;
    k->library = W5_NONE;
    k->rank = -1;
}

/* The line of code below its frame. */
static void see_source(reading *k, w5_str line)
{
    w5_str code = w5_str_trim(line);
    if (k->settled || k->last.path.len == 0 || k->last.source.len > 0 || code.len == 0)
        return;
    k->last.source = code;
    const culprit *call = find_culprit(calls, sizeof calls / sizeof *calls, code, W5_NONE);
    if (call && call->rank > k->rank) {
        k->library = call->name;
        k->rank = call->rank;
    }
}

static void see_line(reading *k, w5_traceback *t, w5_str line)
{
    frame f;
    w5_str text;
    if (w5_trace_begins(line)) {
        k->open = true;
        if (!k->settled)
            *k = (reading){.open = true, .rank = -1};
    } else if (k->open && read_frame(line, &f)) {
        see_frame(k, t, &f);
    } else if (k->open && line.len > 0 && line.ptr[0] == ' ') {
        see_source(k, line);
    } else if (k->open && is_final(line, &text)) {
        k->open = false;
        t->exception = line;
        if (t->root.len == 0)
            t->root = line;
    }
}

static w5_str show_frame(const frame *f, w5_arena *arena)
{
    if (f->path.len == 0)
        return W5_NONE;
    if (f->function.len == 0)
        return w5_arena_fmt(arena, "%.*s:%.*s", W5_ARG(f->path), W5_ARG(f->line));
    return w5_arena_fmt(arena, "%.*s:%.*s in %.*s", W5_ARG(f->path), W5_ARG(f->line),
                        W5_ARG(f->function));
}

bool w5_traceback_read(w5_str text, w5_arena *arena, w5_traceback *t)
{
    reading k = {.rank = -1};
    w5_str line;
    *t = (w5_traceback){0};
    while (w5_str_cut(text, '\n', &line, &text))
        see_line(&k, t, line);
    see_line(&k, t, text);
    t->frame = show_frame(k.app.path.len > 0 ? &k.app : &k.last, arena);
    t->library = k.library;
    return t->exception.len > 0 || t->frame.len > 0;
}

/* --- MySQL's errors ----------------------------------------------------------------------------
 */
/* PEP 249 names them; drivers put them into their own modules. */
static bool is_database_type(w5_str type)
{
    static const w5_str names[] = {
        W5_LIT("OperationalError"), W5_LIT("InterfaceError"),    W5_LIT("InternalError"),
        W5_LIT("ProgrammingError"), W5_LIT("IntegrityError"),    W5_LIT("DataError"),
        W5_LIT("DatabaseError"),    W5_LIT("NotSupportedError"),
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (w5_str_ends(type, names[i]))
            return true;
    return false;
}

static bool take_number(w5_str *s, w5_str *number)
{
    w5_str before = *s;
    uint64_t value;
    if (!w5_str_take_u64(s, &value) || value > 65535)
        return false;
    *number = w5_str_head(before, before.len - s->len);
    return true;
}

/* MySQLdb, PyMySQL: (1040, 'text'); SQLAlchemy: (MySQLdb.OperationalError) (1040, 'text');
 * mysql.connector: 2003 (HY000): text, 2003: text */
bool w5_mysql_error(w5_str exception, w5_str *number)
{
    w5_str type, rest, driver, tail;
    if (!w5_str_cut_at(exception, W5_STR(": "), &type, &rest) || !is_database_type(type))
        return false;
    if (w5_str_take(&rest, W5_STR("("))) {
        if (take_number(&rest, number))
            return w5_str_starts(rest, W5_STR(", "));
        return w5_str_cut_at(rest, W5_STR(") ("), &driver, &tail) && is_database_type(driver) &&
               take_number(&tail, number) && w5_str_starts(tail, W5_STR(", "));
    }
    return take_number(&rest, number) &&
           (w5_str_starts(rest, W5_STR(": ")) || w5_str_starts(rest, W5_STR(" (")));
}

static void set_if(w5_record *r, w5_field f, w5_str value)
{
    if (value.len > 0)
        w5_record_set(r, f, value);
}

void w5_traceback_tell(w5_record *r, w5_str text, bool keep, w5_arena *arena)
{
    w5_traceback t;
    w5_str number;
    if (!w5_traceback_read(text, arena, &t))
        return;
    set_if(r, W5_F_exception, t.exception);
    set_if(r, W5_F_frame, t.frame);
    set_if(r, W5_F_library, t.library);
    if (t.aborted || t.quit)
        w5_record_set(r, W5_F_reason, t.aborted ? W5_STR("abort") : W5_STR("quit"));
    if (t.aborted)
        return;
    w5_str told = w5_mysql_error(t.exception, &number) ? t.exception : t.root;
    bool mysql = w5_mysql_error(told, &number);
    if (mysql)
        w5_record_set(r, W5_F_db_errno, number);
    else if (has(t.exception, W5_STR("[Errno 28] No space left on device")))
        told = t.exception;
    else
        return;
    if (!keep)
        r->message = told;
}
