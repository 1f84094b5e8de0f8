#include "record/forged.h"

#include "stage.h"

#define HEAD     "2026/11/20 17:54:37 [error] 7#7: *2 "
#define FAILED   " failed (2: No such file or directory), client: 192.0.2.1, server: s, request: \"GET "
#define ENDS     " HTTP/1.1\", host: \"h\""
#define REFUSED  "2026/11/20 10:00:00 [error] 1#1: *77 connect() failed (111: Connection refused) while " \
                 "connecting to upstream, client: 203.0.113.9, server: s, request: \"GET /pay HTTP/1.1\", " \
                 "upstream: \"http:/127.0.0.1:8000/pay\", host: \"h\""
#define REFUSED_ "2026/11/20%2010:00:00%20[error]%201%231:%20*77%20connect()%20failed%20(111:%20Connection" \
                 "%20refused)%20while%20connecting%20to%20upstream,%20client:%20203.0.113.9,%20server:" \
                 "%20s,%20request:%20%22GET%20/pay%20HTTP/1.1%22,%20upstream:%20%22http://127.0.0.1:8000" \
                 "/pay%22,%20host:%20%22h%22"

static size_t extent(w5_str text, bool *opener)
{
    w5_str lines[64];
    size_t n = 0;
    while (n < COUNT(lines) && w5_str_cut(text, '\n', &lines[n], &text))
        n++;
    lines[n++] = text;
    return w5_forged_extent(lines, n, opener);
}

static void assert_extent(const char *text, size_t lines, bool is_opener)
{
    bool opener;
    size_t n = extent(w5_str_of(text), &opener);
    if (n != lines || (n > 0 && opener != is_opener))
        fail_msg("%zu lines, opener %d, of\n%s", n, opener, text);
}

static const char *slow_mark(const char *p, const char *end)
{
    for (; end - p > 2; p++)
        if (p[0] == '%' && p[1] == '0' && (p[2] == 'a' || p[2] == 'A'))
            return p;
    return end;
}

static void a_mark_is_found_wherever_it_stands(void **state)
{
    (void)state;
    static const char *const marks[] = {"%0a", "%0A", "%0", "%%0A", "%0b%0a", ""};
    for (size_t k = 0; k < COUNT(marks); k++)
        for (size_t before = 0; before < 40; before++)
            for (size_t after = 0; after < 40; after++) {
                size_t n = strlen(marks[k]);
                char *text = malloc(before + n + after + 1);
                memset(text, '%', before);
                memcpy(text + before, marks[k], n + 1);
                memset(text + before + n, '0', after);
                const char *end = text + before + n + after;
                assert_ptr_equal(w5_forged_mark(text, end), slow_mark(text, end));
                free(text);
            }
}

static void the_tail_betrays_all_lines_back_to_its_opener(void **state)
{
    (void)state;
    /* the quote is open, and the forged line is the tail itself */
    assert_extent(HEAD "open() \"/w/x\n" REFUSED "\"" FAILED "/x%0A" REFUSED_ ENDS, 2, true);
    /* balanced; the tail has no head */
    assert_extent(HEAD "open() \"/w/x\"" FAILED "/x" ENDS "\n" REFUSED "\nq\"" FAILED
                       "/x%22%20failed%20(2:%20No%20such%20file%20or%20directory),%20client:%20192.0.2.1,"
                       "%20server:%20s,%20request:%20%22GET%20/x%20HTTP/1.1%22,%20host:%20%22h%22%0a" REFUSED_
                       "%0aq" ENDS,
                  3, true);
    /* balanced; the tail reads as a perfect line */
    assert_extent(HEAD "open() \"/w/x\"" FAILED "/x" ENDS "\n" REFUSED "\n" HEAD "open() \"/w/i\"" FAILED
                       "/x%22%20failed%20(2:%20No%20such%20file%20or%20directory),%20client:%20192.0.2.1,"
                       "%20server:%20s,%20request:%20%22GET%20/x%20HTTP/1.1%22,%20host:%20%22h%22%0A" REFUSED_
                       "%0A2026/11/20%2017:54:37%20[error]%207%237:%20*2%20open()%20%22/w/i" ENDS,
                  3, true);
    /* an index file's name behind it, and a line end of two bytes */
    assert_extent(HEAD "\"/w/x\r\n" REFUSED "\r\na/index.html\" is not found (2: No such file or "
                       "directory), client: 192.0.2.1, server: s, request: \"GET /x%0D%0A" REFUSED_
                       "%0d%0aa/" ENDS,
                  3, true);
    /* the tail's request is cut: it proves as far as it goes */
    assert_extent(HEAD "open() \"/w/x\n" REFUSED "\nq\"" FAILED "/x%0A2026/11/20%2010:00:00%20[err", 3,
                  true);
    assert_extent(HEAD "open() \"/w/x\n" REFUSED "\nq\"" FAILED "/x%0A2026/11/20%2", 3, true);
}

