// SPDX-License-Identifier: Apache-2.0
// A model of core/word.c in which every order of steps of two or three
// processes is tried, each with a buffer of stores that the others do not see
// yet, and a kill at every step. What must hold:
// - of those that live, one at a time is in the critical section, and finds
// what
//   the one before wrote there, or is told that it died;
// - without kills and without looking again, nobody is left asleep;
// - with kills, whoever lives can get through, from every state.
// The model is worth something only if it finds faults: so faults are put in.
#include "tests/model/graph.h"

#include "tests/support.h"

#include <string.h>

#define PROCESSES 3
#define WAITERS 0x80u

enum step {
    TRY,
    LOAD,
    DECIDE,
    ANNOUNCE,
    SLEEP,
    ASLEEP,
    ENTER,
    RELEASE,
    STORE_ZERO, // of a fault: a release in two steps
    WAKE,
    GIVE_UP,
    PASS_ON,
    DONE,
    DEAD
};

typedef struct process {
    unsigned char step;
    unsigned char seen;
    unsigned char mark; // WAITERS, once it has slept
    unsigned char look;
    unsigned char died;   // it took the word over
    unsigned char rounds; // that are left
    unsigned char buffered_data;
    unsigned char data;
    unsigned char buffered_word;
    unsigned char inside; // in the critical section
} process_t;

typedef struct state {
    unsigned char word;
    unsigned char data;
    unsigned char expected; // what the last one to be inside wrote
    unsigned char broken;   // its writer died
    unsigned char kills;    // that are left
    unsigned char wrong;
    process_t processes[PROCESSES];
} state_t;

// What a search is about.
typedef struct model {
    int count;
    int rounds;
    int kills;
    bool naps;     // sleepers look again by themselves
    bool timeouts; // the last process gives up when it likes
    enum fault {
        NO_FAULT,
        RELEASE_BY_STORE, // that the others see later
        NO_MARK_AFTER_SLEEP,
        NO_PASSING_ON,
        SLEEP_UNSEEN, // without comparing the word
        NO_LOOK
    } fault;
} model_t;

static const model_t *model;
// ---- memory ----

static void flush(state_t *state, process_t *process)
{
    if (process->buffered_data != 0) {
        state->data = process->data;
    }
    if (process->buffered_word != 0) {
        state->word = 0;
    }
    process->buffered_data = 0;
    process->buffered_word = 0;
}

// A change in one step: what was stored before is seen before it.
static bool exchange_if(state_t *state, process_t *process, unsigned char from,
                        unsigned char to)
{
    flush(state, process);
    if (state->word != from) {
        return false;
    }
    state->word = to;
    return true;
}

static bool is_dead(const state_t *state, unsigned holder)
{
    return holder != 0 && state->processes[holder - 1].step == DEAD;
}

// ---- the steps ----

static void enter(state_t *state, process_t *process, bool died)
{
    for (int i = 0; i < model->count; i++) {
        state->wrong |= state->processes[i].inside;
    }
    process->inside = 1;
    process->died = died;
    process->step = ENTER;
}

static void round_over(process_t *process)
{
    process->rounds--;
    process->seen = 0;
    process->mark = 0;
    process->look = 0;
    process->died = 0;
    process->step = process->rounds == 0 ? DONE : TRY;
}

static void decide(state_t *state, process_t *process, unsigned char token)
{
    unsigned holder = process->seen & ~WAITERS;
    bool died = process->look != 0 && is_dead(state, holder);

    if (holder != 0 && !died) {
        process->step = ANNOUNCE;
    } else if (exchange_if(state, process, process->seen,
                           (unsigned char) (token | process->mark |
                                            (process->seen & WAITERS)))) {
        enter(state, process, died);
    } else {
        process->step = LOAD;
    }
}

static void announce(state_t *state, process_t *process)
{
    unsigned char marked = (unsigned char) (process->seen | WAITERS);

    if ((process->seen & WAITERS) != 0 ||
        exchange_if(state, process, process->seen, marked)) {
        process->seen = marked;
        process->step = SLEEP;
    } else {
        process->step = LOAD;
    }
}

