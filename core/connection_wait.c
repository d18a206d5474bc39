// SPDX-License-Identifier: Apache-2.0
// Waiting for something to receive, on one connection and beside others. It
// takes no turn: who waits for another one to receive would not see that there
// is something.
#include "core/connection.h"
#include "core/start.h"
#include "core/watch.h"
#include "platform/fail.h"

static mp__passage_t receipt(mp_connection_t *connection, int64_t deadline)
{
    return (mp__passage_t){.connection = connection,
                           .lane =
                               &connection->route->lanes[1 - connection->side],
                           .deadline = deadline};
}

// What its handle does not tell: a message of which only the length is taken,
// and that none can be received any more.
static bool is_ready(const mp__passage_t *passage)
{
    return atomic_load(&passage->lane->next) != 0 ||
           atomic_load(&passage->lane->broken) != MP__WHOLE;
}

static int check(const mp_connection_t *connection)
{
    return connection->readable
               ? 0
               : mp__fail(MP_ESTATE, 0,
                          "this end of the connection only sends");
}

// ---- alone ----

static int poll(mp_connection_t *connection, int64_t timeout_ms)
{
    mp__passage_t passage = receipt(connection, mp__deadline(timeout_ms));
    int r = MP_ETIMEDOUT;

    while (r == MP_ETIMEDOUT) {
        if (mp__passage_torn(&passage) || is_ready(&passage)) {
            return 0;
        }
        r = mp_plat_link_wait(&connection->link, mp__passage_slice(&passage));
        if (r == MP_ETIMEDOUT) {
            int look = mp__passage_look(&passage, r);
            if (look < 0) {
                return look == MP_ETIMEDOUT
                           ? mp__fail(look, 0, "no message came")
                           : look;
            }
        }
    }
    return r;
}

int mp_connection_poll(mp_connection_t *connection, int64_t timeout_ms)
{
    if (connection == NULL) {
        return mp__fail(MP_EINVAL, 0, "the connection is NULL");
    }
    int r = check(connection);
    if (r == 0) {
        r = mp__port_use(&connection->port, "the connection");
    }
    if (r == 0) {
        r = poll(connection, timeout_ms);
        mp__port_leave(&connection->port);
    }
    return r;
}

// ---- beside others ----

static mp_connection_t *of_port(mp__port_t *port)
{
    return (mp_connection_t *) (void *) port;
}

static int check_port(const mp__port_t *port)
{
    return check((const mp_connection_t *) (const void *) port);
}

static int watch_port(mp__port_t *port, mp__watch_t *watch,
                      mp__watched_t *watched)
{
    mp_connection_t *connection = of_port(port);
    mp__passage_t passage = receipt(connection, MP_PLAT_NEVER);
    mp_plat_source_t source = {.kind = MP_PLAT_SOURCE_LINK,
                               .of.link = &connection->link};

    (void) watched;
    if (is_ready(&passage)) {
        return 1;
    }
    return mp__watch_add(watch, &source);
}

// Also looks whether the sender died inside of a message.
static bool after_port(mp__port_t *port, mp__watched_t *watched)
{
    mp__passage_t passage = receipt(of_port(port), MP_PLAT_NEVER);

    (void) watched;
    return mp__passage_torn(&passage) || is_ready(&passage);
}

const mp__port_watch_t mp__connection_watch = {"a connection", check_port,
                                               watch_port, after_port};
