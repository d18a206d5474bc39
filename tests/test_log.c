// SPDX-License-Identifier: Apache-2.0
#include "tests/support.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ABOVE_ALL 99 // a level at which nothing is said

static void set_level(int level)
{
    assert_int_equal(mp_logger_set_level(mp_get_logger(), level), 0);
}

static void hear(mp_log_fn sink, void *context, int level)
{
    set_level(level);
    assert_int_equal(mp_logger_set_sink(mp_get_logger(), sink, context), 0);
}

static void stop_listening(void)
{
    hear(NULL, NULL, MP_LOG_NOTSET);
}

// ---- sinks ----

static char last[2000];
static char last_name[300];
static int last_level;
static int calls;

static void remember(void *context, int level, const char *name,
                     const char *message)
{
    assert_ptr_equal(context, last);
    (void) snprintf(last, sizeof(last), "%s", message);
    (void) snprintf(last_name, sizeof(last_name), "%s", name);
    last_level = level;
    calls++;
}

static void remember_from(int level)
{
    last[0] = '\0';
    calls = 0;
    hear(remember, last, level);
}

// Counts the messages that have this word in them, from any thread.
static atomic_int counted;

static void count(void *context, int level, const char *name,
                  const char *message)
{
    (void) level;
    (void) name;
    atomic_fetch_add(&counted, strstr(message, context) != NULL ? 1 : 0);
}

static void count_from(int level, const char *word)
{
    static char copy[100];

    (void) snprintf(copy, sizeof(copy), "%s", word);
    atomic_store(&counted, 0);
    hear(count, copy, level);
}

#define FILE_VARIABLE "MP_TEST_LOG"

// A file for each process, so that their lines have an order.
static void file_of(char path[400], const char *prefix, const char *name)
{
    (void) snprintf(path, 400, "%s.%s", prefix, name);
}

static void note(void *context, int level, const char *name,
                 const char *message)
{
    char path[400];

    file_of(path, context, name);
    FILE *file = fopen(path, "a");
    if (file != NULL) {
        (void) fprintf(file, "%d %s\n", level, message);
        (void) fclose(file);
    }
}

static size_t read_whole(const char *path, char *text, size_t size)
{
    size_t length = 0;
    FILE *file = fopen(path, "r");

    if (file != NULL) {
        length = fread(text, 1, size - 1, file);
        (void) fclose(file);
    }
    text[length] = '\0';
    return length;
}

// What a process noted; its file is removed.
static void take_notes(const char *prefix, const char *name, char *text,
                       size_t size)
{
    char path[400];

    file_of(path, prefix, name);
    (void) read_whole(path, text, size);
    test_remove_file(path);
}

// ---- levels ----

static int return_it(const mp_args_t *args)
{
    return (int) mp_args_int(args, 0);
}
MP_TARGET(return_it)

static void levels_are_those_of_python(void)
{
    const int levels[] = {MP_LOG_NOTSET, MP_LOG_SUBDEBUG,   MP_LOG_DEBUG,
                          MP_LOG_INFO,   MP_LOG_SUBWARNING, MP_LOG_WARNING,
                          MP_LOG_ERROR,  MP_LOG_CRITICAL};
    const int numbers[] = {0, 5, 10, 20, 25, 30, 40, 50};

    assert_memory_equal(levels, numbers, sizeof(numbers));
    assert_int_equal(mp_logger_level(mp_get_logger()), MP_LOG_NOTSET);
}

static void sink_gets_what_is_at_or_above_the_level(void)
{
    remember_from(MP_LOG_INFO);
    mp_log(MP_LOG_DEBUG, "below");
    mp_log(MP_LOG_INFO - 1, "just below");
    assert_int_equal(calls, 0);
    mp_log(MP_LOG_INFO, "%s %d", "just at it", 4);
    assert_int_equal(calls, 1);
    assert_int_equal(last_level, MP_LOG_INFO);
    assert_string_equal(last, "just at it 4");
    assert_string_equal(last_name, "MainProcess");
    mp_log(MP_LOG_INFO + 1, "above");
    assert_int_equal(calls, 2);
    assert_int_equal(last_level, MP_LOG_INFO + 1);
    stop_listening();
    mp_log(MP_LOG_CRITICAL, "nobody listens");
    assert_int_equal(calls, 2);
}

static void level_that_is_not_set_lets_warnings_through(void)
{
    remember_from(MP_LOG_NOTSET);
    mp_log(MP_LOG_SUBWARNING, "not this");
    mp_log(MP_LOG_NOTSET, "nor this");
    mp_log(-5, "nor this");
    assert_int_equal(calls, 0);
    mp_log(MP_LOG_WARNING, "this");
    assert_int_equal(calls, 1);
    stop_listening();
}

