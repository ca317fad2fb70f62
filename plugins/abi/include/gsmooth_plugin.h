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

#define GSMOOTH_ABI_MINOR 0u
/* Hash of the frozen layout of version 1. */
#define GSMOOTH_LAYOUT UINT64_C(0x78e6005172565e49)

typedef int32_t gsmooth_status;
enum {
    GSMOOTH_OK = 0,
    GSMOOTH_INVALID_ARGUMENT = 1,
    GSMOOTH_FAILED = 2,
    GSMOOTH_PANIC = 3,
    GSMOOTH_CANCELLED = 4,
    GSMOOTH_ABSENT = 5 /* no answer here, which is no failure */
};

typedef struct {
    const uint8_t *ptr;
    size_t len;
} gsmooth_str;

/* A text literal, in an initialiser. */
#define GSMOOTH_STR(literal) { (const uint8_t *)(literal), sizeof(literal) - 1 }

typedef struct {
    const double *ptr;
    size_t len;
} gsmooth_doubles;

typedef struct {
    const gsmooth_str *ptr;
    size_t len;
} gsmooth_strs;

#define GSMOOTH_MESSAGE_CAPACITY 1016

typedef struct {
    uint32_t len;
    uint32_t padding;
    uint8_t message[GSMOOTH_MESSAGE_CAPACITY];
} gsmooth_error;

/* Leaves a message and returns GSMOOTH_FAILED. */
static inline gsmooth_status gsmooth_fail(gsmooth_error *error, const char *message) {
    size_t len = strlen(message);
    if (error == NULL) return GSMOOTH_FAILED;
    if (len > GSMOOTH_MESSAGE_CAPACITY) len = GSMOOTH_MESSAGE_CAPACITY;
    memcpy(error->message, message, len);
    error->len = (uint32_t)len;
    return GSMOOTH_FAILED;
}

/* n images, float32, dense NCHW, nominally in [0, 1], never clipped. */
typedef struct {
    const float *data;
    uint64_t n, c, h, w;
} gsmooth_images;

typedef struct {
    float *data;
    uint64_t n, c, h, w;
} gsmooth_images_mut;

enum {
    GSMOOTH_OPTION_NONE = 0,
    GSMOOTH_OPTION_FLOAT = 1,
    GSMOOTH_OPTION_INTEGER = 2,
    GSMOOTH_OPTION_TEXT = 3,
    GSMOOTH_OPTION_FLOATS = 4,
    GSMOOTH_OPTION_CHOICE = 5 /* declarations only; its value is a text */
};

/* Only the field that `kind` names is meaningful. */
typedef struct {
    uint32_t kind;
    uint32_t padding;
    int64_t integer;
    double float_;
    gsmooth_str text;
    gsmooth_doubles floats;
} gsmooth_option_value;

typedef struct {
    gsmooth_str name; /* [a-z0-9_]+ */
    gsmooth_str doc;
    uint32_t kind;
    uint32_t required; /* 1: no default, the user must set it */
    gsmooth_option_value default_;
    double min, max; /* numbers allowed, inclusive; -INFINITY and INFINITY: all */
    gsmooth_strs choices;
} gsmooth_option_spec;

typedef struct {
    const gsmooth_option_spec *ptr;
    size_t len;
} gsmooth_option_specs;

typedef struct {
    gsmooth_str name; /* [a-z0-9_]+ */
    gsmooth_str unit; /* "pixel", "degree", "1" */
    gsmooth_str doc;
    double low, high; /* domain, inclusive; may be infinite */
    double identity;  /* where images are returned bit for bit */
} gsmooth_parameter;

typedef struct {
    const gsmooth_parameter *ptr;
    size_t len;
} gsmooth_parameters;

enum { GSMOOTH_LOG_ERROR = 1, GSMOOTH_LOG_WARN = 2, GSMOOTH_LOG_INFO = 3, GSMOOTH_LOG_DEBUG = 4 };

/* What the host offers, for as long as the process lives. Check `size` before fields of later minor versions. */
typedef struct {
    size_t size;
    void *context;
    void (*log)(void *context, uint32_t level, gsmooth_str message);
    uint32_t (*cancelled)(void *context); /* not 0: return GSMOOTH_CANCELLED soon */
} gsmooth_host;

enum { GSMOOTH_TRANSFORMATION = 1, GSMOOTH_NOISE = 2, GSMOOTH_ESTIMATOR = 3 };
enum { GSMOOTH_THREAD_SAFE = 1 };

/* First field of every table. */
typedef struct {
    size_t size; /* of the whole table */
    uint32_t kind;
    uint32_t flags;
    gsmooth_str id; /* [a-z0-9_]+ */
    gsmooth_str version;
    gsmooth_str doc;
    gsmooth_option_specs options;
    /* One value per declared option, in that order: the user's or the default. */
    gsmooth_status (*create)(const gsmooth_host *host, const gsmooth_option_value *values, size_t count, void **instance,
                             gsmooth_error *error);
    void (*destroy)(void *instance);
} gsmooth_head;

