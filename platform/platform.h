// SPDX-License-Identifier: Apache-2.0
// The contract of everything that core asks of a system. posix/ and win32/
// implement it, platform/ what APR does well on all of them.
//
// Handles are intptr_t: a descriptor, or a HANDLE; MP_PLAT_NONE is none.
// Deadlines are absolute, on the monotonic clock of mp_plat_now(), in
// nanoseconds. Functions that can fail return 0 or a negative MP_E… code that
// they recorded with mp__fail(). Paths and texts are UTF-8. What is born here
// is never inherited by accident: close-on-exec, or not inheritable.
#ifndef MP_PLATFORM_H
#define MP_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <multiprocessing/errors.h>

#define MP_PLAT_NONE ((intptr_t) -1)
#define MP_PLAT_NEVER INT64_MAX       // the deadline that does not come
#define MP_PLAT_AT_ONCE ((int64_t) 0) // a deadline that has passed: only look

// ---- life ----

// What is called around every fork() of this process, the library's or the
// user's.
typedef struct mp_plat_hooks {
    void (*forking)(void);   // before it, with all locks held
    void (*in_parent)(void); // after it, still with them, child or no child
    void (*forked)(void); // in the child, before fork() returns, with none held
    void (*failed)(void); // after one of the library's that made no child
    void (*made)(int64_t pid); // or one; in the parent
} mp_plat_hooks_t;

// Prepares the platform once; later calls return at once.
int mp_plat_init(const mp_plat_hooks_t *hooks);

// Has `run` called, once, when this process ends by exit() or by returning from
// main(), while its other threads still run. (On Windows a DLL's atexit() runs
// when they have been ended.) The module that holds `run` is never unloaded
// there.
int mp_plat_at_exit(void (*run)(void));

// Ends this process now: no atexit handler, no flushing.
void mp_plat_exit_now(int code) MP_NORETURN;

// ---- time ----

int64_t mp_plat_now(void); // nanoseconds since some fixed moment

// ---- locks between the threads of this process ----

// The whole set is known here so that a fork finds each of them free in the
// child. They are taken in this order, and held for moments only.
enum mp_plat_lock {
    MP_PLAT_LOCK_INIT,   // the library's first steps
    MP_PLAT_LOCK_STATE,  // processes, their children, the settings
    MP_PLAT_LOCK_DIGEST, // what the backend computes digests with
    MP_PLAT_LOCK_CYCLE,  // values that contain themselves
    MP_PLAT_LOCK_HANDLE, // the handles of queues
    MP_PLAT_LOCK_COUNT
};
void mp_plat_lock(enum mp_plat_lock which);
void mp_plat_unlock(enum mp_plat_lock which);

// ---- events: waited for by any number of threads ----

typedef struct mp_plat_event mp_plat_event_t;
int mp_plat_event_create(mp_plat_event_t **out);
void mp_plat_event_set(mp_plat_event_t *event);
void mp_plat_event_clear(mp_plat_event_t *event);
// 0 once it is set, MP_ETIMEDOUT (not recorded) after the deadline.
int mp_plat_event_wait(mp_plat_event_t *event, int64_t deadline);
// A handle that is ready while the event is set, made at the first call; the
// event keeps it.
int mp_plat_event_handle(mp_plat_event_t *event, intptr_t *handle);
void mp_plat_event_destroy(mp_plat_event_t *event); // NULL is fine

// ---- threads ----

// Nobody joins it: what has to know of its end is told by an event. `left` is
// called if `run` ends the thread by the system's own means (pthread_exit, or
// because it is cancelled). MP_ENPROC: the system has no more threads.
int mp_plat_thread_start(void (*run)(void *), void (*left)(void *),
                         void *argument);
// The same for a thread of the library's own, which handles no signals of the
// program, and does not count for mp_plat_has_threads(). It returns from `run`.
int mp_plat_helper_start(void (*run)(void *), void *argument);

