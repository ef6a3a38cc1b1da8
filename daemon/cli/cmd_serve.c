// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_serve.c - mmscope serve: start everything, then use the main thread for what has to be in one place: signals,
 * answers from workers, and timers.
 */
#include "daemon/base/cgroup.h"
#include "daemon/base/clock.h"
#include "daemon/base/fail.h"
#include "daemon/cli/cli.h"
#include "daemon/cli/command.h"
#include "daemon/http/journal.h"
#include "daemon/http/listen.h"
#include "daemon/input/cards.h"
#include "daemon/input/last_good.h"
#include "daemon/input/library.h"
#include "daemon/serve/answer.h"
#include "daemon/serve/coded.h"
#include "daemon/serve/live.h"
#include "daemon/serve/reload.h"
#include "daemon/serve/route.h"
#include "daemon/serve/self_test.h"
#include "daemon/serve/serve.h"
#include "daemon/worker/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
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

/* Least value of --memory-limit, in MiB. */
#define MEMORY_MIN	16
#define MEMORY_DEFAULT	512

/* What options set. */
struct options {
	const char *listen, *boards, *kernels, *web, *user, *log_file, *log_format;
	bool weak_sandbox;
	struct option_texts names;
	unsigned int workers, timeout, cache, memory, streams, heartbeat;
};

#define TO(member) offsetof(struct options, member)

static const struct command_option options[] = {
	{ .name = "listen", .argument = "ADDRESS:PORT", .kind = OPTION_TEXT, .offset = TO(listen),
	  .help = "Where (default " LISTEN_DEFAULT "; port 0: any that is free). unix:PATH is a Unix socket." },
	{ .name = "allow-host", .argument = "NAME", .kind = OPTION_TEXTS, .offset = TO(names),
	  .help = "Another name this server is reached by, e.g. behind a proxy." },
	{ .name = "boards", .argument = "DIR", .values = VALUES_FOLDERS, .kind = OPTION_TEXT, .offset = TO(boards),
	  .help = "Look for boards and kernels in this folder before the built-in ones." },
	{ .name = "kernels", .argument = "DIR", .values = VALUES_FOLDERS, .kind = OPTION_TEXT, .offset = TO(kernels),
	  .help = "Keep the profiles of uploaded kernels in this folder (otherwise in memory, for a while); profiles that "
		  "you put there are loaded at start." },
	{ .name = "web", .argument = "DIR", .values = VALUES_FOLDERS, .kind = OPTION_TEXT, .offset = TO(web),
	  .help = "Serve the page from this folder." },
	{ .name = "log-file", .argument = "FILE", .values = VALUES_FILES, .kind = OPTION_TEXT, .offset = TO(log_file),
	  .help = "Append a line for each request to this file; SIGHUP reopens it (default: no log, or stderr with --log-format)." },
	{ .name = "log-format", .argument = "FORMAT", .values = "text json", .kind = OPTION_TEXT, .offset = TO(log_format),
	  .help = "Log requests as text (NAME=VALUE, the default) or as JSON objects: time, id (see X-Request-Id), client, method, "
		  "path without parameters, status, bytes, ms." },
	{ .name = "user", .argument = "NAME", .kind = OPTION_TEXT, .offset = TO(user),
	  .help = "Become this user once the address is open (default nobody, where root starts it)." },
	{ .name = "allow-weak-sandbox", .kind = OPTION_FLAG, .offset = TO(weak_sandbox),
	  .help = "Serve even if this system cannot sandbox workers: only for trees and kernels you trust." },
	{ .name = "workers", .argument = "N", .kind = OPTION_NUMBER, .offset = TO(workers), .min = 1,
	  .max = HELPER_MAX_WORKERS, .help = "Runs executed at once (default 4)." },
	{ .name = "timeout", .argument = "SECONDS", .kind = OPTION_NUMBER, .offset = TO(timeout), .min = 1, .max = 3600,
	  .help = "Time limit of a run (default 10)." },
	{ .name = "cache", .argument = "MIB", .kind = OPTION_NUMBER, .offset = TO(cache), .min = 1, .max = 1u << 20,
	  .help = "Memory for cached answers (default: half of --memory-limit)." },
	{ .name = "memory-limit", .argument = "MIB", .kind = OPTION_NUMBER, .offset = TO(memory), .min = MEMORY_MIN, .max = 1u << 20,
	  .help = "Memory for all that is held for clients, including answers being sent (default 512; in a container or service "
		  "that may use less than 1 GiB, half of what it may)." },
	{ .name = "streams", .argument = "N", .kind = OPTION_NUMBER, .offset = TO(streams), .min = 1, .max = 100000,
	  .help = "Event streams open at once (default 1500)." },
	{ .name = "heartbeat", .argument = "SECONDS", .kind = OPTION_NUMBER, .offset = TO(heartbeat), .min = 1,
	  .max = 3600, .help = "Interval of heartbeats on a quiet stream (default 15)." },
};

