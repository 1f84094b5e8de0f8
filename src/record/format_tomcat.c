/* format_tomcat.c -- logs of the Java world: Tomcat (java.util.logging), Spring Boot, Logback,
 * Log4j.
 *
 *     20-Nov-2026 19:27:38.641 SEVERE [main] org.apache.catalina.util.LifecycleBase.handle… Failed
 * to … 2026-11-20 19:27:38.641  INFO 1234 --- [           main] c.e.shop.ShopApplication : Started
 * … 2026-11-20T19:27:38.641+09:00  INFO 1234 --- [shop] [main] c.e.shop.ShopApplication : Started …
 *     2026-11-20 19:27:38,641 [http-nio-8080-exec-3] ERROR c.e.shop.ReportController - failed
 *     19:27:38.641 [main] INFO  c.e.shop.ShopApplication -- Starting                    (no date)
 *     Nov 20, 2026 7:27:38 PM org.apache.catalina.startup.Catalina start                (Tomcat <=
 * 7) INFO: Server startup in 1480 ms
 *
 * A stack trace follows bare; its first line is the exception, "Caused by: " the ones below. */
#include <limits.h>

#include <why502/record.h>

#include "address.h"
#include "levels.h"

typedef struct memo {
    bool stack;  /* lines of a stack trace may follow */
    bool two;    /* the second line of java.util.logging's old layout is to come */
    bool banner; /* inside Spring Boot's "APPLICATION FAILED TO START" */
    bool excerpt; /* Jasper quotes the page's lines, up to "Stacktrace:]" */
} memo;

static void skip_blanks(w5_str *s)
{
    while (s->len > 0 && s->ptr[0] == ' ')
        *s = w5_str_skip(*s, 1);
}

/* --- stamps
 * ---------------------------------------------------------------------------------------- */
/* "20-Nov-2026 19:27:38.641 " */
static bool take_juli(w5_str *s, w5_record *r)
{
    enum {
        WIDTH = sizeof "20-Nov-2026 19:27:38.641 " - 1
    };
    unsigned day, year, hour, minute, second, millis;
    const char *p = s->ptr;
    if (s->len < WIDTH || p[2] != '-' || p[6] != '-' || p[11] != ' ' || p[20] != '.' ||
        p[24] != ' ')
        return false;
    unsigned month = w5_month(p + 3);
    if (month == 0 || !w5_digits(p, 2, &day) || !w5_digits(p + 7, 4, &year) ||
        !w5_digits(p + 12, 2, &hour) || !w5_digits(p + 15, 2, &minute) ||
        !w5_digits(p + 18, 2, &second) || !w5_digits(p + 21, 3, &millis))
        return false;
    r->at = w5_civil(year, month, day, hour, minute, second, millis * 1000);
    r->digits = 3;
    *s = w5_str_skip(*s, WIDTH);
    return r->at != W5_TIME_NONE;
}

/* "Nov 20, 2026 7:27:38 PM " */
static bool take_old(w5_str *s, w5_record *r)
{
    w5_str rest = *s;
    uint64_t day, year, hour, minute, second;
    if (s->len < 24 || w5_month(s->ptr) == 0 || s->ptr[3] != ' ')
        return false;
    unsigned month = w5_month(s->ptr);
    rest = w5_str_skip(rest, 4);
    if (!w5_str_take_u64(&rest, &day) || !w5_str_take(&rest, W5_STR(", ")) ||
        !w5_str_take_u64(&rest, &year) || !w5_str_take(&rest, W5_STR(" ")) ||
        !w5_str_take_u64(&rest, &hour) || !w5_str_take(&rest, W5_STR(":")) ||
        !w5_str_take_u64(&rest, &minute) || !w5_str_take(&rest, W5_STR(":")) ||
        !w5_str_take_u64(&rest, &second) || day > 31 || year > 9999 || hour > 12 || minute > 59 ||
        second > 60)
        return false;
    bool pm = w5_str_starts(rest, W5_STR(" PM "));
    if (!pm && !w5_str_starts(rest, W5_STR(" AM ")))
        return false;
    r->at = w5_civil((int64_t)year, month, (unsigned)day, (unsigned)(hour % 12 + (pm ? 12 : 0)),
                     (unsigned)minute, (unsigned)second, 0);
    *s = w5_str_skip(rest, 4);
    return r->at != W5_TIME_NONE;
}

