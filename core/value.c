// SPDX-License-Identifier: Apache-2.0
#include <multiprocessing/value.h>

#include <string.h>

#include "core/locked.h"
#include "platform/fail.h"

static int no_value(void)
{
    return mp__fail(MP_EINVAL, 0, "the Value is NULL");
}

static void *item_of(mp_value_t *value)
{
    return value->data.size <= MP__SMALL ? (void *) value->data.more.small
                                         : mp__locked_tail(&value->data);
}

// ---- making ----

static int create(mp_value_t **out, mp__shape_t shape,
                  const mp_value_options_t *options, bool *cleared)
{
    return mp__locked_new(out, MP__TYPE_VALUE, shape,
                          shape.size <= MP__SMALL ? 0 : shape.size, options,
                          cleared);
}

static int bits_of(mp__shape_t shape, mp_arg_t initial, uint64_t *bits)
{
    switch (initial.type) {
    case MP_ARG_INT:
    case MP_ARG_BOOL:
        return mp__bits_of_int(shape, initial.value.integer, bits);
    case MP_ARG_FLOAT:
        return mp__bits_of_float(shape, initial.value.number, bits);
    case MP_ARG_TOO_LARGE:
        return mp__fail(MP_ERANGE, 0,
                        "the number is above INT64_MAX: set it by "
                        "mp_value_set_uint()");
    default:
        return mp__fail(MP_ETYPE, 0, "a Value begins as a number");
    }
}

static int no_place(void)
{
    return mp__fail(MP_EINVAL, 0, "no place for the Value");
}

int mp_value_create_sized(mp_value_t **out, int type, mp_arg_t initial,
                          const mp_value_options_t *options,
                          size_t options_size)
{
    mp_value_options_t copy;
    mp__shape_t shape = {0, 0, 0};
    uint64_t bits = 0;
    bool cleared = false;

    if (out == NULL) {
        return no_place();
    }
    *out = NULL;
    int r = mp__locked_options(&copy, options, options_size);
    if (r == 0) {
        r = mp__shape_of(&shape, type);
    }
    if (r == 0) {
        r = bits_of(shape, initial, &bits);
    }
    if (r == 0) {
        r = create(out, shape, &copy, &cleared);
    }
    if (r == 0) {
        mp__item_store(item_of(*out), shape.size, bits);
    }
    return r;
}

// What was not given is zero.
static int create_whole(mp_value_t **out, mp__shape_t shape,
                        const void *initial, const mp_value_options_t *options)
{
    bool cleared = false;

    int r = create(out, shape, options, &cleared);
    if (r < 0) {
        return r;
    }
    if (initial != NULL) {
        memcpy(item_of(*out), initial, shape.size);
    } else if (!cleared) {
        memset(item_of(*out), 0, shape.size);
    }
    return 0;
}

int mp_value_create_struct_sized(mp_value_t **out, size_t size,
                                 const void *initial,
                                 const mp_value_options_t *options,
                                 size_t options_size)
{
    mp_value_options_t copy;
    mp__shape_t shape = {0, 0, 0};

    if (out == NULL) {
        return no_place();
    }
    *out = NULL;
    int r = mp__locked_options(&copy, options, options_size);
    if (r == 0) {
        r = mp__shape_of_struct(&shape, size);
    }
    return r < 0 ? r : create_whole(out, shape, initial, &copy);
}

void mp_value_destroy(mp_value_t *value)
{
    if (value != NULL) {
        mp__object_drop(&value->data.head);
    }
}

int mp_value_hold(mp_value_t *value)
{
    return mp__locked_hold((mp__locked_t *) value, MP__TYPE_VALUE);
}

// ---- what it is ----

int mp_value_type(const mp_value_t *value)
{
    return value == NULL ? no_value() : value->data.type;
}

size_t mp_value_size(const mp_value_t *value)
{
    return value == NULL ? 0 : value->data.size;
}

void *mp_value_address(mp_value_t *value)
{
    return value == NULL ? NULL : item_of(value);
}

int mp_value_acquire(mp_value_t *value, int64_t timeout_ms)
{
    return mp__locked_acquire((mp__locked_t *) value, timeout_ms);
}

int mp_value_release(mp_value_t *value)
{
    return mp__locked_release((mp__locked_t *) value);
}

mp_rlock_t *mp_value_rlock(mp_value_t *value)
{
    return mp__locked_rlock((mp__locked_t *) value);
}

mp_lock_t *mp_value_lock(mp_value_t *value)
{
    return mp__locked_lock((mp__locked_t *) value);
}

// ---- reading and writing ----

