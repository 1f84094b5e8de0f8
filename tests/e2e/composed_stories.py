"""composed_stories.py -- the stories of composed.py: what happened, second by second.

Named after the rows of the table of signatures; a story's causes are those that may stand first, its
remedies those that may come first. Times are seconds from the first failure.
"""
import collections

from composed import Story

RELEASES = ("20.1.0", "21.2.0", "23.0.0", "25.3.0")
ABORT = """Traceback (most recent call last):
  File "/srv/venv/lib/python3.11/site-packages/gunicorn/workers/sync.py", line 134, in handle
    self.handle_request(listener, req, client, addr)
  File "/srv/venv/lib/python3.11/site-packages/gunicorn/workers/sync.py", line 177, in handle_request
    respiter = self.wsgi(environ, resp.start_response)
  File "/srv/app/shop/views.py", line 88, in report
    rows = fetch()
%s  File "/srv/venv/lib/python3.11/site-packages/gunicorn/workers/base.py", line 204, in handle_abort
    sys.exit(1)
SystemExit: 1"""
STORIES = []
Told = collections.namedtuple("Told", "name tell causes first versions wrappers access")


def story(*causes, first=None, vers=RELEASES, wraps=None, access=False):
    """access: without the access log nothing tells it from its neighbour."""
    def keep(tell):
        STORIES.append(Told(tell.__name__, tell, causes, first, vers, wraps, access))
        return tell
    return keep


GW = ('gunicorn-timeout', 'shorten-request')


def served(version, **k):
    s = Story(version, **k)
    s.start(-3600)
    s.healthy(-900, 900)
    return s


def timeouts(s, times, stack='', path='/report', pid0=1300):
    for i, t in enumerate(times):
        p = pid0 + i
        new = 1400 + i
        s.log(t, 1201, 'CRITICAL', f'WORKER TIMEOUT (pid:{p})')
        if s.version >= (22,):
            s.log(t, p, 'ERROR',
                    f"Error handling request {('GET ' if s.version >= (25, 2) else '')}{path}\n" + ABORT % stack)
            s.log(t, p, 'INFO', f'Worker exiting (pid: {p})')
            s.answer(t, path, 500, 30.6, header='30.600')
        else:
            s.log(t, p, 'INFO', f'Worker exiting (pid: {p})')
            if (21,) <= s.version < (22,):
                s.log(t, 1201, 'ERROR', f'Worker (pid:{p}) exited with code 1')
                s.log(t, 1201, 'ERROR', f'Worker (pid:{p}) exited with code 1.')
            s.close(t, path, 30.6)
        s.boot(t + 0.4, new)


@story('gunicorn-worker-timeout', first=GW)
def timeout_sync(version):
    s = served(version)
    timeouts(s, [0, 7, 19, 45])
    return s


@story('gunicorn-worker-timeout', first=GW)
def timeout_one(version):
    s = served(version)
    timeouts(s, [0])
    return s


@story('gunicorn-worker-timeout', first=GW)
def timeout_stuck_c(version):
    s = served(version)
    for i, t in enumerate([0, 12, 40]):
        p = 1300 + i
        s.log(t, 1201, 'CRITICAL', f'WORKER TIMEOUT (pid:{p})')
        s.died(t + 1, p, 9, 'SIGKILL')
        s.close(t + 1, took=31.4)
        s.boot(t + 1.3, 1400 + i)
    return s


@story('db-slow-query', first=('db-optimize',))
def slow_sql(version):
    s = served(version)
    timeouts(s, [0, 40, 80],
            stack='  File "/srv/venv/lib/python3.11/site-packages/MySQLdb/cursors.py", line 206, in execute\n    res = self._query(mogrified_query)\n')
    for i, t in enumerate([0, 40, 80]):
        s.query(t + 14, 44.7, "SELECT * FROM `shop_order` WHERE `note` LIKE '%x%' ORDER BY `total`", thread=70 + i)
    return s


@story('db-lock-contention', first=('shorten-transaction',))
def locks(version):
    s = served(version)
    timeouts(s, [0, 1, 3])
    for i, t in enumerate([0, 1, 3]):
        s.query(24, 50 - (0 if i == 0 else i), 'UPDATE `shop_stock` SET `qty` = 4 WHERE `id` = 9', lock=49.0 - i,
                rows=1, thread=70 + i)
    s.query(24, 85, 'UPDATE `shop_stock` SET `qty` = `qty` + 1', lock=0.0001, rows=600000, thread=60, user='batch')
    return s