// What the library remembers of each thread: all zero at first. Never NULL; a
// thread for which there is no memory shares one with others like it.
#define MP_PLAT_TEXT_SIZE 512
typedef struct mp_plat_local {
    void *process;    // core's: the process that this thread is
    void *exit_point; // core's: where mp_exit() of this thread goes
    bool silent;      // core's: it logs nothing, being in the sink of the log
    uint32_t token;   // core's: its own as a member of the family, or 0
    uint32_t token_process; // core's: of which process that is true
    uint32_t reserved;      // core's: what its fork under way has, or 0
    mp_error_t error;       // the last failure
    char text[MP_PLAT_TEXT_SIZE];
} mp_plat_local_t;
mp_plat_local_t *mp_plat_local(void);

// ---- this process and this machine ----

int64_t mp_plat_pid(void);
// It runs with rights that its caller has not (setuid and the like).
bool mp_plat_privileged(void);
// Its command line, in one block that free() frees.
int mp_plat_command_line(int *argc, char ***argv);
// The path of the running program, absolute; free() frees it. MP_ENOENT: its
// file is gone.
int mp_plat_program(char **path);
// Which build of its program this process runs: the same in every run of one
// file, and another in what was linked anew.
#define MP_PLAT_BUILD_SIZE 16
void mp_plat_build_id(unsigned char id[MP_PLAT_BUILD_SIZE]);
// Whether `path` can be run: 0, MP_ENOENT or MP_EACCES. The absolute form of
// it is put into *absolute, freed with free().
int mp_plat_find_program(const char *path, char **absolute);
// The module (program or shared library) that holds `address`: its file name
// without folders, "" for the program itself; cut to fit.
void mp_plat_module(const void *address, char *name, size_t size);
// The file of that module, absolute; free() frees it. NULL for the program.
int mp_plat_module_path(const void *address, char **path);
// Keeps the module that holds `address` from being unloaded, for good.
void mp_plat_pin(const void *address);
int mp_plat_random(void *bytes, size_t size); // fit for keys
int mp_plat_cpu_count(void);                  // online, or MP_ENOTSUP
int mp_plat_process_cpu_count(void);          // usable here, or MP_ENOTSUP

// ---- children ----

#define MP_PLAT_NOTE_SIZE 1024

// What a parent and its child share so that one can ask the other to stop.
typedef struct mp_plat_stop mp_plat_stop_t;
// What reaches a child and all that it started, where the system has that.
typedef struct mp_plat_tree mp_plat_tree_t;

// A child as its parent holds it, or a parent as its child does.
typedef struct mp_plat_child {
    int64_t pid;
    intptr_t end;     // ready when the process has ended: the sentinel
    intptr_t channel; // this side of the start channel, if it was spawned
    intptr_t tie;     // in a child: what its parent's end closes, or
                      // MP_PLAT_NONE if the channel tells it
    char *note;       // MP_PLAT_NOTE_SIZE bytes that a forked child shares with
                      // its parent, the first one zero; else NULL
    mp_plat_stop_t *stop; // NULL where the system gave none
    mp_plat_tree_t *tree; // NULL where the system has none
    bool by_pipe;         // the backend's: `end` is a pipe, for want of better
} mp_plat_child_t;

// Nobody's, without a handle.
#define MP_PLAT_NO_CHILD                                                       \
    {                                                                          \
        0, MP_PLAT_NONE, MP_PLAT_NONE, MP_PLAT_NONE, NULL, NULL, NULL, false   \
    }

// How a child differs from this process.
#define MP_PLAT_STREAMS 3
typedef struct mp_plat_setup {
    const char *directory;    // NULL: this process's
    char *const *environment; // "NAME=value" sets, "NAME" removes, the last of
                              // a name counts; ended by NULL; NULL: none
    intptr_t streams[MP_PLAT_STREAMS]; // as the calls below open them;
                                       // MP_PLAT_NONE: this process's
    intptr_t *handles;   // that the child is given, as mp_plat_copy_handle()
    size_t handle_count; // makes them; at most MP_HANDLES_MOST
    intptr_t memory;     // of the memory that a spawned child shares, or
                         // MP_PLAT_NONE
    intptr_t *given; // receives what the child knows them by, the memory last
} mp_plat_setup_t;

