#include "classified.h"

static void clusters_and_single_processes(void **state)
{
    tells(state,
          "[9733] Puma starting in cluster mode...\n"
          "[9733] * Listening on http://127.0.0.1:21604\n"
          "* Listening on unix:///run/shop.sock\n"
          "[9733] - Worker 0 (PID: 9736) booted in 0.01s, phase: 0\n"
          "[9733] ! Terminating timed out worker (worker failed to check in within 60 seconds): "
          "9737\n"
          "[9733] ! Terminating timed out worker (worker failed to boot within 60 seconds): 9738\n"
          "[9733] === puma shutdown: 2026-11-20 19:24:39 +0900 ===\n"
          "- Goodbye!\n",
          "master-start pid=9733\n"
          "listening address=127.0.0.1:21604\n"
          "listening address=unix:/run/shop.sock|pid=\n"
          "worker-boot subject=9736\n"
          "worker-timeout subject=9737|ident=puma|pid=9733\n"
          "boot-failure subject=9738\n"
          "master-term at=2026-11-20T10:24:39Z\n"
          "master-stop pid=\n");
}

static void errors_with_their_ruby_stack(void **state)
{
    tells(
        state,
        "2026-11-20 19:24:18 +0000 Rack app (\"GET /boom?a=1\" - (127.0.0.1)): #<RuntimeError: "
        "cart is "
        "empty>\n"
        "/usr/lib/ruby/puma/binder.rb:341:in `initialize': Address already in use - bind(2) for "
        "\"127.0.0.1\" port 21604 (Errno::EADDRINUSE)\n"
        "\tfrom /usr/lib/ruby/puma/binder.rb:341:in `new'\n"
        "\tfrom /usr/bin/puma:25:in `<main>'\n"
        "[15434] ! Unable to start worker\n"
        "[15434] <internal:/usr/lib/ruby/vendor_ruby/rubygems/kernel_require.rb>:85:in `require'\n"
        "[15434] Early termination of worker\n",
        "request-error at=2026-11-20T19:24:18Z|method=GET|path=/boom|client=127.0.0.1|"
        "exception=RuntimeError: cart is empty\n"
        "bind-failure address=127.0.0.1:21604|lines=3\n"
        "boot-failure pid=15434|lines=2\n"
        "worker-exit pid=15434\n");
}

static void other_brackets_are_nobodys(void **state)
{
    static const char *const lines[] = {
        "[9733] words",
        "[9733",
        "[x] - Worker",
        "- item",
        "! loud",
        "\tfrom /usr/lib/x.rb:1:in `y'",
        "2026-11-20 19:24:18 +0000 words",
    };
    tells_nothing(state, lines, COUNT(lines));
}

static void a_recorded_run(void **state)
{
    file_holds(state, "fixtures/formats/puma/puma.log",
               "master-start 3, listening 2, worker-boot 4, worker-timeout 1, request-error 1, "
               "bind-failure 1, boot-failure 4, worker-exit 5, master-term 3, master-stop 3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clusters_and_single_processes),
        cmocka_unit_test(errors_with_their_ruby_stack),
        cmocka_unit_test(other_brackets_are_nobodys),
        cmocka_unit_test(a_recorded_run),
    };
    return cmocka_run_group_tests(tests, knowledge_open, knowledge_close);
}
