/* report_mail.c -- a mail with the report as text and as a page, ready for `sendmail -t`.
 *
 * The set of headers is fixed. A mail of its kind says that no machine should answer it (RFC 3834),
 * which list it belongs to (RFC 2919), and which mail it follows (RFC 5322 §3.6.4). */
#include "html.h"
#include "mime.h"

/* "=_" occurs in no quoted-printable text (RFC 2045 §6.7), so that the boundary needs no look-out.
 */
#define BOUNDARY "=_why502"

/* --- headers --------------------------------------------------------------------------------- */
/* What is going on stands before what may be cut. */
static w5_str subject_text(const w5_show *show)
{
    const w5_findings *f = show->run->findings;
    if (f->n == 0)
        return w5_show_healthy(show);
    const w5_diagnosis *d = f->at[0];
    const w5_incident *in = d->incident;
    w5_str verdict = w5_show_sentence(show, f->n == 1 ? &d->verdict : &f->verdict);
    if (verdict.len && w5_out_width(verdict) <= 56)
        return verdict;
    w5_tallies t = in->codes.n ? in->codes : in->kinds;
    w5_str what = t.n ? t.at[0].name : w5_show_pattern(d);
    w5_str why =
        d->cause.cause ? w5_show_word(show, d->cause.cause->title) : w5_show_cause(&d->cause);
    return W5_TELL(show, "%1$s, %2$s x %3$s: %4$s", w5_fact_ending(show, in),
                   w5_show_count(show, in->errors ? in->errors : in->requests_failed), what, why);
}

/* Cut with three dots: one character that is no ASCII would encode the whole subject. */
static w5_str subject(const w5_show *full)
{
    w5_view ascii = *full->view;
    w5_show here = *full;
    const w5_show *show = &here;
    ascii.ascii = true;
    here.view = &ascii;
    w5_str host = w5_show_cut(show, w5_show_safe(show, show->run->host), 24);
    w5_str text =
        w5_arena_fmt(show->arena, "[why502] %.*s: %.*s", W5_ARG(host), W5_ARG(subject_text(show)));
    return w5_show_cut(show, text, 80);
}

static w5_str date_text(const w5_show *show)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    w5_date d = w5_date_of(show->run->generated_at);
    return w5_arena_fmt(show->arena, "%s, %02u %s %04d %02u:%02u:%02u +0000", days[d.weekday % 7],
                        d.day, months[(d.month - 1) % 12], d.year, d.hour, d.minute, d.second);
}

/* A host name as ids and list names may hold it. */
static w5_str plain_host(const w5_show *show)
{
    w5_str host = w5_show_safe(show, show->run->host);
    char *name = w5_arena_alloc(show->arena, host.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < host.len && len < 64; i++) {
        char c = host.ptr[i];
        bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    ((c == '.' || c == '-') && len > 0);
        if (fine)
            name[len++] = c;
    }
    return len ? (w5_str){name, len} : W5_STR("localhost");
}

/* "<…@…>", brackets or not; anything an id cannot hold is left out. */
static w5_str angled(const w5_show *show, w5_str id)
{
    char *name = w5_arena_alloc(show->arena, id.len + 3);
    size_t len = 0;
    name[len++] = '<';
    for (size_t i = 0; i < id.len; i++)
        if (id.ptr[i] > ' ' && id.ptr[i] < 0x7f && !strchr("<>()[]\\\",;:", id.ptr[i]))
            name[len++] = id.ptr[i];
    name[len++] = '>';
    return (w5_str){name, len};
}

static w5_str own_id(const w5_show *show)
{
    const w5_findings *f = show->run->findings;
    return w5_arena_fmt(show->arena, "why502.%jd.%s@%.*s",
                        (intmax_t)(show->run->generated_at / W5_SECOND),
                        f->n ? f->at[0]->incident->id : "0", W5_ARG(plain_host(show)));
}

static void put_headers(const w5_show *show, w5_out *out)
{
    const w5_view *view = show->view;
    w5_str host = plain_host(show);
    w5_str from = view->mail_from.len ? view->mail_from
                                      : w5_arena_fmt(show->arena, "why502@%.*s", W5_ARG(host));
    w5_mime_header_ascii(out, "From", from);
    w5_mime_header_ascii(out, "To", view->mail_to);
    w5_mime_header(out, "Subject", subject(show));
    w5_mime_header_ascii(out, "Date", date_text(show));
    w5_mime_header_ascii(out, "Message-ID",
                         angled(show, view->message_id.len ? view->message_id : own_id(show)));
    if (view->in_reply_to.len) {
        w5_mime_header_ascii(out, "In-Reply-To", angled(show, view->in_reply_to));
        w5_mime_header_ascii(out, "References", angled(show, view->in_reply_to));
    }
    w5_mime_header_ascii(out, "Auto-Submitted", W5_STR("auto-generated"));
    w5_mime_header_ascii(out, "X-Auto-Response-Suppress", W5_STR("All"));
    w5_mime_header_ascii(out, "List-Id", w5_arena_fmt(show->arena, "<why502.%.*s>", W5_ARG(host)));
    w5_out_lit(out, "MIME-Version: 1.0\n"
                    "Content-Type: multipart/alternative; boundary=\"" BOUNDARY "\"\n\n");
}

/* --- bodies ---------------------------------------------------------------------------------- */
static void put_part(w5_out *out, const char *type, const w5_out *body)
{
    w5_out_fmt(out,
               "--" BOUNDARY "\nContent-Type: %s; charset=utf-8\n"
               "Content-Transfer-Encoding: quoted-printable\n\n",
               type);
    w5_mime_quoted(out, w5_out_bytes(body));
    w5_out_lit(out, "\n");
}

static void write_mail(const w5_run *run, const w5_view *view, w5_out *out)
{
    w5_view plain = *view;
    plain.color = false;
    plain.width = 76;
    plain.quiet = false;
    w5_show show = w5_show_begin(run, &plain);
    w5_out *body = w5_out_memory();
    put_headers(&show, out);
    w5_report_find(W5_STR("text"))->write(run, &plain, body);
    put_part(out, "text/plain", body);
    w5_out_reset(body);
    w5_html_page(&(w5_html){&show, body, false});
    put_part(out, "text/html", body);
    w5_out_lit(out, "--" BOUNDARY "--\n");
    w5_out_done(body, NULL);
    w5_show_end(&show);
}

const w5_report w5_report_mail = {"mail", "a mail with text and page, for sendmail -t", write_mail};