static void log_to_stderr_without_a_level_keeps_it(void)
{
    set_level(ABOVE_ALL);
    assert_int_equal(mp_log_to_stderr(MP_LOG_NOTSET), 0);
    assert_int_equal(mp_logger_level(mp_get_logger()), ABOVE_ALL);
    assert_int_equal(mp_log_to_stderr(ABOVE_ALL + 1), 0);
    assert_int_equal(mp_logger_level(mp_get_logger()), ABOVE_ALL + 1);
    stop_listening();
}

static void is_enabled_says_whether_a_message_goes_anywhere(void)
{
    mp_logger_t *logger = mp_get_logger();

    stop_listening();
    assert_false(mp_logger_is_enabled(logger, MP_LOG_CRITICAL));
    remember_from(MP_LOG_INFO);
    assert_true(mp_logger_is_enabled(logger, MP_LOG_INFO));
    assert_false(mp_logger_is_enabled(logger, MP_LOG_DEBUG));
    stop_listening();
}

static void bad_arguments_are_refused_and_change_nothing(void)
{
    set_level(MP_LOG_INFO);
    assert_int_equal(mp_logger_set_level(mp_get_logger(), -1), MP_EINVAL);
    assert_int_equal(mp_log_to_stderr(-1), MP_EINVAL);
    assert_int_equal(mp_logger_set_level(NULL, 10), MP_EINVAL);
    assert_int_equal(mp_logger_set_sink(NULL, remember, NULL), MP_EINVAL);
    assert_int_equal(mp_logger_level(NULL), MP_LOG_NOTSET);
    assert_false(mp_logger_is_enabled(NULL, MP_LOG_CRITICAL));
    assert_int_equal(mp_logger_level(mp_get_logger()), MP_LOG_INFO);
    assert_false(mp_logger_is_enabled(mp_get_logger(), MP_LOG_CRITICAL));
    stop_listening();
}

// ---- messages ----

static void long_texts_are_cut_at_a_whole_character(void)
{
    char text[1000];

    memset(text, 'a', sizeof(text));
    memcpy(text + 799, "\xc3\xa4", 2);
    remember_from(MP_LOG_WARNING);
    mp_log(MP_LOG_WARNING, "%.*s", (int) sizeof(text), text);
    assert_int_equal(strlen(last), 799);
    mp_log(MP_LOG_WARNING, "%.*s", 799, text);
    assert_int_equal(strlen(last), 799);
    mp_log(MP_LOG_WARNING, "b%.*s", 799, text);
    assert_int_equal(strlen(last), 800);

    memcpy(text + 98, "\xe2\x82\xac", 4); // and its end
    assert_int_equal(mp_process_set_name(mp_current_process(), text), 0);
    mp_log(MP_LOG_WARNING, "with a long name");
    (void) mp_process_set_name(mp_current_process(), "MainProcess");
    assert_int_equal(strlen(last_name), 98);
    stop_listening();
}

static void log_again(void *context, int level, const char *name,
                      const char *message)
{
    remember(context, level, name, message);
    mp_log(MP_LOG_CRITICAL, "again: %s", message);
    (void) mp_process_name(mp_current_process()); // no lock is held
    (void) mp_process_pid(mp_current_process());
    (void) mp_logger_set_level(mp_get_logger(),
                               mp_logger_level(mp_get_logger()));
}

static void sink_that_logs_is_not_called_by_itself(void)
{
    calls = 0;
    hear(log_again, last, MP_LOG_WARNING);
    mp_log(MP_LOG_WARNING, "one");
    assert_int_equal(calls, 1);
    assert_string_equal(last, "one");
    mp_log(MP_LOG_WARNING, "two");
    assert_int_equal(calls, 2);
    stop_listening();
}

// How often the sink was called in this process for what this child logs.
static int log_and_tell_calls(const mp_args_t *args)
{
    int before = calls;

    (void) args;
    mp_log(MP_LOG_CRITICAL, "from a child");
    return calls - before;
}
MP_TARGET(log_and_tell_calls)

static int told;

static void start_in_sink(void *context, int level, const char *name,
                          const char *message)
{
    mp_process_options_t options = test_options();
    mp_process_t *process = NULL;

    remember(context, level, name, message);
    told = 99;
    if (mp_process_create(&process, log_and_tell_calls, NULL, &options) == 0 &&
        mp_process_start(process) == 0 &&
        mp_process_join(process, TEST_GUARD_MS) == 0) {
        told = mp_process_exitcode(process);
    }
    mp_process_destroy(process);
}

