#include "classified.h"

static void a_crash_is_one_record(void **state)
{
    tells(state,
          "/srv/app/server.js:4\n"
          "  if (q.url === '/crash') setTimeout(() => { throw new Error('cart is empty'); }, 10);\n"
          "                                             ^\n"
          "\n"
          "Error: cart is empty\n"
          "    at Timeout._onTimeout (/srv/app/server.js:4:52)\n"
          "    at listOnTimeout (node:internal/timers:581:17)\n"
          "\n"
          "Node.js v20.20.2\n"
          "TypeError: logged and gone on\n"
          "    at Server.emit (node:events:524:28)\n"
          "    at handle (/srv/app/node_modules/x/y.js:1:1)\n"
          "    at report (/srv/app/report.js:9:1)\n",
          "worker-exit exception=Error: cart is empty|exit_code=1|lines=9|"
          "frame=Timeout._onTimeout (/srv/app/server.js:4:52)\n"
          "traceback exception=TypeError: logged and gone on|frame=report "
          "(/srv/app/report.js:9:1)\n");
}

static void addresses_in_use_and_missing_modules(void **state)
{
    tells(state,
          "node:events:502\n"
          "      throw er; // Unhandled 'error' event\n"
          "      ^\n"
          "\n"
          "Error: listen EADDRINUSE: address already in use :::3000\n"
          "    at Server.setupListenHandle [as _listen2] (node:net:1908:16)\n"
          "Emitted 'error' event on Server instance at:\n"
          "    at emitErrorNT (node:net:1944:8) {\n"
          "  code: 'EADDRINUSE',\n"
          "  port: 3000\n"
          "}\n"
          "\n"
          "Node.js v20.20.2\n"
          "(node:7) UnhandledPromiseRejectionWarning: TypeError: db.query is not a function\n"
          "(node:7) [DEP0040] DeprecationWarning: The `punycode` module is deprecated.\n"
          "2026-03-15T09:47:10: PM2 log: App [web:0] exited with code [1] via signal [SIGINT]\n",
          "bind-failure address=[::]:3000|reason=EADDRINUSE|lines=13\n"
          "request-error pid=7\n"
          "- pid=7\n"
          "worker-exit exit_code=1|reason=web:0|at=2026-03-15T09:47:10Z?\n");
}

static void the_heap_runs_full(void **state)
{
    tells(state,
          "<--- Last few GCs --->\n"
          "\n"
          "[15979:0x27012ca0]     1200 ms: Scavenge 27.6 (44.6) -> 23.7 (56.8) MB, 1.12 / 0.00 ms\n"
          "<--- JS stacktrace --->\n"
          "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n"
          "----- Native stack trace -----\n"
          "\n"
          " 1: 0xb78db3 node::OOMErrorHandler(char const*, v8::OOMDetails const&) [node]\n",
          "- lines=1\n- lines=1\n- lines=1\nworker-killed signal=6|reason=heap|lines=4\n");
}

static void words_of_applications_are_not_ours(void **state)
{
    static const char *const lines[] = {
        "Server listening on http://127.0.0.1:21605",
        "/srv/app/server.js",
        "/srv/app/data.txt:4",
        "    at nowhere",
        "(node:x) Warning: y",
    };
    tells_nothing(state, lines, COUNT(lines));
}

static void a_recorded_run(void **state)
{
    file_holds(state, "fixtures/formats/node/node.log",
               "worker-exit 3, worker-killed 1, bind-failure 1, boot-failure 1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_crash_is_one_record),
        cmocka_unit_test(addresses_in_use_and_missing_modules),
        cmocka_unit_test(the_heap_runs_full),
        cmocka_unit_test(words_of_applications_are_not_ours),
        cmocka_unit_test(a_recorded_run),
    };
    return cmocka_run_group_tests(tests, knowledge_open, knowledge_close);
}
