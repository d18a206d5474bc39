// SPDX-License-Identifier: Apache-2.0
// What the files of this room tell each other.
#ifndef MP_POSIX_H
#define MP_POSIX_H

#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <multiprocessing/launch.h>

#include "platform/platform.h"

// ---- failures (posix_fail.c) ----

// mp__fail() with the code that errno means. `what` is the sentence.
int mp_posix_fail(int os_code, const char *what);
int mp_posix_fail_path(int os_code, const char *what, const char *path);

// ---- descriptors of the library (posix_own.c) ----

// The library knows each descriptor it holds for itself, so that a forked
// child, the library's or the user's, does not keep them. Descriptors are born
// and entered under one lock that a fork takes too.

// Below are the standard streams, and what a spawned child is given.
#define MP_POSIX_FIRST_FREE 10

int mp_posix_own_socketpair(int pair[2]);
int mp_posix_own_pipe(int pair[2]);
int mp_posix_own_memory(int *descriptor);
// shm_open() with 0600. Returns an errno.
int mp_posix_own_segment(const char *name, int flags, int *descriptor);
// openat(), with 0600 for what it makes. Returns an errno.
int mp_posix_own_openat(int folder, const char *path, int flags,
                        int *descriptor);
int mp_posix_own_add(int descriptor);     // closes it if it cannot be entered
void mp_posix_own_close(int descriptor);  // -1 is fine
void mp_posix_own_forget(int descriptor); // it is somebody else's from now on
// A copy of somebody else's descriptor, at that number or above. MP_EINVAL it
// is not open.
int mp_posix_own_copy(int descriptor, int *copy);
// Moves a descriptor below `least` out of the way, there or above that number.
int mp_posix_own_raise(int *descriptor, int least);
// What a forked child keeps (-1: none): what tells its end and its parent's,
// its streams, and what it was given.
typedef struct mp_posix_kept {
    size_t count;
    int row[2 + MP_PLAT_STREAMS + MP_HANDLES_MOST];
} mp_posix_kept_t;
// In a forked child, with the lock held: closes all but these. NULL: all.
void mp_posix_own_forked(const mp_posix_kept_t *kept);

// ---- the surroundings of a child (posix_setup.c) ----

// The environment of this process with these changes: an array of borrowed
// pointers that free() frees. NULL: no memory.
char **mp_posix_environment(char *const *changes);

// ---- notes (posix_note.c) ----

// MP_PLAT_NOTE_SIZE bytes that a fork shares instead of copying. MP_ENOMEM.
int mp_posix_note_take(char **note);
void mp_posix_note_free(char *note);            // NULL is fine
mp_plat_stop_t *mp_posix_note_stop(char *note); // NULL for NULL
// In a forked child, with the lock held: these notes are its parent's.
void mp_posix_note_forked(void);

// ---- requests to stop (posix_stop.c, posix_stop_*.c) ----

struct mp_plat_stop {
    atomic_uint asked;  // written by the parent
    atomic_uint looked; // written by the child
};

// The same memory as a mapping and as a descriptor for a spawned child. *stop
// is NULL, and the descriptor -1, where the system has none.
int mp_posix_stop_open(mp_plat_stop_t **stop, int *descriptor);
mp_plat_stop_t *mp_posix_stop_inherit(int descriptor); // NULL: it is none
void mp_posix_stop_close(mp_plat_stop_t *stop);        // NULL is fine
void mp_posix_stop_forked(void); // in the child: the handle is its parent's
// A descriptor of memory without a name, close-on-exec; errno.
int mp_posix_memory(void);
// Sleeps while the word is 0, or for a moment; and ends such a sleep.
void mp_posix_stop_sleep(atomic_uint *word);
void mp_posix_stop_wake(atomic_uint *word);

// ---- limits (posix_limit.c) ----

// Whether a file of that size is over the limit of this process: growing to it
// would be a signal (SIGXFSZ) that ends the process.
bool mp_posix_over_file_limit(off_t size);

// ---- segments (posix_segment_*.c) ----

// Takes memory for an object of shm_open(), of all its size, which it then has
// or is given by ftruncate(). An errno.
int mp_posix_reserve(int descriptor, off_t size);
extern const int mp_posix_segment_flags; // what opening one also wants

// ---- the lock of this room (posix_lock.c) ----

// It guards descriptors and notes, and a fork takes it, too.
void mp_posix_lock(void);
void mp_posix_unlock(void);

// ---- birth of descriptors (posix_pair_*.c) ----

