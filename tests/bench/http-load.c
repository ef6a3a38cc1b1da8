/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * http-load.c - many clients in one thread, for tests/bench/http.sh.
 *
 *   http-load requests PORT PATH CLIENTS SECONDS   each asks again as soon as it is answered
 *   http-load runs     PORT PATH CLIENTS SECONDS   each posts a run of its own as soon as the last one is answered; no two are alike
 *   http-load viewers  PORT PATH CLIENTS SECONDS   each reads an SSE stream that is paced at 10 events a second
 *
 * Prints one line of name=value pairs.  An event's lateness is against the
 * schedule that its own stream's earliest event sets: what is measured is how
 * evenly events come, on clients' clocks, network and server together.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define HZ		10.0
#define MAX_EVENTS	4096		/* of one stream */
#define MAX_RUNS	1000000
#define BUFFER		(1 << 20)

struct client {
	int fd;
	size_t tail_len;		/* what may be the beginning of a mark */
	char tail[16];
	size_t nr;
	double arrived[MAX_EVENTS];
	size_t need;			/* bytes of the answer still to come */
	double asked;			/* when */
};

struct load {
	const char *path;
	int port, epoll;
	size_t nr;
	struct client *clients;
	char request[1024], buffer[BUFFER];
	size_t request_len;
	size_t answer_len;		/* of one answer, head and body */
	uint64_t answers;
	double *took;			/* of each run; NULL: requests are all the same */
	size_t gone;
};

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void die(const char *what)
{
	fprintf(stderr, "http-load: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int connect_to(int port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port),
				  .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)))
		die("connect");
	return fd;
}

/* A run that nobody has asked for before. */
static void ask_run(const struct load *load, struct client *client)
{
	static unsigned long last;
	char body[128], request[1024];
	int len = snprintf(body, sizeof(body), "{\"board\":\"qemu-virt\",\"cmdline\":\"console=ttyAMA0 n%lu\"}", ++last);

	len = snprintf(request, sizeof(request), "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/json\r\n"
		       "Content-Length: %d\r\n\r\n%s", load->path, load->port, len, body);
	client->asked = seconds();
	if (send(client->fd, request, (size_t)len, MSG_NOSIGNAL) != len)
		die("send");
}

static void ask(const struct load *load, struct client *client)
{
	if (load->took) {
		ask_run(load, client);
		return;
	}
	if (send(client->fd, load->request, load->request_len, MSG_NOSIGNAL) != (ssize_t)load->request_len)
		die("send");
	client->need = load->answer_len;
}

/* How long an answer is: the first one, read to the end of its Content-Length. */
static size_t measure(struct load *load)
{
	struct client client = { .fd = connect_to(load->port) };
	size_t len = 0, body;
	char *head_end, *length;
	ssize_t got;

	ask(load, &client);
	for (;;) {
		got = recv(client.fd, load->buffer + len, BUFFER - 1 - len, 0);
		if (got <= 0)
			die("first answer");
		len += (size_t)got;
		load->buffer[len] = '\0';
		head_end = strstr(load->buffer, "\r\n\r\n");
		length = head_end ? strcasestr(load->buffer, "\r\nContent-Length: ") : NULL;
		if (!head_end)
			continue;
		if (strncmp(load->buffer, "HTTP/1.1 200", 12) || !length) {
			fprintf(stderr, "http-load: no plain 200\n");
			exit(1);
		}
		body = strtoul(length + 18, NULL, 10);
		if (len >= (size_t)(head_end + 4 - load->buffer) + body)
			break;
	}
	close(client.fd);
	return len;
}

static void open_clients(struct load *load)
{
	struct epoll_event event = { .events = EPOLLIN };

	load->clients = calloc(load->nr, sizeof(*load->clients));
	load->epoll = epoll_create1(0);
	if (!load->clients || load->epoll < 0)
		die("memory");
	for (size_t i = 0; i < load->nr; i++) {
		load->clients[i].fd = connect_to(load->port);
		event.data.ptr = &load->clients[i];
		epoll_ctl(load->epoll, EPOLL_CTL_ADD, load->clients[i].fd, &event);
		ask(load, &load->clients[i]);
	}
}

static void take_answer(struct load *load, struct client *client, size_t len)
{
	while (len) {
		size_t part = len < client->need ? len : client->need;

		client->need -= part;
		len -= part;
		if (client->need)
			continue;
		load->answers++;
		ask(load, client);
	}
}

/* The head of an answer comes in one piece. */
static size_t length_of_answer(char *answer, size_t len)
{
	char *end, *length;

	answer[len] = '\0';
	end = strstr(answer, "\r\n\r\n");
	length = strcasestr(answer, "\r\nContent-Length: ");
	if (!end || !length || strncmp(answer, "HTTP/1.1 201", 12)) {
		fprintf(stderr, "http-load: no plain 201: %.200s\n", answer);
		exit(1);
	}
	return (size_t)(end + 4 - answer) + strtoul(length + 18, NULL, 10);
}

