// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_serve.c - mmscope serve: start the parts, then let the main thread do
 * what must be done by one: signals, the workers' answers, and time.
 */
#include "daemon/base/clock.h"
#include "daemon/base/fail.h"
#include "daemon/cli/cli.h"
#include "daemon/http/listen.h"
#include "daemon/serve/answer.h"
#include "daemon/serve/route.h"
#include "daemon/serve/serve.h"
#include "daemon/worker/helper.h"

#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define NAME		"mmscope serve"
#define MIB(n)		((size_t)(n) << 20)
#define MAX_NAMES	32

/* What can be set, with what it is otherwise. */
struct options {
	const char *listen, *boards, *web;
	const char *names[MAX_NAMES];		/* --allow-host */
	size_t nr_names;
	unsigned int workers, timeout, cache, streams, heartbeat;
};

static const char usage[] =
	"Usage: mmscope serve [OPTION]...\n"
	"Show boots in a browser and answer questions about them over HTTP.\n\n"
	"      --listen ADDRESS:PORT  where (default " LISTEN_DEFAULT "; port 0: any that is free)\n"
	"      --listen unix:PATH     on a Unix socket\n"
	"      --allow-host NAME      another name this server is reached by, e.g. behind a proxy\n"
	"      --boards DIR           boards and kernels of this folder, before those built in\n"
	"      --web DIR              the page from this folder\n"
	"      --workers N            runs executed at a time (default 4)\n"
	"      --timeout SECONDS      the longest a run may take (default 10)\n"
	"      --cache MIB            memory for answers that are kept (default 256)\n"
	"      --streams N            event streams open at a time (default 1500)\n"
	"      --heartbeat SECONDS    sign of life on a quiet stream (default 15)\n"
	"  -h, --help                 print this\n"
	"      --version              print the version\n\n"
	"The address to open is printed as the first line. SIGTERM or Ctrl-C ends it.\n";

/* -------------------------------------------------------------------- options */

enum { OPT_LISTEN = 256, OPT_HOST, OPT_BOARDS, OPT_WEB, OPT_WORKERS, OPT_TIMEOUT, OPT_CACHE,
       OPT_STREAMS, OPT_HEARTBEAT, OPT_VERSION };

static const struct option long_options[] = {
	{ "listen", required_argument, NULL, OPT_LISTEN },
	{ "allow-host", required_argument, NULL, OPT_HOST },
	{ "boards", required_argument, NULL, OPT_BOARDS },
	{ "web", required_argument, NULL, OPT_WEB },
	{ "workers", required_argument, NULL, OPT_WORKERS },
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "cache", required_argument, NULL, OPT_CACHE },
	{ "streams", required_argument, NULL, OPT_STREAMS },
	{ "heartbeat", required_argument, NULL, OPT_HEARTBEAT },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ NULL, 0, NULL, 0 },
};

static bool read_count(const char *text, unsigned int max, unsigned int *ret)
{
	uint64_t value;

	if (!parse_number(text, &value) || !value || value > max)
		return false;
	*ret = (unsigned int)value;
	return true;
}

/* -1: go on; else the exit status. */
static int take_option(int option, struct options *o)
{
	bool ok = true;

	switch (option) {
	case OPT_LISTEN:
		o->listen = optarg;
		break;
	case OPT_HOST:
		ok = o->nr_names < MAX_NAMES && *optarg;
		if (ok)
			o->names[o->nr_names++] = optarg;
		break;
	case OPT_BOARDS:
		o->boards = optarg;
		break;
	case OPT_WEB:
		o->web = optarg;
		break;
	case OPT_WORKERS:
		ok = read_count(optarg, HELPER_MAX_WORKERS, &o->workers);
		break;
	case OPT_TIMEOUT:
		ok = read_count(optarg, 3600, &o->timeout);
		break;
	case OPT_CACHE:
		ok = read_count(optarg, 1u << 20, &o->cache);
		break;
	case OPT_STREAMS:
		ok = read_count(optarg, 100000, &o->streams);
		break;
	case OPT_HEARTBEAT:
		ok = read_count(optarg, 3600, &o->heartbeat);
		break;
	case 'h':
		return fputs(usage, stdout) < 0 ? CLI_OUR_FAILURE : CLI_OK;
	case OPT_VERSION:
		return cli_version();
	default:
		return cli_try_help(NAME);
	}
	return ok ? -1 : cli_usage(NAME, "'%s' cannot be the value of an option", optarg);
}

static int read_options(int argc, char **argv, struct options *o)
{
	int option, status = -1;

	while (status < 0 && (option = getopt_long(argc, argv, "h", long_options, NULL)) >= 0)
		status = take_option(option, o);
	if (status < 0 && optind < argc)
		status = cli_usage(NAME, "'%s' is one argument too many", argv[optind]);
	return status;
}

/* ------------------------------------------------------------------ the parts */

struct program {
	struct options options;
	struct worker_limits limits;
	struct listener listener;
	struct serve serve;
	int signals, kick;		/* signalfd; eventfd: server_tick() is due earlier */
};

static void sooner(void *ctx)
{
	struct program *p = ctx;

	eventfd_write(p->kick, 1);
}

/* server.h's callbacks have one context, the program; handlers get the serve part. */
static bool admit(void *ctx, struct exchange *ex)
{
	struct program *p = ctx;

	return route_admit(&p->serve, ex);
}

static enum outcome answer(void *ctx, struct exchange *ex)
{
	struct program *p = ctx;

	return route_answer(&p->serve, ex);
}