/* "2026-11-20 19:27:38.641", comma or point, perhaps with a zone; milliseconds must stand there. */
static bool take_iso(w5_str *s, w5_record *r)
{
    w5_str rest = *s;
    int offset;
    unsigned digits;
    if (s->len < 30 || s->ptr[4] != '-' || !w5_take_iso(&rest, &r->at, &offset, &digits) ||
        digits < 3 || !w5_str_starts(rest, W5_STR(" ")))
        return false;
    r->zoned = offset != INT_MIN;
    r->digits = (uint8_t)(digits < 6 ? digits : 6);
    skip_blanks(&rest);
    *s = rest;
    return true;
}

/* "19:27:38.641 ": Logback without configuration. */
static bool take_clock(w5_str *s)
{
    unsigned number;
    if (s->len < 20 || s->ptr[2] != ':' || s->ptr[5] != ':' || s->ptr[8] != '.' ||
        s->ptr[12] != ' ' || s->ptr[13] != '[' || !w5_digits(s->ptr, 2, &number) ||
        !w5_digits(s->ptr + 9, 3, &number))
        return false;
    *s = w5_str_skip(*s, 13);
    return true;
}

/* --- level, thread, logger
 * --------------------------------------------------------------------------- */
static bool take_level(w5_str *s, w5_record *r)
{
    w5_str level = w5_level_take(s);
    if (level.len == 0)
        return false;
    w5_record_set(r, W5_F_level, level);
    skip_blanks(s);
    return true;
}

/* "[http-nio-8080-exec-3] ", "[           main] " */
static bool take_thread(w5_str *s, w5_record *r)
{
    enum {
        LONGEST = 128
    };
    size_t close;
    if (!w5_str_starts(*s, W5_STR("[")) || !w5_str_find_char(w5_str_head(*s, LONGEST), ']', &close))
        return false;
    w5_str thread = w5_str_trim((w5_str){s->ptr + 1, close - 1});
    w5_record_set(r, W5_F_tid, thread);
    *s = w5_str_skip(*s, close + 1);
    skip_blanks(s);
    return true;
}

static bool is_class_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '$' || c == '[' || c == ']' || c == '/' || c == '-';
}

/* "c.e.shop.ShopApplication" off the front of *s. */
static bool take_class(w5_str *s)
{
    size_t n = 0;
    while (n < s->len && is_class_byte(s->ptr[n]))
        n++;
    if (n == 0 || !memchr(s->ptr, '.', n))
        return false;
    *s = w5_str_skip(*s, n);
    return true;
}

/* Spring Boot: "INFO 1234 --- [shop] [main] c.e.shop.ShopApplication   : message". */
static bool spring(w5_str *s, w5_record *r)
{
    w5_str rest = *s;
    w5_str logger;
    uint64_t pid;
    if (!take_level(&rest, r))
        return false;
    w5_str from = rest;
    if (!w5_str_take_u64(&rest, &pid) || !w5_str_take(&rest, W5_STR(" --- ")))
        return false;
    w5_record_set(r, W5_F_pid, w5_str_head(from, (size_t)(rest.ptr - 5 - from.ptr)));
    while (take_thread(&rest, r))
        ;
    if (!w5_str_cut_at(rest, W5_STR(" : "), &logger, &rest))
        return false;
    *s = rest;
    return true;
}

/* Tomcat: "SEVERE [main] org.apache.catalina.util.LifecycleBase.handle message". */
static bool tomcat(w5_str *s, w5_record *r)
{
    w5_str rest = *s;
    if (!take_level(&rest, r) || !take_thread(&rest, r) || !take_class(&rest))
        return false;
    w5_str_take(&rest, W5_STR(" "));
    *s = rest;
    return true;
}

