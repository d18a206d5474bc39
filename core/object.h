// SPDX-License-Identifier: Apache-2.0
// What lies in the arena: objects, small ones in cells of slabs, large ones in
// spans of their own, each with a header that tells whose it is.
//
// The process that made an object counts its own holds in the header. Another
// process that holds it has a cell of kind HOLDER, in a slab of its own, that
// is chained to the object. So what a dead process held is found in its slabs.
// An object goes with its last hold; but while a process lives that was forked
// between its birth and its end, or descends from one, and so has inherited its
// address, it is in limbo.
#ifndef MP_CORE_OBJECT_H
#define MP_CORE_OBJECT_H

#include "core/arena.h"
#include "core/member.h"
#include "core/pages.h"

typedef enum mp__type {
    MP__TYPE_NONE,
    MP__TYPE_RESERVED, // being made
    MP__TYPE_FREEING,  // being freed
    MP__TYPE_HOLDER,
    MP__TYPE_PART, // of a queue (core/queue.h)
    MP__TYPE_LOCK,
    MP__TYPE_RLOCK,
    MP__TYPE_SEMAPHORE,
    MP__TYPE_CONDITION,
    MP__TYPE_EVENT,
    MP__TYPE_BARRIER,
    MP__TYPE_QUEUE,
    MP__TYPE_VALUE,
    MP__TYPE_ARRAY,
    MP__TYPE_ROUTE, // of connections
    MP__TYPE_BLOCK, // of the user's
    MP__TYPE_COUNT
} mp__type_t;

// What a user has of them: X(name, type) of each of MP_SHARED_TYPES.
#ifdef MP_NO_SHAREDCTYPES
#define MP__OBJECTS_OF_TYPES(X)
#else
#define MP__OBJECTS_OF_TYPES(X)                                                \
    X(value, MP__TYPE_VALUE) X(array, MP__TYPE_ARRAY)
#endif
#define MP__OBJECTS(X)                                                         \
    X(lock, MP__TYPE_LOCK)                                                     \
    X(rlock, MP__TYPE_RLOCK)                                                   \
    X(semaphore, MP__TYPE_SEMAPHORE)                                           \
    X(condition, MP__TYPE_CONDITION)                                           \
    X(event, MP__TYPE_EVENT)                                                   \
    X(barrier, MP__TYPE_BARRIER)                                               \
    X(queue, MP__TYPE_QUEUE) MP__OBJECTS_OF_TYPES(X)

// The state: the type, flags, in limbo how many forks there were from the birth
// to the end, and in the upper half a token: the owner's, or of who is freeing
// it.
#define MP__OBJECT_TYPE UINT64_C(0xff)
#define MP__OBJECT_SHARED UINT64_C(0x100) // others have held it
#define MP__OBJECT_LIMBO UINT64_C(0x200)
#define MP__OBJECT_PAIRED UINT64_C(0x400) // it has a companion
#define MP__OBJECT_FORKS UINT64_C(0xfffff800)
#define MP__FORKS_SHIFT 11
#define MP__FORKS_MOST UINT32_C(0x1fffff) // so many, or more

typedef struct mp__object {
    _Atomic uint64_t state;
    mp_word_t generation; // of this place, so that an old reference is known
    uint32_t home;        // the first unit of its slab, or its own
    uint32_t birth;       // the clock of forks when it was made
    mp_word_t holds;      // of its owner
    mp_word_t holders;    // chain of HOLDER cells: offset / 64, 0 at the end
    mp_word_t next;       // in limbo, or in a chain: the same
} mp__object_t;

// An object that needs another one for its life, as a Value needs the lock that
// it was given: whoever holds the one holds the other as often.
typedef struct mp__paired {
    mp__object_t head;
    uint32_t companion; // offset / 64
} mp__paired_t;

typedef struct mp__holder {
    mp__object_t head;
    uint32_t object; // offset / 64
    uint32_t generation;
    uint32_t token; // 0: it is a transit (core/transit.h)
    mp_word_t count;
    uint32_t route;     // of a transit: offset / 64
    mp_word_t in_route; // the next one in the chain of the route
    uint32_t with;      // the transit of the object's companion, or 0
} mp__holder_t;

