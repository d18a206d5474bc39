// SPDX-License-Identifier: Apache-2.0
#include "core/block.h"

#include <stdlib.h>
#include <string.h>

#include <multiprocessing/version.h>

#include "core/arguments.h"
#include "core/bytes.h"
#include "platform/fail.h"

// Header: magic (64 bits), format (32), version of the library (32), size of
// the rest (64). Then fields: tag (32), size (64), bytes. Texts carry their
// NUL. An argument's bytes are its type (32) and its value.
#define MAGIC UINT64_C(0x3152415453504d43)
#define FORMAT 1
#define FIELD_HEADER_SIZE 12
#define SIZE_MOST (UINT64_C(1) << 30)

enum tag {
    TAG_TARGET = 1,
    TAG_MODULE,
    TAG_NAME,
    TAG_IDENTITY,
    TAG_PARENT_NAME,
    TAG_METHOD,
    TAG_TEXTS_END, // the tags above are texts
    TAG_DAEMON,
    TAG_DEPTH,
    TAG_AUTHKEY,
    TAG_ARGUMENT
};

// ---- writing ---------------------------------------------------------------

// Measures while bytes is NULL, then writes.
typedef struct writer {
    unsigned char *bytes;
    uint64_t size;
} writer_t;

static void put(writer_t *writer, const void *bytes, size_t size)
{
    if (writer->bytes != NULL && size > 0) {
        memcpy(writer->bytes + writer->size, bytes, size);
    }
    writer->size += size;
}

static void put_number32(writer_t *writer, uint32_t number)
{
    unsigned char bytes[4];
    mp__put32(bytes, number);
    put(writer, bytes, sizeof(bytes));
}

static void put_number64(writer_t *writer, uint64_t number)
{
    unsigned char bytes[8];
    mp__put64(bytes, number);
    put(writer, bytes, sizeof(bytes));
}

static void put_field(writer_t *writer, uint32_t tag, size_t size)
{
    put_number32(writer, tag);
    put_number64(writer, size);
}

static void put_text(writer_t *writer, uint32_t tag, const char *text)
{
    size_t size = strlen(text) + 1;
    put_field(writer, tag, size);
    put(writer, text, size);
}

static void put_small(writer_t *writer, uint32_t tag, uint32_t number)
{
    put_field(writer, tag, 4);
    put_number32(writer, number);
}

static uint64_t bits_of(const mp_arg_t *arg)
{
    uint64_t bits = (uint64_t) arg->value.integer;
    if (arg->type == MP_ARG_FLOAT) {
        memcpy(&bits, &arg->value.number, sizeof(bits));
    }
    return bits;
}

static void put_argument(writer_t *writer, const mp_arg_t *arg)
{
    bool points = arg->type == MP_ARG_TEXT || arg->type == MP_ARG_BYTES;

    put_field(writer, TAG_ARGUMENT, 4 + (points ? arg->size : 8));
    put_number32(writer, (uint32_t) arg->type);
    if (points) {
        put(writer, arg->value.data, arg->size);
    } else {
        put_number64(writer, bits_of(arg));
    }
}

static void put_fields(writer_t *writer, const mp__block_t *block)
{
    put_text(writer, TAG_TARGET, block->target);
    put_text(writer, TAG_MODULE, block->module);
    put_text(writer, TAG_NAME, block->name);
    put_text(writer, TAG_IDENTITY, block->identity);
    put_text(writer, TAG_PARENT_NAME, block->parent_name);
    put_text(writer, TAG_METHOD, block->method);
    put_small(writer, TAG_DAEMON, block->daemon ? 1 : 0);
    put_small(writer, TAG_DEPTH, block->depth);
    put_field(writer, TAG_AUTHKEY, block->authkey_size);
    put(writer, block->authkey, block->authkey_size);
    for (size_t i = 0; i < block->args->count; i++) {
        put_argument(writer, &block->args->items[i]);
    }
}

int mp__block_write(const mp__block_t *block, unsigned char **bytes,
                    size_t *size)
{
    writer_t writer = {NULL, 0};

    put_fields(&writer, block);
    uint64_t body_size = writer.size;
    if (body_size > SIZE_MOST) {
        return mp__fail(MP_EMSGSIZE, 0,
                        "the arguments of a spawned process are above 1 GiB");
    }
    writer.bytes = malloc(MP__BLOCK_HEADER_SIZE + (size_t) body_size);
    if (writer.bytes == NULL) {
        return mp__fail(MP_ENOMEM, 0, "start block");
    }
    writer.size = 0;
    put_number64(&writer, MAGIC);
    put_number32(&writer, FORMAT);
    put_number32(&writer, MP_VERSION);
    put_number64(&writer, body_size);
    put_fields(&writer, block);
    *bytes = writer.bytes;
    *size = (size_t) writer.size;
    return 0;
}

// ---- reading ---------------------------------------------------------------

static int malformed(const char *what)
{
    return mp__fail(MP_EPROTO, 0, "malformed start block: %s", what);
}

int mp__block_size(const unsigned char header[MP__BLOCK_HEADER_SIZE],
                   size_t *size)
{
    uint64_t body_size = mp__get64(header + 16);

    if (mp__get64(header) != MAGIC) {
        return malformed("magic");
    }
    if (mp__get32(header + 8) != FORMAT) {
        return mp__fail(MP_EVERSION, 0,
                        "the parent (library %#x) speaks format %u of the "
                        "start block, this child (library %#x) format %u",
                        (unsigned) mp__get32(header + 12),
                        (unsigned) mp__get32(header + 8), (unsigned) MP_VERSION,
                        (unsigned) FORMAT);
    }
    if (body_size > SIZE_MOST) {
        return mp__fail(MP_EMSGSIZE, 0, "the start block is above 1 GiB");
    }
    *size = (size_t) body_size;
    return 0;
}

