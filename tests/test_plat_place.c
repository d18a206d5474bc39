// SPDX-License-Identifier: Apache-2.0
// Places where somebody listens, handles over links, and waiting for any of
// several, below core.
#include "tests/links.h"
#include "tests/peer.h"

#include <stdlib.h>
#include <string.h>

#define BIG ((size_t) 8 * 1024 * 1024) // more than any system keeps on its way
#define CONNECTIONS 12
#define ACCEPTORS 4
#define MANY 100 // more than Windows waits for at once

// What a peer and a test share.
struct data {
    mp_word_t connected;
    mp_plat_place_t place;
};

static const mp_plat_family_t families[] = {
    MP_PLAT_FAMILY_UNIX, MP_PLAT_FAMILY_INET, MP_PLAT_FAMILY_INET6,
    MP_PLAT_FAMILY_PIPE};
#define FAMILIES (sizeof(families) / sizeof(families[0]))

static bool is_local(mp_plat_family_t family)
{
    return family == MP_PLAT_FAMILY_UNIX || family == MP_PLAT_FAMILY_PIPE;
}

// At a place that is chosen. False: there is no such family here, or no address
// of it, as in containers without IPv6.
static bool can_listen(mp_plat_listener_t *listener, mp_plat_family_t family)
{
    mp_plat_place_t place = {.family = family};

    if (!mp_plat_family_here(family)) {
        assert_int_equal(mp_plat_listen(listener, &place, 1), MP_EINVAL);
        return false;
    }
    int r = mp_plat_listen(listener, &place, CONNECTIONS);
    if (family == MP_PLAT_FAMILY_INET6 && r == MP_ENOENT) {
        return false;
    }
    assert_int_equal(r, 0);
    assert_int_equal(listener->place.family, family);
    assert_true(is_local(family) || listener->place.port != 0);
    assert_true(listener->place.size > 0);
    return true;
}

static void connect_both(const mp_plat_listener_t *listener,
                         mp_plat_link_t ends[2], mp_plat_place_t *from)
{
    assert_int_equal(mp_plat_connect(&ends[0], &listener->place, link_guard()),
                     0);
    assert_int_equal(mp_plat_accept(listener, &ends[1], from, link_guard()), 0);
}

static void any_local_family(mp_plat_listener_t *listener)
{
    assert_true(can_listen(listener, MP_PLAT_FAMILY_UNIX) ||
                can_listen(listener, MP_PLAT_FAMILY_PIPE));
}

// ---- places ----

static void each_family_connects(void)
{
    int tried = 0;

    for (size_t i = 0; i < FAMILIES; i++) {
        mp_plat_listener_t listener;
        mp_plat_link_t ends[2];
        mp_plat_place_t from;
        if (!can_listen(&listener, families[i])) {
            continue;
        }
        connect_both(&listener, ends, &from);
        assert_int_equal(from.family, families[i]);
        assert_true(is_local(families[i]) || from.port != 0);
        assert_true(ends[0].local == is_local(families[i]));
        assert_true(ends[1].local == is_local(families[i]));
        link_carries(&ends[0], &ends[1], 5000);
        link_carries(&ends[1], &ends[0], 50);
        link_close_both(ends);
        mp_plat_listener_close(&listener);
        tried++;
    }
    assert_true(tried > 0);
}

static void the_peer_of_a_connection_is_told_where_it_is_local(void)
{
    for (size_t i = 0; i < FAMILIES; i++) {
        mp_plat_listener_t listener;
        mp_plat_link_t ends[2];
        mp_plat_place_t from;
        mp_plat_peer_t peer;
        if (!can_listen(&listener, families[i])) {
            continue;
        }
        connect_both(&listener, ends, &from);
        for (int end = 0; end < 2; end++) {
            int r = mp_plat_link_peer(&ends[end], &peer);
            if (is_local(families[i]) && r == 0) {
                assert_int_equal(peer.pid, mp_plat_pid());
                assert_true(peer.same_user);
            } else {
                assert_int_equal(r, MP_ENOTSUP);
            }
        }
        link_close_both(ends);
        mp_plat_listener_close(&listener);
    }
}

