// SPDX-License-Identifier: Apache-2.0
// Sends every message back as it came, bytes or value, to any number of clients
// at once, until one of them sends "stop". See echo_client.c; a client can be
// Python as well:
//
//     from multiprocessing.connection import Client
//     with Client(("localhost", 6000), authkey=b"secret") as connection:
//         connection.send([1, "two", None])
//         print(connection.recv())
#include "address_file.h"
#include "echo_place.h"

#include <stdio.h>
#include <string.h>

#define LOOK_MS 200               // how often one looks whether to stop
#define MESSAGE_MS 10000          // who takes longer for a message is left
#define MOST ((size_t) 256 << 20) // the longest message, in bytes

static const char usage[] =
    "usage: echo_server ADDRESS (--authkey-file F | --open) [OPTION...]\n"
    "Sends messages back until one is \"stop\", a text or "
    "bytes.\n\n" ECHO_PLACE_USAGE
    "  --method M         what serves a client: a thread (the default), or a\n"
    "                     process by fork or spawn\n"
    "  --address-file F   write the address there, once it is listened at\n"
    "ADDRESS can be \"-\": a new path or pipe that only this user can reach;\n"
    "a port can be 0: any. The address is printed.\n";

typedef struct settings {
    echo_place_t place;
    const char *method;
    const char *address_file;
} settings_t;

static int complain(const char *what)
{
    (void) fprintf(stderr, "%s: %s\n", what, mp_last_error()->message);
    return 1;
}

// ---- one client, in a thread or a process of its own ----

// A value comes as its pickle: nothing in it is run by looking at it.
static bool says_stop(const void *bytes, size_t size)
{
    const char *text = NULL;
    mp_any_t *value = NULL;

    if (size == 4 && memcmp(bytes, "stop", 4) == 0) {
        return true;
    }
    bool found = size < 64 && mp_loads(&value, bytes, size, NULL) == 0 &&
                 mp_any_get_text(value, &text, NULL) == 0 &&
                 strcmp(text, "stop") == 0;
    mp_any_destroy(value);
    return found;
}

static int echo_one(mp_connection_t *connection, mp_event_t *stopped)
{
    void *bytes = NULL;
    size_t size = 0;

    int r =
        mp_connection_recv_alloc(connection, &bytes, &size, MOST, MESSAGE_MS);
    if (r == 0) {
        r = mp_connection_send_bytes(connection, bytes, size, MESSAGE_MS);
        if (says_stop(bytes, size)) {
            (void) mp_event_set(stopped);
        }
        mp_free(bytes);
    }
    return r;
}

static int serve(mp_connection_t *connection, mp_event_t *stopped)
{
    int r = 0;

    while (r == 0 && !mp_stop_requested()) {
        r = mp_connection_poll(connection, LOOK_MS);
        if (r == 0) {
            r = echo_one(connection, stopped);
        } else if (r == MP_ETIMEDOUT) {
            r = 0;
        }
    }
    return r == 0 || r == MP_EEOF ? 0 : complain("a client is left");
}

// In a process: the end is a copy of its own.
static int serve_client(const mp_args_t *args)
{
    return serve(mp_args_connection(args, 0), mp_args_event(args, 1));
}
MP_TARGET(serve_client)

static int serve_in_thread(const mp_args_t *args)
{
    mp_connection_t *connection =
        (mp_connection_t *) (intptr_t) mp_args_int(args, 0);
    int code = serve(connection, mp_args_event(args, 1));

    mp_connection_destroy(connection);
    return code;
}
MP_TARGET(serve_in_thread)

// ---- the server ----

// A thread is given the connection itself, which it then destroys. It needs no
// copy; of a socket of Windows, Wine makes none that can be used.
static int start_client(const settings_t *settings,
                        mp_connection_t **connection, mp_event_t *stopped)
{
    mp_process_options_t options = {.context =
                                        mp_get_context(settings->method)};
    mp_process_t *process = NULL;
    bool thread = strcmp(settings->method, "thread") == 0;

    int r = thread ? mp_process_create(
                         &process, serve_in_thread,
                         MP_ARGS((long long) (intptr_t) *connection, stopped),
                         &options)
                   : mp_process_create(&process, serve_client,
                                       MP_ARGS(*connection, stopped), &options);
    if (r == 0) {
        r = mp_process_start(process);
    }
    if (r == 0 && thread) {
        *connection = NULL;
    }
    mp_process_destroy(process); // it goes on, and is found at the end
    return r;
}

