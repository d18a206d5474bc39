// SPDX-License-Identifier: Apache-2.0
// Reading a pickle: one operation after the other, until it stops. Only the
// memory of values that are there is asked for, and nothing calls itself.
#include "core/pickle_reader.h"

#include "core/options.h"

#define PROTOCOL_LEAST 3
#define PROTOCOL_MOST 5

// ---- operations without a value ----

static int read_proto(mp__reader_t *reader, unsigned char code)
{
    (void) code;
    const unsigned char *version = mp__reader_take(reader, 1);
    if (version == NULL) {
        return mp__reader_damaged(reader, "it ends behind its first byte");
    }
    if (*version < PROTOCOL_LEAST || *version > PROTOCOL_MOST) {
        return mp__fail(MP_ENOTSUP, 0, "a pickle of protocol %d, not %d to %d",
                        *version, PROTOCOL_LEAST, PROTOCOL_MOST);
    }
    return 0;
}

static int read_frame(mp__reader_t *reader, unsigned char code)
{
    (void) code;
    const unsigned char *head = mp__reader_take(reader, 8);
    if (head == NULL ||
        mp__little(head, 8) > (uint64_t) (reader->end - reader->at)) {
        return mp__reader_damaged(reader, "it ends in the middle of a frame");
    }
    return 0;
}

static int read_mark(mp__reader_t *reader, unsigned char code)
{
    (void) code;
    return mp__reader_mark(reader);
}

static int read_stop(mp__reader_t *reader, unsigned char code)
{
    (void) code;
    reader->stopped = true;
    return reader->mark_count == 0 && reader->stack.count == 1
               ? 0
               : mp__reader_damaged(reader, "it does not end with one value");
}

static int read_pop(mp__reader_t *reader, unsigned char code)
{
    size_t first = reader->stack.count;
    int r = 0;

    // POP takes a mark, too, if nothing lies above it.
    if (code == MP__OP_POP_MARK || first == reader->base) {
        r = mp__reader_unmark(reader, &first);
    } else {
        first--;
    }
    if (r == 0) {
        mp__reader_drop(reader, first);
    }
    return r;
}

// ---- values without bytes ----

static int read_simple(mp__reader_t *reader, unsigned char code)
{
    switch (code) {
    case MP__OP_NONE:
        return mp__reader_push(reader, mp__any_new_none());
    case MP__OP_EMPTY_TUPLE:
        return mp__reader_push(reader, mp__any_new_tuple(0));
    case MP__OP_EMPTY_LIST:
        return mp__reader_push(reader,
                               mp__any_slab_group(&reader->slabs, MP_ANY_LIST,
                                                  sizeof(mp__any_list_t)));
    case MP__OP_EMPTY_DICT:
        return mp__reader_push(reader,
                               mp__any_slab_group(&reader->slabs, MP_ANY_DICT,
                                                  sizeof(mp__any_table_t)));
    case MP__OP_EMPTY_SET:
        return mp__reader_push(reader,
                               mp__any_slab_group(&reader->slabs, MP_ANY_SET,
                                                  sizeof(mp__any_table_t)));
    default:
        return mp__reader_push(reader,
                               mp__any_new_bool(code == MP__OP_NEWTRUE));
    }
}

// ---- the memo ----

// A value may be changed from here on while another one contains it already.
static int push_again(mp__reader_t *reader, mp_any_t *value)
{
    if (mp__any_is_group(value) && !mp__any_is_flagged(value, MP__ANY_GOTTEN)) {
        mp__any_flag(value, MP__ANY_GOTTEN);
    }
    return mp__reader_push(reader, mp__any_ref_own(value));
}

static int read_dup(mp__reader_t *reader, unsigned char code)
{
    (void) code;
    return reader->stack.count > reader->base
               ? push_again(reader,
                            reader->stack.items[reader->stack.count - 1])
               : mp__reader_damaged(reader, "there is no value to double");
}