/* Logback and Log4j: "[thread] LEVEL logger - message", "LEVEL [thread] logger: message". */
static bool logback(w5_str *s, w5_record *r)
{
    w5_str rest = *s;
    bool thread = take_thread(&rest, r);
    if (!take_level(&rest, r) || !(thread || take_thread(&rest, r)) || !take_class(&rest))
        return false;
    w5_str in;
    skip_blanks(&rest);
    if (w5_str_starts(rest, W5_STR("("))) /* "(App.java:12)" */
        w5_str_cut_at(rest, W5_STR(") "), &in, &rest);
    static const w5_str separators[] = {W5_LIT("-- "), W5_LIT("- "), W5_LIT(": ")};
    for (size_t i = 0; i < 3; i++) {
        if (w5_str_take(&rest, separators[i])) {
            *s = rest;
            return true;
        }
    }
    return false;
}

static bool head(w5_str *s, w5_record *r, memo *m)
{
    if (take_juli(s, r))
        return tomcat(s, r);
    if (take_iso(s, r))
        return spring(s, r) || logback(s, r);
    if (take_clock(s))
        return logback(s, r);
    m->two = take_old(s, r);
    return m->two;
}

/* --- lines without a head
 * ---------------------------------------------------------------------------- */
/* "java.lang.OutOfMemoryError: Java heap space" */
static bool is_exception(w5_str line)
{
    size_t n = 0;
    while (n < line.len && is_class_byte(line.ptr[n]))
        n++;
    w5_str name = w5_str_head(line, n);
    return memchr(name.ptr, '.', n) &&
           (w5_str_ends(name, W5_STR("Exception")) || w5_str_ends(name, W5_STR("Error"))) &&
           (n == line.len || line.ptr[n] == ':');
}

static bool is_stack(w5_str line)
{
    w5_str rest = line;
    while (rest.len > 0 && (rest.ptr[0] == '\t' || rest.ptr[0] == ' '))
        rest = w5_str_skip(rest, 1);
    return w5_str_starts(rest, W5_STR("at ")) || w5_str_starts(rest, W5_STR("... ")) ||
           w5_str_starts(rest, W5_STR("Caused by: ")) ||
           w5_str_starts(rest, W5_STR("Suppressed: ")) || (rest.len < line.len && rest.len > 0) ||
           is_exception(line);
}

/* "6:   <%= cart.total() %>", "Stacktrace:] with root cause" (Jasper's LocalStrings, jsp.exception) */
static bool is_excerpt(w5_str line)
{
    uint64_t number;
    return w5_str_starts(line, W5_STR("Stacktrace:")) ||
           (w5_str_take_u64(&line, &number) && w5_str_starts(line, W5_STR(":")));
}

static bool is_bare(w5_str line)
{
    static const w5_str starts[] = {
        W5_LIT("Exception in thread \""),
        W5_LIT("Dumping heap to java_pid"),
        W5_LIT("Heap dump file created ["),
        W5_LIT("Terminating due to java.lang.OutOfMemoryError"),
        W5_LIT("Aborting due to java.lang.OutOfMemoryError"),
        W5_LIT("APPLICATION FAILED TO START"),
        W5_LIT("# A fatal error has been detected by the Java "),
        W5_LIT("# There is insufficient memory for the Java "),
        W5_LIT("Using CATALINA_"),
        W5_LIT("Using JRE_HOME"),
        W5_LIT("Using CLASSPATH"),
        W5_LIT("NOTE: Picked up JDK_JAVA_OPTIONS"),
        W5_LIT("Picked up JAVA_TOOL_OPTIONS"),
    };
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (w5_str_starts(line, starts[i]))
            return true;
    return is_exception(line);
}

