// SPDX-License-Identifier: Apache-2.0
// The items of an Array: one, several, and as a text.
#include <multiprocessing/array.h>

#include <string.h>

#include "core/locked.h"
#include "platform/fail.h"

static int null(void)
{
    return mp__fail(MP_EINVAL, 0, "the Array or the place is NULL");
}

// The number of items never changes, so no lock is needed to look at it.
static int check(const mp_array_t *array, size_t first, size_t count,
                 const void *place)
{
    if (array == NULL || (place == NULL && count > 0)) {
        return null();
    }
    size_t length = mp_array_length(array);
    if (first > length || count > length - first) {
        return mp__fail(MP_ERANGE, 0,
                        "the Array has %zu items: not %zu from number %zu on",
                        length, count, first);
    }
    return 0;
}

// ---- one item ----

static int get_bits(mp_array_t *array, size_t index, const void *place,
                    uint64_t *bits)
{
    int r = check(array, index, 1, place);

    if (r == 0 && array->data.kind != MP__NUMBER_NONE) {
        r = mp__locked_enter(&array->data);
        if (r >= 0) {
            *bits =
                mp__item_load(mp__array_item(array, index), array->data.size);
            mp__locked_leave(&array->data);
        }
    }
    return r;
}

static int set_bits(mp_array_t *array, size_t index, uint64_t bits)
{
    int r = mp__locked_enter(&array->data);

    if (r >= 0) {
        mp__item_store(mp__array_item(array, index), array->data.size, bits);
        mp__locked_leave(&array->data);
    }
    return r;
}

int mp_array_get_int(mp_array_t *array, size_t index, int64_t *out)
{
    uint64_t bits = 0;
    int r = get_bits(array, index, out, &bits);
    int read =
        r < 0 ? r : mp__bits_to_int(mp__locked_shape(&array->data), bits, out);

    return read < 0 ? read : r;
}

int mp_array_get_uint(mp_array_t *array, size_t index, uint64_t *out)
{
    uint64_t bits = 0;
    int r = get_bits(array, index, out, &bits);
    int read =
        r < 0 ? r : mp__bits_to_uint(mp__locked_shape(&array->data), bits, out);

    return read < 0 ? read : r;
}

int mp_array_get_float(mp_array_t *array, size_t index, double *out)
{
    uint64_t bits = 0;
    int r = get_bits(array, index, out, &bits);
    int read =
        r < 0 ? r
              : mp__bits_to_float(mp__locked_shape(&array->data), bits, out);

    return read < 0 ? read : r;
}

int mp_array_set_int(mp_array_t *array, size_t index, int64_t number)
{
    uint64_t bits = 0;
    int r = check(array, index, 1, array);

    if (r == 0) {
        r = mp__bits_of_int(mp__locked_shape(&array->data), number, &bits);
    }
    return r < 0 ? r : set_bits(array, index, bits);
}

int mp_array_set_uint(mp_array_t *array, size_t index, uint64_t number)
{
    uint64_t bits = 0;
    int r = check(array, index, 1, array);

    if (r == 0) {
        r = mp__bits_of_uint(mp__locked_shape(&array->data), number, &bits);
    }
    return r < 0 ? r : set_bits(array, index, bits);
}

int mp_array_set_float(mp_array_t *array, size_t index, double number)
{
    uint64_t bits = 0;
    int r = check(array, index, 1, array);

    if (r == 0) {
        r = mp__bits_of_float(mp__locked_shape(&array->data), number, &bits);
    }
    return r < 0 ? r : set_bits(array, index, bits);
}

// ---- several ----

static int copy(mp_array_t *array, void *to, const void *from, size_t count)
{
    int r = mp__locked_enter(&array->data);

    if (r >= 0) {
        if (count > 0) {
            memcpy(to, from, count * array->data.size);
        }
        mp__locked_leave(&array->data);
    }
    return r;
}

int mp_array_read(mp_array_t *array, size_t first, size_t count, void *out)
{
    int r = check(array, first, count, out);

    return r < 0 ? r : copy(array, out, mp__array_item(array, first), count);
}

int mp_array_write(mp_array_t *array, size_t first, size_t count,
                   const void *items)
{
    int r = check(array, first, count, items);

    return r < 0 ? r : copy(array, mp__array_item(array, first), items, count);
}

// ---- text ----

static int check_text(const mp_array_t *array, const void *text)
{
    if (array == NULL || text == NULL) {
        return null();
    }
    return array->data.type == MP_C_CHAR
               ? 0
               : mp__fail(MP_ETYPE, 0, "only an Array of MP_C_CHAR is a text");
}

static size_t text_size(mp_array_t *array)
{
    size_t length = mp_array_length(array);
    const char *text = (const char *) mp__array_item(array, 0);
    const char *end = length == 0 ? NULL : memchr(text, 0, length);

    return end == NULL ? length : (size_t) (end - text);
}

int mp_array_get_text(mp_array_t *array, char *out, size_t size)
{
    int r = check_text(array, out);

    if (r == 0) {
        r = mp__locked_enter(&array->data);
    }
    if (r < 0) {
        return r;
    }
    size_t length = text_size(array);
    if (length < size) {
        memcpy(out, mp__array_item(array, 0), length);
        out[length] = 0;
    }
    mp__locked_leave(&array->data);
    return length < size ? r
                         : mp__fail(MP_EMSGSIZE, 0,
                                    "the text has %zu bytes, the place %zu",
                                    length, size);
}

int mp_array_set_text(mp_array_t *array, const char *text)
{
    int r = check_text(array, text);

    if (r < 0) {
        return r;
    }
    size_t length = mp_array_length(array);
    size_t size = strlen(text);
    if (size > length) {
        return mp__fail(MP_EMSGSIZE, 0,
                        "the text has %zu bytes, the Array only %zu", size,
                        length);
    }
    return copy(array, mp__array_item(array, 0), text,
                size < length ? size + 1 : size);
}