// Who numbers values himself counts up, so that no number is larger than the
// place where it stands.
static int remember(mp__reader_t *reader, size_t index)
{
    mp__row_t *memo = &reader->memo;
    int r = 0;

    if (reader->stack.count == reader->base ||
        index > (size_t) (reader->at - reader->start)) {
        return mp__reader_damaged(reader, "there is no value to remember");
    }
    if (index >= reader->limits.max_memo) {
        return mp__fail(MP_EMSGSIZE, 0,
                        "the pickle remembers more than %zu "
                        "values",
                        reader->limits.max_memo);
    }
    while (r == 0 && index >= memo->room) {
        r = mp__row_grow(memo);
    }
    if (r < 0) {
        return r;
    }
    while (memo->count <= index) {
        memo->items[memo->count++] = NULL;
    }
    mp__reader_throw(reader, memo->items[index]);
    memo->items[index] =
        mp__any_ref_own(reader->stack.items[reader->stack.count - 1]);
    return 0;
}

int mp__read_memoize(mp__reader_t *reader, unsigned char code)
{
    (void) code;
    return mp__reader_memoize(reader) ? 0
                                      : remember(reader, reader->memo.count);
}

static int read_put(mp__reader_t *reader, unsigned char code)
{
    size_t width = code == MP__OP_BINPUT ? 1 : 4;

    const unsigned char *index = mp__reader_take(reader, width);
    return index == NULL
               ? mp__reader_damaged(reader, "it ends in the middle of a number")
               : remember(reader, (size_t) mp__little(index, width));
}

static int read_get(mp__reader_t *reader, unsigned char code)
{
    size_t width = code == MP__OP_BINGET ? 1 : 4;
    const unsigned char *head = mp__reader_take(reader, width);
    uint64_t index = head == NULL ? UINT64_MAX : mp__little(head, width);

    if (index >= reader->memo.count || reader->memo.items[index] == NULL) {
        return mp__reader_damaged(reader, "there is no such value to repeat");
    }
    return push_again(reader, reader->memo.items[index]);
}

// ---- all operations ----

static int refuse(mp__reader_t *reader, unsigned char code)
{
    (void) reader;
    return mp__fail(MP_ENOTSUP, 0,
                    "the pickle has the operation 0x%02x, of protocol 0 to 2, "
                    "or of what lies outside of the pickle",
                    code);
}

static int read_unknown(mp__reader_t *reader, unsigned char code)
{
    (void) code;
    return mp__reader_damaged(reader, "there is no such operation");
}

static mp__operation_t *const operations[256] = {
    [MP__OP_PROTO] = read_proto,
    [MP__OP_FRAME] = read_frame,
    [MP__OP_MARK] = read_mark,
    [MP__OP_STOP] = read_stop,
    [MP__OP_POP] = read_pop,
    [MP__OP_POP_MARK] = read_pop,
    [MP__OP_DUP] = read_dup,
    [MP__OP_NONE] = read_simple,
    [MP__OP_NEWTRUE] = read_simple,
    [MP__OP_NEWFALSE] = read_simple,
    [MP__OP_EMPTY_TUPLE] = read_simple,
    [MP__OP_EMPTY_LIST] = read_simple,
    [MP__OP_EMPTY_DICT] = read_simple,
    [MP__OP_EMPTY_SET] = read_simple,
    [MP__OP_BININT] = mp__read_four,
    [MP__OP_BININT1] = mp__read_byte,
    [MP__OP_BININT2] = mp__read_two,
    [MP__OP_LONG1] = mp__read_long,
    [MP__OP_LONG4] = mp__read_long,
    [MP__OP_BINFLOAT] = mp__read_float,
    [MP__OP_SHORT_BINUNICODE] = mp__read_text,
    [MP__OP_BINUNICODE] = mp__read_data,
    [MP__OP_BINUNICODE8] = mp__read_data,
    [MP__OP_SHORT_BINBYTES] = mp__read_data,
    [MP__OP_BINBYTES] = mp__read_data,
    [MP__OP_BINBYTES8] = mp__read_data,
    [MP__OP_BYTEARRAY8] = mp__read_data,
    [MP__OP_TUPLE1] = mp__read_tuple,
    [MP__OP_TUPLE2] = mp__read_tuple,
    [MP__OP_TUPLE3] = mp__read_tuple,
    [MP__OP_TUPLE] = mp__read_tuple,
    [MP__OP_APPEND] = mp__read_append,
    [MP__OP_APPENDS] = mp__read_append,
    [MP__OP_ADDITEMS] = mp__read_append,
    [MP__OP_SETITEM] = mp__read_setitem,
    [MP__OP_SETITEMS] = mp__read_setitem,
    [MP__OP_FROZENSET] = mp__read_frozenset,
    [MP__OP_GLOBAL] = mp__read_global,
    [MP__OP_STACK_GLOBAL] = mp__read_global,
    [MP__OP_REDUCE] = mp__read_object,
    [MP__OP_NEWOBJ] = mp__read_object,
    [MP__OP_NEWOBJ_EX] = mp__read_object,
    [MP__OP_BUILD] = mp__read_build,
    [MP__OP_MEMOIZE] = mp__read_memoize,
    [MP__OP_BINPUT] = read_put,
    [MP__OP_LONG_BINPUT] = read_put,
    [MP__OP_BINGET] = read_get,
    [MP__OP_LONG_BINGET] = read_get,
    [MP__OP_PERSID] = refuse,
    [MP__OP_BINPERSID] = refuse,
    [MP__OP_EXT1] = refuse,
    [MP__OP_EXT2] = refuse,
    [MP__OP_EXT4] = refuse,
    [MP__OP_INST] = refuse,
    [MP__OP_OBJ] = refuse,
    [MP__OP_NEXT_BUFFER] = refuse,
    [MP__OP_READONLY_BUFFER] = refuse,
    [MP__OP_FLOAT] = refuse,
    [MP__OP_INT] = refuse,
    [MP__OP_LONG] = refuse,
    [MP__OP_STRING] = refuse,
    [MP__OP_BINSTRING] = refuse,
    [MP__OP_SHORT_BINSTRING] = refuse,
    [MP__OP_UNICODE] = refuse,
    [MP__OP_LIST] = refuse,
    [MP__OP_DICT] = refuse,
    [MP__OP_GET] = refuse,
    [MP__OP_PUT] = refuse,
};

