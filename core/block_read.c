// SPDX-License-Identifier: Apache-2.0
#include "core/block.h"

#include <stdlib.h>
#include <string.h>

#include <multiprocessing/process.h>
#include <multiprocessing/version.h>

#include "core/arguments.h"
#include "core/block_format.h"
#include "core/bytes.h"
#include "core/object.h"
#include "core/port.h"
#include "platform/fail.h"
#include "platform/platform.h"

static int malformed(const char *what)
{
    return mp__fail(MP_EPROTO, 0, "malformed start block: %s", what);
}

int mp__block_size(const unsigned char header[MP__BLOCK_HEADER_SIZE],
                   size_t *size)
{
    uint64_t body_size = mp__get64(header + 16);

    if (mp__get64(header) != MP__BLOCK_MAGIC) {
        return malformed("magic");
    }
    if (mp__get32(header + 8) != MP__BLOCK_FORMAT) {
        return mp__fail(MP_EVERSION, 0,
                        "the parent (library %#x) speaks format %u of the "
                        "start block, this child (library %#x) format %u",
                        (unsigned) mp__get32(header + 12),
                        (unsigned) mp__get32(header + 8), (unsigned) MP_VERSION,
                        (unsigned) MP__BLOCK_FORMAT);
    }
    if (body_size > MP__BLOCK_MOST) {
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
    if (*left < MP__BLOCK_FIELD_SIZE) {
        return malformed("it ends inside a field");
    }
    uint64_t size = mp__get64(*bytes + 4);
    if (size > *left - MP__BLOCK_FIELD_SIZE) {
        return malformed("a field is longer than the block");
    }
    field->tag = mp__get32(*bytes);
    field->bytes = *bytes + MP__BLOCK_FIELD_SIZE;
    field->size = (size_t) size;
    *bytes = field->bytes + field->size;
    *left -= MP__BLOCK_FIELD_SIZE + field->size;
    return 0;
}

static int read_text(mp__block_t *block, const field_t *field)
{
    const char **const places[MP__TAG_TEXTS_END] = {
        [MP__TAG_TARGET] = &block->target,
        [MP__TAG_MODULE] = &block->module,
        [MP__TAG_NAME] = &block->name,
        [MP__TAG_IDENTITY] = &block->identity,
        [MP__TAG_PARENT_NAME] = &block->parent_name,
        [MP__TAG_METHOD] = &block->method};

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

static int read_large(const field_t *field, uint64_t *number)
{
    if (field->size != 8) {
        return malformed("a number of another size");
    }
    *number = mp__get64(field->bytes);
    return 0;
}

static int read_handles(mp__block_t *block, const field_t *field)
{
    if (field->size % 8 != 0 || field->size > (MP_HANDLES_MOST + 1) * 8) {
        return malformed("too many handles");
    }
    block->handles = field->bytes;
    block->handle_count = field->size / 8;
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
    if (type == MP_ARG_ANY) {
        arg->value.data = value;
        return 0;
    }
    if (type == MP_ARG_PORT) {
        arg->value.data = value;
        return size <= MP__PORT_RECORD_MOST
                   ? 0
                   : malformed("a description of another size");
    }
    if (type == MP_ARG_OBJECT) {
        arg->value.data = value;
        return size == sizeof(mp__reference_t)
                   ? 0
                   : malformed("a reference of another size");
    }
    if (size != 8 || type < MP_ARG_INT ||
        (type > MP_ARG_FLOAT && type != MP_ARG_NONE)) {
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
    uint64_t large = 0;
    uint32_t number = 0;
    int r = 0;

    if (field->tag > 0 && field->tag < MP__TAG_TEXTS_END) {
        return read_text(block, field);
    }
    switch (field->tag) {
    case MP__TAG_DAEMON:
        r = read_small(field, &number);
        block->daemon = number != 0;
        return r;
    case MP__TAG_DETACHED:
        r = read_small(field, &number);
        block->detached = number != 0;
        return r;
    case MP__TAG_SESSION:
        r = read_small(field, &number);
        block->session = number != 0;
        return r;
    case MP__TAG_DEPTH:
        return read_small(field, &block->depth);
    case MP__TAG_AUTHKEY:
        block->authkey = field->bytes;
        block->authkey_size = field->size;
        return 0;
    case MP__TAG_LOG_LEVEL:
        return read_small(field, &block->log_level);
    case MP__TAG_LOG_TO_STDERR:
        r = read_small(field, &number);
        block->log_to_stderr = number != 0;
        return r;
    case MP__TAG_INTERRUPTS:
        r = read_small(field, &number);
        block->interrupts = number == 0 ? MP_NO : (int) (number == 2);
        return r;
    case MP__TAG_BUILD_ID:
        block->build_id = field->bytes;
        return field->size == MP_PLAT_BUILD_SIZE
                   ? 0
                   : malformed("a build id of another size");
    case MP__TAG_EXIT_TIMEOUT:
        r = read_large(field, &large);
        block->exit_timeout_ms = (int64_t) large;
        return r;
    case MP__TAG_FAMILY:
        return read_large(field, &block->family);
    case MP__TAG_MEMORY:
        return read_large(field, &block->memory_size);
    case MP__TAG_HANDLES:
        return read_handles(block, field);
    case MP__TAG_ARGUMENT:
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
        *arguments += field.tag == MP__TAG_ARGUMENT;
    }
    return 0;
}

static int read_arguments(const unsigned char *bytes, size_t left,
                          mp_arg_t *items)
{
    field_t field = {0, NULL, 0};

    while (left > 0) {
        int r = next_field(&bytes, &left, &field);
        if (r == 0 && field.tag == MP__TAG_ARGUMENT) {
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
           block->authkey != NULL && block->depth > 0 &&
           (block->memory_size == 0 || block->handle_count > 0);
}

int mp__block_read(const unsigned char *bytes, size_t size, mp__block_t *block)
{
    size_t count = 0;

    memset(block, 0, sizeof(*block));
    block->exit_timeout_ms = MP_FOREVER;
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