static void process_that_a_sink_starts_logs_nothing(void)
{
    calls = 0;
    hear(start_in_sink, last, MP_LOG_CRITICAL);
    mp_log(MP_LOG_CRITICAL, "one");
    assert_int_equal(calls, 1);
    assert_int_equal(told, 0);
    mp_log(MP_LOG_CRITICAL, "two");
    assert_int_equal(calls, 2);
    stop_listening();
}

static void fail_in_sink(void *context, int level, const char *name,
                         const char *message)
{
    remember(context, level, name, message);
    assert_int_equal(mp_set_start_method("nonsense", false), MP_EINVAL);
    errno = EDOM;
}

static void failure_outlives_a_sink_that_fails(void)
{
    mp_process_options_t options = test_options();
    mp_process_t *process = NULL;

    calls = 0;
    hear(fail_in_sink, last, MP_LOG_INFO);
    assert_int_equal(
        mp_process_create_by_name(&process, "missing", NULL, &options), 0);
    assert_int_equal(mp_process_start(process), MP_ETARGET);
    assert_int_equal(calls, 1);
    assert_non_null(strstr(last, " was not started: no target \"missing\""));
    assert_int_equal(mp_last_error()->code, MP_ETARGET);
    assert_non_null(strstr(mp_last_error()->message, "missing"));
    errno = 0;
    mp_log(MP_LOG_INFO, "one");
    assert_int_equal(errno, 0);
    mp_process_destroy(process);
    stop_listening();
}

static void log_much(int number)
{
    static char word[] = "thread";

    for (int i = 0; i < 500; i++) {
        mp_log(MP_LOG_WARNING, "thread %d", number);
        set_level(i % 2 == 0 ? MP_LOG_INFO : MP_LOG_WARNING);
        if (number == 0) {
            (void) mp_logger_set_sink(mp_get_logger(), count, word);
        }
    }
}

static void threads_may_log_while_settings_change(void)
{
    count_from(MP_LOG_INFO, "thread");
    test_run_threads(4, log_much);
    stop_listening();
}

// ---- what the library says ----

static void expect_notes(const char *prefix, const char *name,
                         const char *expected)
{
    char text[2000];

    take_notes(prefix, name, text, sizeof(text));
    assert_string_equal(text, expected);
}

// A spawned child has the sink because main() sets it there, too.
static void sink_hears_a_child_begin_and_end(void)
{
    char prefix[300];
    char expected[200];

    test_make_file(prefix, sizeof(prefix));
    test_set_variable(FILE_VARIABLE, prefix);
    hear(note, prefix, MP_LOG_INFO);
    mp_process_t *process = test_create(return_it, MP_ARGS(3));
    assert_int_equal(mp_process_set_name(process, "watched"), 0);
    assert_int_equal(mp_process_start(process), 0);
    test_join(process);
    stop_listening();
    test_set_variable(FILE_VARIABLE, NULL);
    (void) snprintf(expected, sizeof(expected),
                    "20 watched started by %s, pid %lld\n"
                    "20 watched ended with exit code 3\n",
                    test_method(), (long long) mp_process_pid(process));
    expect_notes(prefix, "MainProcess", expected);
    (void) snprintf(expected, sizeof(expected),
                    "20 child process calling its target\n"
                    "20 process exiting with exit code 3\n%s",
                    test_method_is("thread") ? ""
                                             : "20 process shutting down\n");
    expect_notes(prefix, "watched", expected);
    mp_process_destroy(process);
    test_remove_file(prefix);
}

static void look_for_children(void)
{
    mp_process_t **children = NULL;
    size_t number = 0;

    assert_int_equal(mp_active_children(&children, &number), 0);
    mp_active_children_free(children, number);
    assert_int_equal(number, 0);
}

static void end_is_said_once_whoever_sees_it(void)
{
    mp_process_t *process = test_start(return_it, MP_ARGS(3));

    count_from(MP_LOG_INFO, "ended with exit code 3");
    test_await_end(process);
    assert_int_equal(mp_process_exitcode(process), 3);
    assert_int_equal(counted, 1);
    assert_int_equal(test_finish(process), 3);
    assert_int_equal(counted, 1);

    process = test_start(return_it, MP_ARGS(3));
    test_await_end(process);
    look_for_children();
    assert_int_equal(counted, 2);
    mp_process_destroy(process);

    process = test_start(return_it, MP_ARGS(3));
    test_await_end(process);
    mp_process_destroy(process);
    look_for_children();
    assert_int_equal(counted, 3);
    stop_listening();
}