// What goes wrong with one client stops nobody else.
static void accept_clients(const settings_t *settings, mp_listener_t *listener,
                           mp_event_t *stopped)
{
    while (!mp_event_is_set(stopped)) {
        mp_connection_t *connection = NULL;
        int r = mp_listener_accept(listener, &connection, LOOK_MS);
        if (r == 0) {
            r = start_client(settings, &connection, stopped);
        }
        mp_connection_destroy(connection); // who serves it has it
        if (r < 0 && r != MP_ETIMEDOUT) {
            (void) complain("a client is refused");
        }
        if (r < 0 && r != MP_ETIMEDOUT && r != MP_EAUTH) {
            (void) mp_event_wait(stopped, LOOK_MS); // out of something
        }
    }
}

static void stop_clients(void)
{
    mp_process_t **children = NULL;
    size_t count = 0;

    if (mp_active_children(&children, &count) < 0) {
        (void) complain("clients");
        return;
    }
    for (size_t i = 0; i < count; i++) {
        (void) mp_process_stop(children[i], MESSAGE_MS);
    }
    mp_active_children_free(children, count);
}

static int serve_at(const settings_t *settings, mp_listener_t *listener)
{
    const char *address = mp_listener_address(listener);
    mp_event_t *stopped = NULL;

    if (mp_event_create(&stopped) < 0) {
        return complain("event");
    }
    (void) printf("listening at %s\n", address);
    (void) fflush(stdout);
    bool told = settings->address_file == NULL ||
                address_file_write(settings->address_file, address);
    if (told) {
        accept_clients(settings, listener, stopped);
        stop_clients();
    }
    mp_event_destroy(stopped);
    return told ? 0 : 1;
}

static int listen_and_serve(const settings_t *settings)
{
    const echo_place_t *place = &settings->place;
    bool any = strcmp(place->address, "-") == 0;
    mp_listener_options_t options = {.family = place->family,
                                     .authkey =
                                         place->has_key ? place->key : NULL,
                                     .authkey_size = place->key_size,
                                     .open = place->open,
                                     .min_digest = place->min_digest};
    mp_listener_t *listener = NULL;

    if (mp_listener_create(&listener, any ? NULL : place->address, &options) <
        0) {
        return complain(place->address);
    }
    int code = serve_at(settings, listener);
    mp_listener_destroy(listener);
    return code;
}

// ---- the command line ----

static int read_option(settings_t *settings, char **argv)
{
    if (strcmp(argv[0], "--method") == 0 && argv[1] != NULL) {
        settings->method = argv[1];
        return mp_context_method(mp_get_context(argv[1])) != NULL ? 2 : -1;
    }
    if (strcmp(argv[0], "--address-file") == 0 && argv[1] != NULL) {
        settings->address_file = argv[1];
        return 2;
    }
    return echo_place_option(&settings->place, argv);
}

static bool read_line(settings_t *settings, char **argv)
{
    while (*argv != NULL) {
        int used = read_option(settings, argv);
        if (used == 0 && strncmp(*argv, "--", 2) != 0 &&
            settings->place.address[0] == '\0') {
            used = echo_place_address(&settings->place, *argv) ? 1 : -1;
        }
        if (used <= 0) {
            return false;
        }
        argv += used;
    }
    return settings->place.address[0] != '\0' &&
           echo_place_is_whole(&settings->place);
}

int main(int argc, char **argv)
{
    static settings_t settings = {.method = "thread"};

    mp_freeze_support(argc, argv);
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        (void) fputs(usage, stdout);
        return 0;
    }
    if (argc < 2 || !read_line(&settings, argv + 1)) {
        (void) fputs(usage, stderr);
        return 2;
    }
    return listen_and_serve(&settings);
}
