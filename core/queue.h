// SPDX-License-Identifier: Apache-2.0
// Queues inside. A queue is a chain of rings, of which all but the last are
// closed: one ring, where it has a maxsize. What is in a ring is said by the
// words of its places, and by nothing else (core/queue_word.h).
//
// Who puts goes from the ring's tail over what is claimed to the first place
// that is not, claims it if it is free, moves the tail on, writes, and says
// that the message is there; who gets goes from the front in the same way. Tail
// and front are hints: they may be behind, but they are always places at which
// a claim began, or may begin. A claim may be of several places in a row; the
// word of its first one stands for all, and those behind it are finished
// before it, so nobody meets the middle of a claim of his own side. Who gets
// may begin in the middle of one to put.
//
// Short messages of one size that are put together are a row: told by one word,
// that of the first place, with their bytes in an area beside the places. A row
// that is got from in parts is cut first: the word of the place where its rest
// begins is made that of the rest, before anybody claims what is in front. Only
// a ring that lives as long as its queue has rows, as whoever cuts has no claim
// in it.
//
// A message that is too long for its place lies in a part: an object that
// belongs to the queue.
#ifndef MP_CORE_QUEUE_H
#define MP_CORE_QUEUE_H

#include <multiprocessing/queue.h>

#include <string.h>

#include "core/object.h"
#include "core/pause.h"
#include "core/queue_word.h"
#include "core/route.h"
#include "core/turn.h"

#define MP__LINE 64

typedef struct mp__place {
    _Atomic uint64_t there;
    unsigned char bytes[]; // of the message, or where its part is
} mp__place_t;

#define MP__PLACE_HEAD sizeof(mp__place_t)

// What a place has of a long message.
typedef struct mp__part_link {
    uint32_t part; // offset / 64
    uint32_t generation;
} mp__part_link_t;

// What belongs to a queue, whatever becomes of the process that made it: rings,
// and long messages. It is RESERVED until it does.
typedef struct mp__part {
    mp__object_t head;
    uint32_t queue; // offset / 64
    uint32_t queue_generation;
    uint64_t place; // of a message: the offset of its place; of a ring: 0
    uint64_t unused[2];
} mp__part_t;

_Static_assert(sizeof(mp__part_t) == MP__LINE, "what follows is aligned");

// A position is a lap, in the upper half, and the number of a place. Behind the
// head lie the claims of who puts, those of who gets, and the places. Tail and
// front are two lines apart: some processors fetch lines in pairs.
typedef struct mp__ring {
    mp__part_t part;
    _Alignas(MP__LINE) _Atomic uint64_t next; // once this one is closed
    _Atomic uint64_t
        over;        // the claim to put that its end has taken the word of
    mp_word_t begin; // the lap that it began with
    _Alignas(2 * MP__LINE) _Atomic uint64_t tail;
    _Atomic uint64_t free; // places before this position were seen to be free
    _Alignas(2 * MP__LINE) _Atomic uint64_t front;
    _Atomic uint64_t read; // all before this position is read
} mp__ring_t;

_Static_assert(sizeof(mp__ring_t) % MP__LINE == 0, "claims are aligned");

typedef enum mp__queue_state {
    MP__QUEUE_OPEN,
    MP__QUEUE_SHUT,   // nobody puts any more
    MP__QUEUE_DROPPED // and nobody gets
} mp__queue_state_t;

