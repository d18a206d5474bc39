// SPDX-License-Identifier: Apache-2.0
// Asks webserver.c for pages and looks who made them: several requests at once
// are answered by as many workers, also after one of them was killed.
#include "address_file.h"
#include "sockets.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef _WIN32
#include <windows.h>
#else
#include <signal.h>
#endif

#define ANSWER_MS 30000
#define WORKERS_MOST 64

static const char usage[] =
    "usage: webclient (PORT | --address-file F) [OPTION...]\n"
    "Asks webserver for pages, and looks who made them.\n\n"
    "  --requests N       how many in all (20)\n"
    "  --workers N        as many as the server has (2); so many are asked at\n"
    "                     once\n"
    "  --kill             kills one of them in between\n"
    "  --address-file F   the port is in this file, which may be written "
    "later\n";

typedef struct plan {
    long port;
    long requests;
    long workers;
    bool kill;
} plan_t;

// Who made a page.
typedef struct worker {
    char name[64];
    long long pid;
} worker_t;

static bool fail(const char *what)
{
    (void) fprintf(stderr, "%s\n", what);
    return false;
}

// ---- one page ----

static intptr_t call(const plan_t *plan)
{
    intptr_t server = socket_connect((int) plan->port);

    if (server != NO_SOCKET) {
        socket_set_timeout(server, ANSWER_MS);
    }
    return server;
}

static bool read_page(const char *page, worker_t *worker)
{
    const char *found = strstr(page, "answered by ");

    return strncmp(page, "HTTP/1.1 200 ", 13) == 0 && found != NULL &&
           sscanf(found, "answered by %63[^,], pid %lld", worker->name,
                  &worker->pid) == 2;
}

// To the end of the connection, which it closes.
static bool ask(intptr_t server, worker_t *worker)
{
    static const char request[] = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    char page[2000];
    size_t size = 0;
    size_t got = 1;

    bool sent = socket_send(server, request, sizeof(request) - 1);
    while (sent && got > 0) {
        got = socket_receive(server, page + size, sizeof(page) - 1 - size);
        size += got;
    }
    page[size] = '\0';
    socket_close(server);
    return read_page(page, worker) || fail("no page came");
}

// ---- several at once ----

static bool all_differ(const worker_t *workers, long count)
{
    for (long i = 0; i < count; i++) {
        for (long k = 0; k < i; k++) {
            if (strcmp(workers[i].name, workers[k].name) == 0) {
                return fail("one worker answered where several should have");
            }
        }
    }
    return true;
}

// The last one is asked first: those who have the others wait for a request by
// then, so it is somebody else's.
static bool ask_at_once(const plan_t *plan, worker_t *workers)
{
    intptr_t servers[WORKERS_MOST];
    long count = plan->workers;
    bool well = true;

    for (long i = 0; i < count; i++) {
        servers[i] = call(plan);
        well = well && servers[i] != NO_SOCKET;
    }
    for (long i = count - 1; i >= 0; i--) {
        if (well) {
            well = ask(servers[i], &workers[i]);
        } else if (servers[i] != NO_SOCKET) {
            socket_close(servers[i]);
        }
    }
    return well && all_differ(workers, count);
}

static bool kill_worker(long long pid)
{
#ifdef _WIN32
    HANDLE process = OpenProcess(PROCESS_TERMINATE, FALSE, (DWORD) pid);
    bool killed = process != NULL && TerminateProcess(process, 9);

    if (process != NULL) {
        (void) CloseHandle(process);
    }
    return killed || fail("the worker cannot be killed");
#else
    return kill((pid_t) pid, SIGKILL) == 0 ||
           fail("the worker cannot be killed");
#endif
}

// ---- all of it ----

static bool ask_one_by_one(const plan_t *plan, long count)
{
    worker_t worker;

    for (long i = 0; i < count; i++) {
        intptr_t server = call(plan);
        if (server == NO_SOCKET) {
            return fail("the server is not there");
        }
        if (!ask(server, &worker)) {
            return false;
        }
    }
    return true;
}

static bool run(const plan_t *plan)
{
    worker_t workers[WORKERS_MOST];
    long left = plan->requests - plan->workers;

    memset(workers, 0, sizeof(workers));
    if (!ask_at_once(plan, workers)) {
        return false;
    }
    (void) printf("%ld workers answered %ld requests\n", plan->workers,
                  plan->workers);
    if (plan->kill) {
        left -= plan->workers;
        if (!kill_worker(workers[0].pid) || !ask_at_once(plan, workers)) {
            return false;
        }
        (void) printf("one was killed, and so many answered again\n");
    }
    if (!ask_one_by_one(plan, left)) {
        return false;
    }
    (void) printf("%ld requests were answered\n", plan->requests);
    return true;
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

static bool read_address_file(plan_t *plan, const char *path)
{
    char text[100];

    return address_file_read(path, text, sizeof(text)) &&
           read_number(text, 1, 65535, &plan->port);
}

// How many words it took; 0: it is wrong.
static int read_option(plan_t *plan, char **argv)
{
    if (strcmp(argv[0], "--kill") == 0) {
        plan->kill = true;
        return 1;
    }
    if (strncmp(argv[0], "--", 2) != 0) {
        return read_number(argv[0], 1, 65535, &plan->port) ? 1 : 0;
    }
    if (argv[1] == NULL) {
        return 0;
    }
    if (strcmp(argv[0], "--requests") == 0) {
        return read_number(argv[1], 1, 1000000, &plan->requests) ? 2 : 0;
    }
    if (strcmp(argv[0], "--workers") == 0) {
        return read_number(argv[1], 1, WORKERS_MOST, &plan->workers) ? 2 : 0;
    }
    bool file = strcmp(argv[0], "--address-file") == 0;
    return file && read_address_file(plan, argv[1]) ? 2 : 0;
}

static bool read_line(plan_t *plan, char **argv)
{
    while (*argv != NULL) {
        int used = read_option(plan, argv);
        if (used == 0) {
            return false;
        }
        argv += used;
    }
    return plan->port != 0 &&
           plan->requests >= plan->workers * (plan->kill ? 2 : 1);
}

int main(int argc, char **argv)
{
    plan_t plan = {.requests = 20, .workers = 2};

    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        (void) fputs(usage, stdout);
        return 0;
    }
    if (argc < 2 || !sockets_begin() || !read_line(&plan, argv + 1)) {
        (void) fputs(usage, stderr);
        return 2;
    }
    return run(&plan) ? 0 : 1;
}
