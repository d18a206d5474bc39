// SPDX-License-Identifier: Apache-2.0
// Hashes: SipHash-1-3 with a key of the process's own, so that nobody who
// sends values can choose many that fall together.
#include "core/any.h"

#include <string.h>

#include "platform/platform.h"

// What a tuple remembers instead of a hash.
#define UNKNOWN 0
#define ODD 1 // it contains an object
#define NEVER 2
#define LEAST 3

// Of an object so much is looked at: an object that is a key costs less than
// 10 us, whoever sent it.
#define SHAPE_DEPTH 3
#define SHAPE_WIDTH 4
#define SHAPE_LEAVES 16 // of a dict or a set

// ---- the key ----

static _Atomic bool has_key;
static uint64_t keys[2];

static int make_key(void)
{
    int r = 0;

    if (atomic_load_explicit(&has_key, memory_order_acquire)) {
        return 0;
    }
    uint64_t fresh[2];
    r = mp_plat_random(fresh, sizeof(fresh));
    if (r < 0) {
        return r;
    }
    mp_plat_lock(MP_PLAT_LOCK_CYCLE);
    if (!atomic_load_explicit(&has_key, memory_order_relaxed)) {
        memcpy(keys, fresh, sizeof(keys));
        atomic_store_explicit(&has_key, true, memory_order_release);
    }
    mp_plat_unlock(MP_PLAT_LOCK_CYCLE);
    return 0;
}

// ---- SipHash-1-3 ----

static inline uint64_t turn(uint64_t word, unsigned bits)
{
    return word << bits | word >> (64 - bits);
}

