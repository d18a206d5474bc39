// SPDX-License-Identifier: Apache-2.0
// Notes lie in memory that a fork shares instead of copying. A child touches
// its note only if it has something to say, so that notes cost a start nothing.
#include "posix/posix.h"

#include <errno.h>
#include <sys/mman.h>

#define NOTES 63 // and a head of the size of one make a block of 64 KiB

typedef struct block {
    struct block *next;
    uint64_t taken; // a bit for each note
    char unused[MP_PLAT_NOTE_SIZE - sizeof(struct block *) - sizeof(uint64_t)];
    char notes[NOTES][MP_PLAT_NOTE_SIZE];
} block_t;

#define ALL_TAKEN ((UINT64_C(1) << NOTES) - 1)

static block_t *blocks;

static block_t *new_block(void)
{
    void *memory = mmap(NULL, sizeof(block_t), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        return NULL;
    }
    block_t *block = memory;
    block->next = blocks;
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
    blocks = NULL;
}