static void wake_up(process_t *process, bool look)
{
    process->mark = model->fault == NO_MARK_AFTER_SLEEP ? 0 : WAITERS;
    process->look = look && model->fault != NO_LOOK;
    process->step = LOAD;
}

static void go_to_sleep(const state_t *state, process_t *process)
{
    if (state->word == process->seen || model->fault == SLEEP_UNSEEN) {
        process->step = ASLEEP;
    } else {
        wake_up(process, false);
    }
}

// What the section is for: it finds what the last one wrote, and writes.
static void be_inside(state_t *state, process_t *process)
{
    if (process->died == 0 && state->broken == 0 &&
        state->data != state->expected) {
        state->wrong = 1;
    }
    state->broken = 0;
    process->data = (unsigned char) (state->expected + 1);
    process->buffered_data = 1;
    state->expected = process->data;
    process->step = RELEASE;
}

static void release(state_t *state, process_t *process)
{
    process->inside = 0;
    if (model->fault == RELEASE_BY_STORE) {
        process->seen = state->word;
        process->step = STORE_ZERO;
        return;
    }
    flush(state, process);
    process->seen = state->word;
    state->word = 0;
    process->step = WAKE;
}

static void give_up(state_t *state, process_t *process)
{
    process->seen = state->word;
    if (process->mark == 0 || (process->seen & WAITERS) != 0 ||
        model->fault == NO_PASSING_ON) {
        round_over(process);
    } else if (process->seen == 0) {
        process->seen = WAITERS; // there may be one to wake
        process->step = WAKE;
    } else {
        process->step = PASS_ON;
    }
}

static void pass_on(state_t *state, process_t *process)
{
    if (exchange_if(state, process, process->seen,
                    (unsigned char) (process->seen | WAITERS))) {
        round_over(process);
    } else {
        process->step = GIVE_UP;
    }
}

// Any sleeper may be the one.
static void wake(uint32_t from, state_t state, int index)
{
    bool any = false;
    bool wanted = (state.processes[index].seen & WAITERS) != 0;

    round_over(&state.processes[index]);
    for (int i = 0; wanted && i < model->count; i++) {
        if (state.processes[i].step == ASLEEP) {
            state_t next = state;
            wake_up(&next.processes[i], false);
            graph_add(from, &next);
            any = true;
        }
    }
    if (!any) {
        graph_add(from, &state);
    }
}

