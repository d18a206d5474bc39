// SPDX-License-Identifier: Apache-2.0
// What is Windows' own of links: messages of named pipes, what is adopted,
// sockets that are sent, handles that are waited for (Windows).
#include "tests/links.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#define MANY 200
#define BIG ((size_t) 8 * 1024 * 1024)

// ---- messages ----

static void messages_stay_whole(void)
{
    mp_plat_link_t ends[2];
    unsigned char *bytes = link_bytes(200000);
    unsigned char taken[300];
    size_t size = 1;

    assert_int_equal(mp_plat_link_pair(ends, true), 0);
    assert_int_equal(ends[0].kind, MP_PLAT_LINK_MESSAGES);
    for (size_t length = 0; length < 300; length += 100) {
        assert_int_equal(link_put(&ends[0], bytes, length), 0);
    }
    for (size_t length = 0; length < 300; length += 100) {
        assert_int_equal(mp_plat_link_next(&ends[1], &size, link_guard()), 0);
        assert_int_equal(size, length);
        assert_int_equal(
            mp_plat_link_receive(&ends[1], taken, size, &size, link_guard()),
            0);
        assert_int_equal(size, length);
        assert_true(link_are_bytes(taken, size, 0));
    }
    link_close_both(ends);
    free(bytes);
}

static void a_message_that_is_longer_is_told(void)
{
    mp_plat_link_t ends[2];
    char taken[10];
    size_t received = 0;

    assert_int_equal(mp_plat_link_pair(ends, true), 0);
    assert_int_equal(link_put(&ends[0], "abcde", 5), 0);
    assert_int_equal(
        mp_plat_link_receive(&ends[1], taken, 3, &received, link_guard()),
        MP_EPROTO);
    assert_int_equal(received, 3);
    assert_int_equal(link_put(&ends[1], "abcde", 5), 0);
    assert_int_equal(
        mp_plat_link_receive(&ends[0], taken, 10, &received, link_guard()), 0);
    assert_int_equal(received, 5);
    link_close_both(ends);
}

static void an_empty_message_is_waited_for_if_something_follows(void)
{
    mp_plat_link_t ends[2];
    size_t size = 1;
    char byte = 0;

    assert_int_equal(mp_plat_link_pair(ends, true), 0);
    assert_int_equal(link_put(&ends[0], NULL, 0), 0);
    assert_int_equal(link_put(&ends[0], "a", 1), 0);
    assert_int_equal(mp_plat_link_wait(&ends[1], link_guard()), 0);
    assert_int_equal(mp_plat_link_next(&ends[1], &size, link_guard()), 0);
    assert_int_equal(size, 0);
    assert_int_equal(link_take(&ends[1], &byte, 1), 0);
    assert_int_equal(link_put(&ends[0], NULL, 0), 0);
    mp_plat_link_close(&ends[0]);
    assert_int_equal(mp_plat_link_wait(&ends[1], link_guard()), 0);
    assert_int_equal(mp_plat_link_next(&ends[1], &size, link_guard()), 0);
    assert_int_equal(size, 0);
    assert_int_equal(mp_plat_link_next(&ends[1], &size, link_guard()), MP_EEOF);
    mp_plat_link_close(&ends[1]);
}

static void a_message_that_is_late_has_not_been_sent(void)
{
    mp_plat_link_t ends[2];
    unsigned char *bytes = link_bytes(BIG);
    mp_plat_piece_t pieces[] = {{bytes, 5}, {bytes + 5, BIG - 5}};
    size_t sent = 1;

    assert_int_equal(mp_plat_link_pair(ends, true), 0);
    int64_t deadline = link_soon(30);
    assert_int_equal(mp_plat_link_send(&ends[0], pieces, 2, &sent, deadline),
                     MP_ETIMEDOUT);
    assert_true(mp_plat_now() >= deadline);
    assert_int_equal(sent, 0);
    assert_int_equal(mp_plat_link_wait(&ends[1], MP_PLAT_AT_ONCE),
                     MP_ETIMEDOUT);
    link_carries(&ends[0], &ends[1], 50);
    link_close_both(ends);
    free(bytes);
}

// ---- adopting ----