@story('external-call-slow', first=('bound-external-call', 'shorten-request'), vers=('22.0.0', '23.0.0', '25.3.0'))
def third_party(version):
    s = served(version)
    timeouts(s, [0, 25, 60],
            stack='  File "/srv/app/shop/pay.py", line 12, in fetch\n    requests.get(URL)\n  File "/srv/venv/lib/python3.11/site-packages/urllib3/connectionpool.py", line 536, in _make_request\n    response = conn.getresponse()\n  File "/usr/lib/python3.11/ssl.py", line 1166, in read\n    return self._sslobj.read(len, buffer)\n')
    return s


def oom(s, t, pid, memcg=False, comm='gunicorn'):
    s.kernel(t - 0.1,
            f'{comm} invoked oom-killer: gfp_mask=0x140cca(GFP_HIGHUSER_MOVABLE|__GFP_COMP), order=0, oom_score_adj=0')
    if memcg:
        s.kernel(t, 'memory: usage 524288kB, limit 524288kB, failcnt 871')
        s.kernel(t,
                f'oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=/system.slice/gunicorn.service,task_memcg=/system.slice/gunicorn.service,task={comm},pid={pid},uid=33')
        s.kernel(t,
                f'Memory cgroup out of memory: Killed process {pid} ({comm}) total-vm:912340kB, anon-rss:501220kB, file-rss:0kB, shmem-rss:0kB, UID:33 pgtables:1700kB oom_score_adj:0')
    else:
        s.kernel(t,
                f'oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,task_memcg=/system.slice/gunicorn.service,task={comm},pid={pid},uid=33')
        s.kernel(t,
                f'Out of memory: Killed process {pid} ({comm}) total-vm:912340kB, anon-rss:801220kB, file-rss:0kB, shmem-rss:0kB, UID:33 pgtables:1700kB oom_score_adj:0')


@story('worker-oom-kill', first=('fewer-workers',))
def oom_host(version):
    s = served(version)
    for i, t in enumerate([0, 33, 90]):
        oom(s, t, 1300 + i)
        s.close(t, took=4.2)
        s.died(t + 1, 1300 + i, 9, 'SIGKILL')
        s.boot(t + 1.1, 1400 + i)
    return s


@story('worker-oom-kill', first=('fewer-workers',))
def oom_memcg(version):
    s = served(version)
    for i, t in enumerate([0]):
        oom(s, t, 1300 + i, True)
        s.close(t, took=4.2)
        s.died(t + 1, 1300 + i, 9, 'SIGKILL')
        s.boot(t + 1.1, 1400 + i)
    return s


@story('worker-oom-kill', first=('fewer-workers',))
def oom_unit_stop(version):
    s = served(version)
    oom(s, 0, 1301)
    s.close(0, took=4.2)
    s.system(0.2, 'systemd[1]', 'gunicorn.service: A process of this unit has been killed by the OOM killer.')
    s.log(0.3, 1201, 'INFO', 'Handling signal: term')
    s.log(0.4, 1300, 'INFO', 'Worker exiting (pid: 1300)')
    s.log(0.4, 1302, 'INFO', 'Worker exiting (pid: 1302)')
    s.log(1, 1201, 'INFO', 'Shutting down: Master')
    s.system(1.2, 'systemd[1]', "gunicorn.service: Failed with result 'oom-kill'.")
    s.refuse(1, 2, 3, 4, 5, 6, path='/items')
    s.system(6.3, 'systemd[1]', 'gunicorn.service: Scheduled restart job, restart counter is at 1.')
    s.system(6.4, 'systemd[1]', 'Stopped gunicorn.service - gunicorn daemon.')
    s.system(6.5, 'systemd[1]', 'Started gunicorn.service - gunicorn daemon.')
    s.start(7, 2201, 2300)
    return s


