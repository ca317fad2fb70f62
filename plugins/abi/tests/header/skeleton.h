/* The C ABI between gsmooth and its plugins, version 1, for plugins in C or C++ on 64-bit systems.
 *
 * A plugin library is a shared library named libgsmooth_NAME.so (.dylib; gsmooth_NAME.dll) that exports one data symbol:
 *
 *     GSMOOTH_EXPORT const gsmooth_entry gsmooth_plugin_entry_v1 = {
 *         .size = sizeof(gsmooth_entry), .abi_minor = GSMOOTH_ABI_MINOR, .layout = GSMOOTH_LAYOUT,
 *         .built_with = GSMOOTH_STR("my plugin 1.0"), .tables = { tables, 1 } };
 *
 * Text is UTF-8 without a terminating zero, arrays are dense and row-major. Arguments are borrowed for the call. Tables, and all
 * that they point to, live as long as the library, which is never unloaded. Instances are made by `create` and freed by
 * `destroy`. Nothing may unwind (C++: catch everything). Functions that fail return a status other than GSMOOTH_OK and leave a
 * message in `error`. Parameters of transformations are m doubles a point, n points n x m. Without GSMOOTH_THREAD_SAFE a library
 * is entered by one thread at a time; with it, calls may overlap, on one instance too.
 *
 * Of a structure that may grow at the tail, `size` says how far the other side knows it: look before reading fields that came
 * later than version 1.0.
 *
 * Generated from the types of plugins/abi by its tests, and compared with them: do not edit.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#ifndef GSMOOTH_PLUGIN_H
#define GSMOOTH_PLUGIN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(_WIN32)
#define GSMOOTH_EXPORT __declspec(dllexport)
#else
#define GSMOOTH_EXPORT __attribute__((visibility("default")))
#endif

@define ABI_MINOR
@layout

@alias Status
@enum status

@struct Str

/* A text literal, in an initialiser. */
#define GSMOOTH_STR(literal) { (const uint8_t *)(literal), sizeof(literal) - 1 }

@slice gsmooth_doubles: f64

@slice gsmooth_strs: Str

@define MESSAGE_CAPACITY

@struct ErrorBuffer

/* Leaves a message and returns GSMOOTH_FAILED. */
static inline gsmooth_status gsmooth_fail(gsmooth_error *error, const char *message) {
    size_t len = strlen(message);
    if (error == NULL) return GSMOOTH_FAILED;
    if (len > GSMOOTH_MESSAGE_CAPACITY) len = GSMOOTH_MESSAGE_CAPACITY;
    memcpy(error->message, message, len);
    error->len = (uint32_t)len;
    return GSMOOTH_FAILED;
}

@struct Images

@struct ImagesMut

@enum option_kind

@struct OptionValue

@struct OptionSpec

@slice gsmooth_option_specs: OptionSpec

@struct Parameter

@slice gsmooth_parameters: Parameter

@enum log_level

@struct Host

@enum plugin_kind

@enum flags

@alias Create

@alias Destroy

@struct Head

@enum class

@struct TransformationTable

@alias Map

@struct NoiseTable

@struct Oracle

@enum bound_kind

@struct Bound

@struct EstimatorTable

@slice gsmooth_tables: TableRef

@struct Entry

#ifdef __cplusplus
}
#endif

#endif