static void what_carries_no_messages_is_not_adopted(void)
{
    mp_plat_link_t link = MP_PLAT_NO_LINK;
    HANDLE pipe[2];
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);

    assert_true(CreatePipe(&pipe[0], &pipe[1], NULL, 0));
    assert_int_equal(mp_plat_link_adopt(&link, (intptr_t) pipe[0]), MP_ETYPE);
    assert_int_equal(mp_plat_link_adopt(&link, (intptr_t) event), MP_ETYPE);
    assert_int_equal(mp_plat_link_adopt(&link, MP_PLAT_NONE), MP_EINVAL);
    assert_true(CloseHandle(event));
    assert_int_equal(mp_plat_link_adopt(&link, (intptr_t) event), MP_EINVAL);
    assert_int_equal(link.kind, MP_PLAT_LINK_NONE);
    assert_true(CloseHandle(pipe[0]) && CloseHandle(pipe[1]));
}

// As the user's other code, or Python, makes them: the reading end reads bytes
// at first, and both can be inherited.
static HANDLE plain_pipe(const char *name, DWORD mode, HANDLE *client)
{
    SECURITY_ATTRIBUTES inherit = {sizeof(inherit), NULL, TRUE};

    HANDLE server =
        CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX | mode, PIPE_TYPE_MESSAGE, 1,
                         4096, 4096, 0, &inherit);
    assert_true(server != INVALID_HANDLE_VALUE);
    *client = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, &inherit,
                          OPEN_EXISTING, mode, NULL);
    assert_true(*client != INVALID_HANDLE_VALUE);
    return server;
}

static void a_pipe_of_messages_is_adopted(void)
{
    mp_plat_link_t ends[2];
    mp_plat_peer_t peer;
    char name[100];
    HANDLE client = NULL;
    DWORD flags = HANDLE_FLAG_INHERIT;

    (void) snprintf(name, sizeof(name), "\\\\.\\pipe\\mp-test-adopt-%lu",
                    GetCurrentProcessId());
    HANDLE server = plain_pipe(name, FILE_FLAG_OVERLAPPED, &client);
    assert_int_equal(mp_plat_link_adopt(&ends[0], (intptr_t) server), 0);
    assert_int_equal(mp_plat_link_adopt(&ends[1], (intptr_t) client), 0);
    assert_true(GetHandleInformation(client, &flags));
    assert_int_equal(flags & HANDLE_FLAG_INHERIT, 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ends[i].kind, MP_PLAT_LINK_MESSAGES);
        assert_true(ends[i].local);
        assert_int_equal(mp_plat_link_peer(&ends[i], &peer), 0);
        assert_int_equal(peer.pid, mp_plat_pid());
        assert_true(peer.same_user);
        link_carries(&ends[i], &ends[1 - i], 3000);
    }
    link_close_both(ends);
}

static void ends_of_one_way_are_adopted(void)
{
    mp_plat_link_t ends[2];
    mp_plat_link_t same;

    assert_int_equal(mp_plat_link_pair(ends, false), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(mp_plat_link_adopt(&same, ends[i].handle), 0);
        assert_int_equal(same.kind, MP_PLAT_LINK_MESSAGES);
    }
    link_carries(&ends[1], &ends[0], 100);
    link_close_both(ends);
}

static void a_pipe_that_blocks_is_not_adopted(void)
{
    mp_plat_link_t link;
    char name[100];
    HANDLE client = NULL;

    (void) snprintf(name, sizeof(name), "\\\\.\\pipe\\mp-test-block-%lu",
                    GetCurrentProcessId());
    HANDLE server = plain_pipe(name, 0, &client);
    assert_int_equal(mp_plat_link_adopt(&link, (intptr_t) client), MP_ETYPE);
    assert_true(CloseHandle(server) && CloseHandle(client));
}

// ---- places ----

static void only_names_of_pipes_are_places(void)
{
    static const char *const names[] = {"C:\\file", "\\\\.\\mailslot\\a",
                                        "pipe", "\\\\.\\pipe\\"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        mp_plat_place_t place = {.family = MP_PLAT_FAMILY_PIPE};
        mp_plat_listener_t listener;
        mp_plat_link_t link;
        place.size = strlen(names[i]);
        memcpy(place.name, names[i], place.size);
        assert_int_equal(mp_plat_listen(&listener, &place, 1), MP_EINVAL);
        assert_int_equal(mp_plat_connect(&link, &place, link_guard()),
                         MP_EINVAL);
    }
}