// ---- a fork with threads ----

static int run_forked(void)
{
    mp_process_t *process = NULL;
    int r = test_start_below(&process, "fork", MP_NO, return_it, MP_ARGS(0));

    if (r == 0) {
        r = mp_process_join(process, TEST_GUARD_MS);
    }
    mp_process_destroy(process);
    return r;
}

static void fork_with_threads_is_warned_of(void)
{
    test_gate_t gate;
    mp_process_t *thread = NULL;

    test_gate_create(&gate);
    assert_int_equal(test_start_below(&thread, "thread", MP_NO,
                                      test_wait_at_gate, MP_ARGS(gate.name, 0)),
                     0);
    test_gate_await(&gate, 1);
    count_from(MP_LOG_WARNING, "is forked while other threads run");
    assert_int_equal(run_forked(), 0);
    stop_listening();
    test_gate_release(&gate, 1);
    assert_int_equal(test_finish(thread), 0);
    test_gate_destroy(&gate);
#ifdef MP_TEST_PORTABLE
    assert_int_equal(counted, 0); // POSIX does not tell
#else
    assert_int_equal(counted, 1);
#endif
}

// Answers with the number of warnings, or 99. A forked child has one thread.
static int fork_without_threads(const mp_args_t *args)
{
    static char word[] = "threads";

    (void) args;
    if (mp_logger_set_sink(mp_get_logger(), count, word) != 0 ||
        run_forked() != 0) {
        return 99;
    }
    return atomic_load(&counted);
}
MP_TARGET(fork_without_threads)

static void fork_without_threads_is_not_warned_of(void)
{
    atomic_store(&counted, 0);
    assert_int_equal(test_call(fork_without_threads, NULL), 0);
}

// ---- inheritance ----

static int tell_level(const mp_args_t *args)
{
    (void) args;
    return mp_logger_level(mp_get_logger());
}
MP_TARGET(tell_level)

static int tell_level_below(const mp_args_t *args)
{
    mp_process_t *process = NULL;
    int code = 99;

    if (test_start_below(&process, mp_args_text(args, 0), MP_NO, tell_level,
                         NULL) == 0 &&
        mp_process_join(process, TEST_GUARD_MS) == 0) {
        code = mp_process_exitcode(process);
    }
    mp_process_destroy(process);
    return code;
}
MP_TARGET(tell_level_below)

static void level_is_inherited(void)
{
    set_level(MP_LOG_SUBDEBUG);
    int child = test_call(tell_level, NULL);
    int grandchild = test_call(tell_level_below, MP_ARGS(test_method()));
    stop_listening();
    assert_int_equal(child, MP_LOG_SUBDEBUG);
    assert_int_equal(grandchild, MP_LOG_SUBDEBUG);
    assert_int_equal(test_call(tell_level, NULL), MP_LOG_NOTSET);
}

// Whether anything listens, though at a level at which nothing is said.
static int tell_whether_it_listens(const mp_args_t *args)
{
    (void) args;
    return mp_logger_is_enabled(mp_get_logger(), ABOVE_ALL) ? 1 : 0;
}
MP_TARGET(tell_whether_it_listens)

static void sink_of_stderr_is_inherited(void)
{
    assert_int_equal(mp_log_to_stderr(ABOVE_ALL), 0);
    int listens = test_call(tell_whether_it_listens, NULL);
    stop_listening();
    assert_int_equal(listens, 1);
    assert_int_equal(test_call(tell_whether_it_listens, NULL), 0);
}

static void callback_is_inherited_but_by_spawn(void)
{
    remember_from(ABOVE_ALL);
    int listens = test_call(tell_whether_it_listens, NULL);
    int level = test_call(tell_level, NULL);
    stop_listening();
    assert_int_equal(listens, test_method_is("spawn") ? 0 : 1);
    assert_int_equal(level, ABOVE_ALL);
}

// ---- a program's stderr ----

static void run_talker(const char *mode, char *text, size_t size)
{
    char program_path[1000];
    char file[300];
    char what[50];
    test_program_t program;

    test_program_path("talker", program_path, sizeof(program_path));
    test_make_file(file, sizeof(file));
    (void) snprintf(what, sizeof(what), "%s-%s", mode, test_method());
    test_program_start(&program, program_path, file, what);
    int code = test_program_wait(&program);
    (void) read_whole(file, text, size);
    test_remove_file(file);
    assert_int_equal(code, 0);
}