static void take_run(struct load *load, struct client *client, size_t len)
{
	if (!client->need)
		client->need = length_of_answer(load->buffer, len);
	client->need -= len < client->need ? len : client->need;
	if (client->need)
		return;
	if (load->answers < MAX_RUNS)
		load->took[load->answers++] = seconds() - client->asked;
	ask(load, client);
}

/* Each "\nid: " is an event; one may be cut between two reads. */
static void take_events(struct load *load, struct client *client, size_t len, double now)
{
	static const char mark[] = "\nid: ";
	size_t keep = sizeof(mark) - 2;
	char *p = load->buffer, *end = p + client->tail_len + len;

	while ((p = memmem(p, (size_t)(end - p), mark, sizeof(mark) - 1))) {
		if (client->nr < MAX_EVENTS)
			client->arrived[client->nr++] = now;
		p++;
	}
	if ((size_t)(end - load->buffer) < keep)
		keep = (size_t)(end - load->buffer);
	memcpy(client->tail, end - keep, keep);
	client->tail_len = keep;
}

static void run(struct load *load, bool viewers, double until)
{
	struct epoll_event events[64];
	int nr;

	while (seconds() < until) {
		nr = epoll_wait(load->epoll, events, 64, 100);
		for (int i = 0; i < nr; i++) {
			struct client *client = events[i].data.ptr;
			ssize_t len;

			memcpy(load->buffer, client->tail, client->tail_len);
			len = recv(client->fd, load->buffer + client->tail_len, BUFFER - 64, 0);
			if (len <= 0) {
				load->gone++;
				epoll_ctl(load->epoll, EPOLL_CTL_DEL, client->fd, NULL);
			} else if (load->took) {
				take_run(load, client, (size_t)len);
			} else if (viewers) {
				take_events(load, client, (size_t)len, seconds());
			} else {
				take_answer(load, client, (size_t)len);
			}
		}
	}
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void report_viewers(const struct load *load)
{
	size_t nr = 0, fewest = SIZE_MAX;
	double *late = calloc(load->nr * MAX_EVENTS, sizeof(*late));

	if (!late)
		die("memory");
	for (size_t i = 0; i < load->nr; i++) {
		const struct client *client = &load->clients[i];
		double start = 1e300;

		if (client->nr < fewest)
			fewest = client->nr;
		for (size_t k = 0; k < client->nr; k++)
			if (client->arrived[k] - (double)k / HZ < start)
				start = client->arrived[k] - (double)k / HZ;
		/* The first second is connecting. */
		for (size_t k = (size_t)HZ; k < client->nr; k++)
			late[nr++] = client->arrived[k] - (double)k / HZ - start;
	}
	qsort(late, nr, sizeof(*late), by_value);
	printf("clients=%zu events=%zu fewest=%zu gone=%zu", load->nr, nr, fewest, load->gone);
	if (nr)
		printf(" p50_ms=%.1f p99_ms=%.1f max_ms=%.1f", late[nr / 2] * 1e3, late[nr * 99 / 100] * 1e3,
		       late[nr - 1] * 1e3);
	printf("\n");
	free(late);
}

static void report_runs(const struct load *load, double lasted)
{
	qsort(load->took, load->answers, sizeof(*load->took), by_value);
	printf("answers=%llu per_second=%.0f", (unsigned long long)load->answers, (double)load->answers / lasted);
	if (load->answers)
		printf(" p50_ms=%.1f p99_ms=%.1f max_ms=%.1f", load->took[load->answers / 2] * 1e3,
		       load->took[load->answers * 99 / 100] * 1e3, load->took[load->answers - 1] * 1e3);
	printf("\n");
}

int main(int argc, char **argv)
{
	static struct load load;
	bool viewers = argc == 6 && !strcmp(argv[1], "viewers"), runs = argc == 6 && !strcmp(argv[1], "runs");
	struct rlimit files;
	double begin;

	if (argc != 6 || (!viewers && !runs && strcmp(argv[1], "requests"))) {
		fprintf(stderr, "Usage: http-load requests|runs|viewers PORT PATH CLIENTS SECONDS\n");
		return 2;
	}
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	load.port = atoi(argv[2]);
	load.path = argv[3];
	load.took = runs ? calloc(MAX_RUNS, sizeof(*load.took)) : NULL;
	if (runs && !load.took)
		die("memory");
	load.nr = strtoul(argv[4], NULL, 10);
	load.request_len = (size_t)snprintf(load.request, sizeof(load.request),
		"GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n%s\r\n", argv[3], load.port,
		viewers ? "Accept: text/event-stream\r\n" : "");
	if (!viewers && !runs)
		load.answer_len = measure(&load);
	open_clients(&load);
	begin = seconds();
	run(&load, viewers, begin + atof(argv[5]));
	if (viewers)
		report_viewers(&load);
	else if (runs)
		report_runs(&load, seconds() - begin);
	else
		printf("bytes=%zu answers=%llu per_second=%.0f\n", load.answer_len, (unsigned long long)load.answers,
		       (double)load.answers / (seconds() - begin));
	return load.gone && !viewers;
}