static void who_has_left_is_accepted_with_what_he_sent(void)
{
    mp_plat_place_t place = {.family = MP_PLAT_FAMILY_PIPE};
    mp_plat_listener_t listener;
    mp_plat_link_t link;
    char bytes[5];

    assert_int_equal(mp_plat_listen(&listener, &place, 1), 0);
    assert_true(strncmp(listener.place.name, "\\\\.\\pipe\\pyc-", 13) == 0);
    assert_int_equal(mp_plat_connect(&link, &listener.place, link_guard()), 0);
    assert_int_equal(link_put(&link, "hello", 5), 0);
    mp_plat_link_close(&link);
    assert_int_equal(mp_plat_accept(&listener, &link, &place, link_guard()), 0);
    assert_int_equal(link_take(&link, bytes, 5), 0);
    assert_memory_equal(bytes, "hello", 5);
    assert_int_equal(link_take(&link, bytes, 5), MP_EEOF);
    mp_plat_link_close(&link);
    mp_plat_listener_close(&listener);
}

static void a_busy_pipe_is_waited_for(void)
{
    mp_plat_place_t place = {.family = MP_PLAT_FAMILY_PIPE};
    mp_plat_listener_t listener;
    mp_plat_link_t first;
    mp_plat_link_t second;

    assert_int_equal(mp_plat_listen(&listener, &place, 1), 0);
    assert_int_equal(mp_plat_connect(&first, &listener.place, link_guard()), 0);
    int64_t deadline = link_soon(30);
    assert_int_equal(mp_plat_connect(&second, &listener.place, deadline),
                     MP_ETIMEDOUT);
    assert_true(mp_plat_now() >= deadline);
    mp_plat_link_close(&first);
    mp_plat_listener_close(&listener);
}

static mp_plat_listener_t closing;
static int codes[3];

static void accept_or_close(int number)
{
    mp_plat_link_t link;
    mp_plat_place_t from;

    if (number > 0) {
        codes[number] = mp_plat_accept(&closing, &link, &from, link_guard());
    } else {
        (void) mp_plat_wait_any(NULL, 0, link_soon(50)); // they likely wait
        mp_plat_listener_close(&closing);
    }
}

static void closing_ends_what_accepts(void)
{
    mp_plat_place_t place = {.family = MP_PLAT_FAMILY_PIPE};

    assert_int_equal(mp_plat_listen(&closing, &place, 1), 0);
    test_run_threads(3, accept_or_close);
    assert_int_equal(codes[1], MP_EEOF);
    assert_int_equal(codes[2], MP_EEOF);
}

// ---- handles ----

static void a_handle_arrives_though_its_sender_has_closed_it(void)
{
    mp_plat_link_t ends[2];
    intptr_t event = (intptr_t) CreateEventW(NULL, TRUE, FALSE, NULL);
    HANDLE other = NULL;
    DWORD flags = 1;

    assert_int_equal(mp_plat_link_pair(ends, false), 0);
    assert_true(DuplicateHandle(GetCurrentProcess(), (HANDLE) event,
                                GetCurrentProcess(), &other, 0, TRUE,
                                DUPLICATE_SAME_ACCESS));
    assert_int_equal(
        mp_plat_link_send_handles(&ends[1], &event, 1, link_guard()), 0);
    assert_true(CloseHandle((HANDLE) event));
    assert_int_equal(
        mp_plat_link_receive_handles(&ends[0], &event, 1, link_guard()), 0);
    assert_true(GetHandleInformation((HANDLE) event, &flags));
    assert_int_equal(flags & HANDLE_FLAG_INHERIT, 0);
    assert_true(SetEvent(other));
    assert_int_equal(WaitForSingleObject((HANDLE) event, 0), WAIT_OBJECT_0);
    assert_true(CloseHandle((HANDLE) event) && CloseHandle(other));
    link_close_both(ends);
}