@story('worker-oom-kill', first=('fewer-workers',))
def earlyoom(version):
    s = served(version)
    for i, t in enumerate([0, 20]):
        s.system(t - 0.2, 'earlyoom[500]',
                'mem avail:   187 of  1955 MiB ( 9.57%), swap free:    0 of    0 MiB ( 0.00%)')
        s.system(t - 0.1, 'earlyoom[500]', 'low memory! at or below SIGTERM limits: mem 10.00%, swap 10.00%')
        s.system(t, 'earlyoom[500]',
                f'sending SIGTERM to process {1300 + i} uid 33 "gunicorn": badness 900, VmRSS 800 MiB')
        s.close(t, took=3.1)
        s.log(t + 0.3, 1300 + i, 'INFO', f'Worker exiting (pid: {1300 + i})')
        if s.version >= (21,):
            s.log(t + 0.5, 1201, 'ERROR', f'Worker (pid:{1300 + i}) was sent SIGTERM!')
        s.boot(t + 1.1, 1400 + i)
    return s


@story('worker-oom-kill', first=('fewer-workers',))
def systemd_oomd(version):
    s = served(version)
    s.system(0, 'systemd-oomd[400]',
            'Killed /system.slice/gunicorn.service due to memory pressure for /system.slice being 68.09% > 60.00% for > 20s with reclaim activity')
    s.close(0, took=3)
    s.close(0, '/items', took=2)
    s.system(0.2, 'systemd[1]', 'gunicorn.service: systemd-oomd killed 4 process(es) in this unit.')
    s.system(0.3, 'systemd[1]', 'gunicorn.service: Main process exited, code=killed, status=9/KILL')
    s.system(0.4, 'systemd[1]', "gunicorn.service: Failed with result 'oom-kill'.")
    s.refuse(1, 2, 3, 4)
    s.system(5, 'systemd[1]', 'gunicorn.service: Scheduled restart job, restart counter is at 1.')
    s.system(5.1, 'systemd[1]', 'Started gunicorn.service - gunicorn daemon.')
    s.start(5.5, 2201, 2300)
    return s


@story('worker-crash-segv', first=('fix-crash',))
def segv(version):
    s = served(version)
    for i, t in enumerate([0, 50]):
        s.kernel(t,
                f'gunicorn[{1300 + i}]: segfault at 0 ip 00007f3bdeadbeef sp 00007ffd error 4 in _mysql.cpython-311-x86_64-linux-gnu.so[7f3b00000000+12000] likely on CPU 1 (core 0, socket 0)')
        s.close(t, '/export', took=0.8)
        s.died(t + 0.6, 1300 + i, 11, 'SIGSEGV')
        s.boot(t + 0.9, 1400 + i)
    return s


@story('worker-exit', first=('fix-crash',), vers=('21.2.0', '23.0.0', '25.3.0'))
def os_exit(version):
    s = served(version)
    for i, t in enumerate([0, 50]):
        s.close(t, '/export', took=0.4)
        if s.version < (24,):
            s.log(t, 1201, 'ERROR', f'Worker (pid:{1300 + i}) exited with code 7')
        s.log(t, 1201, 'ERROR', f'Worker (pid:{1300 + i}) exited with code 7.')
        s.boot(t + 0.9, 1400 + i)
    return s


def bootfail(s, t, pid=2201, load=False):
    lv = 'ERROR' if s.version >= (21,) else 'INFO'
    s.log(t, pid, 'INFO', 'Starting gunicorn ' + s.text)
    s.log(t, pid, 'INFO', f'Listening at: {s.bind} ({pid})')
    s.log(t, pid, 'INFO', 'Using worker: sync')
    s.log(t + 0.1, pid + 1, 'INFO', f'Booting worker with pid: {pid + 1}')
    if load:
        s.log(t + 0.5, pid, lv, 'Shutting down: Master')
        s.log(t + 0.5, pid, lv, 'Reason: App failed to load.')
    else:
        s.log(t + 0.5, pid + 1, 'ERROR',
                'Exception in worker process\nTraceback (most recent call last):\n  File "/srv/venv/lib/python3.11/site-packages/gunicorn/arbiter.py", line 609, in spawn_worker\n    worker.init_process()\n  File "/srv/app/shop/wsgi.py", line 3, in <module>\n    import shop.newthing\nModuleNotFoundError: No module named \'shop.newthing\'')
        s.log(t + 0.6, pid + 1, 'INFO', f'Worker exiting (pid: {pid + 1})')
        s.log(t + 0.7, pid, lv, 'Shutting down: Master')
        s.log(t + 0.7, pid, lv, 'Reason: Worker failed to boot.')
    s.system(t + 0.8, 'systemd[1]',
            f"gunicorn.service: Main process exited, code=exited, status={('4/NOPERMISSION' if load else '3/NOTIMPLEMENTED')}")
    s.system(t + 0.8, 'systemd[1]', "gunicorn.service: Failed with result 'exit-code'.")


