// SPDX-License-Identifier: Apache-2.0
#include <multiprocessing/array.h>

#include <string.h>

#include "core/locked.h"
#include "platform/fail.h"

static int check(const mp_array_t *array)
{
    return array == NULL ? mp__fail(MP_EINVAL, 0, "the Array is NULL") : 0;
}

// ---- making ----

static int no_place(void)
{
    return mp__fail(MP_EINVAL, 0, "no place for the Array");
}

// What was not given is zero.
static int create(mp_array_t **out, mp__shape_t shape, size_t count,
                  const void *initial, const mp_value_options_t *options)
{
    bool cleared = false;

    if (shape.size == 0 || count > SIZE_MAX / shape.size) {
        return mp__fail(MP_ENOSPC, 0, "no memory is that large");
    }
    size_t size = count * shape.size;
    int r = mp__locked_new(out, MP__TYPE_ARRAY, shape, size, options, &cleared);
    if (r < 0) {
        return r;
    }
    (*out)->data.more.count = count;
    if (initial != NULL && size > 0) {
        memcpy(mp__array_item(*out, 0), initial, size);
    } else if (!cleared) {
        memset(mp__array_item(*out, 0), 0, size);
    }
    return 0;
}

int mp_array_create_sized(mp_array_t **out, int type, size_t count,
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
        r = mp__shape_of(&shape, type);
    }
    return r < 0 ? r : create(out, shape, count, initial, &copy);
}

int mp_array_create_struct_sized(mp_array_t **out, size_t item_size,
                                 size_t count, const void *initial,
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
        r = mp__shape_of_struct(&shape, item_size);
    }
    return r < 0 ? r : create(out, shape, count, initial, &copy);
}

void mp_array_destroy(mp_array_t *array)
{
    if (array != NULL) {
        mp__object_drop(&array->data.head);
    }
}

int mp_array_hold(mp_array_t *array)
{
    return mp__locked_hold((mp__locked_t *) array, MP__TYPE_ARRAY);
}

// ---- what it is ----

int mp_array_type(const mp_array_t *array)
{
    int r = check(array);

    return r < 0 ? r : array->data.type;
}

size_t mp_array_length(const mp_array_t *array)
{
    return array == NULL ? 0 : (size_t) array->data.more.count;
}

size_t mp_array_item_size(const mp_array_t *array)
{
    return array == NULL ? 0 : array->data.size;
}

void *mp_array_address(mp_array_t *array)
{
    return array == NULL ? NULL : mp__array_item(array, 0);
}

int mp_array_acquire(mp_array_t *array, int64_t timeout_ms)
{
    return mp__locked_acquire((mp__locked_t *) array, timeout_ms);
}

int mp_array_release(mp_array_t *array)
{
    return mp__locked_release((mp__locked_t *) array);
}

mp_rlock_t *mp_array_rlock(mp_array_t *array)
{
    return mp__locked_rlock((mp__locked_t *) array);
}

mp_lock_t *mp_array_lock(mp_array_t *array)
{
    return mp__locked_lock((mp__locked_t *) array);
}

// ---- copies, and a lock for a raw one ----

// The other one is held meanwhile, so it is read where it is.
int mp_array_copy_sized(mp_array_t **out, mp_array_t *array,
                        const mp_value_options_t *options, size_t options_size)
{
    mp_value_options_t copy;

    if (out == NULL) {
        return no_place();
    }
    *out = NULL;
    int r = check(array);
    if (r == 0) {
        r = mp__locked_options(&copy, options, options_size);
    }
    if (r == 0) {
        r = mp__locked_enter(&array->data);
    }
    if (r < 0) {
        return r;
    }
    int created =
        create(out, mp__locked_shape(&array->data), mp_array_length(array),
               mp__array_item(array, 0), &copy);
    mp__locked_leave(&array->data);
    return created < 0 ? created : r;
}

int mp_array_synchronize_sized(mp_array_t *array,
                               const mp_value_options_t *options,
                               size_t options_size)
{
    mp_value_options_t copy;
    int r = check(array);

    if (r == 0) {
        r = mp__locked_options(&copy, options, options_size);
    }
    return r < 0 ? r : mp__locked_synchronize(&array->data, &copy);
}