/* ------------------------------------------------------------------ the parts */

struct program {
	struct options options;
	struct identity identity;
	struct worker_limits limits;
	struct listener listener;
	struct serve serve;
	struct journal *journal;	/* access log; NULL: none */
	bool terminal;			/* started from a terminal */
	int signals, kick;		/* a signalfd; an eventfd that says: call server_tick() earlier */
};

static void sooner(void *ctx)
{
	struct program *p = ctx;

	eventfd_write(p->kick, 1);
}

/* server.h has one context for all callbacks, struct program; handlers get the struct serve within it. */
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

/* Every connection takes a descriptor, and the soft limit of a login session is often just 1024. */
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

/* Workers run as nobody, even if the server was asked to stay root. */
static struct identity identity_of_workers(const struct program *p)
{
	struct identity identity = p->identity;
	struct mm_error error;

	if (!identity.uid)
		identity_find(IDENTITY_NOBODY, &identity, &error);
	return identity;
}

/* Forks, so it has to come before there are threads.  The helper closes whatever descriptors are open. */
static int start_runner(struct program *p)
{
	const struct runner_config config = {
		.limits = p->limits,
		.identity = identity_of_workers(p),
		.workers = p->options.workers,
		.queue = 64,
		.make_room = answer_make_room,
		.settled = answer_settled,
		.ctx = &p->serve,
	};

	return runner_start(&config, &p->serve.runner);
}

static int start_store(struct program *p)
{
	const struct store_limits limits = {
		.run_bytes = MIB(64), .runs = 10000, .state_bytes = MIB(64), .states = 1000,
		.answer_bytes = MIB(p->options.cache), .answers = 50000,
		.ceiling = &p->serve.ceiling,
	};

	p->serve.ceiling.max = MIB(p->options.memory);

	p->serve.store = store_new(&limits);
	p->serve.cards = cards_new();
	p->serve.last_good = last_good_new();
	p->serve.summaries = summaries_new();
	p->serve.shelf = shelf_new(p->options.kernels);
	p->serve.lives = lives_new(&p->serve.ceiling);
	p->serve.coders = coders_start(&p->serve);
	return p->serve.store && p->serve.cards && p->serve.last_good && p->serve.summaries && p->serve.shelf && p->serve.lives &&
	       p->serve.coders ? 0 : -ENOMEM;
}

static int start_server(struct program *p)
{
	const unsigned int streams = p->options.streams;
	unsigned int connections = raise_files(streams + 512 > 4096 ? streams + 512 : 4096);
	const struct server_config config = {
		.listen_fd = p->listener.fd,
		.threads = 2,
		.connections = connections,
		/* Leave some connections that streams cannot take. */
		.streams = streams < connections - 128 ? streams : connections - 128,
		.header_ms = 5000, .body_ms = 10000, .idle_ms = 30000,
		.least_rate = 8 << 10, .rate_ms = 10000, .ceiling = &p->serve.ceiling, .journal = p->journal,
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
		.allowed = p->options.names.text,
		.nr_allowed = p->options.names.nr,
	};
}

/* Threads started later inherit the mask, so all signals arrive here. */
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

/* -------------------------------------------------------------------- SIGHUP */

/* Runs as the user who will serve.  What that user cannot read would otherwise just be missing later on, without a
 * word. */
static int check_folders(const struct program *p, struct mm_error *error)
{
	const struct options *o = &p->options;
	const struct { const char *option, *dir; int mode; } folders[] = {
		{ "--boards", o->boards, R_OK | X_OK }, { "--kernels", o->kernels, R_OK | W_OK | X_OK }, { "--web", o->web, R_OK | X_OK },
	};

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		if (!folders[i].dir || !access(folders[i].dir, folders[i].mode))
			continue;
		return fail(error, -EINVAL, folders[i].option, "%s cannot be %s by user %s; open it to that user, or name "
			    "another with --user (root stays root)", folders[i].dir,
			    folders[i].mode & W_OK ? "written" : "read", *p->identity.name ? p->identity.name : "who serves");
	}
	return 0;
}

