# SPDX-License-Identifier: Apache-2.0
# Finds the Apache Portable Runtime by pkg-config and defines APR::APR. The
# same file is installed, because a static libmultiprocessing needs APR too.
find_package(PkgConfig QUIET)
if(PkgConfig_FOUND)
    # Homebrew keeps APR out of the usual folders.
    if(CMAKE_HOST_APPLE AND NOT CMAKE_CROSSCOMPILING)
        list(APPEND CMAKE_PREFIX_PATH /opt/homebrew/opt/apr /usr/local/opt/apr)
    endif()
    pkg_check_modules(APR QUIET IMPORTED_TARGET GLOBAL apr-1)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(APR
    REQUIRED_VARS APR_LINK_LIBRARIES
    VERSION_VAR APR_VERSION
    REASON_FAILURE_MESSAGE "pkg-config does not know apr-1")

if(APR_FOUND AND NOT TARGET APR::APR)
    add_library(APR::APR INTERFACE IMPORTED GLOBAL)
    target_link_libraries(APR::APR INTERFACE PkgConfig::APR)
endif()
