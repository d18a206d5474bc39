// SPDX-License-Identifier: Apache-2.0
// PEP 371's example of a web server: processes that are started beforehand and
// accept their clients at one shared socket. Every page names who made it; one
// that is killed is replaced, and nobody notices.
#include "address_file.h"
#include "sockets.h"

#include <errno.h>
#include <multiprocessing.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORKERS_MOST 64
#define LOOK_MS 100     // how often one looks whether to stop
#define CLIENT_MS 10000 // who is silent for so long is left
#define REQUEST_MOST 8192

static const char usage[] =
    "usage: webserver [OPTION...]\n"
    "Answers GET at 127.0.0.1 by a page that names the worker's process.\n\n"
    "  --port P           8000 if nothing is said; 0: any. It is printed\n"
    "  --workers N        how many processes answer (4)\n"
    "  --requests N       ends after so many; 0: never (0)\n"
    "  --method M         how workers are started: fork, spawn or thread; as\n"
    "                     the system does by default\n"
    "  --address-file F   write the port there, once it is listened at\n";

typedef struct settings {
    long port;
    long workers;
    long requests;
    const char *method;
    const char *address_file;
} settings_t;

static int complain(const char *what)
{
    (void) fprintf(stderr, "%s: %s\n", what, mp_last_error()->message);
    return 1;
}

// ---- a worker ----

static bool is_whole(const char *request)
{
    return strstr(request, "\r\n\r\n") != NULL ||
           strstr(request, "\n\n") != NULL;
}

static bool read_request(intptr_t client, char *request, size_t room)
{
    size_t size = 0;
    size_t got = 1;

    request[0] = '\0';
    while (got > 0 && size + 1 < room && !is_whole(request)) {
        got = socket_receive(client, request + size, room - size - 1);
        size += got;
        request[size] = '\0';
    }
    return is_whole(request);
}

static void answer(intptr_t client, const char *status, const char *page)
{
    char text[1000];
    int length = snprintf(text, sizeof(text),
                          "HTTP/1.1 %s\r\n"
                          "Content-Type: text/html; charset=utf-8\r\n"
                          "Content-Length: %zu\r\n"
                          "Connection: close\r\n\r\n%s",
                          status, strlen(page), page);

    if (length > 0 && (size_t) length < sizeof(text)) {
        (void) socket_send(client, text, (size_t) length);
    }
}

// Each request takes a unit; who takes the last one tells the others.
static void count_down(mp_semaphore_t *left, mp_event_t *done)
{
    if (left != NULL && mp_semaphore_acquire(left, 0) == 0 &&
        mp_semaphore_value(left) == 0) {
        (void) mp_event_set(done);
    }
}

static void answer_get(intptr_t client)
{
    static const char form[] = "<!doctype html><title>multiprocessing</title>"
                               "<p>answered by %s, pid %lld</p>\n";
    mp_process_t *me = mp_current_process();
    char page[500];

    (void) snprintf(page, sizeof(page), form, mp_process_name(me),
                    (long long) mp_process_pid(me));
    answer(client, "200 OK", page);
}

// Counted first: a worker that is killed has counted all that it answered.
static void serve(intptr_t client, mp_semaphore_t *left, mp_event_t *done)
{
    char request[REQUEST_MOST];

    socket_set_timeout(client, CLIENT_MS);
    bool whole = read_request(client, request, sizeof(request));
    if (whole) {
        count_down(left, done);
    }
    if (!whole) {
        answer(client, "400 Bad Request", "<p>no request</p>\n");
    } else if (strncmp(request, "GET ", 4) != 0) {
        answer(client, "405 Method Not Allowed", "<p>only GET</p>\n");
    } else {
        answer_get(client);
    }
    socket_finish(client);
}

static int work(const mp_args_t *args)
{
    mp_event_t *done = mp_args_event(args, 1);
    mp_semaphore_t *left =
        mp_args_count(args) > 2 ? mp_args_semaphore(args, 2) : NULL;
    intptr_t listening =
        sockets_begin() ? socket_take(mp_args_connection(args, 0)) : NO_SOCKET;

    if (listening == NO_SOCKET) {
        return mp_failure(1, "no socket to listen at");
    }
    while (!mp_stop_requested() && !mp_event_is_set(done)) {
        intptr_t client = socket_accept(listening, LOOK_MS);
        if (client != NO_SOCKET) {
            serve(client, left, done);
        }
    }
    socket_close(listening);
    return 0;
}
MP_TARGET(work)

// ---- who looks after them ----

typedef struct server {
    const settings_t *settings;
    intptr_t listening;
    mp_event_t *done;
    mp_semaphore_t *left; // NULL: any number of requests
    mp_process_t *workers[WORKERS_MOST];
} server_t;

static int create_worker(const server_t *server, mp_process_t **worker,
                         mp_connection_t *its)
{
    mp_process_options_t options = {
        .context = mp_get_context(server->settings->method)};

    return server->left != NULL
               ? mp_process_create(worker, work,
                                   MP_ARGS(its, server->done, server->left),
                                   &options)
               : mp_process_create(worker, work, MP_ARGS(its, server->done),
                                   &options);
}

