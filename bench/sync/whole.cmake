# SPDX-License-Identifier: Apache-2.0
# bench-sync-whole: a static library of the same sources and settings as
# multiprocessing, with link-time optimisation, and a program with it.
set(library multiprocessing)
get_target_property(sources ${library} SOURCES)
get_target_property(include_directories ${library} INCLUDE_DIRECTORIES)
get_target_property(definitions ${library} COMPILE_DEFINITIONS)
get_target_property(options ${library} COMPILE_OPTIONS)

# What is set for a single file counts in its own folder only.
foreach(source IN LISTS sources)
    get_source_file_property(of_file "${source}"
        TARGET_DIRECTORY ${library} COMPILE_DEFINITIONS)
    if(of_file)
        set_source_files_properties("${source}" PROPERTIES
            COMPILE_DEFINITIONS "${of_file}")
    endif()
endforeach()

add_executable(bench-sync-whole
    whole.c
    kind_limit.c
    kind_ours.c
    ../common/system_posix.c
    ${sources})
if(MP_SHAREDCTYPES)
    target_sources(bench-sync-whole PRIVATE kind_value.c)
endif()
set_target_properties(bench-sync-whole PROPERTIES
    C_STANDARD 11
    C_STANDARD_REQUIRED ON
    C_EXTENSIONS OFF
    C_VISIBILITY_PRESET hidden
    INTERPROCEDURAL_OPTIMIZATION ON)
target_include_directories(bench-sync-whole PRIVATE
    "${PROJECT_SOURCE_DIR}" ${include_directories})
target_compile_definitions(bench-sync-whole PRIVATE ${definitions} MP_STATIC)
target_compile_options(bench-sync-whole PRIVATE ${options})
target_link_libraries(bench-sync-whole PRIVATE
    APR::APR Threads::Threads ${CMAKE_DL_LIBS})
add_dependencies(bench-sync bench-sync-whole)
