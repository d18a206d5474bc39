# SPDX-License-Identifier: Apache-2.0
# What an installation holds: the library, its headers, and the two ways to
# find them, a CMake package and a pkg-config file.
include(CMakePackageConfigHelpers)

set(mp_package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/multiprocessing")

install(TARGETS multiprocessing EXPORT multiprocessingTargets)
set(mp_without "")
if(NOT MP_SHAREDCTYPES)
    set(mp_without REGEX "/(array|value)\\.h$" EXCLUDE)
endif()
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/"
    DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
    FILES_MATCHING PATTERN "*.h" ${mp_without})
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}")

install(EXPORT multiprocessingTargets
    NAMESPACE multiprocessing::
    DESTINATION "${mp_package_dir}")
configure_package_config_file(
    "${PROJECT_SOURCE_DIR}/cmake/multiprocessingConfig.cmake.in"
    "${PROJECT_BINARY_DIR}/multiprocessingConfig.cmake"
    INSTALL_DESTINATION "${mp_package_dir}")
# Until 1.0 a minor version may change the interface.
write_basic_package_version_file(
    "${PROJECT_BINARY_DIR}/multiprocessingConfigVersion.cmake"
    COMPATIBILITY SameMinorVersion)
install(FILES
    "${PROJECT_BINARY_DIR}/multiprocessingConfig.cmake"
    "${PROJECT_BINARY_DIR}/multiprocessingConfigVersion.cmake"
    "${PROJECT_SOURCE_DIR}/cmake/FindAPR.cmake"
    DESTINATION "${mp_package_dir}")

# The .pc file repeats for others what CMake knows: a static library hands its
# own dependencies on, a shared one keeps them to itself.
set(mp_pc_cflags "")
set(mp_pc_requires_private "")
set(mp_pc_libs_private "")
if(NOT BUILD_SHARED_LIBS)
    set(mp_pc_cflags " -DMP_STATIC")
    set(mp_pc_requires_private "apr-1 >= 1.7")
    if(mp_uses_openssl)
        string(APPEND mp_pc_requires_private ", libcrypto >= 1.1.1")
    endif()
    get_target_property(mp_libraries multiprocessing LINK_LIBRARIES)
    foreach(library IN LISTS mp_libraries)
        if(library STREQUAL "Threads::Threads" AND CMAKE_THREAD_LIBS_INIT)
            string(APPEND mp_pc_libs_private " ${CMAKE_THREAD_LIBS_INIT}")
        elseif(library MATCHES "^-[^W]")
            string(APPEND mp_pc_libs_private " ${library}")
        elseif(library MATCHES "^[A-Za-z0-9_.+-]+$")
            string(APPEND mp_pc_libs_private " -l${library}")
        endif()
    endforeach()
    string(STRIP "${mp_pc_libs_private}" mp_pc_libs_private)
endif()
if(NOT MP_SHAREDCTYPES)
    string(APPEND mp_pc_cflags " -DMP_NO_SHAREDCTYPES")
endif()
# An installation may be moved as a whole, so the prefix is found from the file.
file(RELATIVE_PATH mp_pc_up
    "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig" "${CMAKE_INSTALL_PREFIX}")
configure_file(
    "${PROJECT_SOURCE_DIR}/cmake/multiprocessing.pc.in"
    "${PROJECT_BINARY_DIR}/multiprocessing.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/multiprocessing.pc"
    DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