// From a sender that is gone, or that never was one.
static void handles_of_nobody_are_not_taken(void)
{
    struct {
        uint32_t magic, count;
        uint64_t pid, born, handle;
    } parcel = {0x3148706d, 1, 0, 0, 4};
    mp_plat_link_t ends[2];
    intptr_t handle = 0;

    assert_int_equal(mp_plat_link_pair(ends, true), 0);
    parcel.pid = GetCurrentProcessId();
    assert_int_equal(link_put(&ends[0], &parcel, sizeof(parcel)), 0);
    assert_int_equal(
        mp_plat_link_receive_handles(&ends[1], &handle, 1, link_guard()),
        MP_ENOENT);
    parcel.count = 2;
    assert_int_equal(link_put(&ends[0], &parcel, sizeof(parcel)), 0);
    assert_int_equal(
        mp_plat_link_receive_handles(&ends[1], &handle, 1, link_guard()),
        MP_EPROTO);
    link_close_both(ends);
}

static void a_socket_is_taken_as_one(void)
{
    mp_plat_place_t place = {.family = MP_PLAT_FAMILY_INET};
    mp_plat_listener_t listener;
    mp_plat_link_t way[2];
    mp_plat_link_t ends[2];
    intptr_t handles[2];
    char bytes[7];

    if (!mp_plat_family_here(MP_PLAT_FAMILY_INET)) {
        return;
    }
    assert_int_equal(mp_plat_link_pair(way, true), 0);
    assert_int_equal(mp_plat_listen(&listener, &place, 1), 0);
    assert_int_equal(mp_plat_connect(&ends[0], &listener.place, link_guard()),
                     0);
    assert_int_equal(mp_plat_accept(&listener, &ends[1], &place, link_guard()),
                     0);
    handles[0] = listener.handle;
    handles[1] = ends[1].handle;
    assert_int_equal(
        mp_plat_link_send_handles(&way[0], handles, 2, link_guard()), 0);
    mp_plat_link_close(&ends[1]);
    mp_plat_listener_close(&listener);
    assert_int_equal(
        mp_plat_link_receive_handles(&way[1], handles, 2, link_guard()), 0);
    assert_int_equal(mp_plat_link_adopt(&ends[1], handles[1]), 0);
    assert_int_equal(ends[1].kind, MP_PLAT_LINK_STREAM);
    assert_int_equal(mp_plat_listener_adopt(&listener, handles[0]), 0);
    link_carries(&ends[1], &ends[0], 7);
    mp_plat_link_close(&ends[1]);
    assert_int_equal(link_take(&ends[0], bytes, 7), MP_EEOF);
    mp_plat_link_close(&ends[0]);
    assert_int_equal(mp_plat_connect(&ends[0], &listener.place, link_guard()),
                     0);
    mp_plat_link_close(&ends[0]);
    mp_plat_listener_close(&listener);
    link_close_both(way);
}

// ---- waiting ----

static void more_handles_than_windows_takes_are_waited_for(void)
{
    mp_plat_source_t sources[MANY];

    for (int i = 0; i < MANY; i++) { // they are reset when they are seen
        sources[i] = (mp_plat_source_t){
            .kind = MP_PLAT_SOURCE_HANDLE,
            .of.handle = (intptr_t) CreateEventW(NULL, FALSE, FALSE, NULL)};
    }
    int64_t deadline = link_soon(30);
    assert_int_equal(mp_plat_wait_any(sources, MANY, deadline), 0);
    assert_true(mp_plat_now() >= deadline);
    for (int i = 3; i < MANY; i += 97) {
        assert_true(SetEvent((HANDLE) sources[i].of.handle));
    }
    assert_int_equal(mp_plat_wait_any(sources, MANY, link_guard()), 3);
    for (int i = 0; i < MANY; i++) {
        assert_true(sources[i].ready == (i % 97 == 3));
    }
    assert_int_equal(mp_plat_wait_any(sources, MANY, MP_PLAT_AT_ONCE), 0);
    for (int i = 0; i < MANY; i++) {
        assert_true(CloseHandle((HANDLE) sources[i].of.handle));
    }
    assert_int_equal(mp_plat_wait_any(sources, MANY, link_guard()), MP_EINVAL);
}

static HANDLE late_event;
static mp_plat_link_t late_link;
static mp_plat_source_t waited[3];
static int found;