static void what_nginx_makes_of_a_path_is_followed(void **state)
{
    (void)state;
    assert_extent(HEAD "open() \"/w/x\ny\"" FAILED "/a/..//x%0Ay" ENDS, 2, true);
    assert_extent(HEAD "open() \"/w/x\ny\"" FAILED "/x%0Ay?z=%0A" ENDS, 2, true);
    assert_extent(HEAD "open() \"/w/x\ny\"" FAILED "http://h/x%0Ay" ENDS, 2, true);
    assert_extent(HEAD "open() \"/srv/files/x\ny\"" FAILED "/static/x%0Ay" ENDS, 2, true); /* alias */
    assert_extent(HEAD "open() \"/w/\ny\"" FAILED "/%0Ay" ENDS, 2, true);
    assert_extent(HEAD "open() \"/w/a//b\n//y\"" FAILED "/a//b%0A//y" ENDS, 2, true); /* merge_slashes off */
}

static void honest_newlines_in_requests_taint_nothing(void **state)
{
    (void)state;
    assert_extent(HEAD "open() \"/w/x\"" FAILED "/a%0Ab/../x" ENDS "\n" REFUSED, 0, false);
    assert_extent(HEAD "open() \"/w/a\"" FAILED "/a" ENDS "\n" REFUSED "\n" HEAD "open() \"/w/x\"" FAILED
                       "/a%0Ab/../x" ENDS,
                  0, false);
    assert_extent(REFUSED "\n" HEAD "open() \"/w/x\"" FAILED "/x?y=%0A" ENDS, 0, false);
    assert_extent(HEAD "connect() failed (111: x) while connecting to upstream, client: 192.0.2.1, server: s, "
                       "request: \"GET /x%0Ay HTTP/1.1\", upstream: \"http://127.0.0.1:1/x%0Ay\"\n" REFUSED,
                  0, false);
}

/* An honest line in front that ends alike is not drawn in when the tail has its true opener. */
static void what_merely_agrees_gives_way_to_what_is_proven(void **state)
{
    (void)state;
    assert_extent(HEAD "open() \"/w/x\"" FAILED "/x" ENDS "\n" REFUSED "\n" HEAD "open() \"/w/x\nq\"" FAILED
                       "/x%0Aq" ENDS,
                  0, false);
    assert_extent(HEAD "open() \"/w/x\n" REFUSED "\nq\"" FAILED "/old/x%0Arewritten" ENDS, 3, true);
}

static void padded(char *out, size_t size, const char *head, size_t total, const char *tail)
{
    size_t n = total - strlen(head) - strlen(tail);
    assert_true(total < size);
    memcpy(out, head, strlen(head));
    memset(out + strlen(head), 'q', n);
    memcpy(out + strlen(head) + n, tail, strlen(tail) + 1);
}

