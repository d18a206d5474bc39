// SPDX-License-Identifier: Apache-2.0
// A model of the word of an event (core/event.c): whether it is set, whether
// somebody sleeps, and how often it was set. Every order of steps is tried, and
// a kill at every step. What must hold: who waits while the event is set goes
// on, though it is cleared again before that one runs.
#include "tests/model/graph.h"

#include "tests/support.h"

#include <string.h>

#define PROCESSES 4
#define SET 1u
#define ONCE 2u
#define TIMES 0x7eu
#define WAITERS 0x80u

enum step {
    BEGIN, // a wait
    LOAD,
    DECIDE,
    ANNOUNCE,
    SLEEP,
    ASLEEP,
    SET_IT, // a setter
    WAKE,
    CLEAR_IT,
    DONE,
    DEAD
};

typedef struct process {
    unsigned char step;
    unsigned char seen;
    unsigned char first; // when the wait began
    unsigned char rounds;
} process_t;

typedef struct state {
    unsigned char word;
    unsigned char kills; // that are left
    process_t processes[PROCESSES];
} state_t;

typedef struct model {
    int waiters;
    int setters; // which clear it again
    int rounds;
    int kills;
    bool naps; // sleepers look again by themselves
    enum fault {
        NO_FAULT,
        NO_TIMES, // only the bit is looked at
        WAKE_ONE,
        SLEEP_UNSEEN
    } fault;
} model_t;

static const model_t *model;

static int count_of(const model_t *of)
{
    return of->waiters + of->setters;
}

// ---- the steps ----

static bool was_set(unsigned word, unsigned first)
{
    return (word & SET) != 0 ||
           (model->fault != NO_TIMES && ((word ^ first) & TIMES) != 0);
}

static void next_round(process_t *process, int begin)
{
    process->rounds--;
    process->seen = 0;
    process->first = 0;
    process->step = process->rounds == 0 ? DONE : (unsigned char) begin;
}

static void begin(const state_t *state, process_t *process)
{
    process->first = state->word;
    process->step = LOAD;
    if ((state->word & SET) != 0) {
        next_round(process, BEGIN);
    }
}

static void decide(process_t *process)
{
    if (was_set(process->seen, process->first)) {
        next_round(process, BEGIN);
    } else {
        process->step = ANNOUNCE;
    }
}

static void announce(state_t *state, process_t *process)
{
    process->step = SLEEP;
    if ((process->seen & WAITERS) == 0) {
        if (state->word != process->seen) {
            process->step = LOAD;
            return;
        }
        state->word |= WAITERS;
        process->seen |= WAITERS;
    }
}

static void set(state_t *state, process_t *process)
{
    process->seen = state->word;
    process->step = CLEAR_IT;
    if ((state->word & SET) == 0) {
        state->word = (unsigned char) (((state->word + ONCE) & TIMES) | SET);
        process->step =
            (process->seen & WAITERS) != 0 ? WAKE : (unsigned char) CLEAR_IT;
    }
}

static void wake(state_t *state, process_t *process)
{
    int most = model->fault == WAKE_ONE ? 1 : PROCESSES;

    for (int i = 0; i < count_of(model) && most > 0; i++) {
        if (state->processes[i].step == ASLEEP) {
            state->processes[i].step = LOAD;
            most--;
        }
    }
    process->step = CLEAR_IT;
}

static void step(uint32_t from, state_t state, int index)
{
    process_t *process = &state.processes[index];

    switch (process->step) {
    case BEGIN:
        begin(&state, process);
        break;
    case LOAD:
        process->seen = state.word;
        process->step = DECIDE;
        break;
    case DECIDE:
        decide(process);
        break;
    case ANNOUNCE:
        announce(&state, process);
        break;
    case SLEEP:
        process->step =
            state.word == process->seen || model->fault == SLEEP_UNSEEN ? ASLEEP
                                                                        : LOAD;
        break;
    case SET_IT:
        set(&state, process);
        break;
    case WAKE:
        wake(&state, process);
        break;
    case CLEAR_IT:
        state.word &= (unsigned char) ~SET;
        next_round(process, SET_IT);
        break;
    default: // asleep, or at its end
        return;
    }
    graph_add(from, &state);
}