/* Spring Boot's failure analysis: rules of asterisks, headings, one sentence each. */
static bool is_banner(const memo *m, w5_str line)
{
    static const w5_str rule = W5_LIT("***************************");
    if (w5_str_eq(line, rule))
        return true;
    return m->banner &&
           (w5_str_eq(line, W5_STR("Description:")) || w5_str_eq(line, W5_STR("Action:")) ||
            w5_str_starts(line, W5_STR("Identify and stop the process")) ||
            w5_str_starts(line, W5_STR("Web server failed to start.")) ||
            w5_str_starts(line, W5_STR("The Tomcat connector configured")) ||
            w5_str_starts(line, W5_STR("Verify the connector's configuration")) ||
            w5_str_starts(line, W5_STR("Failed to configure a DataSource")) ||
            w5_str_starts(line, W5_STR("Parameter ")) || w5_str_starts(line, W5_STR("Consider ")) ||
            w5_str_starts(line, W5_STR("Reason: ")));
}

static w5_fit parse(void *state, w5_str line, w5_record *r)
{
    memo *m = state;
    memo next = {0};
    w5_str message = line;
    if (m->two && w5_level_take(&message).len > 0 && w5_str_starts(message, W5_STR(": "))) {
        m->two = false;
        m->stack = true;
        return W5_FIT_MORE;
    }
    message = line;
    if (!head(&message, r, &next)) {
        if ((m->stack && is_stack(line)) || (m->excerpt && is_excerpt(line)))
            return W5_FIT_MORE;
        next = (memo){.stack = true, .banner = m->banner};
        next.banner |= w5_str_starts(line, W5_STR("APPLICATION FAILED TO START"));
        if (!is_bare(line) && !is_banner(m, line))
            return W5_FIT_NO;
        r->at = W5_TIME_NONE;
        r->digits = 0;
        message = line;
    }
    next.stack |= !next.two;
    next.excerpt = w5_mem_find(message.ptr, message.len, "occurred processing [", 21) != NULL;
    r->message = message;
    r->open = true;
    *m = next;
    return W5_FIT_YES;
}

/* --- what only the whole tells
 * -------------------------------------------------------------------------- */
/* "at com.example.shop.ReportController.export(ReportController.java:42)" of no library. */
static bool read_frame(w5_str line, w5_record *r)
{
    static const w5_str libraries[] = {
        W5_LIT("java."),          W5_LIT("javax."),
        W5_LIT("jakarta."),       W5_LIT("jdk."),
        W5_LIT("sun."),           W5_LIT("com.sun."),
        W5_LIT("org.apache."),    W5_LIT("org.springframework."),
        W5_LIT("org.hibernate."), W5_LIT("com.zaxxer."),
        W5_LIT("com.mysql."),     W5_LIT("org.mariadb."),
        W5_LIT("io.netty."),      W5_LIT("reactor."),
        W5_LIT("org.eclipse."),
    };
    w5_str rest = w5_str_trim(line);
    w5_str loader, frame;
    if (!w5_str_take(&rest, W5_STR("at ")))
        return false;
    frame = rest;
    if (w5_str_cut(rest, '/', &loader, &frame) && memchr(loader.ptr, '(', loader.len))
        frame = rest;
    for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++)
        if (w5_str_starts(frame, libraries[i]))
            return false;
    w5_record_set(r, W5_F_frame, frame);
    return true;
}

/* The innermost cause that a pattern knows better than the message above it. */
static bool decides(w5_str exception)
{
    static const w5_str parts[] = {
        W5_LIT("Connection is not available, request timed out after"),
        W5_LIT("com.mysql.cj.jdbc.exceptions."),
        W5_LIT("org.mariadb.jdbc."),
        W5_LIT("java.net.BindException: "),
        W5_LIT("java.lang.OutOfMemoryError"),
        W5_LIT("java.util.concurrent.RejectedExecutionException"),
        W5_LIT("Communications link failure"),
        W5_LIT("Too many connections"),
    };
    size_t at;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (w5_str_find(exception, parts[i], &at))
            return true;
    return false;
}