def stop(s, t, pid=1201, first=1300, took=0.5):
    s.system(t - 0.1, 'systemd[1]', 'Stopping gunicorn.service - gunicorn daemon...')
    s.log(t, pid, 'INFO', 'Handling signal: term')
    for i in range(3):
        s.log(t + took * 0.5, first + i, 'INFO', f'Worker exiting (pid: {first + i})')
    s.log(t + took, pid, 'INFO', 'Shutting down: Master')
    s.system(t + took + 0.1, 'systemd[1]', 'gunicorn.service: Deactivated successfully.')
    s.system(t + took + 0.1, 'systemd[1]', 'Stopped gunicorn.service - gunicorn daemon.')


def fallen(version, **k):
    s = Story(version, **k)
    s.start(-3600)
    s.healthy(-900, 0)
    return s


@story('boot-failure', first=('fix-boot-error',))
def boot_fail(version):
    s = fallen(version)
    stop(s, 0)
    s.system(0.8, 'systemd[1]', 'Started gunicorn.service - gunicorn daemon.')
    bootfail(s, 1)
    for i in range(1, 5):
        s.system(i * 2 + 0.2, 'systemd[1]', f'gunicorn.service: Scheduled restart job, restart counter is at {i}.')
        s.system(i * 2 + 0.3, 'systemd[1]', 'Started gunicorn.service - gunicorn daemon.')
        bootfail(s, 1 + i * 2, 2201 + i * 10)
    s.system(11, 'systemd[1]', 'gunicorn.service: Start request repeated too quickly.')
    s.system(11, 'systemd[1]', "gunicorn.service: Failed with result 'exit-code'.")
    s.system(11, 'systemd[1]', 'Failed to start gunicorn.service - gunicorn daemon.')
    s.refuse(*(t + 0.5 for t in range(1, 600, 4)))
    return s


@story('boot-failure', first=('fix-boot-error',))
def app_load(version):
    s = fallen(version)
    stop(s, 0)
    bootfail(s, 1, load=True)
    s.refuse(*(t + 0.5 for t in range(1, 300, 4)))
    return s


@story('boot-failure', first=('fix-boot-error',), wraps=('short-iso', 'json'))
def exec203(version):
    s = fallen(version)
    stop(s, 0)
    s.system(1, 'systemd[1]', 'Started gunicorn.service - gunicorn daemon.')
    s.system(1, 'systemd[2201]',
            'gunicorn.service: Failed to locate executable /srv/venv/bin/gunicorn: No such file or directory')
    s.system(1, 'systemd[2201]',
            'gunicorn.service: Failed at step EXEC spawning /srv/venv/bin/gunicorn: No such file or directory')
    s.system(1, 'systemd[1]', 'gunicorn.service: Main process exited, code=exited, status=203/EXEC')
    s.system(1, 'systemd[1]', "gunicorn.service: Failed with result 'exit-code'.")
    s.refuse(*(t + 0.5 for t in range(1, 300, 4)))
    return s


@story('deploy-restart', first=('graceful-deploy', 'gentle-recycle'))
def deploy_tcp(version):
    s = served(version)
    stop(s, 0, took=2)
    s.error(0, 'recv() failed (104: Connection reset by peer)', path='/items')
    s.answer(0, '/items', 502, 0.1)
    s.refuse(0.5, 1, 1.5, 2, 2.5, 3, 3.5)
    s.system(2.3, 'systemd[1]', 'Started gunicorn.service - gunicorn daemon.')
    s.start(4, 2201, 2300)
    return s


@story('deploy-restart', first=('graceful-deploy', 'gentle-recycle'))
def deploy_unix(version):
    s = served(version, upstream='http://unix:/run/gunicorn/app.sock', bind='unix:/run/gunicorn/app.sock')
    stop(s, 0, took=1)
    s.refuse(0.5, 1, 1.5, 2)
    s.system(1.3, 'systemd[1]', 'Started gunicorn.service - gunicorn daemon.')
    s.start(2.4, 2201, 2300)
    return s