static void a_place_is_for_one(void)
{
    for (size_t i = 0; i < FAMILIES; i++) {
        mp_plat_listener_t listener;
        mp_plat_listener_t other;
        mp_plat_link_t ends[2];
        mp_plat_place_t from;
        if (!can_listen(&listener, families[i])) {
            continue;
        }
        assert_int_equal(mp_plat_listen(&other, &listener.place, 1), MP_EEXIST);
        mp_plat_listener_close(&other);       // is nothing
        connect_both(&listener, ends, &from); // it was not harmed
        link_close_both(ends);
        mp_plat_place_t place = listener.place;
        mp_plat_listener_close(&listener);
        if (!is_local(families[i])) { // whose folder is gone
            assert_int_equal(mp_plat_listen(&listener, &place, 1), 0);
            assert_int_equal(listener.place.port, place.port);
            mp_plat_listener_close(&listener);
        }
    }
}

static void nobody_is_where_nobody_listens(void)
{
    for (size_t i = 0; i < FAMILIES; i++) {
        mp_plat_listener_t listener;
        mp_plat_link_t link;
        if (can_listen(&listener, families[i])) {
            mp_plat_place_t place = listener.place;
            mp_plat_listener_close(&listener);
            assert_int_equal(mp_plat_connect(&link, &place, link_guard()),
                             MP_ENOENT);
            assert_int_equal(link.kind, MP_PLAT_LINK_NONE);
        }
    }
}

static void accepting_keeps_its_deadline(void)
{
    for (size_t i = 0; i < FAMILIES; i++) {
        mp_plat_listener_t listener;
        mp_plat_link_t link;
        mp_plat_link_t ends[2];
        mp_plat_place_t from;
        if (!can_listen(&listener, families[i])) {
            continue;
        }
        assert_int_equal(
            mp_plat_accept(&listener, &link, &from, MP_PLAT_AT_ONCE),
            MP_ETIMEDOUT);
        int64_t deadline = link_soon(30);
        assert_int_equal(mp_plat_accept(&listener, &link, &from, deadline),
                         MP_ETIMEDOUT);
        assert_true(mp_plat_now() >= deadline);
        connect_both(&listener, ends, &from);
        link_close_both(ends);
        mp_plat_listener_close(&listener);
    }
}

static void named_place(mp_plat_place_t *place, mp_plat_family_t family,
                        const char *name, uint16_t port)
{
    *place = (mp_plat_place_t){.family = family, .port = port};
    place->size = strlen(name);
    memcpy(place->name, name, place->size);
}

static void what_is_no_place_is_refused(void)
{
    mp_plat_listener_t listener;
    mp_plat_link_t link;
    mp_plat_place_t place = {.family = MP_PLAT_FAMILY_NONE};

    assert_int_equal(mp_plat_listen(&listener, &place, 1), MP_EINVAL);
    assert_int_equal(mp_plat_connect(&link, &place, link_guard()), MP_EINVAL);
    if (mp_plat_family_here(MP_PLAT_FAMILY_UNIX)) {
        place.family = MP_PLAT_FAMILY_UNIX; // without a name
        assert_int_equal(mp_plat_connect(&link, &place, link_guard()),
                         MP_EINVAL);
        named_place(&place, MP_PLAT_FAMILY_UNIX, "/no/such/folder/socket", 0);
        assert_int_equal(mp_plat_listen(&listener, &place, 1), MP_ENOENT);
        assert_int_equal(mp_plat_connect(&link, &place, link_guard()),
                         MP_ENOENT);
    }
}