static inline void mix(uint64_t v[4])
{
    v[0] += v[1];
    v[1] = turn(v[1], 13) ^ v[0];
    v[0] = turn(v[0], 32);
    v[2] += v[3];
    v[3] = turn(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = turn(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = turn(v[1], 17) ^ v[2];
    v[2] = turn(v[2], 32);
}

// What lies behind the last whole word, in few steps: two halves may overlap.
static inline uint64_t load4(const unsigned char *bytes)
{
    return (uint64_t) bytes[0] | (uint64_t) bytes[1] << 8 |
           (uint64_t) bytes[2] << 16 | (uint64_t) bytes[3] << 24;
}

static inline uint64_t load_rest(const unsigned char *bytes, size_t size)
{
    if (size >= 4) {
        return load4(bytes) | load4(bytes + size - 4) << (8 * (size - 4));
    }
    uint64_t rest = size > 0 ? bytes[0] : 0;
    rest |= size > 1 ? (uint64_t) bytes[1] << 8 : 0;
    return rest | (size > 2 ? (uint64_t) bytes[2] << 16 : 0);
}

static inline void begin_hash(uint64_t v[4])
{
    v[0] = keys[0] ^ UINT64_C(0x736f6d6570736575);
    v[1] = keys[1] ^ UINT64_C(0x646f72616e646f6d);
    v[2] = keys[0] ^ UINT64_C(0x6c7967656e657261);
    v[3] = keys[1] ^ UINT64_C(0x7465646279746573);
}

static inline void add_word(uint64_t v[4], uint64_t word)
{
    v[3] ^= word;
    mix(v);
    v[0] ^= word;
}

static inline uint64_t end_hash(uint64_t v[4])
{
    v[2] ^= 0xFF;
    mix(v);
    mix(v);
    mix(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static uint64_t hash_bytes(const void *data, size_t size)
{
    const unsigned char *bytes = data;
    uint64_t length = (uint64_t) size << 56;
    uint64_t v[4];

    begin_hash(v);
    for (; size >= 8; size -= 8, bytes += 8) {
        uint64_t word = 0;
        memcpy(&word, bytes, sizeof(word));
        add_word(v, word);
    }
    add_word(v, length | load_rest(bytes, size));
    return end_hash(v);
}

// The same of less than eight bytes, as most keys have.
static inline uint64_t hash_few(const void *bytes, size_t size)
{
    uint64_t v[4];

    begin_hash(v);
    add_word(v, (uint64_t) size << 56 | load_rest(bytes, size));
    return end_hash(v);
}

static uint64_t join(uint64_t hash, uint64_t next)
{
    uint64_t both[2] = {hash, next};

    return hash_bytes(both, sizeof(both));
}

// ---- leaves ----

static uint64_t hash_small(int64_t integer)
{
    return hash_bytes(&integer, sizeof(integer));
}

// An integral double is the integer that it is equal to.
static uint64_t hash_double(double number)
{
    unsigned char bytes[136];
    size_t size = 0;

    if (!mp__any_double_bytes(number, bytes, &size)) {
        return hash_bytes(&number, sizeof(number));
    }
    if (size > sizeof(int64_t)) {
        return hash_bytes(bytes, size);
    }
    return hash_small((int64_t) number);
}

static uint64_t hash_number(const mp_any_t *value)
{
    if (value->type == MP_ANY_FLOAT) {
        return hash_double(mp__any_as_float(value)->value);
    }
    return value->kind != 0 ? hash_bytes(mp__any_as_big(value)->bytes,
                                         mp__any_as_big(value)->size)
                            : hash_small(mp__any_as_int(value)->value);
}

static uint64_t hash_text(const mp_any_t *value)
{
    mp__any_text_t *text = mp__any_as_text(value);
    uint64_t hash = atomic_load_explicit(&text->hash, memory_order_relaxed);

    if (hash == 0) {
        hash = text->size < 8 ? hash_few(text->bytes, text->size)
                              : hash_bytes(text->bytes, text->size);
        atomic_store_explicit(&text->hash, hash, memory_order_relaxed);
    }
    return hash;
}

static uint64_t hash_leaf(const mp_any_t *value)
{
    switch ((mp_any_type_t) value->type) {
    case MP_ANY_TEXT:
    case MP_ANY_BYTES:
        return hash_text(value);
    case MP_ANY_GLOBAL: {
        const mp__any_global_t *global = mp__any_as_global(value);
        return hash_bytes(global->texts,
                          global->module_size + global->name_size + 2);
    }
    case MP_ANY_SHARED: {
        const mp__object_t *object = mp__any_as_shared(value)->object;
        return hash_small((int64_t) (intptr_t) object);
    }
    case MP_ANY_NONE:
        return hash_bytes("None", 4);
    default:
        return hash_number(value);
    }
}

int mp__any_hash_text_value(const mp_any_t *value, uint64_t *hash)
{
    int r = make_key();

    if (r == 0) {
        *hash = hash_text(value);
    }
    return r;
}

// ---- tuples and frozensets ----

static int unhashable(const mp_any_t *value)
{
    return mp__fail(MP_ETYPE, 0, "%s can be no key",
                    mp__any_type_name(value->type));
}

static int remembered(uint64_t hash, uint64_t *out)
{
    if (hash == NEVER) {
        return mp__fail(MP_ETYPE, 0,
                        "a tuple with a list, dict, set or bytearray in it can "
                        "be no key");
    }
    *out = hash;
    return hash == ODD ? 1 : 0;
}

static int hash_tuple(const mp_any_t *value, unsigned depth, uint64_t *out)
{
    mp__any_tuple_t *tuple = mp__any_as_tuple(value);
    uint64_t known = atomic_load_explicit(&tuple->hash, memory_order_relaxed);
    uint64_t hash = tuple->size;
    bool odd = false;

    if (known != UNKNOWN) {
        return remembered(known, out);
    }
    for (size_t i = 0; i < tuple->size; i++) {
        uint64_t next = 0;
        int r = mp__any_hash_plain(tuple->items[i], depth + 1, &next);
        if (r == MP_ETYPE) {
            atomic_store_explicit(&tuple->hash, NEVER, memory_order_relaxed);
        }
        if (r < 0) {
            return r;
        }
        odd = odd || r == 1;
        hash = join(hash, next);
    }
    hash = hash < LEAST ? hash + LEAST : hash;
    hash = odd ? ODD : hash;
    atomic_store_explicit(&tuple->hash, hash, memory_order_relaxed);
    return remembered(hash, out);
}

// The order of the items does not matter.
static int hash_frozenset(const mp_any_t *value, uint64_t *out)
{
    const mp__any_table_t *table = mp__any_as_table(value);
    uint64_t sum = 0;

    if (table->odd) {
        return 1;
    }
    for (uint32_t i = 0; i < table->filled; i++) {
        sum += table->entries[i].key == NULL ? 0 : table->entries[i].hash;
    }
    *out = join(table->used, sum);
    return 0;
}

int mp__any_hash_plain(const mp_any_t *value, unsigned depth, uint64_t *hash)
{
    int r = make_key();
    if (r < 0) {
        return r;
    }
    if (depth > MP__ANY_DEEPEST) {
        return mp__fail(MP_EDEPTH, 0, "a key is nested too deeply");
    }
    switch ((mp_any_type_t) value->type) {
    case MP_ANY_BYTEARRAY:
    case MP_ANY_LIST:
    case MP_ANY_DICT:
    case MP_ANY_SET:
        return unhashable(value);
    case MP_ANY_TUPLE:
        return hash_tuple(value, depth, hash);
    case MP_ANY_FROZENSET:
        return hash_frozenset(value, hash);
    case MP_ANY_OBJECT:
        return 1;
    default:
        *hash = hash_leaf(value);
        return 0;
    }
}

// ---- objects ----

// Equal ones have equal shapes. Only a part is looked at: an object may
// contain itself, or be large.
static uint64_t shape(const mp_any_t *value, unsigned depth);

static uint64_t shape_of_object(const mp__any_object_t *object, unsigned depth)
{
    uint64_t hash =
        join(shape(object->callable, depth), shape(object->args, depth));

    if (object->kwargs != NULL) {
        hash = join(hash, shape(object->kwargs, depth));
    }
    for (size_t i = 0; i < object->step_count && i < SHAPE_WIDTH; i++) {
        hash = join(hash, shape(object->steps[i].value, depth));
    }
    return hash;
}

static uint64_t shape_of_table(const mp__any_table_t *table, unsigned depth)
{
    uint64_t sum = 0;

    if (table->used > SHAPE_LEAVES) {
        return join(table->used, 0);
    }
    if (table->used > SHAPE_WIDTH) {
        depth = 0;
    }
    for (uint32_t i = 0; i < table->filled; i++) {
        const mp__any_entry_t *entry = &table->entries[i];
        if (entry->key != NULL) {
            uint64_t key = shape(entry->key, depth);
            sum += entry->value == NULL ? key
                                        : join(key, shape(entry->value, depth));
        }
    }
    return join(table->used, sum);
}

static uint64_t shape_of_row(mp_any_t *const *items, size_t count,
                             unsigned depth)
{
    uint64_t hash = count;

    for (size_t i = 0; i < count && i < SHAPE_WIDTH; i++) {
        hash = join(hash, shape(items[i], depth));
    }
    return hash;
}

static uint64_t shape(const mp_any_t *value, unsigned depth)
{
    if (depth == 0 && mp__any_is_group(value)) {
        return 0;
    }
    switch ((mp_any_type_t) value->type) {
    case MP_ANY_BYTEARRAY: // equal to bytes
        return hash_bytes(mp__any_as_bytearray(value)->bytes,
                          mp__any_as_bytearray(value)->size);
    case MP_ANY_LIST:
        return shape_of_row(mp__any_as_list(value)->items,
                            mp__any_as_list(value)->size, depth - 1);
    case MP_ANY_TUPLE:
        return shape_of_row(mp__any_as_tuple(value)->items,
                            mp__any_as_tuple(value)->size, depth - 1);
    case MP_ANY_DICT:
    case MP_ANY_SET:
    case MP_ANY_FROZENSET:
        return shape_of_table(mp__any_as_table(value), depth - 1);
    case MP_ANY_OBJECT:
        return shape_of_object(mp__any_as_object(value), depth - 1);
    default:
        return hash_leaf(value);
    }
}

// ---- for tables, and for users ----

int mp__any_hash_key(const mp_any_t *value, uint64_t *hash)
{
    int r = mp__any_hash_plain(value, 0, hash);
    if (r == 1) {
        *hash = shape(value, SHAPE_DEPTH);
    }
    return r;
}

int mp__any_hash_text(const void *bytes, size_t size, uint64_t *hash)
{
    int r = make_key();
    if (r == 0) {
        *hash = hash_bytes(bytes, size);
    }
    return r;
}

int mp_any_hash(const mp_any_t *value, uint64_t *hash)
{
    uint64_t found = 0;

    if (value == NULL) {
        return mp__any_no_value();
    }
    if (hash == NULL) {
        return mp__any_no_place();
    }
    int r = mp__any_hash_key(value, &found);
    if (r >= 0) {
        *hash = found;
    }
    return r < 0 ? r : 0;
}