@story('graceful-timeout-cut', first=('graceful-deploy', 'gentle-recycle'))
def graceful(version):
    s = served(version)
    s.system(-0.1, 'systemd[1]', 'Stopping gunicorn.service - gunicorn daemon...')
    s.log(0, 1201, 'INFO', 'Handling signal: term')
    s.log(0.2, 1302, 'INFO', 'Worker exiting (pid: 1302)')
    s.log(30, 1201, 'INFO', 'Shutting down: Master')
    s.close(30, '/report', took=41.0)
    s.close(30, '/export', took=33.2)
    s.system(30.2, 'systemd[1]', 'gunicorn.service: Deactivated successfully.')
    s.system(30.2, 'systemd[1]', 'Stopped gunicorn.service - gunicorn daemon.')
    s.system(30.3, 'systemd[1]', 'Started gunicorn.service - gunicorn daemon.')
    s.start(30.6, 2201, 2300)
    return s


@story('wrong-bind-or-port', 'boot-failure', first=('fix-bind-address', 'fix-boot-error'), access=True)
def port_conflict(version):
    s = fallen(version)
    stop(s, 0)
    s.system(1, 'systemd[1]', 'Started gunicorn.service - gunicorn daemon.')
    s.log(1, 2201, 'INFO', 'Starting gunicorn ' + s.text)
    for i in range(5):
        s.log(1 + i, 2201, 'ERROR', "Connection in use: ('127.0.0.1', 8000)")
        s.log(1 + i, 2201,
                *(('ERROR', "connection to ('127.0.0.1', 8000) failed: [Errno 98] Address already in use") if s.version >= (23,) else ('ERROR', 'Retrying in 1 second.')))
    s.log(6, 2201, 'ERROR', "Can't connect to ('127.0.0.1', 8000)")
    s.system(6.1, 'systemd[1]', 'gunicorn.service: Main process exited, code=exited, status=1/FAILURE')
    s.system(6.1, 'systemd[1]', "gunicorn.service: Failed with result 'exit-code'.")
    s.refuse(*(t + 0.5 for t in range(7, 300, 4)))
    return s


@story('wrong-bind-or-port', first=('fix-bind-address',))
def wrong_port(version):
    s = Story(version, upstream='http://127.0.0.1:8001', bind='http://127.0.0.1:8000')
    s.start(-3600)
    s.refuse(*(t for t in range(-600, 600, 5)))
    return s


@story('socket-permission', first=('fix-socket-permissions',))
def sock_perm(version):
    s = Story(version, upstream='http://unix:/run/gunicorn/app.sock', bind='unix:/run/gunicorn/app.sock')
    s.start(-600)
    for t in range(-500, 500, 5):
        s.error(t, 'connect() to unix:/run/gunicorn/app.sock failed (13: Permission denied)',
                'connecting to upstream', '/', level='crit')
        s.answer(t, '/', 502, 0)
    return s


@story('backlog-full', 'worker-starvation', first=('raise-backlog-or-workers',))
def backlog(version):
    s = served(version, upstream='http://unix:/run/gunicorn/app.sock', bind='unix:/run/gunicorn/app.sock')
    for t in range(0, 40, 1):
        for _ in range(3):
            s.error(t, 'connect() to unix:/run/gunicorn/app.sock failed (11: Resource temporarily unavailable)',
                    'connecting to upstream', '/')
            s.answer(t, '/', 502, 0)
    return s


@story('worker-starvation', first=('raise-backlog-or-workers', 'gunicorn-workers'), access=True)
def starvation(version):
    s = served(version, workers='gthread')
    for i in range(90):
        t = i * 1.0
        p = ['/', '/login', '/items', '/cart', '/health', '/report'][i % 6]
        s.error(t, 'upstream timed out (110: Connection timed out)', path=p)
        s.answer(t, p, 504, 60.0)
    return s


@story('nginx-read-timeout', first=('nginx-timeouts',))
def read_timeout(version):
    s = served(version, workers='gthread')
    for t in (0, 40, 95):
        s.error(t, 'upstream timed out (110: Connection timed out)', path='/report')
        s.answer(t, '/report', 504, 60.001)
    return s