int mp_posix_socketpair(int pair[2]); // stream, close-on-exec; errno
int mp_posix_pipe(int pair[2]);       // close-on-exec; errno
int mp_posix_socket(int family);      // stream, never waits; -1 with errno
// accept() of one that never waits, whatever mode it is in itself.
int mp_posix_accept(int listener, struct sockaddr *from, socklen_t *size);
// For those (posix_born_open.c): the descriptor, or -1 with errno and it is
// closed; 0, or the same for both.
int mp_posix_close_on_exec(int descriptor);
int mp_posix_close_both_on_exec(int pair[2]);
extern const bool mp_posix_born_open;    // a moment before they close on exec
extern const int mp_posix_send_flags;    // what keeps send() from SIGPIPE
extern const int mp_posix_receive_flags; // what has descriptors close on exec

// ---- forking (posix_life.c) ----

// fork(), whose child keeps these descriptors of the library's.
pid_t mp_posix_fork(const mp_posix_kept_t *keep);

// ---- lives that are tied (posix_lifeline.c, posix_tie_*.c) ----

// One end of a pipe that nothing is written to: it is at its end when this
// process has ended. A descriptor for one child, to be closed after its start.
int mp_posix_lifeline(int *descriptor);
// Another descriptor for the end of a pipe, as this build needs it to tie a
// child (posix_tie_*.c). -1 with errno.
int mp_posix_tie_copy(int descriptor);
void mp_posix_lifeline_forked(void); // in the child: that was the parent's
// The same for a spawned child; -1 where its channel tells the end.
int mp_posix_spawned_tie(int *descriptor);
// Has a thread end this process when this descriptor is at its end; what comes
// before it is skipped.
int mp_posix_tie_by_thread(intptr_t descriptor);

// ---- threads of the library's own (posix_thread.c) ----

int mp_posix_helpers(void);         // how many this process has
void mp_posix_helpers_forked(void); // in the child, which has none

// ---- the ends of a child (posix_ends.c) ----

// What connects a parent and a new child. [0] is the parent's, [1] the
// child's; -1 is none.
typedef struct mp_posix_ends {
    int channel[2];
    int death[2];         // nothing is ever written; closed by the child's end
    int stop_memory;      // the child's, for a request to stop
    mp_plat_stop_t *stop; // the parent's view of it
    int tie;              // the child's, as mp_posix_lifeline() opens it
} mp_posix_ends_t;

int mp_posix_ends_open(mp_posix_ends_t *ends, bool with_channel);
void mp_posix_ends_close(mp_posix_ends_t *ends, int side);
// Makes *child of a new child. If that fails the child is ended.
int mp_posix_ends_adopt(mp_posix_ends_t *ends, int64_t pid,
                        mp_plat_child_t *child);

// ---- seeing the end of a process (posix_watch_*.c) ----

// Opens what watching a child will need, before there is a child.
int mp_posix_watch_prepare(mp_posix_ends_t *ends);
int mp_posix_watch_child(mp_plat_child_t *child, mp_posix_ends_t *ends);
// Collects the status: 1 with *status (as of wait()) and *usage, 0 if it runs
// still, -1 if another took it.
int mp_posix_watch_collect(const mp_plat_child_t *child, int *status,
                           struct rusage *usage);
int mp_posix_watch_signal(const mp_plat_child_t *child, int number); // errno
// Whether the process has ended, after a poll that found its handle ready or
// not.
bool mp_posix_watch_ended(const mp_plat_child_t *process, bool ready);
// How long a poll of the handle may last before asking that, in nanoseconds.
int64_t mp_posix_watch_slice(const mp_plat_child_t *process);
// Until when that is, if it is before the deadline (posix_end.c).
int64_t mp_posix_next_look(const mp_plat_child_t *process, int64_t deadline);

extern const int mp_posix_maxrss_unit; // bytes in a unit of ru_maxrss

// The same by a pipe that the end of the process closes: what the portable
// build does, and every build whose system refuses its own means.
int mp_posix_death_prepare(mp_posix_ends_t *ends);
int mp_posix_death_watch_child(mp_plat_child_t *child, mp_posix_ends_t *ends);
int mp_posix_death_watch_parent(mp_plat_child_t *parent);
// It is watched like that: a parent has no pipe, but perhaps a channel.
bool mp_posix_is_parent(const mp_plat_child_t *process);
// No other has taken the status of the child, so its number is its own.
bool mp_posix_death_is_ours(const mp_plat_child_t *child);
int mp_posix_death_collect(const mp_plat_child_t *child, int *status,
                           struct rusage *usage);
int mp_posix_death_signal(const mp_plat_child_t *child, int number);
bool mp_posix_death_ended(const mp_plat_child_t *process);

// ---- trees of processes (posix_tree.c, posix_tree_*.c) ----

// A process as the system lists it.
typedef struct mp_posix_kin {
    pid_t pid;
    pid_t parent;
    pid_t session;
    bool runs;      // it is neither stopped nor dead
    uint64_t birth; // tells it from a later one of the same number
} mp_posix_kin_t;