// What a standard stream of a child can be. These are handles of this process,
// out of the way of any number that a child is given; a forked child has none
// but those of its setup.
enum mp_plat_use { MP_PLAT_READ, MP_PLAT_WRITE, MP_PLAT_APPEND };
// NULL is the file that is always empty. MP_PLAT_WRITE empties the file.
int mp_plat_open_file(const char *path, enum mp_plat_use use, intptr_t *handle);
int mp_plat_open_pipe(bool child_reads, intptr_t *child, intptr_t *own);
// Of a handle of the program's. MP_EINVAL it is not open.
int mp_plat_copy_handle(intptr_t handle, intptr_t *copy);
void mp_plat_close_handle(intptr_t handle); // MP_PLAT_NONE is fine

// In a spawned child: makes a handle that its start block names one of these
// handles of this process. MP_EPROTO it is not open.
int mp_plat_adopt_handle(intptr_t handle);
// Makes one of these handles the program's, which then closes it.
void mp_plat_release_handle(intptr_t handle);

// What is to run. The child's command line is `program`, `arguments` and one
// marker, MP_PLAT_MARKER followed by what the backend needs to find the
// channel.
typedef struct mp_plat_spawn {
    const char *program;    // NULL: the running program, whatever became of
                            // its file where the system allows that
    char *const *arguments; // ended by NULL; NULL: none
    const mp_plat_setup_t *setup;
    bool detached; // it may outlive this process
} mp_plat_spawn_t;

#define MP_PLAT_MARKER "--multiprocessing-c-child="

enum mp_plat_how {
    MP_PLAT_HOW_UNKNOWN,
    MP_PLAT_HOW_EXIT,   // with a code
    MP_PLAT_HOW_SIGNAL, // the negative of the code
    MP_PLAT_HOW_STATUS, // the code is a system's word for a crash
    MP_PLAT_HOW_MEMORY  // there was no memory: a signal or a system's word
};

// How a child ended.
typedef struct mp_plat_end {
    enum mp_plat_how how;
    int exitcode; // as mp_process_exitcode() tells it
    bool usage_known;
    int64_t user_us;
    int64_t system_us;
    int64_t peak_memory; // bytes
} mp_plat_end_t;

enum mp_plat_signal { MP_PLAT_TERMINATE, MP_PLAT_KILL, MP_PLAT_INTERRUPT };

// Whether there is a fork, and whether children are made by it unless the user
// says otherwise.
enum mp_plat_forking {
    MP_PLAT_FORK_NONE,
    MP_PLAT_FORK_POSSIBLE,
    MP_PLAT_FORK_DEFAULT
};
enum mp_plat_forking mp_plat_forking(void);

// Whether other threads than the library's own run in this process, which a
// forked child would be without. False where the system does not tell.
bool mp_plat_has_threads(void);
// Copies this process: 1 in the child, 0 in the parent. In the child, `child`
// is the parent; it has the handles of the setup. MP_ENOTSUP where there is no
// fork.
int mp_plat_fork(mp_plat_child_t *child, bool detached,
                 const mp_plat_setup_t *setup); // NULL: as this process
// Makes this forked child what the setup says. Uses up its streams.
int mp_plat_become(mp_plat_setup_t *setup);
// Starts a program with the other side of a new channel, what it needs to see a
// stop request, the handles of the setup, and nothing else above descriptor 2.
// MP_ENOENT, MP_EACCES, MP_ENPROC, MP_EMFILE, MP_ENOMEM.
int mp_plat_spawn(mp_plat_child_t *child, const mp_plat_spawn_t *spawn);
// 0 when it has ended, MP_ETIMEDOUT (not recorded) after the deadline. Any
// number of threads; collects nothing.
int mp_plat_child_wait(const mp_plat_child_t *child, int64_t deadline);
// Collects a child that may have ended: 1 and *end, 0 if it runs still. One
// thread at a time, once.
int mp_plat_child_collect(const mp_plat_child_t *child, mp_plat_end_t *end);
// From when on the next counts: this process's group as it is now. Both with
// MP_PLAT_LOCK_STATE held.
void mp_plat_oom_begin(void);
// Whether the system ended a process of that group for want of memory; it is
// told once for each. False where the system does not count them.
bool mp_plat_oom_seen(void);
// Not after the child was collected. 0 also if it has ended.
int mp_plat_child_signal(const mp_plat_child_t *child,
                         enum mp_plat_signal signal);