static void hosts_are_found_or_not(void)
{
    mp_plat_listener_t listener;
    mp_plat_link_t link;
    mp_plat_place_t place;
    char name[301];

    if (!mp_plat_family_here(MP_PLAT_FAMILY_INET)) {
        return;
    }
    memset(name, 'a', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    named_place(&place, MP_PLAT_FAMILY_INET, name, 1);
    assert_int_equal(mp_plat_connect(&link, &place, link_guard()), MP_ENOENT);
    assert_int_equal(mp_plat_listen(&listener, &place, 1), MP_ENOENT);
    named_place(&place, MP_PLAT_FAMILY_INET, "192.0.2.1", 0); // nobody's
    assert_int_equal(mp_plat_listen(&listener, &place, 1), MP_ENOENT);
    named_place(&place, MP_PLAT_FAMILY_INET, "127.0.0.1", 0);
    assert_int_equal(mp_plat_connect(&link, &place, link_guard()), MP_EINVAL);
    named_place(&place, MP_PLAT_FAMILY_INET, "localhost", 0);
    assert_int_equal(mp_plat_listen(&listener, &place, 1), 0);
    assert_string_equal(listener.place.name, "127.0.0.1");
    named_place(&place, MP_PLAT_FAMILY_INET, "localhost", listener.place.port);
    assert_int_equal(mp_plat_connect(&link, &place, link_guard()), 0);
    mp_plat_link_close(&link);
    mp_plat_listener_close(&listener);
}

// ---- several who accept ----

static mp_plat_listener_t shared_listener;
static mp_word_t accepted;
static mp_word_t failures;

static void accept_some(void)
{
    while (atomic_load(&accepted) < CONNECTIONS) {
        mp_plat_link_t link;
        mp_plat_place_t from;
        unsigned char byte = 0;
        int r = mp_plat_accept(&shared_listener, &link, &from, link_soon(20));
        if (r == 0) {
            bool good = link_take(&link, &byte, 1) == 0 &&
                        link_put(&link, &byte, 1) == 0;
            (void) atomic_fetch_add(good ? &accepted : &failures, 1);
            mp_plat_link_close(&link);
        } else if (r != MP_ETIMEDOUT) {
            (void) atomic_fetch_add(&failures, 1);
            return;
        }
    }
}

static void connect_some(int number)
{
    for (int i = number; i < CONNECTIONS; i += ACCEPTORS) {
        mp_plat_link_t link;
        unsigned char byte = (unsigned char) i;
        bool good =
            mp_plat_connect(&link, &shared_listener.place, link_guard()) == 0 &&
            link_put(&link, &byte, 1) == 0 && link_take(&link, &byte, 1) == 0 &&
            byte == i;
        if (!good) {
            (void) atomic_fetch_add(&failures, 1);
        }
        mp_plat_link_close(&link);
    }
}

static void accept_or_connect(int number)
{
    if (number < ACCEPTORS) {
        accept_some();
    } else {
        connect_some(number - ACCEPTORS);
    }
}

static void each_connection_is_accepted_once(void)
{
    for (size_t i = 0; i < FAMILIES; i++) {
        if (can_listen(&shared_listener, families[i])) {
            atomic_store(&accepted, 0);
            atomic_store(&failures, 0);
            test_run_threads(2 * ACCEPTORS, accept_or_connect);
            assert_int_equal(atomic_load(&failures), 0);
            assert_int_equal(atomic_load(&accepted), CONNECTIONS);
            mp_plat_listener_close(&shared_listener);
        }
    }
}

// ---- a process that is killed ----

enum { SEND_BIG, LISTEN_FOR_EVER };

static int connect_peer(const mp_plat_memory_t *of, mp_plat_link_t *link)
{
    struct data *data = peer_data(of);

    int r = mp_plat_connect(link, &data->place, link_guard());
    atomic_store(&data->connected, 1);
    return r;
}

static int send_big(const mp_plat_memory_t *of, int number)
{
    mp_plat_link_t link;
    unsigned char *bytes = link_bytes(BIG);

    (void) number;
    bool failed =
        connect_peer(of, &link) < 0 || link_put(&link, bytes, BIG) < 0;
    free(bytes);
    return failed ? 1 : 0;
}

static int hold_link(const mp_plat_memory_t *of, int number)
{
    mp_plat_link_t link;

    (void) number;
    if (connect_peer(of, &link) < 0) {
        return 1;
    }
    (void) mp_plat_link_wait(&link, MP_PLAT_AT_ONCE);
    mp_plat_wait_any(NULL, 0, link_guard());
    return 2;
}

const peer_role_fn peer_roles[] = {
    [SEND_BIG] = send_big, [LISTEN_FOR_EVER] = hold_link};

static mp_plat_memory_t memory;
static peer_t peer;
static mp_plat_link_t to_peer;

static void start_connected_peer(int role)
{
    mp_plat_listener_t listener;
    mp_plat_place_t from;

    any_local_family(&listener);
    peer_memory(&memory, (size_t) 1024 * 1024);
    struct data *data = peer_data(&memory);
    data->place = listener.place;
    atomic_store(&data->connected, 0);
    peer_start(&peer, PEER_FRESH, &memory, role, 0);
    assert_int_equal(mp_plat_accept(&listener, &to_peer, &from, link_guard()),
                     0);
    mp_plat_listener_close(&listener);
}

static void end_with_peer(void)
{
    (void) peer_wait(&peer);
    mp_plat_link_close(&to_peer);
    mp_plat_memory_close(&memory);
}

static void a_sender_that_is_killed_leaves_what_it_sent(void)
{
    unsigned char *taken = calloc(1, BIG);
    size_t first = 0;
    size_t rest = 0;

    start_connected_peer(SEND_BIG);
    if (to_peer.kind == MP_PLAT_LINK_STREAM) {
        assert_int_equal(
            mp_plat_link_receive(&to_peer, taken, 100000, &first, link_guard()),
            0);
    }
    peer_kill(&peer);
    peer_await_end(&peer);
    if (to_peer.kind == MP_PLAT_LINK_STREAM) {
        assert_int_equal(mp_plat_link_receive(&to_peer, taken + first,
                                              BIG - first, &rest, link_guard()),
                         MP_EEOF);
        assert_in_range(first + rest, 100000, BIG - 1);
        assert_true(link_are_bytes(taken, first + rest, 0));
        assert_true(taken[first + rest] == 0);
    }
    end_with_peer();
    free(taken);
}

static int sending_code;
static size_t sending_sent;

static void send_or_kill(int number)
{
    if (number == 0) {
        unsigned char *bytes = link_bytes(BIG);
        mp_plat_piece_t piece = {bytes, BIG};
        sending_code =
            mp_plat_link_send(&to_peer, &piece, 1, &sending_sent, link_guard());
        free(bytes);
    } else {
        struct data *data = peer_data(&memory);
        (void) peer_await_word(&data->connected, 1);
        (void) mp_plat_wait_any(NULL, 0, link_soon(20)); // more likely blocked
        peer_kill(&peer);
    }
}

static void a_receiver_that_is_killed_ends_the_sending(void)
{
    start_connected_peer(LISTEN_FOR_EVER);
    test_run_threads(2, send_or_kill);
    assert_int_equal(sending_code, MP_EEOF);
    assert_in_range(sending_sent, 0, BIG - 1);
    end_with_peer();
}

// ---- handles ----

static void handles_arrive_as_copies(void)
{
    mp_plat_link_t way[2];
    mp_plat_link_t ends[2];
    mp_plat_link_t copy;
    intptr_t given[3];
    intptr_t taken[3];

    for (int duplex = 0; duplex < 2; duplex++) {
        assert_int_equal(mp_plat_link_pair(way, duplex == 1), 0);
        assert_int_equal(mp_plat_link_pair(ends, true), 0);
        given[0] = given[1] = given[2] = ends[1].handle;
        assert_int_equal(
            mp_plat_link_send_handles(&way[1], given, 3, link_guard()), 0);
        assert_int_equal(
            mp_plat_link_receive_handles(&way[0], taken, 3, link_guard()), 0);
        for (int i = 0; i < 3; i++) {
            assert_int_equal(mp_plat_link_adopt(&copy, taken[i]), 0);
            assert_true(copy.handle != ends[1].handle);
            link_carries(&ends[0], &copy, 500);
            link_carries(&copy, &ends[0], 500);
            mp_plat_link_close(&copy);
        }
        link_close_both(ends);
        link_close_both(way);
    }
}

static void handles_that_were_not_asked_for_are_closed(void)
{
    mp_plat_link_t ends[2];
    intptr_t given[2];
    intptr_t taken[3];

    assert_int_equal(mp_plat_link_pair(ends, true), 0);
    given[0] = given[1] = ends[1].handle;
    for (size_t wrong = 1; wrong <= 3; wrong += 2) {
        assert_int_equal(
            mp_plat_link_send_handles(&ends[0], given, 2, link_guard()), 0);
        assert_int_equal(
            mp_plat_link_receive_handles(&ends[1], taken, wrong, link_guard()),
            MP_EPROTO);
    }
    assert_int_equal(link_put(&ends[0], "\1", 1), 0); // a number, and no handle
    assert_int_equal(
        mp_plat_link_receive_handles(&ends[1], taken, 1, link_guard()),
        MP_EPROTO);
    assert_int_equal(
        mp_plat_link_receive_handles(&ends[1], taken, 1, MP_PLAT_AT_ONCE),
        MP_ETIMEDOUT);
    assert_int_equal(
        mp_plat_link_send_handles(&ends[0], given, 0, link_guard()), MP_EINVAL);
    given[0] = MP_PLAT_NONE;
    assert_int_equal(
        mp_plat_link_send_handles(&ends[0], given, 1, link_guard()), MP_EINVAL);
    mp_plat_link_close(&ends[0]);
    assert_int_equal(
        mp_plat_link_receive_handles(&ends[1], taken, 1, link_guard()),
        MP_EEOF);
    mp_plat_link_close(&ends[1]);
}

// ---- waiting for any ----

static void waiting_for_any_marks_all_that_are_ready(void)
{
    mp_plat_source_t sources[MANY + 1];
    mp_plat_link_t(*pairs)[2] = calloc(MANY, sizeof(*pairs));
    mp_plat_listener_t listener;
    mp_plat_link_t link;

    any_local_family(&listener);
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(mp_plat_link_pair(pairs[i], true), 0);
        sources[i] = (mp_plat_source_t){.kind = MP_PLAT_SOURCE_LINK,
                                        .of.link = &pairs[i][0]};
    }
    sources[MANY] = (mp_plat_source_t){.kind = MP_PLAT_SOURCE_LISTENER,
                                       .of.listener = &listener};
    assert_int_equal(mp_plat_wait_any(sources, MANY + 1, MP_PLAT_AT_ONCE), 0);
    int64_t deadline = link_soon(30);
    assert_int_equal(mp_plat_wait_any(sources, MANY + 1, deadline), 0);
    assert_true(mp_plat_now() >= deadline);
    assert_int_equal(link_put(&pairs[MANY - 1][1], "a", 1), 0);
    assert_int_equal(mp_plat_wait_any(sources, MANY + 1, link_guard()), 1);
    mp_plat_link_close(&pairs[3][1]);
    assert_int_equal(mp_plat_connect(&link, &listener.place, link_guard()), 0);
    assert_int_equal(mp_plat_wait_any(sources, MANY + 1, link_guard()), 3);
    for (int i = 0; i <= MANY; i++) {
        assert_true(sources[i].ready == (i == 3 || i >= MANY - 1));
    }
    mp_plat_link_close(&link);
    mp_plat_listener_close(&listener);
    for (int i = 0; i < MANY; i++) {
        link_close_both(pairs[i]);
    }
    free(pairs);
}