static void nothing_is_printed_unless_asked_for(void)
{
    char text[1000];

    run_talker("silent", text, sizeof(text));
    assert_string_equal(text, "");
}

// Whether it is "line N of M: " with 600 times one character and a full stop.
static bool is_whole(const char *message)
{
    int line = 0;
    int child = 0;
    int used = 0;

    if (sscanf(message, "line %d of %d: %n", &line, &child, &used) != 2) {
        return false;
    }
    const char *filler = message + used;
    for (int i = 0; i < 600; i++) {
        if (filler[i] != 'a' + child) {
            return false;
        }
    }
    return strcmp(filler + 600, ".") == 0;
}

static bool is_the_librarys(const char *line)
{
    static const char *const ends[] = {
        "] child process calling its target",
        "] process exiting with exit code 0",
        "] process shutting down",
        " ended with exit code 0",
    };

    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        size_t length = strlen(ends[i]);
        if (strlen(line) > length &&
            strcmp(line + strlen(line) - length, ends[i]) == 0) {
            return strncmp(line, "[INFO/", 6) == 0;
        }
    }
    return strncmp(line, "[INFO/MainProcess] Process-", 27) == 0 &&
           strstr(line, " started by ") != NULL;
}

#define TALKERS 6
#define TALKER_LINES 50

static void lines_of_several_processes_are_whole(void)
{
    const size_t size = 1 << 20;
    char *text = malloc(size);
    int whole = 0;
    int name = 0;

    assert_non_null(text);
    run_talker("lines", text, size);
    for (char *line = strtok(text, "\n"); line != NULL;
         line = strtok(NULL, "\n")) {
        int used = 0;
        if (sscanf(line, "[WARNING/Process-%d] %n", &name, &used) == 1) {
            assert_true(is_whole(line + used));
            whole++;
        } else if (!is_the_librarys(line)) {
            fail_msg("%s", line);
        }
    }
    free(text);
    assert_int_equal(whole, TALKERS * TALKER_LINES);
}

static const struct test tests[] = {
    {"the levels are those of Python's package", levels_are_those_of_python,
     TEST_ONCE},
    {"a sink gets what is at or above the level",
     sink_gets_what_is_at_or_above_the_level, TEST_ONCE},
    {"a level that is not set lets warnings through",
     level_that_is_not_set_lets_warnings_through, TEST_ONCE},
    {"log_to_stderr without a level keeps the level",
     log_to_stderr_without_a_level_keeps_it, TEST_ONCE},
    {"one can ask whether a message would go anywhere",
     is_enabled_says_whether_a_message_goes_anywhere, TEST_ONCE},
    {"bad arguments are refused and change nothing",
     bad_arguments_are_refused_and_change_nothing, TEST_ONCE},
    {"long texts are cut at a whole character",
     long_texts_are_cut_at_a_whole_character, TEST_ONCE},
    {"a sink that logs is not called by itself",
     sink_that_logs_is_not_called_by_itself, TEST_ONCE},
    {"a process that a sink starts logs nothing",
     process_that_a_sink_starts_logs_nothing, TEST_ALL},
    {"the last failure outlives a sink that fails",
     failure_outlives_a_sink_that_fails, TEST_ALL},
    {"threads may log while the settings change",
     threads_may_log_while_settings_change, TEST_ONCE},
    {"a sink hears a child begin and end, in both processes",
     sink_hears_a_child_begin_and_end, TEST_ALL},
    {"the end of a child is said once, whoever sees it",
     end_is_said_once_whoever_sees_it, TEST_ALL},
    {"a fork with other threads is warned of, where the system tells",
     fork_with_threads_is_warned_of, TEST_FORK},
    {"a fork without other threads is not warned of",
     fork_without_threads_is_not_warned_of, TEST_FORK},
    {"the level is inherited", level_is_inherited, TEST_ALL},
    {"the sink of stderr is inherited", sink_of_stderr_is_inherited, TEST_ALL},
    {"a callback is inherited, but not by spawn",
     callback_is_inherited_but_by_spawn, TEST_ALL},
    {"nothing is printed unless asked for", nothing_is_printed_unless_asked_for,
     TEST_ALL},
    {"lines of several processes are whole",
     lines_of_several_processes_are_whole, TEST_ALL},
};

int main(int argc, char **argv)
{
    char *prefix = getenv(FILE_VARIABLE);

    if (prefix != NULL) {
        (void) mp_logger_set_sink(mp_get_logger(), note, prefix);
    }
    mp_freeze_support(argc, argv);
    return test_run("log", tests, sizeof(tests) / sizeof(tests[0]));
}
