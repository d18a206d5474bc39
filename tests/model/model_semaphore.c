// SPDX-License-Identifier: Apache-2.0
// A model of the word of a semaphore (core/semaphore.c): a value, and a bit
// that says that somebody sleeps. Every order of steps is tried, and a kill at
// every step. All changes are exchanges of the one word, so there are no stores
// that others see late. What must hold:
// - no more units are in use than there are;
// - who sleeps while there is a unit is woken, or looks by itself.
#include "tests/model/graph.h"

#include "tests/support.h"

#include <string.h>

#define PROCESSES 4
#define WAITERS 0x80u

enum step {
    TRY,
    LOAD,
    DECIDE,
    ANNOUNCE,
    SLEEP,
    ASLEEP,
    WAKE_NEXT, // has a unit, and there are more
    HOLD,
    RELEASE,
    WAKE,
    GIVE_UP,
    DONE,
    DEAD
};

typedef struct process {
    unsigned char step;
    unsigned char seen;
    unsigned char slept;
    unsigned char rounds; // that are left
    unsigned char held;
} process_t;

typedef struct state {
    unsigned char word;
    unsigned char units; // that were released and not lost
    unsigned char kills; // that are left
    unsigned char wrong;
    process_t processes[PROCESSES];
} state_t;

typedef struct model {
    int users;  // acquire and release
    int takers; // acquire only
    int givers; // release only
    int value;  // at first
    int rounds; // of each
    int kills;
    bool naps;     // sleepers look again by themselves
    bool timeouts; // the first process gives up when it likes
    enum fault {
        NO_FAULT,
        NO_MARK_AFTER_SLEEP,
        NO_WAKE_OF_NEXT,
        NO_PASSING_ON,
        SLEEP_UNSEEN
    } fault;
} model_t;

static const model_t *model;

static int count_of(const model_t *of)
{
    return of->users + of->takers + of->givers;
}

static bool is_giver(int index)
{
    return index >= model->users + model->takers;
}

static unsigned value_of(const state_t *state)
{
    return state->word & ~WAITERS;
}

// ---- the steps ----

static void next_round(process_t *process, int index)
{
    process->rounds--;
    process->seen = 0;
    process->slept = 0;
    process->step = process->rounds == 0 ? DONE
                    : is_giver(index)    ? RELEASE
                                         : TRY;
}

static void take(state_t *state, process_t *process, unsigned word)
{
    unsigned held = 0;

    state->word = (unsigned char) word;
    process->held = 1;
    for (int i = 0; i < PROCESSES; i++) {
        held += state->processes[i].held;
    }
    state->wrong |= held + value_of(state) != state->units;
    process->step = HOLD;
}

static void take_after_sleep(state_t *state, process_t *process)
{
    unsigned left = value_of(state) - 1;

    take(state, process,
         left | (model->fault == NO_MARK_AFTER_SLEEP ? 0 : WAITERS));
    if (left != 0 && model->fault != NO_WAKE_OF_NEXT) {
        process->step = WAKE_NEXT;
    }
}

static void decide(state_t *state, process_t *process)
{
    if ((process->seen & ~WAITERS) == 0) {
        process->step = ANNOUNCE;
    } else if (process->slept == 0) {
        process->step = value_of(state) == 0 ? LOAD : HOLD;
        if (process->step == HOLD) {
            take(state, process, state->word - 1u);
        }
    } else if (state->word == process->seen) {
        take_after_sleep(state, process);
    } else {
        process->step = LOAD;
    }
}

static void announce(state_t *state, process_t *process)
{
    if ((process->seen & WAITERS) == 0) {
        if (state->word != process->seen) {
            process->step = LOAD;
            return;
        }
        state->word |= WAITERS;
        process->seen |= WAITERS;
    }
    process->step = SLEEP;
}

static void wake_up(process_t *process)
{
    process->slept = 1;
    process->step = LOAD;
}