struct mp_queue {
    mp__paired_t head; // with the route of what is in its messages
    uint32_t count;    // places of a ring
    uint32_t stride;   // bytes from one place to the next
    uint32_t room;     // bytes of a message that a place has room for
    uint32_t gets;     // where the claims of who gets lie, behind the head
    uint32_t places;   // and the places
    uint32_t rows;     // and the bytes of rows; 0: it has none
    uint32_t row;      // bytes from one message of a row to the next
    bool bounded;      // never more than one ring
    bool joinable;
    bool again;      // at_least_once
    bool ends;       // end_with_others
    bool fails;      // fail_at_max_bytes
    bool is_limited; // by max_bytes
    // Read by every call, and hardly ever changed.
    _Alignas(MP__LINE) _Atomic uint64_t last; // the ring that is put into
    _Atomic uint64_t first;                   // the one that is got from
    mp_word_t state;                          // an mp__queue_state_t
    mp_word_t lock;     // of who changes the chain, or repairs
    mp_word_t returned; // messages of dead processes are there again
    mp_word_t voids;    // places were lost by death, ever
    // The turn of who waits for messages.
    _Alignas(MP__LINE) mp_word_t items;
    mp_word_t died; // tasks that died with their process, not told yet
    // That of who waits for places, and of who waits for tasks.
    _Alignas(MP__LINE) mp_word_t space;
    mp_word_t done;
    _Atomic uint64_t freeing; // the ring that leaves the chain
    _Alignas(MP__LINE) uint64_t max_bytes;
    _Atomic uint64_t bytes; // of all messages, and perhaps of some that died
    // Of a joinable one, by the number of a member's slot: its token, and how
    // many tasks it got and has not done.
    _Alignas(MP__LINE) _Atomic uint64_t tasks[];
};

_Static_assert(offsetof(struct mp_queue, tasks) == sizeof(struct mp_queue),
               "the tasks lie behind all else");

// ---- rings ----

// What is said of a ring: where it lies, and above that its first lap. No two
// rings have the same.
static inline uint64_t mp__ring_word(const mp__ring_t *ring)
{
    return (uint64_t) atomic_load_explicit(&ring->begin, memory_order_relaxed)
               << 32 |
           mp__link(&ring->part.head);
}

// There is one. It may be another's memory by now.
static inline mp__ring_t *mp__ring_at(uint64_t word)
{
    return mp__linked((uint32_t) word);
}

// NULL: there is none.
static inline mp__ring_t *mp__ring_of(uint64_t word)
{
    return word == 0 ? NULL : mp__ring_at(word);
}

// Whether all that was read of it until now was that ring's.
static inline bool mp__ring_is(const mp__ring_t *ring, uint64_t word)
{
    atomic_thread_fence(memory_order_acquire);
    return atomic_load_explicit(&ring->begin, memory_order_relaxed) ==
           (uint32_t) (word >> 32);
}

static inline uint64_t mp__ring_next(const mp__ring_t *ring)
{
    return atomic_load_explicit(&ring->next, memory_order_acquire);
}

static inline uint64_t mp__queue_last(const mp_queue_t *queue)
{
    return atomic_load_explicit(&queue->last, memory_order_acquire);
}

static inline uint64_t mp__queue_first(const mp_queue_t *queue)
{
    return atomic_load_explicit(&queue->first, memory_order_acquire);
}

static inline _Atomic uint64_t *mp__ring_puts(const mp__ring_t *ring)
{
    return (_Atomic uint64_t *) (uintptr_t) (ring + 1);
}

static inline _Atomic uint64_t *mp__ring_gets(const mp_queue_t *queue,
                                              const mp__ring_t *ring)
{
    return (
        _Atomic uint64_t *) (uintptr_t) ((const unsigned char *) (ring + 1) +
                                         queue->gets);
}

static inline mp__place_t *mp__ring_place(const mp_queue_t *queue,
                                          const mp__ring_t *ring,
                                          uint64_t position)
{
    return (mp__place_t *) (uintptr_t) ((const unsigned char *) (ring + 1) +
                                        queue->places +
                                        (size_t) (uint32_t) position *
                                            queue->stride);
}

// Of the message of a row that has that place.
static inline unsigned char *mp__row_bytes(const mp_queue_t *queue,
                                           const mp__ring_t *ring,
                                           uint64_t position)
{
    return (unsigned char *) (uintptr_t) (ring + 1) + queue->rows +
           (size_t) (uint32_t) position * queue->row;
}

static inline uint32_t mp__lap_of(uint64_t position)
{
    return (uint32_t) (position >> 32);
}

// Behind that position, and up to a lap: of what is noted without a claim, all
// else is old.
static inline bool mp__is_within_lap(uint64_t position, uint64_t from)
{
    return position - from - 1 < MP__ONE_LAP;
}

static inline uint64_t mp__position_after(const mp_queue_t *queue,
                                          uint64_t position)
{
    return (uint32_t) position + 1 == queue->count
               ? ((position >> 32) + 1) << 32
               : position + 1;
}