@story('keepalive-race', first=('align-keepalive', 'reuse-upstream-connections'))
def keepalive(version):
    s = Story(version, workers='gthread')
    s.start(-3600 * 3)
    s.healthy(-7000, 7000, step=4)
    for t in (-5000, -2900, -900, 1200, 3400, 5800):
        s.error(t,
                'upstream prematurely closed connection' if t % 3 else 'recv() failed (104: Connection reset by peer)', path='/items',
                method='POST')
        s.answer(t, '/items', 502, 0.001, method='POST')
    return s


@story('max-requests-recycle', first=('gentle-recycle', 'graceful-deploy'))
def recycle(version):
    s = served(version, workers='gthread')
    for i, t in enumerate([0, 1, 2]):
        s.log(t, 1300 + i, 'INFO', 'Autorestarting worker after current request.')
        s.log(t, 1300 + i, 'INFO', f'Worker exiting (pid: {1300 + i})')
        s.boot(t + 0.7, 1400 + i)
        s.error(t, 'recv() failed (104: Connection reset by peer)', path='/items')
        s.answer(t, '/items', 502, 0.002)
        s.close(t, '/cart', took=0.003)
    return s


@story('event-loop-blocked', first=('bound-external-call', 'shorten-request'))
def gevent_blocked(version):
    s = served(version, workers='gevent', crew=2)
    s.log(0, 1201, 'CRITICAL', 'WORKER TIMEOUT (pid:1300)')
    s.log(1, 1300, 'INFO', 'Worker exiting (pid: 1300)')
    for p in ('/pdf', '/items', '/cart', '/', '/login'):
        s.error(1, 'upstream prematurely closed connection', path=p)
        s.answer(1, p, 502, 31.0 if p == '/pdf' else 12.5)
    for i in range(5):
        s.answer(-i * 3, '/items', 499, 8 + i)
    if s.version >= (21,):
        s.log(1, 1201, 'ERROR', 'Worker (pid:1300) exited with code 1.')
    s.boot(1.4, 1400)
    return s


@story('app-down', first=('restart-service', 'check-logs'))
def master_killed(version):
    s = fallen(version)
    s.system(0, 'systemd[1]', 'gunicorn.service: Main process exited, code=killed, status=9/KILL')
    s.system(0, 'systemd[1]', "gunicorn.service: Failed with result 'signal'.")
    s.close(0, '/items', 0.3)
    for i in range(3):
        s.log(9 + i, 1300 + i, 'INFO', f'Parent changed, shutting down: <Worker {1300 + i}>')
        s.log(9 + i, 1300 + i, 'INFO', f'Worker exiting (pid: {1300 + i})')
    s.refuse(*(t for t in range(12, 300, 3)))
    return s


@story('host-reboot', vers=('20.1.0', '23.0.0'), wraps=('short', 'short-iso'))
def reboot(version):
    s = served(version)
    stop(s, 0)
    s.system(0.5, 'systemd-logind[300]', 'System is rebooting.')
    s.system(2, 'systemd[1]', 'Stopping nginx.service - A high performance web server and a reverse proxy server...')
    s.refuse(1, path='/')
    s.refuse(2, path='/')
    s.kernel(40,
            'Linux version 6.1.0-18-amd64 (debian-kernel@lists.debian.org) (gcc-12 (Debian 12.2.0-14) 12.2.0) #1 SMP PREEMPT_DYNAMIC Debian 6.1.76-1 (2024-02-01)')
    s.kernel(40.1, 'Command line: BOOT_IMAGE=/boot/vmlinuz-6.1.0-18-amd64 root=/dev/vda1 ro')
    s.system(52, 'systemd[1]', 'Started nginx.service - A high performance web server and a reverse proxy server.')
    s.system(52, 'systemd[1]', 'Started gunicorn.service - gunicorn daemon.')
    s.refuse(53, 54, 55, 56)
    s.start(57, 801, 900)
    return s


