// SPDX-License-Identifier: Apache-2.0
#include "core/block.h"

#include <stdlib.h>
#include <string.h>

#include <multiprocessing/version.h>

#include "core/arguments.h"
#include "core/block_format.h"
#include "core/bytes.h"
#include "core/object.h"
#include "core/port.h"
#include "platform/fail.h"
#include "platform/platform.h"

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

static void put_large(writer_t *writer, uint32_t tag, uint64_t number)
{
    put_field(writer, tag, 8);
    put_number64(writer, number);
}

static uint64_t bits_of(const mp_arg_t *arg)
{
    uint64_t bits = (uint64_t) arg->value.integer;
    if (arg->type == MP_ARG_FLOAT) {
        memcpy(&bits, &arg->value.number, sizeof(bits));
    }
    return bits;
}

static void put_object(writer_t *writer, const mp__object_t *object)
{
    mp__reference_t reference = mp__object_reference(object);

    put_field(writer, MP__TAG_ARGUMENT, 4 + sizeof(reference));
    put_number32(writer, MP_ARG_OBJECT);
    put(writer, &reference, sizeof(reference));
}

static void put_port(writer_t *writer, const mp__port_t *port)
{
    unsigned char record[MP__PORT_RECORD_MOST];
    size_t size = mp__port_describe(port, record);

    put_field(writer, MP__TAG_ARGUMENT, 4 + size);
    put_number32(writer, MP_ARG_PORT);
    put(writer, record, size);
}

static void put_argument(writer_t *writer, const mp_arg_t *arg)
{
    bool points = arg->type == MP_ARG_TEXT || arg->type == MP_ARG_BYTES ||
                  arg->type == MP_ARG_ANY; // whose bytes are there by now

    if (arg->type == MP_ARG_OBJECT) {
        put_object(writer, arg->value.data);
        return;
    }
    if (arg->type == MP_ARG_PORT) {
        put_port(writer, arg->value.data);
        return;
    }
    put_field(writer, MP__TAG_ARGUMENT, 4 + (points ? arg->size : 8));
    put_number32(writer, (uint32_t) arg->type);
    if (points) {
        put(writer, arg->value.data, arg->size);
    } else {
        put_number64(writer, bits_of(arg));
    }
}

static void put_fields(writer_t *writer, const mp__block_t *block)
{
    put_text(writer, MP__TAG_TARGET, block->target);
    put_text(writer, MP__TAG_MODULE, block->module);
    put_text(writer, MP__TAG_NAME, block->name);
    put_text(writer, MP__TAG_IDENTITY, block->identity);
    put_text(writer, MP__TAG_PARENT_NAME, block->parent_name);
    put_text(writer, MP__TAG_METHOD, block->method);
    put_small(writer, MP__TAG_DAEMON, block->daemon ? 1 : 0);
    put_small(writer, MP__TAG_DETACHED, block->detached ? 1 : 0);
    put_small(writer, MP__TAG_SESSION, block->session ? 1 : 0);
    put_small(writer, MP__TAG_INTERRUPTS, (uint32_t) (block->interrupts + 1));
    put_small(writer, MP__TAG_DEPTH, block->depth);
    put_field(writer, MP__TAG_AUTHKEY, block->authkey_size);
    put(writer, block->authkey, block->authkey_size);
    put_small(writer, MP__TAG_LOG_LEVEL, block->log_level);
    put_small(writer, MP__TAG_LOG_TO_STDERR, block->log_to_stderr ? 1 : 0);
    put_large(writer, MP__TAG_EXIT_TIMEOUT, (uint64_t) block->exit_timeout_ms);
    put_large(writer, MP__TAG_FAMILY, block->family);
    put_large(writer, MP__TAG_MEMORY, block->memory_size);
    if (block->build_id != NULL) {
        put_field(writer, MP__TAG_BUILD_ID, MP_PLAT_BUILD_SIZE);
        put(writer, block->build_id, MP_PLAT_BUILD_SIZE);
    }
    for (size_t i = 0; i < block->args->count; i++) {
        put_argument(writer, &block->args->items[i]);
    }
    if (block->handle_count > 0) {
        put_field(writer, MP__TAG_HANDLES, block->handle_count * 8);
    }
    for (size_t i = 0; i < block->handle_count; i++) {
        put_number64(writer, 0);
    }
}

// The values among its arguments are bytes.
static int write_dumped(const mp__block_t *block, unsigned char **bytes,
                        size_t *size)
{
    writer_t writer = {NULL, 0};

    put_fields(&writer, block);
    uint64_t body_size = writer.size;
    if (body_size > MP__BLOCK_MOST) {
        return mp__fail(MP_EMSGSIZE, 0,
                        "the arguments of a spawned process are above 1 GiB");
    }
    writer.bytes = malloc(MP__BLOCK_HEADER_SIZE + (size_t) body_size);
    if (writer.bytes == NULL) {
        return mp__fail(MP_ENOMEM, 0, "start block");
    }
    writer.size = 0;
    put_number64(&writer, MP__BLOCK_MAGIC);
    put_number32(&writer, MP__BLOCK_FORMAT);
    put_number32(&writer, MP_VERSION);
    put_number64(&writer, body_size);
    put_fields(&writer, block);
    *bytes = writer.bytes;
    *size = (size_t) writer.size;
    return 0;
}

int mp__block_write(const mp__block_t *block, unsigned char **bytes,
                    size_t *size)
{
    mp__block_t dumped = *block;
    mp_args_t args;

    int r = mp__args_dump(&args, block->args);
    if (r < 0) {
        return r;
    }
    dumped.args = &args;
    r = write_dumped(&dumped, bytes, size);
    mp__args_dump_free(&args);
    return r;
}

void mp__block_set_handles(unsigned char *end, const intptr_t *handles,
                           size_t count)
{
    for (size_t i = 0; i < count; i++) {
        mp__put64(end - (count - i) * 8, (uint64_t) (int64_t) handles[i]);
    }
}