static void a_tail_that_was_cut_is_told_by_its_length(void **state)
{
    (void)state;
    char text[4096];
    const char *front = HEAD "open() \"/w/x\"" FAILED "/x" ENDS "\n" REFUSED "\n" HEAD "open() \"/w/";
    const char *const tails[] = {
        "\" failed (2: No such file or directory), client: 192.0.2.1, se",
        "\" failed (2: No such file or directory), client: 192.0.2.1, server: s",
        "\" failed (2: No such file or directory)",
        "\" failed (2: No such file or directory), client: 192.0.2.1, server: s, request: \"GET /x",
        "... (2: No such file or directory), client: 192.0.2.1",
    };
    for (size_t i = 0; i < COUNT(tails); i++) {
        padded(text, sizeof(text), front, W5_WRITE_MAX, tails[i]);
        assert_extent(text, 3, true);
        padded(text, sizeof(text), front, W5_WRITE_MAX - 1, tails[i]);
        bool opener;
        assert_int_equal(extent(w5_str_of(text), &opener), 0);
    }
    padded(text, sizeof(text), front, W5_WRITE_MAX, "\"" FAILED "/q" ENDS);
    assert_extent(text, 0, false); /* a whole line may end there */
    padded(text, sizeof(text), front, W5_WRITE_MAX, "");
    assert_extent(text, 0, false); /* an errno is never cut off: this is the opener of another write */
    padded(text, sizeof(text), HEAD "directory index of \"/w/x\" is forbidden, client: 192.0.2.1, server: s, request: "
                                    "\"GET /x" ENDS "\n" REFUSED "\n/",
           W5_WRITE_MAX, "");
    assert_extent(text, 3, true); /* a message without errno may stop anywhere */
}

static void an_open_quote_taints_what_follows(void **state)
{
    (void)state;
    assert_extent(HEAD "open() \"/w/x\n" REFUSED "\nq\" failed (2: No such file or directory), cli", 3,
                  false);
    assert_extent(HEAD "open() \"/w/x\n" REFUSED, 2, false);
    assert_extent(HEAD "open() \"/w/x", 0, false);
    char text[4096];
    padded(text, sizeof(text), HEAD "open() \"/w/", W5_WRITE_MAX, "");
    memcpy(text + W5_WRITE_MAX, "\n" REFUSED, sizeof("\n" REFUSED));
    assert_extent(text, 0, false); /* cut by nginx itself: a record of its own follows */
}

static void a_decoded_upstream_is_followed_by_forged_lines(void **state)
{
    (void)state;
    assert_extent(HEAD "connect() failed (111: x) while connecting to upstream, client: 192.0.2.1, server: s, "
                       "request: \"GET /x%0A" REFUSED_ "%0Aq HTTP/1.1\", upstream: \"http://127.0.0.1:1/x\n" REFUSED
                       "\nq\", host: \"h\"",
                  3, false);
}

static void a_line_with_a_head_inside_fastcgis_text_is_forged(void **state)
{
    (void)state;
    const char *open = HEAD "FastCGI sent in stderr: \"said\n";
    const char *close = "x\" while reading response header from upstream, client: 192.0.2.1, server: s";
    char text[2048];
    snprintf(text, sizeof(text), "%s%s\n%s", open, REFUSED, close);
    assert_extent(text, 3, false);
    snprintf(text, sizeof(text), "%splain\n%s\n%s", open, close, REFUSED);
    assert_extent(text, 0, false);
    snprintf(text, sizeof(text), "%s%s\n%s", open, HEAD "FastCGI sent in stderr: \"b", close);
    assert_extent(text, 0, false);
}

static void hostile_bytes_do_no_harm(void **state)
{
    (void)state;
    assert_extent("", 0, false);
    assert_extent(HEAD "open() \"", 0, false);
    assert_extent(HEAD "open() \"/\n" HEAD "open() \"/\"" FAILED "%0A" ENDS, 2, false);
    assert_extent(HEAD "open() \"/\n%0A request: \"GET %0A\n%0a request: \" %0A", 3, false);
    assert_extent(HEAD "open() \"/w\n\" failed ( request: \"GET /../../..%0A", 2, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mark_is_found_wherever_it_stands),
        cmocka_unit_test(the_tail_betrays_all_lines_back_to_its_opener),
        cmocka_unit_test(what_nginx_makes_of_a_path_is_followed),
        cmocka_unit_test(honest_newlines_in_requests_taint_nothing),
        cmocka_unit_test(what_merely_agrees_gives_way_to_what_is_proven),
        cmocka_unit_test(a_tail_that_was_cut_is_told_by_its_length),
        cmocka_unit_test(an_open_quote_taints_what_follows),
        cmocka_unit_test(a_decoded_upstream_is_followed_by_forged_lines),
        cmocka_unit_test(a_line_with_a_head_inside_fastcgis_text_is_forged),
        cmocka_unit_test(hostile_bytes_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
