// SPDX-License-Identifier: Apache-2.0
// Dicts and sets: entries in the order in which they came, in chains by their
// hash as soon as there are more than a few. A chain takes an entry without
// looking at the others in it.
#include "core/any.h"

#include <stdlib.h>
#include <string.h>

#include "core/any_slab.h"

#define FEW 8 // so many are looked through one by one
#define MOST (UINT32_C(1) << 30)

mp_any_t *mp__any_new_table(mp_any_type_t type)
{
    return mp__any_group_new(type, sizeof(mp__any_table_t));
}

// ---- chains ----

static uint32_t *head_of(const mp__any_table_t *table, uint64_t hash)
{
    return &table->heads[hash & (table->head_count - 1)];
}

// A key that is read may be an object that is not complete, and then has no
// hash yet: the entries from `chained` on are in no chain.
static void chain(mp__any_table_t *table, uint32_t count)
{
    for (; table->chained < count; table->chained++) {
        mp__any_entry_t *entry = &table->entries[table->chained];
        if (table->head_count > 0 && entry->key != NULL) {
            uint32_t *head = head_of(table, entry->hash);
            entry->next = *head;
            *head = table->chained + 1;
        }
    }
}

static void close_gaps(mp__any_table_t *table)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < table->filled; i++) {
        if (table->entries[i].key != NULL) {
            table->entries[kept++] = table->entries[i];
        }
    }
    table->filled = kept;
}

static uint32_t heads_for(size_t room)
{
    uint32_t count = FEW;

    while (count < room) {
        count *= 2;
    }
    return room > FEW ? count : 0;
}

static void chain_anew(mp__any_table_t *table, uint32_t count)
{
    if (table->head_count > 0) {
        memset(table->heads, 0, table->head_count * sizeof(*table->heads));
    }
    table->chained = 0;
    chain(table, count);
}

size_t mp__any_table_bytes(size_t room)
{
    return room * sizeof(mp__any_entry_t) + heads_for(room) * sizeof(uint32_t);
}

void mp__any_table_place(mp__any_table_t *table, size_t room, void *memory,
                         uint32_t place)
{
    table->entries = memory;
    table->place = place;
    table->room = (uint32_t) room;
    table->heads = (uint32_t *) (void *) (table->entries + room);
    table->head_count = heads_for(room);
}

void mp__any_table_free(mp__any_table_t *table)
{
    if (table->place != 0) {
        mp__any_slab_drop(mp__any_slab_of(table->entries, table->place), 1);
    } else {
        free(table->entries); // and the heads
    }
}

static int grow(mp__any_table_t *table, size_t room)
{
    bool placed = table->place != 0;
    void *memory =
        realloc(placed ? NULL : table->entries, mp__any_table_bytes(room));

    if (memory == NULL) {
        return mp__any_out_of_memory();
    }
    if (placed) {
        memcpy(memory, table->entries, table->filled * sizeof(*table->entries));
        mp__any_table_free(table);
    }
    mp__any_table_place(table, room, memory, 0);
    return 0;
}

// Room for so many more; places that have become free are used first.
int mp__any_table_reserve(mp__any_table_t *table, size_t more)
{
    bool all_chained = table->chained == table->filled;

    if (more <= table->room - table->filled) {
        return 0;
    }
    if (more > MOST || table->used + more > MOST) {
        return mp__any_out_of_memory();
    }
    size_t room = table->used + more;
    if (table->used > 0 && room < table->used + table->used / 2 + 4) {
        room = table->used + table->used / 2 + 4;
    }
    if (room > table->room) {
        int r = grow(table, room);
        if (r < 0) {
            return r;
        }
    }
    close_gaps(table); // while some are in no chain there is none
    chain_anew(table, all_chained ? table->filled : table->chained);
    return 0;
}

// ---- finding ----

// What is looked for: a value, or a text that is none.
typedef struct wanted {
    uint64_t hash;
    const mp_any_t *key;
    const char *text;
    size_t size;
    mp__any_search_t *search;
    unsigned depth;
} wanted_t;

static bool has_text(const mp_any_t *key, const char *text, size_t size)
{
    return key->type == MP_ANY_TEXT && mp__any_as_text(key)->size == size &&
           memcmp(mp__any_as_text(key)->bytes, text, size) == 0;
}

static int matches(const mp__any_entry_t *entry, const wanted_t *wanted)
{
    if (entry->key == NULL || entry->hash != wanted->hash) {
        return 0;
    }
    if (entry->key == wanted->key) {
        return 1;
    }
    if (wanted->text != NULL) {
        return has_text(entry->key, wanted->text, wanted->size);
    }
    return mp__any_same(wanted->search, entry->key, wanted->key, wanted->depth);
}

static mp__any_entry_t *look(const mp__any_table_t *table,
                             const wanted_t *wanted, int *why)
{
    bool in_chains = table->head_count > 0;
    uint32_t at =
        in_chains ? *head_of(table, wanted->hash) : (table->filled > 0 ? 1 : 0);

    while (at != 0) {
        mp__any_entry_t *entry = &table->entries[at - 1];
        *why = matches(entry, wanted);
        if (*why != 0) {
            break;
        }
        at = in_chains ? entry->next : (at < table->filled ? at + 1 : 0);
    }
    if (at == 0 || *why < 0) {
        return NULL;
    }
    *why = 0;
    return &table->entries[at - 1];
}

mp__any_entry_t *mp__any_table_find(mp__any_search_t *search,
                                    const mp_any_t *value, const mp_any_t *key,
                                    unsigned depth, int *why)
{
    wanted_t wanted = {0, key, NULL, 0, search, depth};

    *why = mp__any_hash_key(key, &wanted.hash);
    if (*why < 0) {
        return NULL;
    }
    *why = 0;
    return look(mp__any_as_table(value), &wanted, why);
}