@story('clock-step', vers=('20.1.0', '21.2.0'))
def clock(version):
    s = served(version, crew=4)
    s.system(-0.5, 'systemd[1]', 'Time has been changed')
    for i in range(4):
        s.log(0, 1201, 'CRITICAL', f'WORKER TIMEOUT (pid:{1300 + i})')
        s.log(0, 1300 + i, 'INFO', f'Worker exiting (pid: {1300 + i})')
        s.boot(0.5, 1400 + i)
        s.close(0, ['/', '/items', '/cart', '/login'][i], took=0.2)
    return s


@story('header-too-big', first=('nginx-buffers',))
def header(version):
    s = served(version)
    for t in (0, 3, 9):
        s.error(t, 'upstream sent too big header', path='/login')
        s.answer(t, '/login', 502, 0.05)
    return s


@story('truncated-body', 'app-error-500')
def midbody(version):
    s = served(version)
    for t in (0, 5):
        s.error(t, 'upstream prematurely closed connection', 'reading upstream', '/export')
        s.answer(t, '/export', 200, 1.2, header='0.01')
        s.log(t, 1300, 'ERROR',
                'Error handling request\nTraceback (most recent call last):\n  File "/srv/app/shop/views.py", line 3, in stream\n    yield row()\nValueError: bad row')
    return s


@story('app-error-500', 'unknown', 'worker-exit')
def escaped_oserror(version):
    s = served(version)
    for t in (0, 30, 60):
        s.close(t, '/export', took=0.2)
        s.log(t, 1300, 'ERROR',
                'Socket error processing request.\nTraceback (most recent call last):\n  File "/srv/app/app.py", line 3, in view\n    connect()\nConnectionRefusedError: [Errno 111] Connection refused')
    return s


@story('app-error-500', first=('fix-app-error',))
def app500(version):
    s = served(version)
    for t in range(0, 60, 4):
        s.answer(t, '/boom', 500, 0.05, header='0.050')
        s.log(t, 1300, 'ERROR',
                f"""Error handling request {('GET ' if s.version >= (25, 2) else '')}/boom\nTraceback (most recent call last):\n  File "/srv/app/shop/views.py", line 9, in boom\n    raise ValueError("x")\nValueError: x""")
    return s


@story('db-down', first=('restart-db', 'check-logs'))
def mysqld_oom(version):
    s = served(version)
    oom(s, 0, 700, comm='mysqld')
    s.system(0.2, 'systemd[1]', 'mysql.service: A process of this unit has been killed by the OOM killer.')
    s.system(0.3, 'systemd[1]', 'mysql.service: Main process exited, code=killed, status=9/KILL')
    s.system(0.3, 'systemd[1]', "mysql.service: Failed with result 'oom-kill'.")
    for i, t in enumerate([0, 0.5, 1, 2, 3, 4, 5, 6, 7]):
        e = "(2013, 'Lost connection to MySQL server during query')" if t < 1 else '(2002, "Can\'t connect to local MySQL server through socket \'/var/run/mysqld/mysqld.sock\' (2)")'
        s.answer(t, '/items', 500, 0.03, header='0.030')
        s.log(t, 1300 + i % 3, 'ERROR',
                f'Error handling request /items\nTraceback (most recent call last):\n  File "/srv/app/shop/views.py", line 9, in items\n    list(Item.objects.all())\ndjango.db.utils.OperationalError: {e}')
    s.system(5.4, 'systemd[1]', 'mysql.service: Scheduled restart job, restart counter is at 1.')
    s.said_by_mysql(6, '0 [System] [MY-010116] [Server] /usr/sbin/mysqld (mysqld 8.0.36) starting as process 4711')
    s.said_by_mysql(7.5,
            "0 [System] [MY-010931] [Server] /usr/sbin/mysqld: ready for connections. Version: '8.0.36'  socket: '/var/run/mysqld/mysqld.sock'  port: 3306  (Ubuntu).")
    return s


@story('db-too-many-connections', first=('raise-db-connections', 'fewer-workers'))
def too_many(version):
    s = served(version)
    for i, t in enumerate(range(0, 40, 2)):
        s.answer(t, '/items', 500, 0.03, header='0.030')
        s.log(t, 1300 + i % 3, 'ERROR',
                f"""Error handling request /items\nTraceback (most recent call last):\n  File "/srv/app/shop/views.py", line 9, in items\n    list(Item.objects.all())\ndjango.db.utils.OperationalError: (1040, 'Too many connections')""")
    return s