// What a reference to an object says; all of it is checked when it is opened.
typedef struct mp__reference {
    uint64_t family;
    uint64_t offset;
    uint32_t generation;
    uint32_t type;
} mp__reference_t;

static inline mp__type_t mp__type_of(uint64_t state)
{
    return (mp__type_t) (state & MP__OBJECT_TYPE);
}

static inline uint32_t mp__owner_of(uint64_t state)
{
    return (uint32_t) (state >> 32);
}

static inline uint32_t mp__forks_of(uint64_t state)
{
    uint32_t forks = (uint32_t) (state & MP__OBJECT_FORKS) >> MP__FORKS_SHIFT;

    return forks == MP__FORKS_MOST ? MP__ALL_FORKS : forks;
}

static inline uint64_t mp__state(mp__type_t type, uint32_t token)
{
    return (uint64_t) token << 32 | (uint64_t) type;
}

static inline uint32_t mp__link(const mp__object_t *object)
{
    return (uint32_t) (mp__offset_of(object) / 64);
}

static inline void *mp__linked(uint32_t link)
{
    return mp__at((uint64_t) link * 64);
}

// Whether it has a span of its own.
static inline bool mp__object_is_block(const mp__object_t *object)
{
    return mp__unit_address(object->home) == (const void *) object;
}

// Whether a living process may have inherited its address.
static inline bool mp__object_is_inherited(const mp__object_t *object)
{
    return object->birth != atomic_load_explicit(&mp__arena()->fork_clock,
                                                 memory_order_relaxed) &&
           mp__member_forked_after(object->birth, MP__ALL_FORKS);
}

// A new object of `size` bytes with its header, held once. Behind it all is
// zero if it fits into a cell (core/cells.h), else as the last owner left it.
// It becomes what it is by mp__object_made(), and is nothing if this process
// dies before. MP_ENOMEM, MP_ENOSPC, MP_EMFILE, MP_ENPROC.
int mp__object_new(void *out, size_t size);
static inline void mp__object_made(mp__object_t *object, mp__type_t type)
{
    atomic_store_explicit(&object->state, mp__state(type, mp__process_token()),
                          memory_order_release);
}

// The same for an object with a companion, whose hold by this process becomes
// the object's. MP_ENOMEM, MP_ENOSPC: it cannot be held.
int mp__object_pair(mp__paired_t *object, mp__object_t *companion);

// Its companion, while it is held; NULL: it has none.
mp__object_t *mp__object_companion(const mp__object_t *object);

// One more hold of this process, and one less: the last one frees.
int mp__object_hold(mp__object_t *object);
// The first for a user, who may give something else. MP_EINVAL.
int mp__object_hold_as(void *object, mp__type_t type);
void mp__object_drop(mp__object_t *object);
// How many holds this process has.
uint32_t mp__object_holds(const mp__object_t *object);

// Whether it is an object of this type, or of any.
bool mp__object_is(const mp__object_t *object, mp__type_t type);
bool mp__object_is_any(const mp__object_t *object);

mp__reference_t mp__object_reference(const mp__object_t *object);
// The object, held once more. MP_EINVAL: it is of another family; MP_ENOENT: it
// is gone; MP_ETYPE. `type` MP__TYPE_NONE: any.
int mp__object_open(const mp__reference_t *reference, mp__type_t type,
                    mp__object_t **object);

// With the heap's lock, for the recovery: the last hold is gone.
void mp__object_let_go_locked(mp__object_t *object);
// The same, and nobody has inherited it.
void mp__object_free_locked(mp__object_t *object);
// Whether an object's header lies there.
bool mp__object_at_locked(const mp__object_t *object);
// Says that others than its owner hold it, before they do. MP_ENOENT.
int mp__object_mark_locked(mp__object_t *object, uint32_t generation);

// ---- between the files of objects ----

// What an object said of its companion while it was there: once it is gone its
// bytes may say anything. NULL: it has none.
typedef struct mp__companion {
    mp__object_t *object;
    uint32_t generation;
} mp__companion_t;

// With the heap's lock, of an object that lies there.
mp__companion_t mp__companion_locked(const mp__object_t *object);
// Holds both, if they are there still. MP_ENOENT.
int mp__object_hold_with(mp__object_t *object, uint32_t generation,
                         mp__companion_t companion);
int mp__object_gone(void); // MP_ENOENT, with its message

#endif
