#include "scene.h"

static void the_uwsgi_group_is_read(void **state)
{
    scene *s = *state;
    read_text(s, "app.ini",
              "[other]\nharakiri = 1\n[uwsgi]\nharakiri = 30\nbuffer_size = 8192\nmaster\n"
              "socket = /run/u.sock\n");
    w5_config_seal(s->config);
    no_trouble(s);
    want(s, "uwsgi", "harakiri", "unix:/run/u.sock", "", "30");
    want(s, "uwsgi", "buffer-size", "", "", "8192");
    want(s, "uwsgi", "master", "", "", "true");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {TEST(the_uwsgi_group_is_read)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
