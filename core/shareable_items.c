// SPDX-License-Identifier: Apache-2.0
#include "core/shareable_list.h"

#include "platform/fail.h"

// ---- any item ----

static int open_bytes(const mp_shareable_list_t *list, void **bytes)
{
    if (list == NULL) {
        return mp__fail(MP_EINVAL, 0, "the list is NULL");
    }
    *bytes = mp_shared_memory_address(list->memory);
    return *bytes != NULL ? 0 : mp__fail(MP_ESTATE, 0, "the list is closed");
}

static int find(const mp_shareable_list_t *list, size_t index, void **bytes)
{
    int r = open_bytes(list, bytes);
    if (r == 0 && index >= list->layout.count) {
        r = mp__fail(MP_ERANGE, 0, "there is no item %zu, only %zu items",
                     index, list->layout.count);
    }
    return r;
}

int mp_shareable_list_type(const mp_shareable_list_t *list, size_t index)
{
    void *bytes = NULL;

    int r = find(list, index, &bytes);
    return r < 0 ? r : mp__list_item_type(&list->layout, bytes, index);
}

int mp_shareable_list_get(const mp_shareable_list_t *list, size_t index,
                          mp_arg_t *item, void *buffer, size_t size)
{
    void *bytes = NULL;

    if (item == NULL || (buffer == NULL && size > 0)) {
        return mp__fail(MP_EINVAL, 0, "no place for the item");
    }
    int r = find(list, index, &bytes);
    if (r < 0) {
        return r;
    }
    return mp__list_item_read(&list->layout, bytes, index, item, buffer, size);
}

int mp_shareable_list_set(mp_shareable_list_t *list, size_t index,
                          mp_arg_t item)
{
    void *bytes = NULL;

    int r = find(list, index, &bytes);
    if (r < 0) {
        return r;
    }
    if (list->read_only) {
        return mp__fail(MP_EACCES, 0, "the list was opened for reading only");
    }
    r = mp__list_item_check(&item);
    if (r < 0) {
        return r;
    }
    return mp__list_item_write(&list->layout, bytes, index, &item);
}

// ---- items of one type ----

static int get_typed(const mp_shareable_list_t *list, size_t index,
                     mp_arg_type_t type, mp_arg_t *item, void *buffer,
                     size_t size)
{
    *item = MP_NONE;
    int r = mp_shareable_list_get(list, index, item, buffer, size);
    if (r < 0 && r != MP_EMSGSIZE) {
        return r;
    }
    bool serves = type == MP_ARG_FLOAT && item->type == MP_ARG_INT;
    if (item->type != type && !serves) {
        return mp__fail(MP_ETYPE, 0, "item %zu is of another type", index);
    }
    return r;
}

static int no_place(void)
{
    return mp__fail(MP_EINVAL, 0, "no place for the item");
}

int mp_shareable_list_get_int(const mp_shareable_list_t *list, size_t index,
                              int64_t *out)
{
    mp_arg_t item;

    if (out == NULL) {
        return no_place();
    }
    int r = get_typed(list, index, MP_ARG_INT, &item, NULL, 0);
    if (r == 0) {
        *out = item.value.integer;
    }
    return r;
}

int mp_shareable_list_get_bool(const mp_shareable_list_t *list, size_t index,
                               bool *out)
{
    mp_arg_t item;

    if (out == NULL) {
        return no_place();
    }
    int r = get_typed(list, index, MP_ARG_BOOL, &item, NULL, 0);
    if (r == 0) {
        *out = item.value.integer != 0;
    }
    return r;
}

int mp_shareable_list_get_float(const mp_shareable_list_t *list, size_t index,
                                double *out)
{
    mp_arg_t item;

    if (out == NULL) {
        return no_place();
    }
    int r = get_typed(list, index, MP_ARG_FLOAT, &item, NULL, 0);
    if (r == 0) {
        *out = item.type == MP_ARG_INT ? (double) item.value.integer
                                       : item.value.number;
    }
    return r;
}

static int get_data(const mp_shareable_list_t *list, size_t index,
                    mp_arg_type_t type, void *buffer, size_t size,
                    size_t *length)
{
    mp_arg_t item;

    int r = get_typed(list, index, type, &item, buffer, size);
    if ((r == 0 || r == MP_EMSGSIZE) && length != NULL) {
        *length = item.size;
    }
    return r;
}

int mp_shareable_list_get_text(const mp_shareable_list_t *list, size_t index,
                               char *buffer, size_t size, size_t *length)
{
    return get_data(list, index, MP_ARG_TEXT, buffer, size, length);
}

int mp_shareable_list_get_bytes(const mp_shareable_list_t *list, size_t index,
                                void *buffer, size_t size, size_t *length)
{
    if (length == NULL) {
        return no_place();
    }
    return get_data(list, index, MP_ARG_BYTES, buffer, size, length);
}

// ---- looking for items ----

// The first item from *index on that is equal: 1, or 0 if there is none.
static int search(const mp_shareable_list_t *list, const mp_arg_t *item,
                  size_t *index)
{
    void *bytes = NULL;

    int r = open_bytes(list, &bytes);
    if (r == 0) {
        r = mp__list_item_check(item);
    }
    while (r == 0 && *index < list->layout.count) {
        r = mp__list_item_equals(&list->layout, bytes, *index, item);
        *index += r == 0;
    }
    return r;
}

int mp_shareable_list_count(const mp_shareable_list_t *list, mp_arg_t item,
                            size_t *count)
{
    size_t found = 0;
    size_t index = 0;

    if (count == NULL) {
        return mp__fail(MP_EINVAL, 0, "no place for the number of items");
    }
    int r = search(list, &item, &index);
    while (r > 0) {
        found++;
        index++;
        r = search(list, &item, &index);
    }
    if (r == 0) {
        *count = found;
    }
    return r;
}

int mp_shareable_list_index(const mp_shareable_list_t *list, mp_arg_t item,
                            size_t *index)
{
    size_t found = 0;

    if (index == NULL) {
        return mp__fail(MP_EINVAL, 0, "no place for the index");
    }
    int r = search(list, &item, &found);
    if (r > 0) {
        *index = found;
        return 0;
    }
    return r < 0 ? r : mp__fail(MP_ENOENT, 0, "no item is equal to this one");
}