typedef struct field {
    uint32_t tag;
    const unsigned char *bytes;
    size_t size;
} field_t;

// Takes the next field off *bytes.
static int next_field(const unsigned char **bytes, size_t *left, field_t *field)
{
    if (*left < FIELD_HEADER_SIZE) {
        return malformed("it ends inside a field");
    }
    uint64_t size = mp__get64(*bytes + 4);
    if (size > *left - FIELD_HEADER_SIZE) {
        return malformed("a field is longer than the block");
    }
    field->tag = mp__get32(*bytes);
    field->bytes = *bytes + FIELD_HEADER_SIZE;
    field->size = (size_t) size;
    *bytes = field->bytes + field->size;
    *left -= FIELD_HEADER_SIZE + field->size;
    return 0;
}

static int read_text(mp__block_t *block, const field_t *field)
{
    const char **const places[TAG_TEXTS_END] = {
        [TAG_TARGET] = &block->target,
        [TAG_MODULE] = &block->module,
        [TAG_NAME] = &block->name,
        [TAG_IDENTITY] = &block->identity,
        [TAG_PARENT_NAME] = &block->parent_name,
        [TAG_METHOD] = &block->method};

    if (field->size == 0 || memchr(field->bytes, '\0', field->size) !=
                                field->bytes + field->size - 1) {
        return malformed("a text without its end");
    }
    *places[field->tag] = (const char *) field->bytes;
    return 0;
}

static int read_small(const field_t *field, uint32_t *number)
{
    if (field->size != 4) {
        return malformed("a number of another size");
    }
    *number = mp__get32(field->bytes);
    return 0;
}

static int read_argument(const field_t *field, mp_arg_t *arg)
{
    if (field->size < 4) {
        return malformed("an argument without a type");
    }
    const unsigned char *value = field->bytes + 4;
    size_t size = field->size - 4;
    uint32_t type = mp__get32(field->bytes);

    arg->type = (mp_arg_type_t) type;
    arg->size = size;
    if (type == MP_ARG_TEXT || type == MP_ARG_BYTES) {
        arg->value.data = value;
        return type == MP_ARG_TEXT && memchr(value, '\0', size) != NULL
                   ? malformed("a NUL inside a text")
                   : 0;
    }
    if (size != 8 || type < MP_ARG_INT || type > MP_ARG_FLOAT) {
        return malformed("an argument of another type");
    }
    uint64_t bits = mp__get64(value);
    arg->value.integer = (int64_t) bits;
    if (type == MP_ARG_FLOAT) {
        memcpy(&arg->value.number, &bits, sizeof(bits));
    }
    return 0;
}

static int read_field(mp__block_t *block, const field_t *field)
{
    uint32_t number = 0;
    int r = 0;

    if (field->tag > 0 && field->tag < TAG_TEXTS_END) {
        return read_text(block, field);
    }
    switch (field->tag) {
    case TAG_DAEMON:
        r = read_small(field, &number);
        block->daemon = number != 0;
        return r;
    case TAG_DEPTH:
        return read_small(field, &block->depth);
    case TAG_AUTHKEY:
        block->authkey = field->bytes;
        block->authkey_size = field->size;
        return 0;
    case TAG_ARGUMENT:
        return 0; // read when it is known how many there are
    default:
        return malformed("an unknown field");
    }
}

// The fields that are no arguments, and the number of arguments.
static int read_fields(const unsigned char *bytes, size_t left,
                       mp__block_t *block, size_t *arguments)
{
    field_t field = {0, NULL, 0};

    *arguments = 0;
    while (left > 0) {
        int r = next_field(&bytes, &left, &field);
        if (r == 0) {
            r = read_field(block, &field);
        }
        if (r < 0) {
            return r;
        }
        *arguments += field.tag == TAG_ARGUMENT;
    }
    return 0;
}

static int read_arguments(const unsigned char *bytes, size_t left,
                          mp_arg_t *items)
{
    field_t field = {0, NULL, 0};

    while (left > 0) {
        int r = next_field(&bytes, &left, &field);
        if (r == 0 && field.tag == TAG_ARGUMENT) {
            r = read_argument(&field, items++);
        }
        if (r < 0) {
            return r;
        }
    }
    return 0;
}

static bool is_complete(const mp__block_t *block)
{
    return block->target != NULL && block->module != NULL &&
           block->name != NULL && block->identity != NULL &&
           block->parent_name != NULL && block->method != NULL &&
           block->authkey != NULL && block->depth > 0;
}

int mp__block_read(const unsigned char *bytes, size_t size, mp__block_t *block)
{
    size_t count = 0;

    memset(block, 0, sizeof(*block));
    int r = read_fields(bytes, size, block, &count);
    if (r == 0 && !is_complete(block)) {
        r = malformed("a field is missing");
    }
    if (r < 0) {
        return r;
    }
    mp_arg_t *items = calloc(count + 1, sizeof(*items));
    if (items == NULL) {
        return mp__fail(MP_ENOMEM, 0, "%zu arguments", count);
    }
    r = read_arguments(bytes, size, items);
    if (r == 0) {
        const mp_args_t row = {count, items};
        mp_args_t *copy = NULL;
        r = mp__args_copy_sized(&copy, &row);
        block->args = copy;
    }
    free(items);
    return r;
}