static void waiting_for_none_sleeps(void)
{
    mp_plat_source_t source = {.kind = MP_PLAT_SOURCE_HANDLE,
                               .of.handle = MP_PLAT_NONE};
    int64_t deadline = link_soon(30);

    assert_int_equal(mp_plat_wait_any(NULL, 0, deadline), 0);
    assert_true(mp_plat_now() >= deadline);
    assert_int_equal(mp_plat_wait_any(&source, 1, link_guard()), MP_EINVAL);
}

static const struct test tests[] = {
    {"each family connects", each_family_connects, TEST_ONCE},
    {"the peer of a connection is told where it is local",
     the_peer_of_a_connection_is_told_where_it_is_local, TEST_ONCE},
    {"a place is for one", a_place_is_for_one, TEST_ONCE},
    {"nobody is where nobody listens", nobody_is_where_nobody_listens,
     TEST_ONCE},
    {"accepting keeps its deadline", accepting_keeps_its_deadline, TEST_ONCE},
    {"what is no place is refused", what_is_no_place_is_refused, TEST_ONCE},
    {"hosts are found or not", hosts_are_found_or_not, TEST_ONCE},
    {"each connection is accepted once", each_connection_is_accepted_once,
     TEST_ONCE},
    {"a sender that is killed leaves what it sent",
     a_sender_that_is_killed_leaves_what_it_sent, TEST_ONCE},
    {"a receiver that is killed ends the sending",
     a_receiver_that_is_killed_ends_the_sending, TEST_ONCE},
    {"handles arrive as copies", handles_arrive_as_copies, TEST_ONCE},
    {"handles that were not asked for are closed",
     handles_that_were_not_asked_for_are_closed, TEST_ONCE},
    {"waiting for any marks all that are ready",
     waiting_for_any_marks_all_that_are_ready, TEST_ONCE},
    {"waiting for none sleeps", waiting_for_none_sleeps, TEST_ONCE},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    peer_main(argc, argv);
    return test_run("places", tests, sizeof(tests) / sizeof(tests[0]));
}