static int run(mp__reader_t *reader)
{
    int r = 0;

    while (r == 0 && !reader->stopped) {
        if (reader->at == reader->end) {
            return mp__reader_damaged(reader, "it does not stop");
        }
        unsigned char code = *reader->at++;
        mp__operation_t *operation = operations[code];
        r = (operation == NULL ? read_unknown : operation)(reader, code);
    }
    return r;
}

// ---- all of it ----

static int check_input(const mp__reader_t *reader)
{
    size_t size = (size_t) (reader->end - reader->start);

    if (size > reader->limits.max_bytes) {
        return mp__fail(MP_EMSGSIZE, 0, "a pickle of %zu bytes, more than %zu",
                        size, reader->limits.max_bytes);
    }
    if (size == 0) {
        return mp__fail(MP_EPROTO, 0, "a pickle of no bytes");
    }
    return reader->start[0] == MP__OP_PROTO
               ? 0
               : mp__fail(MP_ENOTSUP, 0,
                          "no pickle of protocol %d or later begins so",
                          PROTOCOL_LEAST - 1);
}

#define ROOM 64 // of what is on the stack of the thread
#define MARKS 16
#define ODD 1

int mp__pickle_read(mp_any_t **out, const void *bytes, size_t size,
                    const mp_pickle_options_t *options, bool family)
{
    mp_any_t *stack[ROOM];
    mp_any_t *memo[ROOM];
    mp_any_t *odd[ODD];
    size_t marks[MARKS];
    mp__reader_t reader = {.start = bytes,
                           .at = bytes,
                           .end = (const unsigned char *) bytes + size,
                           .stack = {.items = stack, .room = ROOM},
                           .memo = {.items = memo, .room = ROOM},
                           .odd = {.items = odd, .room = ODD},
                           .marks = marks,
                           .mark_room = MARKS,
                           .limits = mp__pickle_limits(options),
                           .family = family};

    *out = NULL;
    reader.slabs.at = &reader.at;
    reader.slabs.end = reader.end;
    int r = check_input(&reader);
    if (r < 0) {
        return r;
    }
    r = mp__reader_finish(&reader, run(&reader));
    if (r == 0) {
        reader.stack.count = 0;
        *out = reader.stack.items[0];
    }
    mp__reader_end(&reader);
    return r;
}

int mp_loads_sized(mp_any_t **out, const void *bytes, size_t size,
                   const mp_pickle_options_t *options, size_t options_size)
{
    mp_pickle_options_t given;

    if (out == NULL) {
        return mp__any_no_place();
    }
    *out = NULL;
    if (bytes == NULL) {
        return mp__fail(MP_EINVAL, 0, "a pickle at NULL");
    }
    int r = mp__options_copy(&given, sizeof(given), options, options_size);
    return r < 0 ? r : mp__pickle_read(out, bytes, size, &given, false);
}
