// SPDX-License-Identifier: Apache-2.0
#include "tests/stress/stress_ledger.h"

#include <stdio.h>
#include <string.h>

ledger_t *ledger;
bool ledger_repeats;

bool ledger_make(stress_page_t *page, int at)
{
    if (mp__object_new(&ledger, sizeof(*ledger)) < 0) {
        return false;
    }
    memset((char *) ledger + sizeof(ledger->head), 0,
           sizeof(*ledger) - sizeof(ledger->head));
    mp__object_made(&ledger->head, MP__TYPE_BLOCK);
    stress_publish(page, at, ledger);
    return true;
}

bool ledger_open(stress_page_t *page, int at)
{
    return stress_open(page, at, MP__TYPE_BLOCK, &ledger);
}

void ledger_destroy(void)
{
    mp__object_drop(&ledger->head);
    ledger = NULL;
}

// ---- putting ----

static uint64_t word_of(const ledger_head_t *head, size_t at)
{
    return (head->number * LEDGER_PARTIES + head->party + 1) *
           (at + UINT64_C(0x9e3779b97f4a7c15));
}

void ledger_write(int party, void *bytes, size_t size)
{
    ledger_head_t head = {(uint32_t) size, (uint32_t) party, 0};

    head.number = atomic_fetch_add(&ledger->begun[party], 1) + 1;
    if (size == 0) {
        return;
    }
    for (size_t at = LEDGER_HEAD; at < size; at += sizeof(uint64_t)) {
        uint64_t word = word_of(&head, at);
        size_t rest = size - at;
        memcpy((char *) bytes + at, &word,
               rest < sizeof(word) ? rest : sizeof(word));
    }
    memcpy(bytes, &head, sizeof(head));
}

void ledger_refuse(uint64_t count)
{
    (void) atomic_fetch_add(&ledger->refused, count);
}

// ---- getting ----

static bool is_whole(const ledger_head_t *head, const char *bytes, size_t size)
{
    for (size_t at = LEDGER_HEAD; at < size; at += sizeof(uint64_t)) {
        uint64_t word = word_of(head, at);
        size_t rest = size - at;
        if (memcmp(bytes + at, &word,
                   rest < sizeof(word) ? rest : sizeof(word)) != 0) {
            return false;
        }
    }
    return true;
}

// Whether it was seen before. Of what was put long before the others that
// were seen, nothing is known.
static bool is_seen(const ledger_head_t *head)
{
    _Atomic uint64_t *last =
        &ledger->seen[head->party][head->number % LEDGER_SEEN];
    uint64_t was = atomic_load(last);

    while (was < head->number) {
        if (atomic_compare_exchange_weak(last, &was, head->number)) {
            return false;
        }
    }
    return was == head->number;
}

// A message that comes again may come behind later ones.
static bool is_in_order(int party, const ledger_head_t *head)
{
    _Atomic uint64_t *last = &ledger->last[party][head->party];
    uint64_t was = atomic_load(last);

    atomic_store(last, head->number);
    return ledger_repeats || head->number > was;
}

int ledger_read(int party, const void *bytes, size_t size)
{
    ledger_head_t head;

    if (size == 0) {
        (void) atomic_fetch_add(&ledger->got, 1);
        return 0;
    }
    if (size < sizeof(head)) {
        return 20;
    }
    memcpy(&head, bytes, sizeof(head));
    if (head.size != size || head.party >= LEDGER_PARTIES ||
        !is_whole(&head, bytes, size)) {
        return 21;
    }
    if (is_seen(&head)) {
        (void) atomic_fetch_add(&ledger->twice, 1);
        return ledger_repeats ? 0 : 22;
    }
    (void) atomic_fetch_add(&ledger->got, 1);
    return is_in_order(party, &head) ? 0 : 23;
}

// ---- the end ----

const char *ledger_settle(uint64_t most)
{
    static char text[200];
    uint64_t put = 0;
    uint64_t got = atomic_load(&ledger->got);
    uint64_t deaths = atomic_load(&ledger->deaths);

    for (int i = 0; i < LEDGER_PARTIES; i++) {
        put += atomic_load(&ledger->begun[i]);
    }
    put -= atomic_load(&ledger->refused);
    (void) snprintf(text, sizeof(text),
                    "%llu put, %llu got, %llu twice, %llu deaths",
                    (unsigned long long) put, (unsigned long long) got,
                    (unsigned long long) atomic_load(&ledger->twice),
                    (unsigned long long) deaths);
    return got <= put && put - got <= deaths * most &&
                   atomic_load(&ledger->twice) <= deaths
               ? NULL
               : text;
}