typedef struct trace {
    w5_str decisive;
    bool framed;
} trace;

static void see_line(trace *t, w5_str line, w5_record *r)
{
    w5_str exception = w5_str_trim(line);
    w5_str_take(&exception, W5_STR("Caused by: "));
    t->framed = t->framed || read_frame(line, r);
    if (!is_exception(exception))
        return;
    if (w5_record_get(r, W5_F_exception).len == 0)
        w5_record_set(r, W5_F_exception, exception);
    if (decides(exception))
        t->decisive = exception;
}

/* The digits behind `before`, when the message begins with it. */
static bool read_port(w5_record *r, w5_str before, w5_arena *scratch)
{
    w5_str port = r->message;
    uint64_t number;
    if (!w5_str_take(&port, before))
        return false;
    w5_str rest = port;
    if (w5_str_take_u64(&rest, &number))
        w5_record_set(r, W5_F_address,
                      w5_listen_address(w5_str_head(port, port.len - rest.len), scratch));
    return true;
}

/* 'Starting ProtocolHandler ["http-nio-127.0.0.1-8080"]' -> "127.0.0.1:8080", '["http-nio-8080"]'
 * and Spring's sentences -> "0.0.0.0:8080". */
static void read_address(w5_record *r, w5_arena *scratch)
{
    static const w5_str sentences[] = {
        W5_LIT("Tomcat started on port(s): "),
        W5_LIT("Tomcat started on port "),
        W5_LIT("Netty started on port "),
        W5_LIT("Jetty started on port "),
        W5_LIT("Web server failed to start. Port "),
    };
    w5_str before, name, tail;
    size_t dash;
    for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++)
        if (read_port(r, sentences[i], scratch))
            return;
    if (!w5_str_starts(r->message, W5_STR("Starting ProtocolHandler [")) ||
        !w5_str_cut_at(r->message, W5_STR("-nio"), &before, &name))
        return;
    w5_str_take(&name, W5_STR("2"));
    w5_str_take(&name, W5_STR("-"));
    if (!w5_str_cut(name, '"', &name, &tail))
        return;
    w5_str address = w5_str_rfind_char(name, '-', &dash)
                         ? w5_arena_fmt(scratch, "%.*s:%.*s", (int)dash, name.ptr,
                                        W5_ARG(w5_str_skip(name, dash + 1)))
                         : w5_listen_address(name, scratch);
    w5_record_set(r, W5_F_address, address);
}

/* "INFO: Server startup in 1480 ms" below the old layout's head. */
static void read_second_line(w5_record *r, w5_str second)
{
    w5_str level = w5_level_take(&second);
    if (level.len == 0 || !w5_str_take(&second, W5_STR(": ")))
        return;
    w5_record_set(r, W5_F_level, level);
    r->message = second;
}

static void finish(void *state, w5_record *r, w5_arena *scratch)
{
    (void)state;
    w5_str line, rest;
    w5_str text = r->text;
    trace t = {0};
    read_address(r, scratch);
    if (!w5_str_cut(text, '\n', &line, &text))
        text = W5_NONE;
    see_line(&t, r->message, r);
    for (bool second = true; text.len > 0; second = false) {
        rest = W5_NONE;
        line = text;
        w5_str_cut(text, '\n', &line, &rest);
        text = rest;
        if (second && w5_record_get(r, W5_F_level).len == 0)
            read_second_line(r, line);
        see_line(&t, line, r);
    }
    if (t.decisive.len == 0)
        return;
    w5_record_set(r, W5_F_exception, t.decisive);
    r->message = t.decisive;
}

const w5_format w5_format_tomcat = {
    .id = W5_LIT("tomcat"),
    .title = W5_LIT("Tomcat, Spring Boot and other Java logs"),
    .sample =
        W5_LIT("20-Nov-2026 19:27:29.209 INFO [main] org.apache.catalina.startup.Catalina.start "
               "Server startup in [1480] milliseconds"),
    .order = 555,
    .parse = parse,
    .finish = finish,
};
