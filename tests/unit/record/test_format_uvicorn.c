#include "classified.h"

static void levels_stand_in_nine_columns(void **state)
{
    tells(state,
          "INFO:     Started server process [20832]\n"
          "WARNING:  Invalid HTTP request received.\n"
          "CRITICAL: the end\n"
          "INFO:     Uvicorn running on http://127.0.0.1:21607 (Press CTRL+C to quit)\n"
          "\033[32mINFO\033[0m:     Shutting down\n",
          "worker-boot subject=20832|level=info|format=uvicorn\n"
          "- level=warn\n"
          "- level=crit\n"
          "listening address=127.0.0.1:21607\n"
          "master-term level=info\n");
}

static void requests_and_their_tracebacks(void **state)
{
    tells(state,
          "INFO:     127.0.0.1:54321 - \"GET /items?page=2 HTTP/1.1\" 200 OK\n"
          "127.0.0.1:57682 - \"GET /boom HTTP/1.1\" 500\n"
          "ERROR:    Exception in ASGI application\n"
          "Traceback (most recent call last):\n"
          "  File \"/srv/app/asgi.py\", line 5, in app\n"
          "    raise ValueError(\"cart is empty\")\n"
          "ValueError: cart is empty\n"
          "ERROR:    [Errno 98] error while attempting to bind on address ('127.0.0.1', 21607): "
          "address already in use\n"
          "ERROR:    Error loading ASGI app. Could not import module \"nosuch\".\n",
          "access client=127.0.0.1|method=GET|path=/items|status=200\n"
          "access path=/boom|status=500\n"
          "request-error exception=ValueError: cart is empty|frame=/srv/app/asgi.py:5 in "
          "app|lines=5\n"
          "bind-failure address=127.0.0.1:21607|errno=98\n"
          "boot-failure level=error\n");
}

static void other_columns_are_no_uvicorn(void **state)
{
    static const char *const lines[] = {
        "INFO: one blank", "INFO:    eight columns", "INFO      no colon", "LOUD:     no level",
        "INFO:    ",
    };
    tells_nothing(state, lines, COUNT(lines));
}

static void a_recorded_run(void **state)
{
    file_holds(state, "fixtures/formats/uvicorn/uvicorn.log",
               "worker-boot 4, listening 2, request-error 1, bind-failure 1, master-term 2, "
               "worker-exit 2, boot-failure 3, master-start 1, master-stop 1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_stand_in_nine_columns),
        cmocka_unit_test(requests_and_their_tracebacks),
        cmocka_unit_test(other_columns_are_no_uvicorn),
        cmocka_unit_test(a_recorded_run),
    };
    return cmocka_run_group_tests(tests, knowledge_open, knowledge_close);
}
