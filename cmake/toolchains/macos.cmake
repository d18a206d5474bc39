# SPDX-License-Identifier: Apache-2.0
# macOS, compiled and linked by zig cc on Linux; the includer sets mp_arch.
# Nothing built by it can run here.
include("${CMAKE_CURRENT_LIST_DIR}/deps.cmake")
mp_deps_prefix(prefix macos)
set(prefix "${prefix}/${mp_arch}")

set(CMAKE_SYSTEM_NAME Darwin)
set(CMAKE_SYSTEM_PROCESSOR "${mp_arch}")
# There is no SDK: zig brings the headers and libSystem's list of symbols, and
# the target with its oldest system is a part of the compiler's wrapper.
set(CMAKE_OSX_SYSROOT "")
set(CMAKE_OSX_ARCHITECTURES "")
set(CMAKE_OSX_DEPLOYMENT_TARGET "")
set(CMAKE_C_COMPILER "${prefix}/bin/cc")
set(CMAKE_AR "${prefix}/bin/ar" CACHE FILEPATH "")
set(CMAKE_RANLIB "${prefix}/bin/ranlib" CACHE FILEPATH "")
set(CMAKE_INSTALL_NAME_TOOL /bin/true CACHE FILEPATH "")

set(CMAKE_FIND_ROOT_PATH "${prefix}")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(ENV{PKG_CONFIG_LIBDIR} "${prefix}/lib/pkgconfig")
set(ENV{PKG_CONFIG_PATH} "")
