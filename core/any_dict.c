// SPDX-License-Identifier: Apache-2.0
// Dicts, sets and frozensets, for users.
#include "core/any.h"

#include <stdlib.h>
#include <string.h>

// ---- making them ----

static int check_args(mp_any_t **out, const mp_args_t *args)
{
    if (out == NULL) {
        return mp__any_no_place();
    }
    *out = NULL;
    return args != NULL && args->count > 0 && args->items == NULL
               ? mp__fail(MP_EINVAL, 0, "%zu items at NULL", args->count)
               : 0;
}

static int put_arg(mp_any_t *table, const mp_arg_t *key, const mp_arg_t *item)
{
    mp_any_t *key_value = NULL;
    mp_any_t *item_value = NULL;

    int r = mp__any_from_arg(&key_value, key);
    if (r == 0 && item != NULL) {
        r = mp__any_from_arg(&item_value, item);
    }
    if (r == 0) {
        mp__any_placed(table, key_value);
        if (item_value != NULL) {
            mp__any_placed(table, item_value);
        }
        r = mp__any_table_put(table, key_value, item_value);
    }
    if (r < 0) {
        mp_any_destroy(key_value);
        mp_any_destroy(item_value);
    }
    return r;
}

static int make(mp_any_t **out, mp_any_type_t type, const mp_args_t *args)
{
    size_t step = type == MP_ANY_DICT ? 2 : 1;
    size_t count = mp_args_count(args);

    int r = check_args(out, args);
    if (r < 0) {
        return r;
    }
    if (count % step != 0) {
        return mp__fail(MP_EINVAL, 0, "the last key has no value");
    }
    mp_any_t *table = mp__any_new_table(type);
    if (table == NULL) {
        return mp__any_out_of_memory();
    }
    for (size_t i = 0; r == 0 && i < count; i += step) {
        r = put_arg(table, &args->items[i],
                    step == 2 ? &args->items[i + 1] : NULL);
    }
    if (r < 0) {
        mp_any_destroy(table);
        return r;
    }
    *out = table;
    return 0;
}

int mp_any_dict(mp_any_t **out, const mp_args_t *items)
{
    return make(out, MP_ANY_DICT, items);
}

int mp_any_set(mp_any_t **out, const mp_args_t *items)
{
    return make(out, MP_ANY_SET, items);
}

int mp_any_frozenset(mp_any_t **out, const mp_args_t *items)
{
    return make(out, MP_ANY_FROZENSET, items);
}

// ---- finding ----

static int none_there(void)
{
    return mp__fail(MP_ENOENT, 0, "there is no such key");
}

static mp_any_t *found(const mp_any_t *value, const mp__any_entry_t *entry,
                       int why)
{
    if (entry == NULL) {
        if (why == 0) {
            (void) none_there();
        }
        return NULL;
    }
    return value->type == MP_ANY_DICT ? entry->value : entry->key;
}

static int check_table(const mp_any_t *value)
{
    if (value == NULL ||
        (value->type != MP_ANY_DICT && !mp__any_is_set(value))) {
        return mp__any_wrong_type(value, "a dict or a set");
    }
    return 0;
}

mp_any_t *mp_any_find(const mp_any_t *value, const mp_any_t *key)
{
    mp__any_search_t search = {0};
    int why = check_table(value);

    if (why == 0 && key == NULL) {
        why = mp__any_no_value();
    }
    if (why < 0) {
        return NULL;
    }
    const mp__any_entry_t *entry =
        mp__any_table_find(&search, value, key, 0, &why);
    return found(value, entry, why);
}

mp_any_t *mp_any_find_text(const mp_any_t *dict, const char *key)
{
    int why = check_table(dict);

    if (why == 0 && key == NULL) {
        why = mp__any_no_value();
    }
    if (why < 0 || key == NULL) {
        return NULL;
    }
    const mp__any_entry_t *entry =
        mp__any_table_find_text(dict, key, strlen(key), &why);
    return found(dict, entry, why);
}

// ---- changing ----

static int put_held(mp_any_t *table, mp_any_t *key, mp_any_t *value)
{
    mp_any_t *held = value == NULL ? NULL : mp__any_ref(value);

    mp__any_placed(table, key);
    if (value != NULL) {
        mp__any_placed(table, value);
    }
    int r = mp__any_table_put(table, mp__any_ref(key), held);
    if (r < 0) {
        mp_any_destroy(key);
        mp_any_destroy(held);
    }
    return r;
}