// The socket follows when the worker runs. One that gets none ends, and says
// so.
static int start_worker(const server_t *server, mp_process_t **worker)
{
    mp_connection_t *mine = NULL;
    mp_connection_t *its = NULL;

    int r = mp_pipe(&mine, &its, true);
    if (r == 0) {
        r = create_worker(server, worker, its);
    }
    if (r == 0) {
        r = mp_process_start(*worker);
    }
    if (r < 0) {
        mp_process_destroy(*worker);
        *worker = NULL;
    } else {
        (void) socket_give(mine, server->listening);
    }
    mp_connection_destroy(its);
    mp_connection_destroy(mine);
    return r;
}

// One that was killed is replaced. One that says what it lacks would lack it
// again.
static bool replace(server_t *server, mp_process_t **worker)
{
    const char *failure = mp_process_failure(*worker);
    bool fails = failure != NULL;

    (void) fprintf(stderr, "%s ended with %d: %s\n", mp_process_name(*worker),
                   mp_process_exitcode(*worker),
                   fails ? failure : "another one takes its place");
    mp_process_destroy(*worker);
    *worker = NULL;
    if (fails) {
        return false;
    }
    return start_worker(server, worker) == 0 || complain("a worker") == 0;
}

// Those that end after the last request end by themselves.
static bool replace_dead(server_t *server)
{
    for (long i = 0; i < server->settings->workers; i++) {
        mp_process_t **worker = &server->workers[i];
        if (mp_process_is_alive(*worker) == 0 &&
            !mp_event_is_set(server->done) && !replace(server, worker)) {
            return false;
        }
    }
    return true;
}

static bool look_after(server_t *server)
{
    int r = MP_ETIMEDOUT;

    while (r == MP_ETIMEDOUT) {
        r = replace_dead(server) ? mp_event_wait(server->done, LOOK_MS)
                                 : MP_ESTATE;
    }
    return r == 0;
}

static bool start_workers(server_t *server)
{
    for (long i = 0; i < server->settings->workers; i++) {
        if (start_worker(server, &server->workers[i]) < 0) {
            return complain("a worker") == 0;
        }
    }
    return true;
}

static bool tell_port(const settings_t *settings, int port)
{
    char text[20];

    (void) printf("http://127.0.0.1:%d/\n", port);
    (void) fflush(stdout);
    (void) snprintf(text, sizeof(text), "%d", port);
    return settings->address_file == NULL ||
           address_file_write(settings->address_file, text);
}

static bool run(server_t *server, int port)
{
    bool well = start_workers(server) && tell_port(server->settings, port) &&
                look_after(server);

    for (long i = 0; i < server->settings->workers; i++) {
        if (server->workers[i] != NULL) {
            (void) mp_process_stop(server->workers[i], 2L * CLIENT_MS);
            mp_process_destroy(server->workers[i]);
        }
    }
    return well;
}

static int make_and_run(server_t *server)
{
    const settings_t *settings = server->settings;
    int port = (int) settings->port;
    bool well = false;

    server->listening = sockets_begin() ? socket_listen(&port) : NO_SOCKET;
    if (server->listening == NO_SOCKET) {
        (void) fprintf(stderr, "cannot listen at port %d\n", port);
        return 1;
    }
    if (mp_event_create(&server->done) < 0 ||
        (settings->requests > 0 &&
         mp_semaphore_create(&server->left, (int) settings->requests, NULL) <
             0)) {
        (void) complain("shared memory");
    } else {
        well = run(server, port);
    }
    mp_semaphore_destroy(server->left);
    mp_event_destroy(server->done);
    socket_close(server->listening);
    return well ? 0 : 1;
}

// ---- the command line ----

static bool read_number(const char *text, long least, long most, long *number)
{
    char *end = NULL;

    errno = 0;
    *number = strtol(text, &end, 10);
    return errno == 0 && end != text && *end == '\0' && *number >= least &&
           *number <= most;
}

static bool read_option(settings_t *settings, const char *name,
                        const char *value)
{
    if (strcmp(name, "--port") == 0) {
        return read_number(value, 0, 65535, &settings->port);
    }
    if (strcmp(name, "--workers") == 0) {
        return read_number(value, 1, WORKERS_MOST, &settings->workers);
    }
    if (strcmp(name, "--requests") == 0) {
        return read_number(value, 0, 1000000000, &settings->requests);
    }
    if (strcmp(name, "--method") == 0) {
        settings->method = value;
        return mp_context_method(mp_get_context(value)) != NULL;
    }
    settings->address_file = value;
    return strcmp(name, "--address-file") == 0;
}

int main(int argc, char **argv)
{
    settings_t settings = {.port = 8000, .workers = 4};
    server_t server = {.settings = &settings};

    mp_freeze_support(argc, argv);
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        (void) fputs(usage, stdout);
        return 0;
    }
    for (int i = 1; i < argc; i += 2) {
        if (i + 1 == argc || !read_option(&settings, argv[i], argv[i + 1])) {
            (void) fputs(usage, stderr);
            return 2;
        }
    }
    return make_and_run(&server);
}