// Up to a whole lap.
static inline uint64_t mp__position_skip(const mp_queue_t *queue,
                                         uint64_t position, uint32_t run)
{
    uint64_t at = (uint32_t) position + (uint64_t) run;

    return at < queue->count
               ? (position & ~(uint64_t) UINT32_MAX) | at
               : ((position >> 32) + 1) << 32 | (at - queue->count);
}

// What a walk along a ring came to.
typedef enum mp__found {
    MP__FOUND_CLAIMED, // it is this one's now
    MP__FOUND_NONE,    // who gets: nothing is there; who puts: no place is free
    MP__FOUND_END,     // the ring is closed there
    MP__FOUND_OTHER,   // the ring is gone, or much happened: look anew
    MP__FOUND_TOO_LONG // who gets: the message, for what he has room for
} mp__found_t;

// Places that this one has claimed, or the place where his walk ended.
typedef struct mp__claim {
    uint64_t which; // the word of the ring
    mp__ring_t *ring;
    mp__place_t *place; // the first
    uint64_t position;
    uint64_t word;
    uint32_t run; // how many
    bool is_long; // of messages: one of them is
} mp__claim_t;

// Of who puts: up to `run` places in a row, of the last ring. Of who gets: of
// the claim's ring, up to `run` messages that have up to `*room` bytes
// together; MP__FOUND_TOO_LONG: the first one's size is in *room. With a run of
// 0 nothing is claimed that could be.
mp__found_t mp__ring_claim_free(const mp_queue_t *queue, uint32_t token,
                                uint32_t run, mp__claim_t *claim);
mp__found_t mp__ring_claim_full(mp_queue_t *queue, uint32_t token, uint32_t run,
                                size_t *room, mp__claim_t *claim);
// Before what was claimed to be read is free: see queue_ring.c.
void mp__claim_refresh(const mp_queue_t *queue, const mp__claim_t *claim);

// Where the next claim of who gets, and of who puts, would begin; the latter
// also whether a place is free there, for who asks.
uint64_t mp__ring_front(const mp_queue_t *queue, const mp__ring_t *ring);
mp__found_t mp__ring_tail(const mp_queue_t *queue, mp__claim_t *claim);
// Whether a walk to get that found nothing ended where the ring is closed.
bool mp__ring_ends_at(const mp__claim_t *claim);
// Of the ring that this word says: the first position that is not free, and
// whether one is.
uint64_t mp__ring_free(const mp_queue_t *queue, uint64_t which);
bool mp__ring_is_free(const mp_queue_t *queue, uint64_t which,
                      uint64_t position);
// The same by one look that is in nobody's way: not each one is told.
bool mp__ring_is_told_free(uint64_t which, uint64_t position);

// ---- the chain ----

int mp__queue_lock(mp_queue_t *queue); // MP_ENPROC, MP_ENOMEM
void mp__queue_unlock(mp_queue_t *queue);

// The first ring, of a new queue.
int mp__chain_begin(mp_queue_t *queue);
// That ring was seen to be full, or closed: 0, try again; MP_ESHUTDOWN;
// MP_ENOSPC; and as mp__queue_lock().
int mp__chain_grow(mp_queue_t *queue, uint64_t full);
// Nobody puts any more.
int mp__chain_shut(mp_queue_t *queue, mp__queue_state_t state);
// Takes off the rings from which all is got. Does nothing if others have the
// lock.
void mp__chain_trim(mp_queue_t *queue, uint32_t token);
int mp__queue_is_shut(void); // MP_ESHUTDOWN
// With the heap's lock: the ring, of which nobody has anything.
void mp__ring_free_locked(const mp_queue_t *queue, mp__ring_t *ring);
// With the lock, or the heap's: whether the ring is in the chain.
bool mp__chain_has_locked(const mp_queue_t *queue, const mp__ring_t *ring);

// ---- the dead ----