// What happens to a process without its doing.
static void happen(uint32_t from, const state_t *state, int index)
{
    const process_t *process = &state->processes[index];
    state_t next = *state;
    process_t *changed = &next.processes[index];

    if (process->step == ASLEEP && model->naps) {
        changed->step = LOAD;
        graph_add(from, &next);
    }
    next = *state;
    if (state->kills > 0 && process->step != DONE && process->step != DEAD) {
        memset(changed, 0, sizeof(*changed));
        changed->step = DEAD;
        next.kills--;
        graph_add(from, &next);
    }
}

// ---- the search ----

// Whether it sleeps on what was not set since it began, and is not now.
static bool waits_rightly(const state_t *state, const process_t *process)
{
    return process->step == ASLEEP &&
           ((state->word ^ process->first) & (TIMES | SET)) == 0;
}

static bool is_over(const void *data)
{
    const state_t *state = data;

    for (int i = 0; i < count_of(model); i++) {
        const process_t *process = &state->processes[i];
        if (process->step != DONE && process->step != DEAD &&
            !waits_rightly(state, process)) {
            return false;
        }
    }
    return true;
}

static void expect(model_t of, bool good)
{
    state_t first;

    model = &of;
    memset(&first, 0, sizeof(first));
    first.kills = (unsigned char) of.kills;
    for (int i = 0; i < count_of(&of); i++) {
        first.processes[i].rounds = (unsigned char) of.rounds;
        first.processes[i].step = i < of.waiters ? BEGIN : SET_IT;
    }
    graph_begin(sizeof(state_t));
    (void) graph_intern(&first);
    for (uint32_t at = 0; at < graph_count(); at++) {
        const state_t state = *(const state_t *) graph_state(at);
        for (int i = 0; i < count_of(model); i++) {
            step(at, state, i);
            happen(at, &state, i);
        }
    }
    size_t stuck = graph_stuck(is_over);
    print_message("%u states\n", graph_count());
    graph_end();
    assert_true(good ? stuck == 0 : stuck > 0);
}

// ---- what holds, and what the model finds ----

static void who_waits_is_told_though_it_is_cleared(void)
{
    expect((model_t){2, 1, 2, 0, false, NO_FAULT}, true);
    expect((model_t){2, 2, 2, 0, false, NO_FAULT}, true);
    expect((model_t){3, 1, 2, 0, false, NO_FAULT}, true);
}

static void whoever_lives_is_told(void)
{
    expect((model_t){2, 1, 2, 1, true, NO_FAULT}, true);
    expect((model_t){2, 2, 2, 2, true, NO_FAULT}, true);
}

static void a_wait_that_does_not_count_is_found(void)
{
    expect((model_t){1, 1, 1, 0, false, NO_TIMES}, false);
}

static void a_wake_of_one_is_found(void)
{
    expect((model_t){2, 1, 1, 0, false, WAKE_ONE}, false);
}

static void a_sleep_that_does_not_compare_is_found(void)
{
    expect((model_t){1, 1, 1, 0, false, SLEEP_UNSEEN}, false);
}

static void a_wake_that_is_lost_with_its_waker_is_found(void)
{
    expect((model_t){2, 1, 1, 1, false, NO_FAULT}, false);
}

static const struct test tests[] = {
    {"who waits is told though it is cleared",
     who_waits_is_told_though_it_is_cleared, TEST_ONCE},
    {"whoever lives is told", whoever_lives_is_told, TEST_ONCE},
    {"a wait that does not count is found", a_wait_that_does_not_count_is_found,
     TEST_ONCE},
    {"a wake of one is found", a_wake_of_one_is_found, TEST_ONCE},
    {"a sleep that does not compare is found",
     a_sleep_that_does_not_compare_is_found, TEST_ONCE},
    {"a wake that is lost with its waker is found",
     a_wake_that_is_lost_with_its_waker_is_found, TEST_ONCE},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("the word of an event", tests,
                    sizeof(tests) / sizeof(tests[0]));
}