enum {
    GSMOOTH_ADDITIVE = 0,      /* tau(theta, tau(xi, x)) = tau(theta + xi, x), unclipped; identity 0 */
    GSMOOTH_RESOLVABLE = 1,    /* tau(theta, tau(xi, x)) = tau(gamma(theta, xi), x); law_of_gamma is required */
    GSMOOTH_NON_RESOLVABLE = 2 /* nothing is promised */
};

/* Functions other than `apply` may be NULL. */
typedef struct {
    gsmooth_head head;
    gsmooth_parameters parameters;
    uint32_t class_;
    uint32_t padding;
    /* Image i by parameters i. Deterministic, finite, and the same whatever the batch. */
    gsmooth_status (*apply)(const void *instance, const gsmooth_images *images, const double *parameters,
                            const gsmooth_images_mut *out, gsmooth_error *error);
    /* gamma(theta, xi) for n pairs. */
    gsmooth_status (*compose)(const void *instance, const double *theta, const double *xi, uint64_t n, double *gamma,
                              gsmooth_error *error);
    /* For Gaussian theta: means of gamma, and its standard deviations in units of theta's. */
    gsmooth_status (*law_of_gamma)(const void *instance, const double *xi, uint64_t n, double *shift, double *scale,
                                   gsmooth_error *error);
    /* The parameters that take tau(anchor, x) to tau(xi, x). */
    gsmooth_status (*relative)(const void *instance, const double *anchor, const double *xi, uint64_t n, double *out,
                               gsmooth_error *error);
    /* m PROVEN bounds on the l2 norm of d tau(xi, x) / d xi_j over the box, for one image. */
    gsmooth_status (*lipschitz)(const void *instance, const gsmooth_images *image, const double *low, const double *high,
                                double *bound, gsmooth_error *error);
    /* A PROVEN bound on the l2 distance between the computed and the exact tau(xi, x) over the box, for one image. */
    gsmooth_status (*rounding)(const void *instance, const gsmooth_images *image, const double *low, const double *high,
                               double *bound, gsmooth_error *error);
    /* All points of the box that act differently. `*count`: in, room in values; out, values there are; written if they fit. */
    gsmooth_status (*levels)(const void *instance, uint64_t c, uint64_t h, uint64_t w, const double *low, const double *high,
                             double *out, uint64_t *count, gsmooth_error *error);
} gsmooth_transformation;

typedef gsmooth_status (*gsmooth_map)(const void *instance, const double *x, uint64_t n, double *out, gsmooth_error *error);

/* A log-concave law of one coordinate. All functions are required. */
typedef struct {
    gsmooth_head head;
    gsmooth_status (*support)(const void *instance, double *low, double *high, gsmooth_error *error);
    /* Sample i from uniform word i alone; finite. */
    gsmooth_status (*sample)(const void *instance, const uint64_t *words, uint64_t n, double *out, gsmooth_error *error);
    gsmooth_map cdf; /* accurate relative to itself in the lower tail */
    gsmooth_map sf;  /* accurate relative to itself in the upper tail */
    gsmooth_map quantile;
    gsmooth_map isf;
    gsmooth_map log_density;
} gsmooth_noise;

/* What an estimator may ask, on the thread that called it; `context` is the first argument. Any function may be NULL or return
 * GSMOOTH_ABSENT; any other failure ends the certificate. */
typedef struct {
    size_t size;
    void *context;
    uint64_t parameters; /* m */
    uint64_t features;
    const double *low, *high; /* the whole range, m values each */
    gsmooth_status (*features_at)(void *context, const double *xi, uint64_t n, double *out, gsmooth_error *error);
    gsmooth_status (*derivative_at)(void *context, const double *xi, const double *direction, uint64_t n, double *out,
                                    double *out_error, gsmooth_error *error);
    gsmooth_status (*distance_at)(void *context, const double *anchor, const double *xi, uint64_t n, double *out,
                                  gsmooth_error *error);
    gsmooth_status (*local_m_at)(void *context, const double *xi, uint64_t n, double *corollary1, double *exact,
                                 gsmooth_error *error);
    gsmooth_status (*growth_over)(void *context, const double *low, const double *high, double *out, gsmooth_error *error);
    uint64_t max_evaluations;
} gsmooth_oracle;

enum { GSMOOTH_ESTIMATED = 0, GSMOOTH_PROVEN = 1 };

typedef struct {
    double value;
    uint32_t kind;
    uint32_t padding;
    uint64_t evaluations;
} gsmooth_bound;

typedef struct {
    gsmooth_head head;
    /* Bounds D between the anchor and the points of the box. */
    gsmooth_status (*bound)(const void *instance, const gsmooth_oracle *oracle, const double *anchor, const double *low,
                            const double *high, gsmooth_bound *out, gsmooth_error *error);
} gsmooth_estimator;

typedef struct {
    const gsmooth_head *const *ptr; /* &table.head of each plugin */
    size_t len;
} gsmooth_tables;

typedef struct {
    size_t size;
    uint32_t abi_minor;
    uint32_t padding;
    uint64_t layout;
    gsmooth_str built_with; /* for messages */
    gsmooth_tables tables;
} gsmooth_entry;

#ifdef __cplusplus
}
#endif

#endif
