# SPDX-License-Identifier: Apache-2.0
# Finds CMocka by pkg-config and defines CMocka::CMocka.
find_package(PkgConfig QUIET)
if(PkgConfig_FOUND)
    pkg_check_modules(CMOCKA QUIET IMPORTED_TARGET cmocka)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(CMocka
    REQUIRED_VARS CMOCKA_LINK_LIBRARIES
    VERSION_VAR CMOCKA_VERSION
    REASON_FAILURE_MESSAGE "pkg-config does not know cmocka")

if(CMocka_FOUND AND NOT TARGET CMocka::CMocka)
    add_library(CMocka::CMocka INTERFACE IMPORTED)
    target_link_libraries(CMocka::CMocka INTERFACE PkgConfig::CMOCKA)
endif()
