# SPDX-License-Identifier: Apache-2.0
set(mp_arch arm64)
include("${CMAKE_CURRENT_LIST_DIR}/macos.cmake")