static int check(const mp_value_t *value, const void *place)
{
    return value == NULL || place == NULL
               ? mp__fail(MP_EINVAL, 0, "the Value or the place is NULL")
               : 0;
}

static int get_bits(mp_value_t *value, const void *place, uint64_t *bits)
{
    int r = check(value, place);

    if (r == 0) {
        r = mp__locked_enter(&value->data);
    }
    if (r >= 0) {
        *bits = mp__item_load(item_of(value), value->data.size);
        mp__locked_leave(&value->data);
    }
    return r;
}

static int set_bits(mp_value_t *value, uint64_t bits)
{
    int r = mp__locked_enter(&value->data);

    if (r >= 0) {
        mp__item_store(item_of(value), value->data.size, bits);
        mp__locked_leave(&value->data);
    }
    return r;
}

int mp_value_get_int(mp_value_t *value, int64_t *out)
{
    uint64_t bits = 0;
    int r = get_bits(value, out, &bits);
    int read =
        r < 0 ? r : mp__bits_to_int(mp__locked_shape(&value->data), bits, out);

    return read < 0 ? read : r;
}

int mp_value_get_uint(mp_value_t *value, uint64_t *out)
{
    uint64_t bits = 0;
    int r = get_bits(value, out, &bits);
    int read =
        r < 0 ? r : mp__bits_to_uint(mp__locked_shape(&value->data), bits, out);

    return read < 0 ? read : r;
}

int mp_value_get_float(mp_value_t *value, double *out)
{
    uint64_t bits = 0;
    int r = get_bits(value, out, &bits);
    int read =
        r < 0 ? r
              : mp__bits_to_float(mp__locked_shape(&value->data), bits, out);

    return read < 0 ? read : r;
}

int mp_value_set_int(mp_value_t *value, int64_t number)
{
    uint64_t bits = 0;
    int r = check(value, value);

    if (r == 0) {
        r = mp__bits_of_int(mp__locked_shape(&value->data), number, &bits);
    }
    return r < 0 ? r : set_bits(value, bits);
}

int mp_value_set_uint(mp_value_t *value, uint64_t number)
{
    uint64_t bits = 0;
    int r = check(value, value);

    if (r == 0) {
        r = mp__bits_of_uint(mp__locked_shape(&value->data), number, &bits);
    }
    return r < 0 ? r : set_bits(value, bits);
}

int mp_value_set_float(mp_value_t *value, double number)
{
    uint64_t bits = 0;
    int r = check(value, value);

    if (r == 0) {
        r = mp__bits_of_float(mp__locked_shape(&value->data), number, &bits);
    }
    return r < 0 ? r : set_bits(value, bits);
}

// ---- the whole item ----

static int copy_whole(mp_value_t *value, void *to, const void *from,
                      size_t size)
{
    if (size != value->data.size) {
        return mp__fail(MP_EINVAL, 0, "the Value has %u bytes, not %zu",
                        value->data.size, size);
    }
    int r = mp__locked_enter(&value->data);
    if (r >= 0) {
        memcpy(to, from, size);
        mp__locked_leave(&value->data);
    }
    return r;
}

int mp_value_read(mp_value_t *value, void *out, size_t size)
{
    int r = check(value, out);

    return r < 0 ? r : copy_whole(value, out, item_of(value), size);
}

int mp_value_write(mp_value_t *value, const void *data, size_t size)
{
    int r = check(value, data);

    return r < 0 ? r : copy_whole(value, item_of(value), data, size);
}

// ---- copies, and a lock for a raw one ----

// The other one is held meanwhile, so it is read where it is.
int mp_value_copy_sized(mp_value_t **out, mp_value_t *value,
                        const mp_value_options_t *options, size_t options_size)
{
    mp_value_options_t copy;

    if (out == NULL) {
        return no_place();
    }
    *out = NULL;
    int r = check(value, value);
    if (r == 0) {
        r = mp__locked_options(&copy, options, options_size);
    }
    if (r == 0) {
        r = mp__locked_enter(&value->data);
    }
    if (r < 0) {
        return r;
    }
    int created = create_whole(out, mp__locked_shape(&value->data),
                               item_of(value), &copy);
    mp__locked_leave(&value->data);
    return created < 0 ? created : r;
}

int mp_value_synchronize_sized(mp_value_t *value,
                               const mp_value_options_t *options,
                               size_t options_size)
{
    mp_value_options_t copy;
    int r = check(value, value);

    if (r == 0) {
        r = mp__locked_options(&copy, options, options_size);
    }
    return r < 0 ? r : mp__locked_synchronize(&value->data, &copy);
}