static void go_to_sleep(const state_t *state, process_t *process)
{
    if (state->word == process->seen || model->fault == SLEEP_UNSEEN) {
        process->step = ASLEEP;
    } else {
        wake_up(process);
    }
}

static void release(state_t *state, process_t *process, int index)
{
    state->units += process->held == 0; // one that was not acquired here
    process->held = 0;
    process->seen = state->word;
    state->word = (unsigned char) (value_of(state) + 1);
    process->step = WAKE;
    if ((process->seen & WAITERS) == 0) {
        next_round(process, index);
    }
}

static void give_up(state_t *state, process_t *process, int index)
{
    bool wakes = process->slept != 0 && model->fault != NO_PASSING_ON;

    if (wakes) {
        state->word |= WAITERS;
    }
    process->step = WAKE;
    if (!wakes || value_of(state) == 0) {
        next_round(process, index);
    }
}

// Any sleeper may be the one.
static void wake(uint32_t from, state_t state, int index)
{
    process_t *process = &state.processes[index];
    bool any = false;

    if (process->step == WAKE_NEXT) {
        process->step = HOLD;
    } else {
        next_round(process, index);
    }
    for (int i = 0; i < count_of(model); i++) {
        if (state.processes[i].step == ASLEEP) {
            state_t next = state;
            wake_up(&next.processes[i]);
            graph_add(from, &next);
            any = true;
        }
    }
    if (!any) {
        graph_add(from, &state);
    }
}

static void hold(process_t *process, state_t *state, int index)
{
    if (index < model->users) {
        process->step = RELEASE;
    } else { // used up
        process->held = 0;
        state->units--;
        next_round(process, index);
    }
}

static void step(uint32_t from, state_t state, int index)
{
    process_t *process = &state.processes[index];

    switch (process->step) {
    case TRY:
        process->step = LOAD;
        if (value_of(&state) != 0) {
            take(&state, process, state.word - 1u);
        }
        break;
    case LOAD:
        process->seen = state.word;
        process->step = DECIDE;
        break;
    case DECIDE:
        decide(&state, process);
        break;
    case ANNOUNCE:
        announce(&state, process);
        break;
    case SLEEP:
        go_to_sleep(&state, process);
        break;
    case HOLD:
        hold(process, &state, index);
        break;
    case RELEASE:
        release(&state, process, index);
        break;
    case GIVE_UP:
        give_up(&state, process, index);
        break;
    case WAKE_NEXT:
    case WAKE:
        wake(from, state, index);
        return;
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
        wake_up(changed);
        graph_add(from, &next);
    }
    next = *state;
    if (process->step == ANNOUNCE && model->timeouts && index == 0) {
        changed->step = GIVE_UP;
        graph_add(from, &next);
    }
    next = *state;
    if (state->kills > 0 && process->step != DONE && process->step != DEAD) {
        next.units -= changed->held; // it takes its unit along
        memset(changed, 0, sizeof(*changed));
        changed->step = DEAD;
        next.kills--;
        graph_add(from, &next);
    }
}

// ---- the search ----

// All are through; or the dead took so many units along that nothing comes any
// more. What is wrong is counted as it is.
static bool is_over(const void *data)
{
    const state_t *state = data;
    bool all = true;
    bool comes = value_of(state) != 0;

    for (int i = 0; i < count_of(model); i++) {
        const process_t *process = &state->processes[i];
        bool ended = process->step == DONE || process->step == DEAD;
        all &= ended;
        comes |= process->held != 0 || (!ended && is_giver(i));
    }
    return state->wrong != 0 || all || (!comes && state->kills < model->kills);
}

static void explore(void)
{
    state_t first;

    memset(&first, 0, sizeof(first));
    first.word = first.units = (unsigned char) model->value;
    first.kills = (unsigned char) model->kills;
    for (int i = 0; i < count_of(model); i++) {
        first.processes[i].rounds = (unsigned char) model->rounds;
        first.processes[i].step = is_giver(i) ? RELEASE : TRY;
    }
    (void) graph_intern(&first);
    for (uint32_t at = 0; at < graph_count(); at++) {
        const state_t state = *(const state_t *) graph_state(at);
        for (int i = 0; state.wrong == 0 && i < count_of(model); i++) {
            step(at, state, i);
            happen(at, &state, i);
        }
    }
}