static void wait_or_wake(int number)
{
    if (number == 0) {
        found = mp_plat_wait_any(waited, 3, link_guard());
    } else {
        (void) mp_plat_wait_any(NULL, 0, link_soon(50)); // it likely waits
        if (late_event != NULL) {
            (void) SetEvent(late_event);
        } else {
            (void) link_put(&late_link, "a", 1);
        }
    }
}

// One that resets itself is told though it woke who slept.
static void handles_and_links_are_waited_for_together(void)
{
    mp_plat_place_t place = {.family = MP_PLAT_FAMILY_PIPE};
    mp_plat_listener_t listener;
    mp_plat_link_t ends[2];
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);

    assert_int_equal(mp_plat_listen(&listener, &place, 1), 0);
    assert_int_equal(mp_plat_link_pair(ends, true), 0);
    late_link = ends[1];
    for (int round = 0; round < 2; round++) {
        late_event = round == 0 ? event : NULL;
        waited[0] = (mp_plat_source_t){.kind = MP_PLAT_SOURCE_LISTENER,
                                       .of.listener = &listener};
        waited[1] = (mp_plat_source_t){.kind = MP_PLAT_SOURCE_HANDLE,
                                       .of.handle = (intptr_t) event};
        waited[2] = (mp_plat_source_t){.kind = MP_PLAT_SOURCE_LINK,
                                       .of.link = &ends[0]};
        test_run_threads(2, wait_or_wake);
        assert_int_equal(found, 1);
        assert_true(waited[round + 1].ready);
    }
    assert_true(CloseHandle(event));
    link_close_both(ends);
    mp_plat_listener_close(&listener);
}

static void abandon_mutex(int number)
{
    (void) number;
    (void) WaitForSingleObject((HANDLE) waited[0].of.handle, INFINITE);
}

static void a_mutex_that_was_left_is_ready(void)
{
    HANDLE mutex = CreateMutexW(NULL, FALSE, NULL);

    waited[0] = (mp_plat_source_t){.kind = MP_PLAT_SOURCE_HANDLE,
                                   .of.handle = (intptr_t) mutex};
    test_run_threads(1, abandon_mutex);
    assert_int_equal(mp_plat_wait_any(waited, 1, link_guard()), 1);
    assert_true(ReleaseMutex(mutex) && CloseHandle(mutex));
}

static void sockets_are_waited_for(void)
{
    mp_plat_place_t place = {.family = MP_PLAT_FAMILY_INET};
    mp_plat_listener_t listener;
    mp_plat_link_t ends[2];
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);
    mp_plat_source_t sources[4] = {
        {.kind = MP_PLAT_SOURCE_LISTENER, .of.listener = &listener},
        {.kind = MP_PLAT_SOURCE_LINK, .of.link = &ends[0]},
        {.kind = MP_PLAT_SOURCE_SOCKET},
        {.kind = MP_PLAT_SOURCE_HANDLE, .of.handle = (intptr_t) event}};

    if (!mp_plat_family_here(MP_PLAT_FAMILY_INET)) {
        assert_true(CloseHandle(event));
        return;
    }
    assert_int_equal(mp_plat_listen(&listener, &place, 1), 0);
    assert_int_equal(mp_plat_connect(&ends[0], &listener.place, link_guard()),
                     0);
    assert_int_equal(mp_plat_wait_any(sources, 1, link_guard()), 1);
    assert_int_equal(mp_plat_accept(&listener, &ends[1], &place, link_guard()),
                     0);
    sources[2].of.handle = ends[1].handle;
    for (size_t count = 3; count <= 4; count++) { // of one kind, or mixed
        int64_t deadline = link_soon(30);
        assert_int_equal(mp_plat_wait_any(sources, count, deadline), 0);
        assert_true(mp_plat_now() >= deadline);
        link_carries(&ends[0], &ends[1], 10);
        assert_int_equal(link_put(&ends[0], "a", 1), 0);
        assert_int_equal(mp_plat_wait_any(sources, count, link_guard()), 1);
        assert_true(sources[2].ready);
        char byte;
        assert_int_equal(link_take(&ends[1], &byte, 1), 0);
    }
    mp_plat_link_close(&ends[1]);
    assert_int_equal(mp_plat_wait_any(sources, 2, link_guard()), 1);
    assert_true(sources[1].ready);
    assert_int_equal(mp_plat_wait_any(&sources[2], 1, link_guard()), MP_EINVAL);
    mp_plat_link_close(&ends[0]);
    mp_plat_listener_close(&listener);
    assert_true(CloseHandle(event));
}