// Frees what a dead process has claimed where that walk ended, to put or to
// get: whether there was something.
bool mp__queue_repair(mp_queue_t *queue, const mp__claim_t *claim);
// The same of all places, for who waits at none of those: in a queue whose
// messages come again who gets, as what the dead had is behind him; and who
// waits for tasks.
bool mp__queue_repair_all(mp_queue_t *queue);
// What the dead were getting from a ring that is closed.
void mp__queue_repair_ring_locked(mp_queue_t *queue, mp__ring_t *ring);
// A message that a dead process was getting: MP__FOUND_CLAIMED, _TOO_LONG, or
// _NONE.
mp__found_t mp__queue_claim_returned(mp_queue_t *queue, uint32_t token,
                                     size_t *room, mp__claim_t *claim);

// ---- long messages ----

// Of this process, until it is given to the queue. MP_ENOSPC.
int mp__part_new(mp__part_t **out, const mp_queue_t *queue, size_t size);
void mp__part_give(mp__part_t *part, mp__place_t *place); // a place, or a ring
void mp__part_drop(mp__part_t *part);
// Of a claimed place with a long message.
mp__part_t *mp__part_of(const mp__place_t *place);

static inline void *mp__part_bytes(mp__part_t *part)
{
    return part + 1;
}

// With the heap's lock: whether a part still belongs to its queue; the one of a
// place goes; the queue goes, with all that is in it.
bool mp__part_is_kept_locked(const mp__part_t *part);
bool mp__part_is_there_locked(const mp__place_t *place);
// Whether a ring of the queue's lies there still, which has left its chain.
bool mp__ring_is_left_locked(const mp_queue_t *queue, const mp__ring_t *ring);
void mp__part_free_locked(mp__place_t *place);
void mp__queue_free_locked(mp__object_t *object);

// ---- putting and getting ----

// How long a call may wait. The clock is asked by the first one that has to.
typedef struct mp__until {
    int64_t timeout_ms;
    bool is_known;
    int64_t deadline;
} mp__until_t;

static inline mp__until_t mp__until(int64_t timeout_ms)
{
    mp__until_t until = {timeout_ms, false, 0};

    return until;
}

// One try of either side to claim.
typedef struct mp__try {
    mp_queue_t *queue;
    uint32_t token;
    uint32_t run;
    size_t *room;    // NULL: who puts
    size_t capacity; // that he has, of who gets; *room may be set by each try
    uint64_t size;   // what he puts, in bytes
    mp__claim_t *claim;
} mp__try_t;

// 0, or what stands in the way: MP_EFULL and MP_EEMPTY can be waited for. They,
// and MP_EMSGSIZE of who gets, are not recorded.
int mp__try(const mp__try_t *wait);

// Claims up to `run` places for `size` bytes, or messages of up to *room bytes
// together (what it does not fit into is MP_EMSGSIZE, and *room its size). The
// codes of mp_queue_put() and mp_queue_get().
int mp__queue_claim_places(mp_queue_t *queue, uint32_t run, uint64_t size,
                           mp__claim_t *claim, mp__until_t *until);
int mp__queue_claim_messages(mp_queue_t *queue, uint32_t run, size_t *room,
                             mp__claim_t *claim, mp__until_t *until);
// Puts a long message.
int mp__queue_commit(mp_queue_t *queue, mp__part_t *part, size_t size,
                     mp__until_t *until);
// One that does not fit into a place.
MP__SLOW int mp__queue_put_long(mp_queue_t *queue, const void *bytes,
                                size_t size, mp__until_t *until);
int mp__queue_no_bytes(size_t size); // MP_EINVAL
// What was claimed to be read is done with, and others are told.
void mp__queue_give_back(mp_queue_t *queue, const mp__claim_t *claim);

static inline uint64_t mp__place_word(const mp__place_t *place)
{
    return atomic_load_explicit(&place->there, memory_order_relaxed);
}

static inline size_t mp__place_size(const mp__place_t *place)
{
    return (size_t) mp__there_size(mp__place_word(place));
}

static inline void *mp__place_bytes(const mp_queue_t *queue,
                                    const mp__ring_t *ring, uint64_t position,
                                    mp__place_t *place)
{
    uint64_t word = mp__place_word(place);

    if (mp__there_is(word, MP__ROW)) {
        return mp__row_bytes(queue, ring, position);
    }
    return mp__there_is(word, MP__LONG) ? mp__part_bytes(mp__part_of(place))
                                        : place->bytes;
}

