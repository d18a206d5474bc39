// SPDX-License-Identifier: Apache-2.0
// The dynamic value, inside. A value is a node with a count of the references
// to it. Those that contain others are *groups*; the rest are leaves, which are
// never changed, but for a bytearray.
#ifndef MP_CORE_ANY_H
#define MP_CORE_ANY_H

#include <multiprocessing/any.h>

#include <stdatomic.h>
#include <string.h>

#include "core/object.h"
#include "platform/fail.h"

// Counts from here on are no counts: of nodes that are there from the start,
// and of what was held so often that it is better never freed than too early.
#define MP__ANY_FOREVER UINT32_C(0x80000000)

// The flags of a group.
#define MP__ANY_PLACED 1U // it has been put into another one
#define MP__ANY_CYCLIC 2U // it may contain itself
#define MP__ANY_GOTTEN 4U // while it was read, something referred to it
#define MP__ANY_SLAB 8U   // it lies in a slab

// What comparing, hashing and printing go down, on the stack of their thread.
#define MP__ANY_DEEPEST 256

// Integers that are always there.
#define MP__ANY_INT_LEAST (-16)
#define MP__ANY_INT_MOST 255

// The most decimal digits that an integer is read from or written as.
#define MP__ANY_DIGITS 4300

struct mp_any {
    _Atomic uint32_t count;
    uint8_t type;
    uint8_t kind; // of an integer whether it is large; how an object is made
    _Atomic uint8_t flags;
    uint8_t mark; // whoever walks through groups, under the cycle lock; of a
                  // leaf in a slab its place
};

typedef struct mp__any_int {
    mp_any_t head;
    int64_t value;
} mp__any_int_t;

// An integer that does not fit into 64 bits: two's complement, little-endian,
// in as few bytes as can be.
typedef struct mp__any_big {
    mp_any_t head;
    size_t size;
    unsigned char bytes[];
} mp__any_big_t;

typedef struct mp__any_float {
    mp_any_t head;
    double value;
} mp__any_float_t;

// Text and bytes, with a NUL behind them.
typedef struct mp__any_text {
    mp_any_t head;
    size_t size;
    _Atomic uint64_t hash; // 0: not known yet
    char bytes[];
} mp__any_text_t;

typedef struct mp__any_bytearray {
    mp_any_t head;
    size_t size;
    unsigned char *bytes;
} mp__any_bytearray_t;

// Module and name, each with a NUL.
typedef struct mp__any_global {
    mp_any_t head;
    size_t module_size;
    size_t name_size;
    char texts[];
} mp__any_global_t;

typedef struct mp__any_shared {
    mp_any_t head;
    mp__object_t *object;
    mp_any_t *next; // of those whose object is still to be let go
} mp__any_shared_t;

typedef struct mp__any_group {
    mp_any_t head;
    uint32_t inside; // the references that were met on a walk; while it is
                     // read, how deep it is
    uint32_t place;  // in its slab
    mp_any_t *link;  // the next one on a walk
    mp_any_t *next;  // the next one that is to be freed
} mp__any_group_t;

typedef struct mp__any_list {
    mp__any_group_t group;
    size_t size;
    size_t room;
    mp_any_t **items;
} mp__any_list_t;

typedef struct mp__any_tuple {
    mp__any_group_t group;
    size_t size;
    _Atomic uint64_t hash; // see any_hash.c
    mp_any_t *items[];
} mp__any_tuple_t;

// Of a dict or a set, in the order in which they came.
typedef struct mp__any_entry {
    uint64_t hash;
    mp_any_t *key;   // NULL: removed
    mp_any_t *value; // NULL in a set
    uint32_t next;   // of the same head, as its index + 1
} mp__any_entry_t;

typedef struct mp__any_table {
    mp__any_group_t group;
    uint32_t used;   // entries that are there
    uint32_t filled; // with those that were removed
    uint32_t room;
    uint32_t head_count;      // a power of 2, or 0: there are few entries
    uint32_t chained;         // the first so many entries are in chains
    uint32_t place;           // of the entries in a slab; 0: they lie alone
    bool odd;                 // it has keys that are objects, or contain some
    uint32_t *heads;          // index + 1 of the first entry
    mp__any_entry_t *entries; // and behind them, in one piece, the heads
} mp__any_table_t;

