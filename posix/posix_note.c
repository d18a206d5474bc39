// SPDX-License-Identifier: Apache-2.0
// Notes lie in memory that a fork shares instead of copying. A child touches
// its note only if it has something to say, so that notes cost a start nothing.
// A child can write to all that is shared, so nothing else lies there.
#include "posix/posix.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#define NOTES 64

typedef struct block {
    struct block *next;
    uint64_t taken; // a bit for each note
    char (*notes)[MP_PLAT_NOTE_SIZE];
} block_t;

#define BLOCK_SIZE ((size_t) NOTES * MP_PLAT_NOTE_SIZE)
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
    return block->notes[number];
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

void mp_posix_note_free(char *note)
{
    if (note == NULL) {
        return;
    }
    mp_posix_lock();
    for (block_t *block = blocks; block != NULL; block = block->next) {
        if (note >= block->notes[0] && note <= block->notes[NOTES - 1]) {
            size_t number =
                (size_t) (note - block->notes[0]) / MP_PLAT_NOTE_SIZE;
            block->taken &= ~(UINT64_C(1) << number);
            if (note[0] != '\0') {
                note[0] = '\0'; // only its first byte says that it is empty
            }
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
