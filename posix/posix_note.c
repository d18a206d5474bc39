// SPDX-License-Identifier: Apache-2.0
// Notes lie in memory that a fork shares instead of copying. A child touches
// its note only if it has something to say, so that notes cost a start nothing.
// A child can write to all that is shared, so nothing else lies there.
#include "posix/posix.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>

#define NOTES 64

typedef struct note {
    mp_plat_stop_t stop; // what the parent asks of the child
    char text[MP_PLAT_NOTE_SIZE];
} note_t;

typedef struct block {
    struct block *next;
    uint64_t taken; // a bit for each note
    note_t *notes;
} block_t;

#define BLOCK_SIZE ((size_t) NOTES * sizeof(note_t))
#define ALL_TAKEN UINT64_MAX

static block_t *blocks;
static block_t *volatile inherited; // of the parent, for leak checkers only

static block_t *new_block(void)
{
    block_t *block = malloc(sizeof(*block));
    if (block == NULL) {
        return NULL;
    }
    void *memory = mmap(NULL, BLOCK_SIZE, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        free(block);
        errno = ENOMEM;
        return NULL;
    }
    *block = (block_t){.next = blocks, .taken = 0, .notes = memory};
    blocks = block;
    return block;
}

static char *take_from(block_t *block)
{
    int number = 0;

    while ((block->taken >> number & 1) != 0) {
        number++;
    }
    block->taken |= UINT64_C(1) << number;
    return block->notes[number].text;
}

static block_t *block_with_room(void)
{
    for (block_t *block = blocks; block != NULL; block = block->next) {
        if (block->taken != ALL_TAKEN) {
            return block;
        }
    }
    return new_block();
}

int mp_posix_note_take(char **note)
{
    int r = 0;

    mp_posix_lock();
    block_t *block = block_with_room();
    if (block == NULL) {
        r = mp_posix_fail(errno, "memory shared with a child");
    } else {
        *note = take_from(block);
    }
    mp_posix_unlock();
    return r;
}

mp_plat_stop_t *mp_posix_note_stop(char *note)
{
    void *whole = note == NULL ? NULL : note - offsetof(note_t, text);
    note_t *owner = whole;

    return owner == NULL ? NULL : &owner->stop;
}

static void clear(mp_plat_stop_t *stop)
{
    if (atomic_load(&stop->asked) != 0 || atomic_load(&stop->looked) != 0) {
        atomic_store(&stop->asked, 0);
        atomic_store(&stop->looked, 0);
    }
}

void mp_posix_note_free(char *note)
{
    if (note == NULL) {
        return;
    }
    mp_posix_lock();
    for (block_t *block = blocks; block != NULL; block = block->next) {
        const char *first = block->notes[0].text;
        if (note >= first && note <= block->notes[NOTES - 1].text) {
            size_t number = (size_t) (note - first) / sizeof(note_t);
            block->taken &= ~(UINT64_C(1) << number);
            if (note[0] != '\0') {
                note[0] = '\0'; // only its first byte says that it is empty
            }
            clear(&block->notes[number].stop);
            break;
        }
    }
    mp_posix_unlock();
}

void mp_posix_note_forked(void)
{
    inherited = blocks;
    blocks = NULL;
}