static void expect(model_t of, bool good)
{
    size_t wrong = 0;

    model = &of;
    graph_begin(sizeof(state_t));
    explore();
    for (uint32_t i = 0; i < graph_count(); i++) {
        wrong += ((const state_t *) graph_state(i))->wrong;
    }
    wrong += graph_stuck(is_over);
    print_message("%u states\n", graph_count());
    graph_end();
    assert_true(good ? wrong == 0 : wrong > 0);
}

// ---- what holds ----

static void nobody_is_left_asleep_where_nobody_is_killed(void)
{
    expect((model_t){3, 0, 0, 1, 2, 0, false, false, NO_FAULT}, true);
    expect((model_t){3, 0, 0, 2, 2, 0, false, false, NO_FAULT}, true);
    expect((model_t){0, 2, 2, 0, 2, 0, false, false, NO_FAULT}, true);
}

static void nobody_is_left_asleep_by_one_who_gives_up(void)
{
    expect((model_t){3, 0, 0, 1, 2, 0, false, true, NO_FAULT}, true);
    expect((model_t){0, 2, 2, 0, 1, 0, false, true, NO_FAULT}, true);
}

static void whoever_lives_gets_what_there_is(void)
{
    expect((model_t){3, 0, 0, 2, 2, 1, true, true, NO_FAULT}, true);
    expect((model_t){0, 2, 2, 0, 2, 1, true, false, NO_FAULT}, true);
}

// ---- what the model finds ----

static void a_sleeper_that_does_not_tell_of_others_is_found(void)
{
    expect((model_t){3, 0, 0, 1, 2, 0, false, false, NO_MARK_AFTER_SLEEP},
           false);
}

static void a_second_unit_that_nobody_is_woken_for_is_found(void)
{
    expect((model_t){0, 2, 2, 0, 1, 0, false, false, NO_WAKE_OF_NEXT}, false);
}

static void a_wake_that_is_not_passed_on_is_found(void)
{
    expect((model_t){3, 0, 0, 1, 2, 0, false, true, NO_PASSING_ON}, false);
}

static void a_sleep_that_does_not_compare_is_found(void)
{
    expect((model_t){2, 0, 0, 1, 1, 0, false, false, SLEEP_UNSEEN}, false);
}

static void a_wake_that_is_lost_with_its_waker_is_found(void)
{
    expect((model_t){3, 0, 0, 2, 2, 1, false, false, NO_FAULT}, false);
}

static const struct test tests[] = {
    {"nobody is left asleep where nobody is killed",
     nobody_is_left_asleep_where_nobody_is_killed, TEST_ONCE},
    {"nobody is left asleep by one who gives up",
     nobody_is_left_asleep_by_one_who_gives_up, TEST_ONCE},
    {"whoever lives gets what there is", whoever_lives_gets_what_there_is,
     TEST_ONCE},
    {"a sleeper that does not tell of others is found",
     a_sleeper_that_does_not_tell_of_others_is_found, TEST_ONCE},
    {"a second unit that nobody is woken for is found",
     a_second_unit_that_nobody_is_woken_for_is_found, TEST_ONCE},
    {"a wake that is not passed on is found",
     a_wake_that_is_not_passed_on_is_found, TEST_ONCE},
    {"a sleep that does not compare is found",
     a_sleep_that_does_not_compare_is_found, TEST_ONCE},
    {"a wake that is lost with its waker is found",
     a_wake_that_is_lost_with_its_waker_is_found, TEST_ONCE},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("the word of a semaphore", tests,
                    sizeof(tests) / sizeof(tests[0]));
}
