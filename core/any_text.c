// SPDX-License-Identifier: Apache-2.0
// Texts, bytes and bytearrays.
#include "core/any.h"

#include <stdlib.h>
#include <string.h>

#include "core/utf8.h"

#define MOST (SIZE_MAX / 2)

mp_any_t *mp__any_new_text(mp_any_type_t type, const void *bytes, size_t size)
{
    if (size > MOST) {
        return NULL;
    }
    mp_any_t *node = mp__any_leaf(type, sizeof(mp__any_text_t) + size + 1);
    if (node != NULL) {
        mp__any_fill_text(node, bytes, size);
    }
    return node;
}

mp_any_t *mp__any_new_bytearray(const void *bytes, size_t size)
{
    unsigned char *copy = size > MOST ? NULL : malloc(size + 1);
    mp_any_t *node = copy == NULL ? NULL
                                  : mp__any_leaf(MP_ANY_BYTEARRAY,
                                                 sizeof(mp__any_bytearray_t));

    if (node == NULL) {
        free(copy);
        return NULL;
    }
    if (size > 0) {
        memcpy(copy, bytes, size);
    }
    copy[size] = '\0';
    mp__any_as_bytearray(node)->size = size;
    mp__any_as_bytearray(node)->bytes = copy;
    return node;
}

int mp_any_text(mp_any_t **out, const char *text, size_t size)
{
    if (out == NULL) {
        return mp__any_no_place();
    }
    *out = NULL;
    if (text == NULL && size != 0) {
        return mp__fail(MP_EINVAL, 0, "the text is NULL");
    }
    if (size == MP_ANY_WHOLE) {
        size = strlen(text);
    }
    if (!mp__utf8_is_text(text, size)) {
        return mp__fail(MP_EINVAL, 0, "the text is not UTF-8");
    }
    *out = mp__any_new_text(MP_ANY_TEXT, text, size);
    return *out == NULL ? mp__any_out_of_memory() : 0;
}

static int check_bytes(mp_any_t **out, const void *bytes, size_t size)
{
    if (out == NULL) {
        return mp__any_no_place();
    }
    *out = NULL;
    return bytes == NULL && size > 0
               ? mp__fail(MP_EINVAL, 0, "%zu bytes at NULL", size)
               : 0;
}

int mp_any_bytes(mp_any_t **out, const void *bytes, size_t size)
{
    int r = check_bytes(out, bytes, size);
    if (r < 0) {
        return r;
    }
    *out = mp__any_new_text(MP_ANY_BYTES, bytes, size);
    return *out == NULL ? mp__any_out_of_memory() : 0;
}

int mp_any_bytearray(mp_any_t **out, const void *bytes, size_t size)
{
    int r = check_bytes(out, bytes, size);
    if (r < 0) {
        return r;
    }
    *out = mp__any_new_bytearray(bytes, size);
    return *out == NULL ? mp__any_out_of_memory() : 0;
}

int mp_any_get_text(const mp_any_t *value, const char **out, size_t *size)
{
    if (out == NULL) {
        return mp__any_no_place();
    }
    if (!mp__any_is(value, MP_ANY_TEXT)) {
        return mp__any_wrong_type(value, "a text");
    }
    *out = mp__any_as_text(value)->bytes;
    if (size != NULL) {
        *size = mp__any_as_text(value)->size;
    }
    return 0;
}

int mp_any_get_bytes(const mp_any_t *value, const void **out, size_t *size)
{
    size_t length = 0;

    if (out == NULL) {
        return mp__any_no_place();
    }
    if (mp__any_is(value, MP_ANY_BYTES)) {
        *out = mp__any_as_text(value)->bytes;
        length = mp__any_as_text(value)->size;
    } else if (mp__any_is(value, MP_ANY_BYTEARRAY)) {
        *out = mp__any_as_bytearray(value)->bytes;
        length = mp__any_as_bytearray(value)->size;
    } else {
        return mp__any_wrong_type(value, "bytes");
    }
    if (size != NULL) {
        *size = length;
    }
    return 0;
}

bool mp_any_is_utf8(const mp_any_t *value)
{
    return mp__any_is(value, MP_ANY_TEXT) &&
           mp__utf8_is_valid(mp__any_as_text(value)->bytes,
                             mp__any_as_text(value)->size);
}
