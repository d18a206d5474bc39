// SPDX-License-Identifier: Apache-2.0
// libFuzzer: what a stranger sends over a connection, received by any of the
// calls. A model of a few lines says what each call must return, and what stays
// in the stream. The first byte of the input chooses what carries it and
// whether its other side is closed at the end; the second says how many calls
// follow, each a byte: what is called, and how much of the rest is sent before.
// Build and run with `sh ci/fuzz.sh [SECONDS]`.
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <multiprocessing.h>

#define FEW 16
#define MANY 3000 // for a value, and new memory
#define RECORD 27 // bytes of a message that describes an end
#define CHUNK 3
#define ALL 31

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef enum call {
    RECEIVE_FEW,
    RECEIVE_INTO,
    RECEIVE_NEW,
    RECEIVE_VALUE,
    RECEIVE_HANDLE,
    RECEIVE_END,
    POLL,
    CLOSE
} call_t;

typedef enum next {
    NOTHING,
    PART_OF_LENGTH,
    PART, // its length is known
    WHOLE,
    NO_MESSAGE
} next_t;

// The stream as the model sees it.
typedef struct stream {
    mp_connection_t *connection;
    int peer; // -1: closed
    bool pipe;
    bool broken;
    bool length_taken; // by itself, from a pipe
    const uint8_t *bytes;
    size_t size;
    size_t sent;
    size_t at; // the next message
    size_t header;
    uint64_t length;
} stream_t;

static void insist(bool truth)
{
    if (!truth) {
        abort();
    }
}

// ---- the model ----

static uint64_t big_end_first(const uint8_t *bytes, int count)
{
    uint64_t number = 0;

    for (int i = 0; i < count; i++) {
        number = number << 8 | bytes[i];
    }
    return number;
}

static next_t next_of(stream_t *stream)
{
    const uint8_t *from = stream->bytes + stream->at;
    size_t left = stream->sent - stream->at;

    if (left < 4) {
        return left == 0 ? NOTHING : PART_OF_LENGTH;
    }
    stream->header = 4;
    stream->length = big_end_first(from, 4);
    if (stream->length == UINT32_MAX) {
        if (left < 12) {
            return PART_OF_LENGTH;
        }
        stream->header = 12;
        stream->length = big_end_first(from + 4, 8);
        if (stream->length > SIZE_MAX / 2) {
            return NO_MESSAGE;
        }
    } else if (stream->length > INT32_MAX) {
        return NO_MESSAGE;
    }
    return left - stream->header < stream->length ? PART : WHOLE;
}

static int fails(stream_t *stream, int r)
{
    stream->broken = r == MP_EPROTO || r == MP_ETIMEDOUT;
    return r;
}

// What a call returns that takes messages up to this length; 1: the message,
// which is gone then.
static int expected(stream_t *stream, size_t most)
{
    bool open = stream->peer >= 0;

    if (stream->broken) {
        return MP_ESTATE;
    }
    next_t next = next_of(stream);
    switch (next) {
    case NOTHING:
        return open ? MP_ETIMEDOUT : MP_EEOF;
    case NO_MESSAGE:
        return fails(stream, MP_EPROTO);
    case PART_OF_LENGTH:
        return fails(stream, open ? MP_ETIMEDOUT : MP_EPROTO);
    default:
        break;
    }
    stream->length_taken = stream->pipe;
    if (stream->length > most) {
        return MP_EMSGSIZE;
    }
    if (next == PART) {
        return fails(stream, open ? MP_ETIMEDOUT : MP_EPROTO);
    }
    stream->length_taken = false;
    stream->at += stream->header + (size_t) stream->length;
    return 1;
}

static void expect_message(const stream_t *stream, int wanted, int r,
                           const void *bytes, size_t size)
{
    insist(r == (wanted == 1 ? 0 : wanted));
    if (wanted == 1) {
        insist(size == stream->length);
        insist(size == 0 ||
               memcmp(bytes, stream->bytes + stream->at - size, size) == 0);
    } else if (wanted == MP_EMSGSIZE) {
        insist(size == stream->length);
    }
}

// ---- the calls ----

static void receive_few(stream_t *stream, size_t offset)
{
    uint8_t *buffer = malloc(FEW); // its own memory: no step beyond its end
    size_t size = 0;

    int wanted = expected(stream, FEW - offset);
    int r = mp_connection_recv_bytes_into(stream->connection, buffer, FEW,
                                          offset, &size, 0);
    expect_message(stream, wanted, r, buffer + offset, size);
    free(buffer);
}

static void receive_new(stream_t *stream)
{
    void *bytes = NULL;
    size_t size = 0;

    int wanted = expected(stream, MANY);
    int r =
        mp_connection_recv_alloc(stream->connection, &bytes, &size, MANY, 0);
    insist((bytes != NULL) == (r == 0));
    expect_message(stream, wanted, r, bytes, size);
    mp_free(bytes);
}