/* Say it on stderr, made safe for a terminal, and in the access log. */
static void tell(void *ctx, const char *sentence)
{
	struct program *p = ctx;

	journal_message(p->journal, sentence);
	if (!p->journal || p->options.log_file)
		cli_say(NAME, sentence);
}

static int open_journal(struct program *p, struct mm_error *error)
{
	const struct options *o = &p->options;
	enum journal_format format = JOURNAL_TEXT;
	int err;

	if (!o->log_file && !o->log_format)
		return 0;
	if (o->log_format && journal_find_format(o->log_format, &format))
		return fail(error, -EINVAL, "--log-format", "there is no format '%s'; there are: text json", o->log_format);
	err = journal_open(o->log_file, format, &p->journal, error);
	if (err == -EIO && *p->identity.name)
		return fail(error, err, "--log-file", "%s cannot be written by user %s; open it to that user, or name another with --user",
			    o->log_file, p->identity.name);
	return err;
}

static bool has_terminal(void)
{
	int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* SIGHUP.  Nothing that is being served changes; problems are reported, and the server carries on. */
static void reload(struct program *p)
{
	struct mm_error error = { .offset = -1 };
	struct bytes sentence = { 0 };
	size_t broken;
	int err = journal_reopen(p->journal, &error);

	if (!err)
		err = check_folders(p, &error);
	if (err) {
		fail_sentence(&error, &sentence);
		tell(p, bytes_text(&sentence));
		bytes_clear(&sentence);
	}
	broken = reload_check(&p->serve, tell, p);
	bytes_puts(&sentence, "SIGHUP: boards and kernels were read again; ");
	if (broken)
		bytes_printf(&sentence, "%zu %s broken", broken, broken == 1 ? "is" : "are");
	else
		bytes_puts(&sentence, "none is broken");
	tell(p, bytes_text(&sentence));
	bytes_deinit(&sentence);
}

/* Act on a signal; true: stop.  That includes a SIGHUP which was sent because our terminal has been closed. */
static bool take_signal(struct program *p)
{
	struct signalfd_siginfo info;

	if (read(p->signals, &info, sizeof(info)) != sizeof(info))
		return false;
	if (info.ssi_signo != SIGHUP || (p->terminal && !has_terminal()))
		return true;
	reload(p);
	return false;
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

/* Runs until a signal stops it: 0.  A negative errno if it cannot wait for events. */
static int loop(struct program *p)
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
			return -errno;
		if (fds[0].revents && take_signal(p))
			return 0;
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

/* Do what needs root, then give it up for good. */
static int open_and_step_down(struct program *p, struct mm_error *error)
{
	int err = identity_find(p->options.user, &p->identity, error);

	if (!err)
		err = listen_open(p->options.listen, &p->listener, error);
	if (err)
		return err;
	err = start_runner(p);
	if (err)
		return fail(error, err, "the process that starts workers", "%s", strerror(-err));
	err = identity_assume(&p->identity, error);
	if (!err)
		err = check_folders(p, error);
	return err ? err : open_journal(p, error);
}

static void tell_adopted(void *ctx, const char *file, const char *name, const struct mm_error *error)
{
	(void)ctx;
	if (name)
		fprintf(stderr, NAME ": %s: loaded as kernel %s\n", file, name);
	else
		fprintf(stderr, NAME ": %s: not loaded: %s%s%s\n", file, strstr(file, error->where) ? "" : error->where,
			strstr(file, error->where) ? "" : ": ", error->text);
}

static int test_sandbox(struct program *p, struct mm_error *error)
{
	int err = self_test_run(p->serve.runner, &p->serve.trials, error);

	if (!err || !p->options.weak_sandbox) {
		if (err && !*error->option)
			snprintf(error->option, sizeof(error->option), "allow_weak_sandbox");
		return err;
	}
	fprintf(stderr, NAME ": the sandbox does not hold (%s); serving anyway, as asked\n", error->text);
	return 0;
}

static int start(struct program *p, struct mm_error *error)
{
	int err = watch_signals(p);

	if (err)
		return fail(error, err, "server", "cannot be started: %s", strerror(-err));
	err = open_and_step_down(p, error);
	if (err)
		return err;
	set_hosts(p);
	err = start_store(p);
	if (err)
		return fail(error, err, "server", "cannot be started: %s", strerror(-err));
	err = test_sandbox(p, error);
	if (err)
		return err;
	shelf_adopt(p->serve.shelf, tell_adopted, NULL);
	reload_check(&p->serve, tell, p);
	err = start_server(p);
	if (err) {
		close(p->listener.fd);
		return fail(error, err, "server", "cannot be started: %s", strerror(-err));
	}
	return 0;
}

/* Order matters: coders settle what clients of the server wait for, and the server's clients ask the runner. */
static void stop(struct program *p)
{
	struct server *server = p->serve.server;

	coders_stop(p->serve.coders);
	server_stop(server);
	coders_free(p->serve.coders);
	p->serve.server = NULL;
	runner_stop(p->serve.runner);
	store_free(p->serve.store);
	shelf_free(p->serve.shelf);
	cards_free(p->serve.cards);
	last_good_free(p->serve.last_good);
	summaries_free(p->serve.summaries);
	lives_free(p->serve.lives);
	listen_cleanup(&p->listener);
	journal_close(p->journal);
}

/* The largest boards that ship need less than 128 MiB.  The rest is for an answer of OUTPUT_MAX, in a buffer that
 * doubles. */
#define RUN_MEMORY	MIB(768)
#define OUTPUT_MAX	MIB(256)

/* CPU time is limited to half of the wall-clock time.  So even on a busy machine, an expensive run hits the limit
 * that says so, and not the other one. */
static void set_limits(struct program *p)
{
	p->limits = (struct worker_limits){
		.sandbox = { .memory = RUN_MEMORY, .cpu_seconds = (p->options.timeout + 1) / 2,
			     .lenient = p->options.weak_sandbox },
		.wall_ms = p->options.timeout * 1000,
		.output = OUTPUT_MAX,
		.fault = getenv("MMSCOPE_TEST_FAULT"),
	};
}

/* If a cgroup limits us to less than the default would need, take half of that: the rest is for workers, and going
 * beyond it would get us killed. */
static void set_memory(struct options *o)
{
	uint64_t max = cgroup_memory_max("") >> 20;

	if (o->memory && o->memory > max)
		fprintf(stderr, NAME ": --memory-limit %u is more than this container or service may use (%" PRIu64 " MiB): "
			"the kernel may end the server\n", o->memory, max);
	if (!o->memory)
		o->memory = max / 2 > MEMORY_DEFAULT ? MEMORY_DEFAULT : max / 2 < MEMORY_MIN ? MEMORY_MIN : (unsigned int)(max / 2);
	if (!o->cache)
		o->cache = o->memory / 2;
}

static int run(const struct command *command, int argc, char **argv)
{
	struct program p = {
		.options = { .workers = 4, .timeout = 10, .streams = 1500, .heartbeat = 15 },
	};
	struct mm_error error = { .offset = -1 };
	int status = command_parse(command, argc, argv, &p.options);
	int err;

	if (status >= 0)
		return status;
	err = library_check_dir(p.options.boards, &error);
	if (!err)
		err = library_check_dir(p.options.kernels, &error);
	if (!err)
		err = library_check_dir(p.options.web, &error);
	if (err)
		return cli_fail(NAME, err, &error);
	set_memory(&p.options);
	set_limits(&p);
	p.serve.boards_dir = p.options.boards;
	p.serve.web_dir = p.options.web;
	p.serve.heartbeat_ns = p.options.heartbeat * NS_PER_SEC;
	p.serve.started = clock_ns();
	p.terminal = has_terminal();
	err = start(&p, &error);
	if (!err) {
		print_address(&p);
		err = loop(&p);
		if (err)
			fail(&error, err, "server", "cannot wait for events: %s", strerror(-err));
	}
	stop(&p);
	return err ? cli_fail(NAME, err, &error) : CLI_OK;
}

const struct command command_serve = {
	.name = "serve", .program = NAME, .summary = "show boots in a browser and answer over HTTP",
	.about = "Show boots in a browser and answer questions about them over HTTP.",
	.notes = "The first line of output is the address to open. SIGTERM or Ctrl-C ends the server. SIGHUP reopens --log-file, "
		 "reads every board and kernel of --boards once and reports those that are broken; connections, lectures and kept "
		 "answers stay. (These files and --web are read whenever they are asked for, so changing them needs no signal; "
		 "a board or kernel that was good at start or at the last signal is served as it was while its file is broken.) "
		 "Each run is executed by a sandboxed process (seccomp, Landlock, no capabilities) with 768 MiB of address space "
		 "and half of --timeout as CPU time; an uploaded kernel gets 1152 MiB and twelve times as long. Whether the sandbox "
		 "holds is tried at start and shown in /healthz.",
	.options = options, .nr_options = sizeof(options) / sizeof(options[0]), .run = run,
};
