#include "config/config_systemd.h"

#include "scene.h"

static void later_assignments_replace_or_add(void **state)
{
    scene *s = *state;
    size_t from = 0;
    read_text(s, "app.service",
              "[Unit]\nDescription=x\nAfter=a.target\nAfter=b.target\n"
              "[Service]\nRestart=no\nRestart = on-failure\n"
              "ExecStart=/bin/one\nExecStart=\nExecStart=/bin/two \\\n  --long \\\n"
              "# a comment between\n; another\n  --end\nTimeoutStopSec=1min 30s\n");
    w5_config_seal(s->config);
    no_trouble(s);
    want(s, "systemd", "Restart", "", "", "on-failure");
    want(s, "systemd", "ExecStart", "", "", "/bin/two  --long  --end");
    want(s, "systemd", "TimeoutStopSec", "", "", "1min 30s");
    assert_str(w5_unit_setting(s->config, W5_STR("app.service"), "After", &from)->value,
               W5_STR("a.target"));
    assert_str(w5_unit_setting(s->config, W5_STR("app.service"), "After", &from)->value,
               W5_STR("b.target"));
    assert_null(w5_unit_setting(s->config, W5_STR("app.service"), "After", &from));
}

static void drop_ins_come_after_their_unit_in_order(void **state)
{
    scene *s = *state;
    w5_setting setting;
    put(s, "app.service", "[Service]\nRestart=no\nExecStart=/bin/one\n");
    put(s, "app.service.d/20.conf", "[Service]\nRestart=always\n");
    put(s, "app.service.d/10.conf",
        "[Service]\nRestart=on-abort\nExecStart=\nExecStart=/bin/ten\n");
    put(s, "app.service.d/x.txt", "[Service]\nRestart=never\n");
    read_file(s, at(s, "app.service"));
    w5_config_seal(s->config);
    no_trouble(s);
    want(s, "systemd", "Restart", "", "", "always");
    want(s, "systemd", "ExecStart", "", "", "/bin/ten");
    assert_int_equal(w5_config_get(s->config, "systemd", "Restart", W5_NONE, W5_NONE, &setting),
                     W5_OK);
    assert_string_equal(setting.file.ptr, at(s, "app.service.d/20.conf"));
    assert_str(setting.scope, W5_STR("app.service"));
}

static void the_output_of_systemctl_cat_names_its_files(void **state)
{
    scene *s = *state;
    w5_setting setting;
    read_text(s, "pasted",
              "# /lib/systemd/system/app.service\n[Service]\nRestart=no\n\n"
              "# /etc/systemd/system/app.service.d/override.conf\n[Service]\nRestart=always\n");
    w5_config_seal(s->config);
    assert_int_equal(w5_config_get(s->config, "systemd", "Restart", W5_NONE, W5_NONE, &setting),
                     W5_OK);
    assert_str(setting.value, W5_STR("always"));
    assert_str(setting.file, W5_STR("/etc/systemd/system/app.service.d/override.conf"));
    assert_int_equal(setting.line, 2);
    assert_str(setting.scope, W5_STR("app.service"));
}

static void a_line_that_assigns_nothing_is_said(void **state)
{
    scene *s = *state;
    read_text(s, "app.service", "[Service]\nRestart no\n");
    assert_int_equal(trouble(s, "'Restart no' is no assignment")->line, 2);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(later_assignments_replace_or_add),
        TEST(drop_ins_come_after_their_unit_in_order),
        TEST(the_output_of_systemctl_cat_names_its_files),
        TEST(a_line_that_assigns_nothing_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
