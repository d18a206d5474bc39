# SPDX-License-Identifier: Apache-2.0
# What keep.c unpacks to. Wine puts a folder of its own beside it.
file(GLOB left "${FOLDER}/app-*")
if(left)
    message(FATAL_ERROR "left behind: ${left}")
endif()