typedef struct mp__any_object_step {
    mp_any_t *value;
    mp_any_step_t step;
} mp__any_object_step_t;

typedef struct mp__any_object {
    mp__any_group_t group;
    mp_any_t *callable;
    mp_any_t *args;
    mp_any_t *kwargs;
    size_t step_count;
    size_t step_room;
    mp__any_object_step_t *steps;
} mp__any_object_t;

// ---- the one way to see a node as what it is ----

#define MP__ANY_AS(name)                                                       \
    static inline mp__any_##name##_t *mp__any_as_##name(const mp_any_t *value) \
    {                                                                          \
        return (mp__any_##name##_t *) (uintptr_t) value;                       \
    }
MP__ANY_AS(int)
MP__ANY_AS(big)
MP__ANY_AS(float)
MP__ANY_AS(text)
MP__ANY_AS(bytearray)
MP__ANY_AS(global)
MP__ANY_AS(shared)
MP__ANY_AS(group)
MP__ANY_AS(list)
MP__ANY_AS(tuple)
MP__ANY_AS(table)
MP__ANY_AS(object)
#undef MP__ANY_AS

static inline bool mp__any_is(const mp_any_t *value, mp_any_type_t type)
{
    return value != NULL && value->type == (uint8_t) type;
}

static inline bool mp__any_is_group(const mp_any_t *value)
{
    return (value->type >= MP_ANY_LIST && value->type <= MP_ANY_FROZENSET) ||
           value->type == MP_ANY_OBJECT;
}

static inline bool mp__any_is_set(const mp_any_t *value)
{
    return value->type == MP_ANY_SET || value->type == MP_ANY_FROZENSET;
}

static inline bool mp__any_is_number(const mp_any_t *value)
{
    return value->type >= MP_ANY_BOOL && value->type <= MP_ANY_FLOAT;
}

static inline bool mp__any_is_flagged(const mp_any_t *value, unsigned flag)
{
    return (atomic_load_explicit(&value->flags, memory_order_relaxed) & flag) !=
           0;
}

static inline void mp__any_flag(mp_any_t *value, unsigned flag)
{
    uint8_t flags = atomic_load_explicit(&value->flags, memory_order_relaxed);
    if ((flags & flag) == 0) {
        (void) atomic_fetch_or_explicit(&value->flags, (uint8_t) flag,
                                        memory_order_relaxed);
    }
}

// ---- counts ----

static inline mp_any_t *mp__any_ref(const mp_any_t *value)
{
    mp_any_t *node = (mp_any_t *) (uintptr_t) value;
    if (atomic_load_explicit(&node->count, memory_order_relaxed) <
        MP__ANY_FOREVER) {
        (void) atomic_fetch_add_explicit(&node->count, 1, memory_order_relaxed);
    }
    return node;
}

// The same for a node that no other thread knows yet.
static inline mp_any_t *mp__any_ref_own(mp_any_t *node)
{
    uint32_t count = atomic_load_explicit(&node->count, memory_order_relaxed);
    if (count < MP__ANY_FOREVER) {
        atomic_store_explicit(&node->count, count + 1, memory_order_relaxed);
    }
    return node;
}

// Takes a reference away, and says whether it was the last one. Who has the
// only one need not write: nobody else can come to hold it.
static inline bool mp__any_unref(mp_any_t *node)
{
    uint32_t count = atomic_load_explicit(&node->count, memory_order_acquire);
    if (count >= MP__ANY_FOREVER) {
        return false;
    }
    return count == 1 || atomic_fetch_sub_explicit(&node->count, 1,
                                                   memory_order_acq_rel) == 1;
}

// The same, of one that somebody else holds as well.
static inline void mp__any_unref_own(mp_any_t *node)
{
    uint32_t count = atomic_load_explicit(&node->count, memory_order_relaxed);
    if (count < MP__ANY_FOREVER) {
        atomic_store_explicit(&node->count, count - 1, memory_order_relaxed);
    }
}

// ---- nodes ----

static inline void mp__any_begin(mp_any_t *node, mp_any_type_t type,
                                 unsigned flags)
{
    atomic_init(&node->count, 1);
    node->type = (uint8_t) type;
    node->kind = 0;
    atomic_init(&node->flags, (uint8_t) flags);
    node->mark = 0;
}

// Of text and bytes what follows the head.
static inline void mp__any_fill_text(mp_any_t *node, const void *bytes,
                                     size_t size)
{
    mp__any_text_t *text = mp__any_as_text(node);

    text->size = size;
    atomic_init(&text->hash, 0);
    if (size > 0) {
        memcpy(text->bytes, bytes, size);
    }
    text->bytes[size] = '\0';
}

int mp__any_out_of_memory(void);
int mp__any_no_place(void);
int mp__any_no_value(void);
// MP_ETYPE: it is of this type, not of the one that is wanted.
int mp__any_wrong_type(const mp_any_t *value, const char *wanted);
const char *mp__any_type_name(int type);

// New nodes of `size` bytes, held once; NULL: no memory, not recorded.
mp_any_t *mp__any_leaf(mp_any_type_t type, size_t size);
mp_any_t *mp__any_group_new(mp_any_type_t type, size_t size); // all zero

mp_any_t *mp__any_new_none(void);
mp_any_t *mp__any_new_bool(bool truth);
mp_any_t *mp__any_new_int(int64_t integer);
// Whether this one is always there.
static inline bool mp__any_is_ready(int64_t integer)
{
    return integer >= MP__ANY_INT_LEAST && integer <= MP__ANY_INT_MOST;
}
mp_any_t *mp__any_new_float(double number);
mp_any_t *mp__any_new_big(const unsigned char *bytes, size_t size);
mp_any_t *mp__any_new_text(mp_any_type_t type, const void *bytes, size_t size);
mp_any_t *mp__any_new_bytearray(const void *bytes, size_t size);
mp_any_t *mp__any_new_list(size_t room);
mp_any_t *mp__any_new_tuple(size_t size); // its items are NULL
mp_any_t *mp__any_new_table(mp_any_type_t type);
mp_any_t *mp__any_new_global(const char *module, size_t module_size,
                             const char *name, size_t name_size);
// It takes over the references.
mp_any_t *mp__any_new_object(mp_any_how_t how, mp_any_t *callable,
                             mp_any_t *args, mp_any_t *kwargs);
// It takes over the hold.
mp_any_t *mp__any_new_shared(mp__object_t *object);

// A value from an argument. One that is a value already may be a group, and is
// to be marked as placed.
int mp__any_from_arg(mp_any_t **out, const mp_arg_t *arg);

// ---- groups ----

// A group's parts by their number, NULL where there is none.
size_t mp__any_children(const mp_any_t *group);
mp_any_t *mp__any_child(const mp_any_t *group, size_t index);

// `item` is about to be put into `group`, which may close a circle.
void mp__any_placed(mp_any_t *group, mp_any_t *item);
// All that these reach may contain itself.
void mp__any_flag_cyclic(mp_any_t *const *roots, size_t count);
// The same of groups that are linked by `next`; and gives back a reference to
// each.
void mp__any_flag_cyclic_list(mp_any_t *list);
void mp__any_destroy_list(mp_any_t *list);

// What is being released, without a call within a call.
typedef struct mp__any_slab mp__any_slab_t;

typedef struct mp__any_release {
    mp_any_t *dead;
    mp_any_t *shared;
    mp_any_t *suspects;   // groups that may be held by nothing but themselves
    mp__any_slab_t *slab; // which so many nodes are to be dropped of
    uint32_t dropped;
    bool locked;
} mp__any_release_t;

void mp__any_release_one(mp__any_release_t *release, mp_any_t *value);
void mp__any_collect(mp__any_release_t *release);

#define MP__ANY_UNSEEN 0
#define MP__ANY_SUSPECT 1
#define MP__ANY_ZOMBIE 2 // a suspect that is freed already, but for its node
#define MP__ANY_SEEN 3
#define MP__ANY_ALIVE 4

// ---- lists ----

int mp__any_list_reserve(mp_any_t *value, size_t more);
// Takes over the reference.
int mp__any_list_push(mp_any_t *value, mp_any_t *item);

// ---- objects ----

// Takes over the reference.
int mp__any_object_push(mp_any_t *value, mp_any_step_t step, mp_any_t *with);

// ---- tables ----

// A comparison, which may look up keys, which are compared.
typedef struct mp__any_search {
    uint32_t steps; // that were taken
} mp__any_search_t;

int mp__any_table_reserve(mp__any_table_t *table, size_t more);
// Of an empty one: in memory that is at hand, of as many bytes as this says.
size_t mp__any_table_bytes(size_t room);
void mp__any_table_place(mp__any_table_t *table, size_t room, void *memory,
                         uint32_t place);
void mp__any_table_free(mp__any_table_t *table); // its entries
// Sets or adds, with references that it takes over if it succeeds. `value` is
// NULL in a set.
int mp__any_table_put(mp_any_t *value, mp_any_t *key, mp_any_t *item);
// The same while a table is read: keys that are objects are not complete yet,
// and none of them is taken for another. mp__any_table_chain() ends it.
// `dropped` receives what it holds no longer, or NULL: the key if it had one
// that is equal, and the old value.
int mp__any_table_load(mp_any_t *value, mp_any_t *key, mp_any_t *item,
                       mp_any_t *dropped[2]);
int mp__any_table_chain(mp_any_t *value);
// The short way for a text that is no key yet, if there is room reserved for
// it. False: nothing is done, and it takes the other one.
bool mp__any_table_load_text(mp_any_t *value, mp_any_t *key, mp_any_t *item);
// The entry, or NULL with *why 0 if there is none.
mp__any_entry_t *mp__any_table_find(mp__any_search_t *search,
                                    const mp_any_t *value, const mp_any_t *key,
                                    unsigned depth, int *why);
mp__any_entry_t *mp__any_table_find_text(const mp_any_t *value,
                                         const char *text, size_t size,
                                         int *why);

void mp__any_table_remove(mp_any_t *value, mp__any_entry_t *entry);

// ---- numbers ----

// -1, 0, 1; 2: they have no order.
int mp__any_number_compare(const mp_any_t *a, const mp_any_t *b);
// An integral number as bytes of two's complement; false: it is none.
bool mp__any_double_bytes(double number, unsigned char bytes[136],
                          size_t *size);
size_t mp__any_int_trim(const unsigned char *bytes, size_t size);
// What an integer is, little-endian; `small` has room for 8 bytes.
const unsigned char *mp__any_int_data(const mp_any_t *value,
                                      unsigned char *small, size_t *size);
double mp__any_big_double(const unsigned char *bytes, size_t size);
// Decimal text: freed with free(). NULL, and *why.
char *mp__any_big_text(const unsigned char *bytes, size_t size, int *why);

// ---- comparing and hashing ----

// 1, 0, or why not. Unlike Python's ==, an item is equal to itself.
int mp__any_same(mp__any_search_t *search, const mp_any_t *a, const mp_any_t *b,
                 unsigned depth);
int mp__any_order(mp__any_search_t *search, const mp_any_t *a,
                  const mp_any_t *b, unsigned depth, int *order);

// 0; 1: it is or contains an object, which the hash tells little of.
int mp__any_hash_key(const mp_any_t *value, uint64_t *hash);
// The same if nothing but a look is wanted: *hash is not set for objects.
int mp__any_hash_plain(const mp_any_t *value, unsigned depth, uint64_t *hash);
// Of a text, or bytes.
int mp__any_hash_text_value(const mp_any_t *value, uint64_t *hash);
int mp__any_hash_text(const void *bytes, size_t size, uint64_t *hash);

#endif