// How many messages of a claim lie side by side from that one on: of a row, up
// to `most`, or just the one.
static inline uint32_t mp__place_count(const mp__place_t *place, uint32_t most)
{
    uint32_t count = mp__there_count(mp__place_word(place));

    return count < most ? count : most;
}

// The next place of a ring.
static inline mp__place_t *mp__place_after(const mp_queue_t *queue,
                                           const mp__ring_t *ring,
                                           mp__place_t *place,
                                           uint64_t *position)
{
    *position = mp__position_after(queue, *position);
    return (uint32_t) *position == 0
               ? mp__ring_place(queue, ring, 0)
               : (mp__place_t *) (void *) ((unsigned char *) place +
                                           queue->stride);
}

// The one behind so many others.
static inline mp__place_t *mp__place_skip(const mp_queue_t *queue,
                                          const mp__ring_t *ring,
                                          mp__place_t *place,
                                          uint64_t *position, uint32_t run)
{
    if (run == 1) {
        return mp__place_after(queue, ring, place, position);
    }
    *position = mp__position_skip(queue, *position, run);
    return mp__ring_place(queue, ring, *position);
}

// A call would take as long as most messages. What has no bytes may be NULL.
static inline void mp__copy_message(void *to, const void *from, size_t size)
{
    if (to == NULL || from == NULL) {
        return;
    }
    if (size == sizeof(uint64_t)) {
        memcpy(to, from, sizeof(uint64_t));
    } else {
        memcpy(to, from, size);
    }
}

int mp__queue_is_null(void); // MP_EINVAL
// 0, or why this process may not use the queue: MP_EINVAL, MP_ESTATE.
int mp__queue_check(const mp_queue_t *queue);
// Whether a get would not wait now.
bool mp__queue_is_ready(mp_queue_t *queue);
// Sleeps until it is ready, or for some reason less; never past that time.
void mp__queue_doze(mp_queue_t *queue, int64_t until);
// Whether no other living process has it.
bool mp__queue_is_lonely(mp_queue_t *queue);
// One walk from the first ring on.
mp__found_t mp__queue_look(mp_queue_t *queue, uint32_t token, uint32_t run,
                           size_t *room, mp__claim_t *claim);

// ---- the limit of bytes ----

// Counts so many more: 0, MP_EFULL (not recorded), MP_ENOSPC, MP_EMSGSIZE.
int mp__bytes_take(mp_queue_t *queue, uint64_t size);
void mp__bytes_give(mp_queue_t *queue, uint64_t size);
// Of messages that are got.
void mp__bytes_got(mp_queue_t *queue, const mp__claim_t *claim);
// If the queue is empty, what is counted died: whether there was something.
bool mp__bytes_forget(mp_queue_t *queue);

// With the queue's lock: whether somebody is getting a message.
bool mp__queue_is_any_got_locked(const mp_queue_t *queue);

// ---- the handle for an event loop ----

// Whether this process or an ancestor has made any; until then nobody asks.
extern atomic_bool mp__queue_has_handles;

static inline bool mp__queue_may_have_handle(void)
{
    return atomic_load_explicit(&mp__queue_has_handles, memory_order_relaxed);
}

// A get of this process has found the queue empty.
MP__SLOW void mp__queue_handle_emptied(const mp_queue_t *queue);
// This process has closed it.
void mp__queue_handle_closed(const mp_queue_t *queue);
// Around the end of a hold of this process: with the last one the handle goes
// first. True: other holds are left, and must be until the second call.
bool mp__queue_handle_dropping(const mp_queue_t *queue);
void mp__queue_handle_dropped(void);

// ---- tasks ----

void mp__tasks_got(mp_queue_t *queue, uint32_t token, uint32_t count);
// Some will never be done, or nobody waits for them any more.
void mp__tasks_died(mp_queue_t *queue);
// What a dead process got is there again.
void mp__tasks_returned(mp_queue_t *queue, uint32_t token);
void mp__tasks_changed(mp_queue_t *queue);

#endif
