#include "classified.h"

static void heads_of_many_loggers(void **state)
{
    tells(
        state,
        "20-Nov-2026 19:27:29.209 INFO [main] org.apache.catalina.startup.Catalina.start Server "
        "startup "
        "in [1480] milliseconds\n"
        "2026-11-20 19:27:38.641  INFO 1234 --- [           main] c.e.shop.ShopApplication : "
        "Started "
        "ShopApplication in 3.2 seconds (JVM running for 4.1)\n"
        "2026-11-20T19:27:38.641+09:00  WARN 1234 --- [shop] [nio-8080-exec-3] c.e.shop.Pay   : "
        "odd\n"
        "2026-11-20 19:27:38,641 [http-nio-8080-exec-3] ERROR c.e.shop.ReportController - failed\n"
        "2026-11-20 19:27:38,641 INFO  [main] c.e.shop.Main (Main.java:12) - message\n"
        "19:27:38.641 [main] INFO  c.e.shop.ShopApplication -- Starting\n"
        "Nov 20, 2026 7:27:38 PM org.apache.catalina.startup.Catalina start\n"
        "SEVERE: broken\n",
        "worker-boot at=2026-11-20T19:27:29.209Z?|level=info|tid=main\n"
        "worker-boot at=2026-11-20T19:27:38.641Z?|pid=1234|module=ShopApplication|duration=3.2\n"
        "- at=2026-11-20T10:27:38.641Z|level=warn|pid=1234|tid=nio-8080-exec-3|message=odd\n"
        "- level=error|tid=http-nio-8080-exec-3|message=failed\n"
        "- level=info|message=message\n"
        "- at=2026-11-20T19:27:38Z?|message=Starting\n"
        "- at=2026-11-20T19:27:38Z?|level=error|message=broken|lines=2\n");
}

static void the_cause_that_decides_becomes_the_message(void **state)
{
    tells(state,
          "2026-11-20 19:27:38.641 ERROR 1234 --- [nio-8080-exec-3] "
          "o.a.c.c.C.[.[.[/].[dispatcherServlet] : "
          "Servlet.service() for servlet [dispatcherServlet] in context with path [] threw "
          "exception\n"
          "org.springframework.dao.DataAccessResourceFailureException: Unable to acquire JDBC "
          "Connection\n"
          "\tat "
          "org.springframework.orm.jpa.JpaTransactionManager.doBegin(JpaTransactionManager.java:"
          "467)\n"
          "\tat com.example.shop.ReportController.export(ReportController.java:42)\n"
          "Caused by: java.sql.SQLTransientConnectionException: HikariPool-1 - Connection is not "
          "available, request timed out after 30000ms (total=10, active=10, idle=0, waiting=5)\n"
          "\t... 58 more\n",
          "db-error-in-app duration=30000|reason=HikariPool-1|lines=6|"
          "frame=com.example.shop.ReportController.export(ReportController.java:42)\n");
}

static void applications_that_do_not_start(void **state)
{
    tells(state,
          "***************************\n"
          "APPLICATION FAILED TO START\n"
          "***************************\n"
          "\n"
          "Description:\n"
          "\n"
          "Web server failed to start. Port 8080 was already in use.\n"
          "\n"
          "Action:\n"
          "\n"
          "Identify and stop the process that's listening on port 8080.\n",
          "- lines=1\n"
          "boot-failure level=\n"
          "- lines=1\n"
          "- lines=1\n"
          "bind-failure address=0.0.0.0:8080\n"
          "- lines=1\n"
          "- lines=1\n");
}

static void memory_and_threads_run_out(void **state)
{
    tells(
        state,
        "Exception in thread \"http-nio-8080-exec-1\" java.lang.OutOfMemoryError: Java heap space\n"
        "\tat java.base/java.util.Arrays.copyOf(Arrays.java:3537)\n"
        "Terminating due to java.lang.OutOfMemoryError: Java heap space\n"
        "20-Nov-2026 19:27:38.641 WARNING [http-nio-8080-Acceptor-0] org.apache.tomcat.X.y Maximum "
        "number "
        "of threads (200) created for connector with address [null] and port [8080]\n"
        "2026-11-20 19:27:38.641  WARN 1234 --- [nio-8080-exec-3] "
        "o.h.engine.jdbc.spi.SqlExceptionHelper : "
        "SQL Error: 1205, SQLState: 40001\n",
        "request-error reason=heap|exception=java.lang.OutOfMemoryError: Java heap space\n"
        "worker-exit exit_code=3\n"
        "pool-exhausted limit=200\n"
        "db-error-in-app db_errno=1205\n");
}

static void listening_tells_the_address(void **state)
{
    tells(state,
          "20-Nov-2026 19:27:29.197 INFO [main] org.apache.coyote.AbstractProtocol.start Starting "
          "ProtocolHandler [\"http-nio-127.0.0.1-21608\"]\n"
          "20-Nov-2026 19:27:29.197 INFO [main] org.apache.coyote.AbstractProtocol.start Starting "
          "ProtocolHandler [\"https-jsse-nio2-8443\"]\n"
          "2026-11-20T19:27:38.641+09:00  INFO 1234 --- [shop] [main] "
          "o.s.b.w.embedded.tomcat.TomcatWebServer"
          "  : Tomcat started on port 8080 (http) with context path '/'\n",
          "listening address=127.0.0.1:21608\nlistening address=0.0.0.0:8443\nlistening "
          "address=0.0.0.0:8080\n");
}

static void jasper_quotes_the_page(void **state)
{
    tells(state,
          "20-Nov-2026 22:44:45.483 SEVERE [http-nio-127.0.0.1-8000-exec-2] "
          "org.apache.catalina.core.StandardWrapperValve.invoke Servlet.service() for servlet "
          "[shop] in context with path [] threw exception [An exception occurred processing "
          "[/shop.jsp] at line [6]\n"
          "\n"
          "5:   String path = request.getRequestURI();\n"
          "6:   byte[] rows = new byte[1 << 30];\n"
          "7: %>\n"
          "\n"
          "\n"
          "Stacktrace:] with root cause\n"
          "\tjava.lang.OutOfMemoryError: Java heap space\n"
          "\t\tat org.apache.jsp.shop_jsp._jspService(shop_jsp.java:127)\n",
          "request-error exception=java.lang.OutOfMemoryError: Java heap space|lines=7\n");
}

static void half_heads_are_nobodys(void **state)
{
    static const char *const lines[] = {
        "20-Nov-2026 19:27:29.209 INFO [main",
        "20-Nov-2026 19:27:29.209 words of nobody here",
        "\tat com.example.Nowhere.f(Nowhere.java:1)",
        "Description:",
        "INFO: message",
    };
    tells_nothing(state, lines, COUNT(lines));
}

static void a_recorded_run(void **state)
{
    file_holds(
        state, "fixtures/formats/tomcat/tomcat.log",
        "master-start 2, listening 1, worker-boot 2, master-term 2, master-stop 2, bind-failure 1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heads_of_many_loggers),
        cmocka_unit_test(the_cause_that_decides_becomes_the_message),
        cmocka_unit_test(applications_that_do_not_start),
        cmocka_unit_test(memory_and_threads_run_out),
        cmocka_unit_test(listening_tells_the_address),
        cmocka_unit_test(jasper_quotes_the_page),
        cmocka_unit_test(half_heads_are_nobodys),
        cmocka_unit_test(a_recorded_run),
    };
    return cmocka_run_group_tests(tests, knowledge_open, knowledge_close);
}