// All processes that this one may see, freed with free(). MP_ENOMEM, …
int mp_posix_kin_list(mp_posix_kin_t **list, size_t *count);
// One of them. False: there is none, or the system does not tell.
bool mp_posix_kin_look(pid_t pid, mp_posix_kin_t *kin);
// A descriptor of the library's that goes on meaning this process; -1 where the
// system has none. MP_EMFILE, …
int mp_posix_kin_pin(pid_t pid, int *pin);
// Signals it, unless it is another by now. Returns an errno.
int mp_posix_kin_signal(const mp_posix_kin_t *kin, int pin, int number);

// ---- what Linux says of a process (posix_stat_linux.c) ----

typedef struct mp_posix_stat {
    char state;
    pid_t parent;
    pid_t session;
    long long threads;
    uint64_t start; // in ticks since boot
} mp_posix_stat_t;

// False: there is no such process, or it cannot be asked. A descriptor is open
// for a moment.
bool mp_posix_stat_read(pid_t pid, mp_posix_stat_t *stat);

// ---- small things with a variant ----

// 0 if the process at the other end of a start channel is this process's
// parent and of the same user, else an MP_E… code (posix_peer_*.c).
int mp_posix_peer_check(int channel);
// Closes every descriptor from `first` on in a spawned child (posix_only_*.c).
// Returns an errno.
int mp_posix_only_below(posix_spawn_file_actions_t *actions,
                        posix_spawnattr_t *attributes, short *flags, int first);
// The path that runs this program again, whatever became of its file; "" if
// there is none better than mp_plat_program() (posix_self_*.c).
const char *mp_posix_self(void);
// A condition variable on the clock of mp_plat_now() (posix_cond_*.c). Both
// return an errno.
int mp_posix_cond_init(pthread_cond_t *condition);
int mp_posix_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex,
                       int64_t deadline);

// ---- a loader that was told to run this program (posix_loader_*.c) ----

// The program's file, freed with free(), if the program of this process is its
// loader for the system; else NULL.
int mp_posix_loaded_program(char **path);
// The first words of a command line by which the loader, at *path, runs
// `program`, the last of them, as it was told to run this one. *words is one
// block that free() frees. MP_ENOENT, MP_EACCES.
int mp_posix_loader_line(char *program, const char **path, char ***words,
                         int *count);
// Takes the loader's words off the command line of this process, if it has any.
int mp_posix_loader_strip(int *argc, char **argv);

// ---- what is run (posix_run.c) ----

typedef struct mp_posix_run {
    const char *path; // borrowed
    char **words;     // the first of the command line, `count` of them
    int count;
    char *name;   // of the program, the last of the words
    char **block; // of the words of a loader
} mp_posix_run_t;

// NULL: the running program.
int mp_posix_run_open(mp_posix_run_t *run, const char *program);
void mp_posix_run_close(mp_posix_run_t *run);

// ---- the memory of a family (posix_memory.c, posix_memory_*.c) ----

// A descriptor of an object without a name that can grow to `size`,
// close-on-exec; errno. With the lock held.
int mp_posix_memory_object(size_t size);
// Has the system set memory aside for a range (posix_fill_*.c). An errno.
int mp_posix_memory_fill(int descriptor, off_t offset, off_t size);

// ---- waiting at a semaphore (posix_semaphore_*.c) ----

// Until it was taken or the deadline, which is near, or for no reason.
void mp_posix_semaphore_wait(sem_t *semaphore, int64_t deadline);

// ---- memory that forks wipe (posix_wiped.c, posix_memory_*.c) ----

// Has the system wipe it in forked children, if it can.
void mp_posix_wipe_on_fork(void *page, size_t size);
void mp_posix_wiped_forked(void); // in the child: where the system did not

// ---- the rest ----

// Whether programs on the file system of `path` cannot be run, whatever their
// rights are (posix_self_*.c).
bool mp_posix_is_noexec(const char *path);
// mp_posix_fail_path() of a program, which may say that.
int mp_posix_fail_program(int os_code, const char *what, const char *path);
// The same of the running program's own file, which cannot be found any more.
int mp_posix_fail_own(int os_code, const char *path);
// What a symbolic link says, freed with free() (posix_self.c).
int mp_posix_read_link(const char *link, char **text);
// Takes off what Linux puts behind the name of a file that is gone.
void mp_posix_cut_mark(char *path);

// Waits until `descriptor` is ready for `events`: 1, or 0 after the deadline,
// or -1 with errno (posix_clock.c).
int mp_posix_poll(int descriptor, short events, int64_t deadline);
// The same for rows of poll(), which says in them what is ready.
int mp_posix_poll_rows(struct pollfd *rows, nfds_t count, int64_t deadline);

#endif