mp__any_entry_t *mp__any_table_find_text(const mp_any_t *value,
                                         const char *text, size_t size,
                                         int *why)
{
    wanted_t wanted = {0, NULL, text, size, NULL, 0};

    *why = mp__any_hash_text(text, size, &wanted.hash);
    return *why < 0 ? NULL : look(mp__any_as_table(value), &wanted, why);
}

// ---- putting ----

static void add(mp__any_table_t *table, uint64_t hash, mp_any_t *key,
                mp_any_t *item)
{
    table->entries[table->filled++] = (mp__any_entry_t){hash, key, item, 0};
    table->used++;
}

static int put(mp_any_t *value, const wanted_t *wanted, mp_any_t *key,
               mp_any_t *item, mp_any_t *dropped[2])
{
    mp__any_table_t *table = mp__any_as_table(value);
    int why = 0;

    mp__any_entry_t *entry = look(table, wanted, &why);
    if (why < 0) {
        return why;
    }
    if (entry != NULL) {
        dropped[0] = key;
        dropped[1] = entry->value;
        entry->value = item;
        return 0;
    }
    int r = mp__any_table_reserve(table, 1);
    if (r == 0) {
        add(table, wanted->hash, key, item);
    }
    return r;
}

int mp__any_table_put(mp_any_t *value, mp_any_t *key, mp_any_t *item)
{
    mp_any_t *dropped[2] = {NULL, NULL};
    mp__any_search_t search = {0};
    wanted_t wanted = {0, key, NULL, 0, &search, 0};

    int odd = mp__any_hash_key(key, &wanted.hash);
    int r = odd < 0 ? odd : put(value, &wanted, key, item, dropped);
    if (r == 0) {
        mp__any_as_table(value)->odd |= odd == 1;
        chain(mp__any_as_table(value), mp__any_as_table(value)->filled);
    }
    mp_any_destroy(dropped[0]);
    mp_any_destroy(dropped[1]);
    return r;
}

// The first key that is an object stops the chains, so that from then on no
// key is compared with others: two that are equal would both be kept. But
// nobody writes such a dict.
int mp__any_table_load(mp_any_t *value, mp_any_t *key, mp_any_t *item,
                       mp_any_t *dropped[2])
{
    mp__any_table_t *table = mp__any_as_table(value);
    mp__any_search_t search = {0};
    wanted_t wanted = {0, key, NULL, 0, &search, 0};

    int odd = mp__any_hash_plain(key, 0, &wanted.hash);
    if (odd < 0) {
        return odd;
    }
    if (odd == 0 && !table->odd) {
        int r = put(value, &wanted, key, item, dropped);
        chain(table, table->filled);
        return r;
    }
    int r = mp__any_table_reserve(table, 1);
    if (r == 0) {
        table->odd = true;
        add(table, wanted.hash, key, item);
    }
    return r;
}

static bool has_hash(const mp__any_table_t *table, uint64_t hash)
{
    for (uint32_t i = 0; i < table->filled; i++) {
        if (table->entries[i].hash == hash) {
            return true;
        }
    }
    return false;
}

static bool chain_has_hash(const mp__any_table_t *table, uint32_t at,
                           uint64_t hash)
{
    while (at != 0 && table->entries[at - 1].hash != hash) {
        at = table->entries[at - 1].next;
    }
    return at != 0;
}

bool mp__any_table_load_text(mp_any_t *value, mp_any_t *key, mp_any_t *item)
{
    mp__any_table_t *table = mp__any_as_table(value);
    uint64_t hash = 0;

    if (key->type != MP_ANY_TEXT || table->odd ||
        table->filled == table->room || table->chained != table->filled ||
        mp__any_hash_text_value(key, &hash) < 0) {
        return false;
    }
    uint32_t none = 0;
    uint32_t *head = table->head_count > 0 ? head_of(table, hash) : &none;
    if (table->head_count > 0 ? chain_has_hash(table, *head, hash)
                              : has_hash(table, hash)) {
        return false;
    }
    table->entries[table->filled] = (mp__any_entry_t){hash, key, item, *head};
    *head = ++table->filled;
    table->chained = table->filled;
    table->used++;
    return true;
}

int mp__any_table_chain(mp_any_t *value)
{
    mp__any_table_t *table = mp__any_as_table(value);

    for (uint32_t i = table->chained; i < table->filled; i++) {
        mp__any_entry_t *entry = &table->entries[i];
        int r =
            entry->key == NULL ? 0 : mp__any_hash_key(entry->key, &entry->hash);
        if (r < 0) {
            return r;
        }
    }
    chain(table, table->filled);
    return 0;
}

// ---- removing ----

static void take_out_of_chain(mp__any_table_t *table,
                              const mp__any_entry_t *entry)
{
    uint32_t number = (uint32_t) (entry - table->entries) + 1;

    if (table->head_count == 0) {
        return;
    }
    uint32_t *at = head_of(table, entry->hash);
    while (*at != number) {
        at = &table->entries[*at - 1].next;
    }
    *at = entry->next;
}

void mp__any_table_remove(mp_any_t *value, mp__any_entry_t *entry)
{
    mp__any_table_t *table = mp__any_as_table(value);
    mp_any_t *key = entry->key;
    mp_any_t *item = entry->value;

    take_out_of_chain(table, entry);
    entry->key = NULL;
    entry->value = NULL;
    table->used--;
    mp_any_destroy(key);
    mp_any_destroy(item);
}