// Signals a child and all that it started, as far as the system can find it,
// and nobody else. `collected`: the child is no more, only what it left.
// MP_EACCES: some of them are another user's; the others were signalled.
int mp_plat_tree_signal(const mp_plat_child_t *child,
                        enum mp_plat_signal signal, bool collected);
// Asks a child to stop. Whether it looks for that, as far as the system tells.
bool mp_plat_stop_ask(mp_plat_stop_t *stop);
// In the child: whether it was asked. This is what looking is.
bool mp_plat_stop_asked(mp_plat_stop_t *stop);
// In the child: a handle that is ready once it was asked, made at the first
// call and kept. The library's own.
int mp_plat_stop_handle(mp_plat_stop_t *stop, intptr_t *handle);
// In a child: whether it is ended by Ctrl-C at its terminal, or ignores that.
int mp_plat_interrupts(bool heed);
// What a parent sees of a child that ends with `code`.
int mp_plat_exitcode(int code);
// Closes the handles. They become MP_PLAT_NONE.
void mp_plat_child_close(mp_plat_child_t *child);

// In a spawned child: `marker` is what stands behind MP_PLAT_MARKER. Opens the
// channel after checking that the process at its other end is this process's
// parent and belongs to the same user; *parent gets the channel and the
// parent's pid. MP_EACCES if anything of that is not so.
int mp_plat_parent_open(mp_plat_child_t *parent, const char *marker);
// Takes over what the same marker says of requests to stop; once.
int mp_plat_parent_stop(mp_plat_child_t *parent, const char *marker);
// In any child: makes this process end, as if killed, when its parent does.
int mp_plat_parent_tie(mp_plat_child_t *parent);
// In any child: leaves the parent's session for one of its own, where there are
// such.
void mp_plat_lead_session(void);
// Opens what mp_plat_child_wait() needs to see the end of a parent. Not before
// somebody asks: few children do.
int mp_plat_parent_watch(mp_plat_child_t *parent);

// ---- channels: bytes between a parent and a child ----

// Both use the channel to `other` and transfer all `size` bytes or fail:
// MP_EEOF the other side is closed, or its process has ended (if `other` says
// how to see that) and all that it sent is read, whoever holds its side open
// still; MP_ETIMEDOUT after the deadline (then the channel is of no use any
// more, unless nothing was transferred). They never raise SIGPIPE. With
// MP_PLAT_AT_ONCE they do not wait, and these two codes are not recorded.
int mp_plat_channel_send(const mp_plat_child_t *other, const void *bytes,
                         size_t size, int64_t deadline);
int mp_plat_channel_receive(const mp_plat_child_t *other, void *bytes,
                            size_t size, int64_t deadline);

// ---- segments: memory with a name ----

typedef struct mp_plat_segment {
    void *address;   // of the first byte for its users; NULL: none
    size_t size;     // of what they may use
    size_t before;   // bytes of the mapping in front of it,
    size_t after;    // and behind it
    intptr_t handle; // what keeps it, where the mapping alone does not
} mp_plat_segment_t;

extern const char mp_plat_segment_prefix[]; // of names that Python makes up

// `name` has no slash but in front, and something behind that. Creating leaves
// no name behind if it fails. MP_EEXIST, MP_ENOSPC, MP_ENOMEM, MP_EMFILE,
// MP_EACCES; MP_EINVAL: the system does not take the name.
int mp_plat_segment_create(mp_plat_segment_t *out, const char *name,
                           size_t size, bool sparse);
// The same, MP_ENOENT, and MP_ESTATE: it has no size.
int mp_plat_segment_open(mp_plat_segment_t *out, const char *name,
                         bool read_only);
void mp_plat_segment_close(mp_plat_segment_t *segment);
// MP_ENOENT. Does nothing where names end with the last that has it open.
int mp_plat_segment_unlink(const char *name);

// The same for what apr_shm_create() made under this file name (platform/).
// MP_EPROTO: its header is not APR's.
int mp_plat_segment_open_apr(mp_plat_segment_t *out, const char *file);
void mp_plat_segment_close_apr(mp_plat_segment_t *segment);
int mp_plat_segment_unlink_apr(const char *file);

#endif
