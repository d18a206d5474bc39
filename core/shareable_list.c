// SPDX-License-Identifier: Apache-2.0
#include "core/shareable_list.h"

#include <stdlib.h>

#include "core/options.h"
#include "platform/fail.h"

// ---- birth ----

// NULL: MP_ENOMEM is recorded.
static mp_shareable_list_t *new_list(void)
{
    mp_shareable_list_t *list = calloc(1, sizeof(*list));
    if (list == NULL) {
        (void) mp__fail(MP_ENOMEM, 0, "a list");
    }
    return list;
}

static int no_place_for_list(void)
{
    return mp__fail(MP_EINVAL, 0, "no place for the list");
}

// The items were checked, and fit.
static void fill(mp_shareable_list_t *list, const mp_args_t *items)
{
    void *bytes = mp_shared_memory_address(list->memory);

    mp__list_layout_write(&list->layout, bytes);
    for (size_t i = 0; i < list->layout.count; i++) {
        (void) mp__list_item_write(&list->layout, bytes, i, &items->items[i]);
    }
    mp__list_layout_publish(&list->layout, bytes);
}

static int create(mp_shareable_list_t *list, const char *name,
                  const mp_args_t *items,
                  const mp_shared_memory_options_t *options,
                  size_t options_size)
{
    size_t size = 0;

    int r = mp__list_layout_make(&list->layout, items, &size);
    if (r == 0) {
        r = mp_shared_memory_create_sized(&list->memory, name, size, options,
                                          options_size);
    }
    if (r == 0) {
        fill(list, items);
    }
    return r;
}

int mp_shareable_list_create_sized(mp_shareable_list_t **out, const char *name,
                                   const mp_args_t *items,
                                   const mp_shared_memory_options_t *options,
                                   size_t options_size)
{
    if (out == NULL) {
        return no_place_for_list();
    }
    *out = NULL;
    mp_shareable_list_t *list = new_list();
    if (list == NULL) {
        return MP_ENOMEM;
    }
    int r = create(list, name, items, options, options_size);
    if (r < 0) {
        mp_shareable_list_destroy(list);
        return r;
    }
    *out = list;
    return 0;
}

static int open_list(mp_shareable_list_t *list, const char *name,
                     const mp_shared_memory_options_t *options)
{
    int r = mp_shared_memory_open(&list->memory, name, options);
    if (r < 0) {
        return r;
    }
    list->read_only = options->read_only;
    return mp__list_layout_read(&list->layout,
                                mp_shared_memory_address(list->memory),
                                mp_shared_memory_size(list->memory));
}

int mp_shareable_list_open_sized(mp_shareable_list_t **out, const char *name,
                                 const mp_shared_memory_options_t *options,
                                 size_t options_size)
{
    mp_shared_memory_options_t given = {0};

    if (out == NULL) {
        return no_place_for_list();
    }
    *out = NULL;
    int r = mp__options_copy(&given, sizeof(given), options, options_size);
    if (r < 0) {
        return r;
    }
    mp_shareable_list_t *list = new_list();
    if (list == NULL) {
        return MP_ENOMEM;
    }
    r = open_list(list, name, &given);
    if (r < 0) {
        mp_shareable_list_destroy(list);
        return r;
    }
    *out = list;
    return 0;
}

void mp_shareable_list_destroy(mp_shareable_list_t *list)
{
    if (list != NULL) {
        mp_shared_memory_destroy(list->memory);
        mp__list_layout_free(&list->layout);
        free(list);
    }
}

mp_shared_memory_t *mp_shareable_list_memory(const mp_shareable_list_t *list)
{
    return list == NULL ? NULL : list->memory;
}

// ---- what it is ----

size_t mp_shareable_list_length(const mp_shareable_list_t *list)
{
    return list == NULL ? 0 : list->layout.count;
}

size_t mp_shareable_list_slot(const mp_shareable_list_t *list, size_t index)
{
    return index < mp_shareable_list_length(list)
               ? mp__list_slot_size(&list->layout, index)
               : 0;
}