int mp_any_set_item(mp_any_t *dict, mp_any_t *key, mp_any_t *value)
{
    if (!mp__any_is(dict, MP_ANY_DICT)) {
        return mp__any_wrong_type(dict, "a dict");
    }
    if (key == NULL || value == NULL) {
        return mp__any_no_value();
    }
    return put_held(dict, key, value);
}

int mp_any_set_text(mp_any_t *dict, const char *key, mp_any_t *value)
{
    mp_any_t *text = NULL;

    int r = mp_any_text(&text, key, MP_ANY_WHOLE);
    if (r == 0) {
        r = mp_any_set_item(dict, text, value);
        mp_any_destroy(text);
    }
    return r;
}

int mp_any_add(mp_any_t *set, mp_any_t *item)
{
    if (!mp__any_is(set, MP_ANY_SET)) {
        return mp__any_wrong_type(set, "a set");
    }
    return item == NULL ? mp__any_no_value() : put_held(set, item, NULL);
}

int mp_any_remove(mp_any_t *value, const mp_any_t *key)
{
    mp__any_search_t search = {0};
    int why = check_table(value);

    if (why == 0 && value->type == MP_ANY_FROZENSET) {
        why = mp__any_wrong_type(value, "a dict or a set");
    }
    if (why == 0 && key == NULL) {
        why = mp__any_no_value();
    }
    if (why < 0) {
        return why;
    }
    mp__any_entry_t *entry = mp__any_table_find(&search, value, key, 0, &why);
    if (entry == NULL) {
        return why < 0 ? why : none_there();
    }
    mp__any_table_remove(value, entry);
    return 0;
}

// What the value contained goes into another one, and is released with it.
int mp_any_clear(mp_any_t *value)
{
    if (!mp__any_is(value, MP_ANY_LIST) && !mp__any_is(value, MP_ANY_DICT) &&
        !mp__any_is(value, MP_ANY_SET)) {
        return mp__any_wrong_type(value, "a list, a dict or a set");
    }
    if (value->type == MP_ANY_LIST) {
        mp__any_list_t *list = mp__any_as_list(value);
        mp__any_list_t old = *list;
        list->items = NULL;
        list->size = 0;
        list->room = 0;
        for (size_t i = 0; i < old.size; i++) {
            mp_any_destroy(old.items[i]);
        }
        free((void *) old.items);
        return 0;
    }
    mp__any_table_t *table = mp__any_as_table(value);
    mp__any_table_t old = *table;
    memset((char *) table + sizeof(table->group), 0,
           sizeof(*table) - sizeof(table->group));
    for (uint32_t i = 0; i < old.filled; i++) {
        mp_any_destroy(old.entries[i].key);
        mp_any_destroy(old.entries[i].value);
    }
    mp__any_table_free(&old);
    return 0;
}

// ---- going through ----

static bool next_entry(const mp_any_t *value, size_t *position, mp_any_t **key,
                       mp_any_t **item)
{
    const mp__any_table_t *table = mp__any_as_table(value);

    while (*position < table->filled) {
        const mp__any_entry_t *entry = &table->entries[(*position)++];
        if (entry->key != NULL) {
            *key = entry->key;
            *item = entry->value == NULL ? entry->key : entry->value;
            return true;
        }
    }
    return false;
}

bool mp_any_next(const mp_any_t *value, size_t *position, mp_any_t **key,
                 mp_any_t **item)
{
    mp_any_t *found_key = NULL;
    mp_any_t *found_item = NULL;

    if (value == NULL || position == NULL) {
        return false;
    }
    if (value->type == MP_ANY_LIST || value->type == MP_ANY_TUPLE) {
        if (*position >= mp_any_size(value)) {
            return false;
        }
        found_item = mp_any_item(value, (*position)++);
        found_key = found_item;
    } else if ((value->type != MP_ANY_DICT && !mp__any_is_set(value)) ||
               !next_entry(value, position, &found_key, &found_item)) {
        return false;
    }
    if (key != NULL) {
        *key = found_key;
    }
    if (item != NULL) {
        *item = found_item;
    }
    return true;
}