@story('disk-full', first=('free-disk',))
def disk(version):
    s = served(version)
    for t in (0, 2, 5):
        s.nginx(t,
                f'[crit] 812#812: *{500 + t} pwrite() "/var/lib/nginx/proxy/3/07/0000000073" failed (28: No space left on device) while reading upstream, client: 203.0.113.7, server: shop.example, request: "GET /big HTTP/1.1", upstream: "http://127.0.0.1:8000/big", host: "shop.example"')
        s.answer(t, '/big', 500, 0.9, header='0.1')
    return s


@story('memory-pressure', 'worker-starvation', 'nginx-read-timeout')
def swap(version):
    s = served(version, workers='gthread')
    for i in range(60):
        s.error(i, 'upstream timed out (110: Connection timed out)', path=['/', '/items', '/cart'][i % 3])
        s.answer(i, ['/', '/items', '/cart'][i % 3], 504, 60)
    oom(s, 61, 999, comm='python3')
    return s


@story('localhost-ipv6', first=('fix-bind-address', 'fix-upstream-name'))
def ipv6(version):
    s = served(version)
    for t in range(-300, 300, 6):
        s.error(t, 'connect() failed (111: Connection refused)', 'connecting to upstream', '/',
                upstream='http://[::1]:8000')
        s.answer(t, '/', 200, 0.05, upstream_status='502, 200', address='[::1]:8000, 127.0.0.1:8000', header='-, 0.050')
    return s


@story('no-live-upstreams', 'gunicorn-worker-timeout', 'app-down', 'deploy-restart')
def nolive(version):
    s = served(version)
    stop(s, 0, took=1)
    s.upstream = 'http://127.0.0.1:8000'
    s.refuse(0.5, path='/')
    for t in range(1, 10):
        s.error(t, 'no live upstreams', 'connecting to upstream', '/', upstream='http://app')
        s.answer(t, '/', 502, 0, address='app')
    s.start(2, 2201, 2300)
    return s


@story('upstream-dns', first=('fix-upstream-name',))
def dns(version):
    s = served(version)
    for t in range(0, 30, 3):
        s.nginx(t,
                f'[error] 812#812: *{600 + t} app.internal could not be resolved (3: Host not found), client: 203.0.113.7, server: shop.example, request: "GET / HTTP/1.1", host: "shop.example"')
        s.answer(t, '/', 502, 0, upstream_status='-', address='-')
    return s


@story('fd-exhaustion', first=('raise-fd-limit',))
def fd(version):
    s = served(version)
    for t in range(0, 20, 2):
        s.error(t, 'socket() failed (24: Too many open files)', 'connecting to upstream', '/', level='alert')
        s.answer(t, '/', 500, 0, upstream_status='-', address='')
    for t in range(0, 20, 4):
        s.nginx(t, '[crit] 812#812: accept4() failed (24: Too many open files)')
    return s


@story('tls-mismatch', first=('fix-upstream-tls',))
def tls(version):
    s = Story(version, upstream='https://127.0.0.1:8443')
    for t in range(0, 60, 5):
        s.error(t, 'SSL_do_handshake() failed (SSL: error:0A00010B:SSL routines::wrong version number)',
                'SSL handshaking to upstream', '/')
        s.answer(t, '/', 502, 0.01)
    return s


@story('worker-killed', first=('check-logs',), vers=('20.1.0', '21.2.0', '23.0.0', '25.3.0'))
def killed(version):
    s = served(version)
    s.kernel(-800, 'usb 1-1: new high-speed USB device number 2 using xhci_hcd')
    s.kernel(800, 'usb 1-1: USB disconnect, device number 2')
    for i, t in enumerate([0, 60]):
        s.close(t, '/items', took=0.7)
        s.died(t + 0.5, 1300 + i, 9, 'SIGKILL')
        s.boot(t + 0.9, 1400 + i)
    return s


@story('host-reboot', vers=('20.1.0', '23.0.0'), wraps=('short', 'short-iso'))
def reboot_beside_another(version):
    s = reboot(version)
    s.log(41, 780, 'INFO', 'Starting gunicorn 20.1.0')
    s.log(41, 780, 'INFO', 'Listening at: http://127.0.0.1:8099 (780)')
    s.boot(41, 781)
    return s