/* One connection is one descriptor; the soft limit of a login is often 1024. */
static unsigned int raise_files(unsigned int want)
{
	const unsigned int spare = 256;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return 512;
	if (limit.rlim_cur < want + spare) {
		limit.rlim_cur = limit.rlim_max < want + spare ? limit.rlim_max : want + spare;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	if (limit.rlim_cur >= want + spare)
		return want;
	return limit.rlim_cur > 2 * spare ? (unsigned int)limit.rlim_cur - spare : spare;
}

/* Before anything else is open and before there are threads. */
static int start_runner(struct program *p)
{
	const struct runner_config config = {
		.limits = p->limits,
		.workers = p->options.workers,
		.queue = 64,
		.settled = answer_settled,
		.ctx = &p->serve,
	};

	return runner_start(&config, &p->serve.runner);
}

static int start_store(struct program *p)
{
	const struct store_limits limits = {
		.run_bytes = MIB(64), .runs = 10000,
		.answer_bytes = MIB(p->options.cache), .answers = 50000,
	};

	p->serve.store = store_new(&limits);
	p->serve.summaries = summaries_new();
	return p->serve.store && p->serve.summaries ? 0 : -ENOMEM;
}

static int start_server(struct program *p)
{
	const unsigned int streams = p->options.streams;
	unsigned int connections = raise_files(streams + 512 > 4096 ? streams + 512 : 4096);
	const struct server_config config = {
		.listen_fd = p->listener.fd,
		.threads = 2,
		.connections = connections,
		/* Streams never take the last places. */
		.streams = streams < connections - 128 ? streams : connections - 128,
		.header_ms = 5000, .body_ms = 10000, .idle_ms = 30000,
		.admit = admit, .answer = answer, .sooner = sooner, .ctx = p,
	};

	return server_start(&config, &p->serve.server);
}

static void set_hosts(struct program *p)
{
	p->serve.hosts = (struct host_rules){
		.any_host = !p->listener.port,
		.ip_literals = !p->listener.loopback,
		.port = p->listener.port,
		.allowed = p->options.names,
		.nr_allowed = p->options.nr_names,
	};
}

/* Every thread inherits the mask, so that signals come here only. */
static int watch_signals(struct program *p)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	p->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	p->kick = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return p->signals < 0 || p->kick < 0 ? -errno : 0;
}

/* ------------------------------------------------------------------ main loop */

static int until(uint64_t due, uint64_t now)
{
	uint64_t ms;

	if (due == NEVER)
		return -1;
	ms = due <= now ? 0 : (due - now + NS_PER_MS - 1) / NS_PER_MS;
	return ms > 60000 ? 60000 : (int)ms;
}

static void loop(struct program *p)
{
	struct pollfd fds[] = {
		{ .fd = p->signals, .events = POLLIN },
		{ .fd = p->kick, .events = POLLIN },
		{ .fd = runner_fd(p->serve.runner), .events = POLLIN },
	};
	eventfd_t count;

	for (;;) {
		uint64_t now = clock_ns();
		uint64_t due = server_tick(p->serve.server, now);

		if (poll(fds, 3, until(due, now)) < 0 && errno != EINTR)
			return;
		if (fds[0].revents)
			return;
		if (fds[1].revents)
			eventfd_read(p->kick, &count);
		if (fds[2].revents)
			runner_dispatch(p->serve.runner);
	}
}

/* ------------------------------------------------------------------- beginning */

static void print_address(const struct program *p)
{
	const struct listener *l = &p->listener;

	if (l->port)
		printf("%s\n", l->url);
	else
		printf("%s  (curl --unix-socket %s http://localhost" API ")\n", l->url, l->url + 5);
	fflush(stdout);
	if (!l->loopback)
		fprintf(stderr, NAME ": this address can be reached from other machines, "
			"and everybody there may use the server\n");
}

static int start(struct program *p, struct mm_error *error)
{
	int err = watch_signals(p);

	if (!err)
		err = start_runner(p);
	if (err)
		return fail(error, err, "the process that starts workers", "%s", strerror(-err));
	err = listen_open(p->options.listen, &p->listener, error);
	if (err)
		return err;
	set_hosts(p);
	err = start_store(p);
	if (!err)
		err = start_server(p);
	if (err) {
		close(p->listener.fd);
		return fail(error, err, "server", "cannot be started: %s", strerror(-err));
	}
	return 0;
}

/* The server first: nobody may ask the runner any more. */
static void stop(struct program *p)
{
	struct server *server = p->serve.server;

	server_stop(server);
	p->serve.server = NULL;
	runner_stop(p->serve.runner);
	store_free(p->serve.store);
	summaries_free(p->serve.summaries);
	listen_cleanup(&p->listener);
}

/* Half of the time as computing time: on a busy machine, what ends first is the
 * limit that tells whose fault it was. */
static void set_limits(struct program *p)
{
	p->limits = (struct worker_limits){
		.sandbox = { .memory = MIB(2048), .cpu_seconds = (p->options.timeout + 1) / 2 },
		.wall_ms = p->options.timeout * 1000,
		.output = MIB(256),
		.fault = getenv("MMSCOPE_TEST_FAULT"),
	};
}

int cmd_serve(int argc, char **argv)
{
	struct program p = {
		.options = { .workers = 4, .timeout = 10, .cache = 256, .streams = 1500, .heartbeat = 15 },
	};
	struct mm_error error = { .offset = -1 };
	int status = read_options(argc, argv, &p.options);
	int err;

	if (status >= 0)
		return status;
	set_limits(&p);
	p.serve.boards_dir = p.options.boards;
	p.serve.web_dir = p.options.web;
	p.serve.heartbeat_ns = p.options.heartbeat * NS_PER_SEC;
	p.serve.started = clock_ns();
	err = start(&p, &error);
	if (!err) {
		print_address(&p);
		loop(&p);
	}
	stop(&p);
	return err ? cli_fail(NAME, err, &error) : CLI_OK;
}
