// SPDX-License-Identifier: Apache-2.0
#ifndef MP_WIN32_LISTEN_H
#define MP_WIN32_LISTEN_H

#include "win32/win32_link.h"

// ---- listening at a pipe (win32_listen_pipe.c) ----

// Of this machine, and with something behind the prefix.
bool mp_win32_is_pipe_name(const mp_plat_place_t *place);
int mp_win32_pipe_listen(mp_plat_listener_t *listener,
                         const mp_plat_place_t *place);
// By what that one passes on.
int mp_win32_pipe_listener_adopt(mp_plat_listener_t *listener, HANDLE keeper);
HANDLE mp_win32_pipe_listener_keeper(const mp_plat_listener_t *listener);
int mp_win32_pipe_accept(const mp_plat_listener_t *listener, HANDLE *pipe,
                         int64_t deadline);
void mp_win32_pipe_listener_close(mp_plat_listener_t *listener);
// Whether one of these handles was passed on by a listener; and that a child
// that was made with them, and does not run yet, will have their listeners.
bool mp_win32_pipe_listeners_among(const intptr_t *handles, size_t count);
void mp_win32_pipe_listeners_expect(const intptr_t *handles, size_t count,
                                    const PROCESS_INFORMATION *child);
// *ready: somebody has connected to this pipe.
int mp_win32_listener_look(const mp_plat_listener_t *listener, bool *ready);
// Behind the last look of a call that waits.
void mp_win32_listener_looked(const mp_plat_listener_t *listener);

// ---- TCP (win32_inet.c, or win32_inet_none.c) ----

bool mp_win32_inet_here(void);
int mp_win32_inet_listen(mp_plat_listener_t *listener,
                         const mp_plat_place_t *place, int backlog);
int mp_win32_inet_accept(const mp_plat_listener_t *listener,
                         mp_plat_link_t *link, mp_plat_place_t *from,
                         int64_t deadline);
int mp_win32_inet_connect(mp_plat_link_t *link, const mp_plat_place_t *place,
                          int64_t deadline);

#endif