static void step(uint32_t from, state_t state, int index)
{
    process_t *process = &state.processes[index];
    unsigned char token = (unsigned char) (index + 1);

    switch (process->step) {
    case TRY:
        if (exchange_if(&state, process, 0, token)) {
            enter(&state, process, false);
        } else {
            process->step = LOAD;
        }
        break;
    case LOAD:
        process->seen = state.word;
        process->step = DECIDE;
        break;
    case DECIDE:
        decide(&state, process, token);
        break;
    case ANNOUNCE:
        announce(&state, process);
        break;
    case SLEEP:
        go_to_sleep(&state, process);
        break;
    case ENTER:
        be_inside(&state, process);
        break;
    case RELEASE:
        release(&state, process);
        break;
    case STORE_ZERO:
        process->buffered_word = 1;
        process->step = WAKE;
        break;
    case WAKE:
        wake(from, state, index);
        return;
    case GIVE_UP:
        give_up(&state, process);
        break;
    case PASS_ON:
        pass_on(&state, process);
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

    if (process->buffered_data != 0 || process->buffered_word != 0) {
        flush(&next, changed);
        graph_add(from, &next);
    }
    next = *state;
    if (process->step == ASLEEP && model->naps) {
        wake_up(changed, true);
        graph_add(from, &next);
    }
    next = *state;
    if (process->step == ANNOUNCE && model->timeouts &&
        index == model->count - 1) {
        changed->step = GIVE_UP;
        graph_add(from, &next);
    }
    next = *state;
    if (state->kills > 0 && process->step != DONE && process->step != DEAD) {
        flush(&next, changed);
        next.broken |= process->inside;
        memset(changed, 0, sizeof(*changed));
        changed->step = DEAD;
        next.kills--;
        graph_add(from, &next);
    }
}

// ---- the search ----

// What is wrong is counted as it is.
static bool is_over(const void *data)
{
    const state_t *state = data;

    if (state->wrong != 0) {
        return true;
    }
    for (int i = 0; i < model->count; i++) {
        if (state->processes[i].step != DONE &&
            state->processes[i].step != DEAD) {
            return false;
        }
    }
    return true;
}

static void explore(void)
{
    state_t first;

    memset(&first, 0, sizeof(first));
    first.kills = (unsigned char) model->kills;
    for (int i = 0; i < model->count; i++) {
        first.processes[i].rounds = (unsigned char) model->rounds;
    }
    (void) graph_intern(&first);
    for (uint32_t at = 0; at < graph_count(); at++) {
        const state_t state = *(const state_t *) graph_state(at);
        for (int i = 0; state.wrong == 0 && i < model->count; i++) {
            step(at, state, i);
            happen(at, &state, i);
        }
    }
}

// The number of states in which something is wrong.
static size_t count_faults(const model_t *of)
{
    size_t wrong = 0;

    model = of;
    graph_begin(sizeof(state_t));
    explore();
    for (uint32_t i = 0; i < graph_count(); i++) {
        wrong += ((const state_t *) graph_state(i))->wrong;
    }
    wrong += graph_stuck(is_over);
    print_message("%u states\n", graph_count());
    graph_end();
    return wrong;
}

static void expect(model_t of, bool good)
{
    size_t faults = count_faults(&of);

    assert_true(good ? faults == 0 : faults > 0);
}

// ---- what holds ----

static void nobody_is_left_asleep_where_nobody_is_killed(void)
{
    expect((model_t){2, 3, 0, false, false, NO_FAULT}, true);
    expect((model_t){3, 2, 0, false, false, NO_FAULT}, true);
}

static void nobody_is_left_asleep_by_one_who_gives_up(void)
{
    expect((model_t){3, 1, 0, false, true, NO_FAULT}, true);
    expect((model_t){3, 2, 0, false, true, NO_FAULT}, true);
}

static void whoever_lives_gets_through(void)
{
    expect((model_t){2, 2, 1, true, true, NO_FAULT}, true);
    expect((model_t){3, 1, 2, true, true, NO_FAULT}, true);
    expect((model_t){3, 2, 1, true, true, NO_FAULT}, true);
}

// ---- what the model finds ----

static void a_release_that_is_seen_late_is_found(void)
{
    expect((model_t){2, 2, 0, false, false, RELEASE_BY_STORE}, false);
}

static void a_sleeper_that_does_not_tell_of_others_is_found(void)
{
    expect((model_t){3, 1, 0, false, false, NO_MARK_AFTER_SLEEP}, false);
}

static void a_wake_that_is_not_passed_on_is_found(void)
{
    expect((model_t){3, 2, 0, false, true, NO_PASSING_ON}, false);
}

static void a_sleep_that_does_not_compare_is_found(void)
{
    expect((model_t){2, 1, 0, false, false, SLEEP_UNSEEN}, false);
}

static void a_sleeper_that_never_looks_is_found(void)
{
    expect((model_t){2, 1, 1, true, false, NO_LOOK}, false);
}

static const struct test tests[] = {
    {"nobody is left asleep where nobody is killed",
     nobody_is_left_asleep_where_nobody_is_killed, TEST_ONCE},
    {"nobody is left asleep by one who gives up",
     nobody_is_left_asleep_by_one_who_gives_up, TEST_ONCE},
    {"whoever lives gets through", whoever_lives_gets_through, TEST_ONCE},
    {"a release that is seen late is found",
     a_release_that_is_seen_late_is_found, TEST_ONCE},
    {"a sleeper that does not tell of others is found",
     a_sleeper_that_does_not_tell_of_others_is_found, TEST_ONCE},
    {"a wake that is not passed on is found",
     a_wake_that_is_not_passed_on_is_found, TEST_ONCE},
    {"a sleep that does not compare is found",
     a_sleep_that_does_not_compare_is_found, TEST_ONCE},
    {"a sleeper that never looks is found", a_sleeper_that_never_looks_is_found,
     TEST_ONCE},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("the lock word", tests, sizeof(tests) / sizeof(tests[0]));
}