// What the shared tests tell of streams, whose pairs are pipes here.
static void a_stream_that_is_late_tells_how_much_went(void)
{
    mp_plat_place_t place = {.family = MP_PLAT_FAMILY_INET};
    mp_plat_listener_t listener;
    mp_plat_link_t ends[2];
    unsigned char *bytes = link_bytes(2 * BIG);
    unsigned char *taken = calloc(1, 2 * BIG);
    mp_plat_piece_t pieces[] = {{bytes, 5}, {bytes + 5, 2 * BIG - 5}};
    size_t sent = 0;
    size_t received = 0;

    if (mp_plat_family_here(MP_PLAT_FAMILY_INET)) {
        assert_int_equal(mp_plat_listen(&listener, &place, 1), 0);
        assert_int_equal(
            mp_plat_connect(&ends[0], &listener.place, link_guard()), 0);
        assert_int_equal(
            mp_plat_accept(&listener, &ends[1], &place, link_guard()), 0);
        assert_int_equal(
            mp_plat_link_send(&ends[0], pieces, 2, &sent, link_soon(300)),
            MP_ETIMEDOUT);
        assert_in_range(sent, 1, 2 * BIG - 1);
        mp_plat_link_close(&ends[0]);
        assert_int_equal(mp_plat_link_receive(&ends[1], taken, 2 * BIG,
                                              &received, link_guard()),
                         MP_EEOF);
        assert_int_equal(received, sent);
        assert_true(link_are_bytes(taken, received, 0));
        mp_plat_link_close(&ends[1]);
        mp_plat_listener_close(&listener);
    }
    free(bytes);
    free(taken);
}

static const struct test tests[] = {
    {"messages stay whole", messages_stay_whole, TEST_ONCE},
    {"a message that is longer is told", a_message_that_is_longer_is_told,
     TEST_ONCE},
    {"an empty message is waited for if something follows",
     an_empty_message_is_waited_for_if_something_follows, TEST_ONCE},
    {"a message that is late has not been sent",
     a_message_that_is_late_has_not_been_sent, TEST_ONCE},
    {"what carries no messages is not adopted",
     what_carries_no_messages_is_not_adopted, TEST_ONCE},
    {"a pipe of messages is adopted", a_pipe_of_messages_is_adopted, TEST_ONCE},
    {"ends of one way are adopted", ends_of_one_way_are_adopted, TEST_ONCE},
    {"a pipe that blocks is not adopted", a_pipe_that_blocks_is_not_adopted,
     TEST_ONCE},
    {"only names of pipes are places", only_names_of_pipes_are_places,
     TEST_ONCE},
    {"who has left is accepted with what he sent",
     who_has_left_is_accepted_with_what_he_sent, TEST_ONCE},
    {"a busy pipe is waited for", a_busy_pipe_is_waited_for, TEST_ONCE},
    {"closing ends what accepts", closing_ends_what_accepts, TEST_ONCE},
    {"a handle arrives though its sender has closed it",
     a_handle_arrives_though_its_sender_has_closed_it, TEST_ONCE},
    {"handles of nobody are not taken", handles_of_nobody_are_not_taken,
     TEST_ONCE},
    {"a socket is taken as one", a_socket_is_taken_as_one, TEST_ONCE},
    {"more handles than Windows takes are waited for",
     more_handles_than_windows_takes_are_waited_for, TEST_ONCE},
    {"handles and links are waited for together",
     handles_and_links_are_waited_for_together, TEST_ONCE},
    {"a mutex that was left is ready", a_mutex_that_was_left_is_ready,
     TEST_ONCE},
    {"sockets are waited for", sockets_are_waited_for, TEST_ONCE},
    {"a stream that is late tells how much went",
     a_stream_that_is_late_tells_how_much_went, TEST_ONCE},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("links of Windows", tests,
                    sizeof(tests) / sizeof(tests[0]));
}
