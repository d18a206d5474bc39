# SPDX-License-Identifier: Apache-2.0
# cmake -DADDRESS_FILE=F "-DSERVER=program;argument..." "-DCLIENT=..." [-DKEY_FILE=F]
#     -P together.cmake
# Runs a server and its client side by side, as a shell's pipe does; both end by
# themselves, and well, or this fails.
if(KEY_FILE)
    file(WRITE "${KEY_FILE}" "the key of this test\n")
endif()
file(REMOVE "${ADDRESS_FILE}")
execute_process(
    COMMAND ${SERVER} --address-file "${ADDRESS_FILE}"
    COMMAND ${CLIENT} --address-file "${ADDRESS_FILE}"
    RESULTS_VARIABLE results
    OUTPUT_VARIABLE output
    ERROR_VARIABLE errors
    TIMEOUT 100)
file(REMOVE "${ADDRESS_FILE}")
message("${output}${errors}")
if(NOT results STREQUAL "0;0")
    message(FATAL_ERROR "server and client ended with ${results}")
endif()