// A whole message is gone, whether it is a value or not.
static void receive_value(stream_t *stream)
{
    mp_any_t *value = NULL;

    int wanted = expected(stream, MANY);
    int r = mp_connection_recv(stream->connection, &value, 0);
    insist(wanted == 1 ? r != MP_ETIMEDOUT && r != MP_ESTATE && r != MP_EEOF
                       : r == wanted);
    insist((value != NULL) == (r == 0));
    mp_any_destroy(value);
}

static void receive_handle(stream_t *stream)
{
    intptr_t handle = -1;
    int wanted = MP_EPROTO;

    if (stream->broken || stream->length_taken) {
        wanted = MP_ESTATE;
    } else if (stream->pipe) {
        wanted = MP_ENOTSUP;
    } else if (next_of(stream) == NOTHING) {
        wanted = stream->peer >= 0 ? MP_ETIMEDOUT : MP_EEOF;
    } else {
        stream->broken = true;
    }
    insist(mp_connection_recv_handle(stream->connection, &handle, 0) == wanted);
    insist(handle == -1);
}

// What describes an end is followed by no handle here.
static void receive_end(stream_t *stream)
{
    mp_connection_t *end = NULL;
    bool known = !stream->broken && next_of(stream) >= PART &&
                 next_of(stream) != NO_MESSAGE;
    bool other = known && stream->length != RECORD;
    size_t at = stream->at;
    int wanted = other ? MP_EPROTO : expected(stream, RECORD);

    stream->length_taken |= other && stream->pipe;
    int r = mp_connection_recv_connection(stream->connection, &end, 0);
    insist(wanted == 1 ? r < 0 : r == wanted);
    insist(end == NULL);
    stream->broken |= stream->at != at;
}

static void poll_it(stream_t *stream)
{
    bool ready =
        stream->broken || stream->peer < 0 || stream->sent > stream->at;

    insist(mp_connection_poll(stream->connection, 0) ==
           (ready ? 0 : MP_ETIMEDOUT));
}

// ---- one input ----

static bool open_stream(stream_t *stream)
{
    const mp_pickle_options_t limits = {.max_bytes = MANY, .max_depth = 100};
    int ends[2];

    if ((stream->pipe ? pipe(ends)
                      : socketpair(AF_UNIX, SOCK_STREAM, 0, ends)) < 0) {
        return false;
    }
    stream->peer = ends[1];
    insist(mp_connection_from_handle(&stream->connection, ends[0], true,
                                     !stream->pipe) == 0);
    insist(mp_connection_set_limits(stream->connection, &limits) == 0);
    return true;
}

static void close_peer(stream_t *stream)
{
    if (stream->peer >= 0) {
        (void) close(stream->peer);
    }
    stream->peer = -1;
}

static void send_more(stream_t *stream, size_t most)
{
    size_t left = stream->size - stream->sent;
    size_t now = left < most ? left : most;

    if (now > 0 && stream->peer >= 0) {
        insist(write(stream->peer, stream->bytes + stream->sent, now) ==
               (ssize_t) now);
        stream->sent += now;
    }
}

static void call(stream_t *stream, call_t which)
{
    switch (which) {
    case RECEIVE_FEW:
        receive_few(stream, 0);
        break;
    case RECEIVE_INTO:
        receive_few(stream, 3);
        break;
    case RECEIVE_NEW:
        receive_new(stream);
        break;
    case RECEIVE_VALUE:
        receive_value(stream);
        break;
    case RECEIVE_HANDLE:
        receive_handle(stream);
        break;
    case RECEIVE_END:
        receive_end(stream);
        break;
    case POLL:
        poll_it(stream);
        break;
    case CLOSE:
        close_peer(stream);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2 || size - 2 < data[1] || size > 4096) {
        return -1;
    }
    stream_t stream = {.pipe = (data[0] & 1) != 0,
                       .bytes = data + 2 + data[1],
                       .size = size - 2 - data[1]};
    if (!open_stream(&stream)) {
        return 0;
    }
    for (int i = 0; i < data[1]; i++) {
        uint8_t step = data[2 + i];
        send_more(&stream,
                  step >> 3 == ALL ? size : (size_t) (step >> 3) * CHUNK);
        call(&stream, (call_t) (step & 7));
    }
    send_more(&stream, size);
    if ((data[0] & 2) != 0) {
        close_peer(&stream);
    }
    while (!stream.broken && next_of(&stream) != NOTHING &&
           stream.length <= MANY) {
        receive_new(&stream);
    }
    mp_connection_destroy(stream.connection);
    close_peer(&stream);
    return 0;
}
