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

/* How many times the growable structures have grown. Only for messages: what counts is their `size`. */
#define GSMOOTH_ABI_MINOR 0u
/* Hash of the frozen layout of version 1. */
#define GSMOOTH_LAYOUT UINT64_C(0x78e6005172565e49)

/* What a call came to: one of GSMOOTH_OK, GSMOOTH_INVALID_ARGUMENT, GSMOOTH_FAILED, GSMOOTH_PANIC, GSMOOTH_CANCELLED,
 * GSMOOTH_ABSENT. */
typedef int32_t gsmooth_status;
enum {
    /* The call did what it says. */
    GSMOOTH_OK = 0,
    /* An argument was not acceptable. */
    GSMOOTH_INVALID_ARGUMENT = 1,
    /* The plugin (or, for an oracle, the host) failed. */
    GSMOOTH_FAILED = 2,
    /* The code panicked; the message is the panic's. */
    GSMOOTH_PANIC = 3,
    /* The host asked to stop. */
    GSMOOTH_CANCELLED = 4,
    /* There is no answer here, which is no failure: an oracle without that function, say. */
    GSMOOTH_ABSENT = 5
};

/* UTF-8 text without a terminating zero. Whoever hands it out owns the bytes; in tables they live as long as the library, in
 * arguments until the call returns. Frozen. */
typedef struct {
    /* First byte; may be null when `len` is 0. */
    const uint8_t *ptr;
    /* Length in bytes. */
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

/* Bytes of a message in a gsmooth_error. */
#define GSMOOTH_MESSAGE_CAPACITY 1016u

/* Where a failed call leaves its message: owned by the caller, filled by the callee, read only when the status is not
 * GSMOOTH_OK. Longer messages are cut. Frozen. */
typedef struct {
    /* Length of the message in bytes, at most GSMOOTH_MESSAGE_CAPACITY. */
    uint32_t len;
    /* Zero. */
    uint32_t padding;
    /* UTF-8. */
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

/* `n` images of one shape, float32, dense NCHW, borrowed for the call. Pixel values are nominally in [0, 1] and never
 * clipped. Frozen. */
typedef struct {
    /* n * c * h * w values. */
    const float *data;
    /* Number of images. */
    uint64_t n;
    /* Channels. */
    uint64_t c;
    /* Height in pixels. */
    uint64_t h;
    /* Width in pixels. */
    uint64_t w;
} gsmooth_images;

/* Room for `n` images of one shape, float32, dense NCHW, borrowed for the call; initialised, and never overlapping the
 * input. Frozen. */
typedef struct {
    /* n * c * h * w values. */
    float *data;
    /* Number of images. */
    uint64_t n;
    /* Channels. */
    uint64_t c;
    /* Height in pixels. */
    uint64_t h;
    /* Width in pixels. */
    uint64_t w;
} gsmooth_images_mut;

enum {
    /* No value: an optional option that is not set, or no default. */
    GSMOOTH_OPTION_NONE = 0,
    /* A finite float. */
    GSMOOTH_OPTION_FLOAT = 1,
    /* A signed 64-bit integer. */
    GSMOOTH_OPTION_INTEGER = 2,
    /* Text. */
    GSMOOTH_OPTION_TEXT = 3,
    /* An array of finite floats. */
    GSMOOTH_OPTION_FLOATS = 4,
    /* One of the declared choices; its value is of kind GSMOOTH_OPTION_TEXT. */
    GSMOOTH_OPTION_CHOICE = 5
};

/* The value of an option. Only the field that `kind` names is meaningful. Frozen. */
typedef struct {
    /* One of GSMOOTH_OPTION_*, GSMOOTH_OPTION_CHOICE excepted. */
    uint32_t kind;
    /* Zero. */
    uint32_t padding;
    /* For GSMOOTH_OPTION_INTEGER. */
    int64_t integer;
    /* For GSMOOTH_OPTION_FLOAT. */
    double float_;
    /* For GSMOOTH_OPTION_TEXT. */
    gsmooth_str text;
    /* For GSMOOTH_OPTION_FLOATS. */
    gsmooth_doubles floats;
} gsmooth_option_value;

/* The declaration of an option: the host checks what a user wrote against it, fills in the default, and hands the values to
 * `create` in the order of the declarations. Frozen. */
typedef struct {
    /* Name, `[a-z0-9_]+`: the key in the audit file. */
    gsmooth_str name;
    /* One sentence for the user, with the unit. */
    gsmooth_str doc;
    /* One of GSMOOTH_OPTION_*, GSMOOTH_OPTION_NONE excepted. */
    uint32_t kind;
    /* 1: there is no default and the user must set it. 0: optional. */
    uint32_t required;
    /* Default of an optional option; of kind GSMOOTH_OPTION_NONE: unset unless the user sets it. */
    gsmooth_option_value default_;
    /* Least number allowed, inclusive; for arrays, of each element. */
    double min;
    /* Greatest number allowed, inclusive; for arrays, of each element. */
    double max;
    /* For GSMOOTH_OPTION_CHOICE: the texts allowed. */
    gsmooth_strs choices;
} gsmooth_option_spec;

typedef struct {
    const gsmooth_option_spec *ptr;
    size_t len;
} gsmooth_option_specs;

/* A parameter of a transformation. Frozen. */
typedef struct {
    /* Name, `[a-z0-9_]+`. */
    gsmooth_str name;
    /* Unit, in words: "pixel", "degree", "1" for a bare number. */
    gsmooth_str unit;
    /* One sentence for the user. */
    gsmooth_str doc;
    /* Least value of the domain, inclusive; may be minus infinity. */
    double low;
    /* Greatest value of the domain, inclusive; may be infinity. */
    double high;
    /* The value at which the transformation returns its input bit for bit; inside the domain. */
    double identity;
} gsmooth_parameter;

typedef struct {
    const gsmooth_parameter *ptr;
    size_t len;
} gsmooth_parameters;

enum {
    /* Something failed. */
    GSMOOTH_LOG_ERROR = 1,
    /* Something is doubtful. */
    GSMOOTH_LOG_WARN = 2,
    /* News for the user. */
    GSMOOTH_LOG_INFO = 3,
    /* News for the author of the plugin. */
    GSMOOTH_LOG_DEBUG = 4
};

/* What the host offers to a plugin. It lives as long as the process and may be used from any thread. May grow at the tail. */
typedef struct {
    /* Bytes of this structure that the host knows. */
    size_t size;
    /* First argument of the functions. */
    void *context;
    /* Writes a line to the host's log; `level` is one of GSMOOTH_LOG_*. */
    void (*log)(void *context, uint32_t level, gsmooth_str message);
    /* Not 0 when the user has asked to stop: a long call then returns GSMOOTH_CANCELLED soon. */
    uint32_t (*cancelled)(void *context);
} gsmooth_host;

enum {
    /* The head starts a gsmooth_transformation. */
    GSMOOTH_TRANSFORMATION = 1,
    /* The head starts a gsmooth_noise. */
    GSMOOTH_NOISE = 2,
    /* The head starts a gsmooth_estimator. */
    GSMOOTH_ESTIMATOR = 3
};

enum {
    /* Calls, on one instance too, may overlap on several threads. */
    GSMOOTH_THREAD_SAFE = 1
};

/* Makes an instance. `values` holds one value per declared option, in that order, borrowed for the call. The instance goes
 * to `*instance`, which is written on success only. */
typedef gsmooth_status (*gsmooth_create)(const gsmooth_host *host, const gsmooth_option_value *values, size_t count,
                                         void **instance, gsmooth_error *error);

/* Frees an instance that gsmooth_create made, and that nobody uses any more. */
typedef void (*gsmooth_destroy)(void *instance);

/* The first field of every table. Frozen. */
typedef struct {
    /* Bytes of the whole table that the plugin knows. */
    size_t size;
    /* Which table it is: one of GSMOOTH_TRANSFORMATION, GSMOOTH_NOISE, GSMOOTH_ESTIMATOR. */
    uint32_t kind;
    /* Bits of GSMOOTH_THREAD_SAFE; unknown bits are ignored. */
    uint32_t flags;
    /* Name of the plugin, `[a-z0-9_]+`, unique within its kind. */
    gsmooth_str id;
    /* Version of the plugin, for reports. */
    gsmooth_str version;
    /* What it does, for the user. */
    gsmooth_str doc;
    /* Options it takes. */
    gsmooth_option_specs options;
    /* Required. */
    gsmooth_create create;
    /* Required. */
    gsmooth_destroy destroy;
} gsmooth_head;

enum {
    /* tau(theta, tau(xi, x)) = tau(theta + xi, x), exactly in real arithmetic, without clipping; the identity is 0. Where
     * `levels` says that there are finitely many, tau(theta + gamma(0, xi), x) with gamma(0, xi) from `compose`: the level
     * that xi acts like. */
    GSMOOTH_ADDITIVE = 0,
    /* tau(theta, tau(xi, x)) = tau(gamma(theta, xi), x), and `law_of_gamma` states the law of gamma for Gaussian theta. */
    GSMOOTH_RESOLVABLE = 1,
    /* Nothing is promised about compositions. */
    GSMOOTH_NON_RESOLVABLE = 2
};

/* A transformation tau(xi, x) with m parameters. Functions other than `apply` may be null: the plugin does not know. Arrays
 * of parameters are row-major, m values a point. May grow at the tail. */
typedef struct {
    /* Kind GSMOOTH_TRANSFORMATION. */
    gsmooth_head head;
    /* The m parameters, at least one. */
    gsmooth_parameters parameters;
    /* One of GSMOOTH_ADDITIVE, GSMOOTH_RESOLVABLE, GSMOOTH_NON_RESOLVABLE. */
    uint32_t class_;
    /* Zero. */
    uint32_t padding;
    /* Transforms image i by parameters i (n x m). A deterministic function of image and parameters, whatever the batch; at
     * the identity the output is the input bit for bit. Every output must be finite. Required. */
    gsmooth_status (*apply)(const void *instance, const gsmooth_images *images, const double *parameters,
                            const gsmooth_images_mut *out, gsmooth_error *error);
    /* gamma(theta, xi) for n pairs, n x m each. Without it nothing is certified of compositions of an additive
     * transformation with `levels`. */
    gsmooth_status (*compose)(const void *instance, const double *theta, const double *xi, uint64_t n, double *gamma,
                              gsmooth_error *error);
    /* For Gaussian theta of mean 0 with independent coordinates, and each xi: gamma(theta, xi) has independent Gaussian
     * coordinates with mean `shift` and standard deviation `scale` times theta's (n x m each). Required for
     * GSMOOTH_RESOLVABLE. */
    gsmooth_status (*law_of_gamma)(const void *instance, const double *xi, uint64_t n, double *shift, double *scale,
                                   gsmooth_error *error);
    /* For one anchor and n points xi: the parameters that take tau(anchor, x) to tau(xi, x), n x m. */
    gsmooth_status (*relative)(const void *instance, const double *anchor, const double *xi, uint64_t n, double *out,
                               gsmooth_error *error);
    /* For one image and a box: m proven bounds, the j-th on the l2 norm (over pixels) of d tau(xi, x) / d xi_j for all xi of
     * the box, rounded up. */
    gsmooth_status (*lipschitz)(const void *instance, const gsmooth_images *image, const double *low, const double *high,
                                double *bound, gsmooth_error *error);
    /* For one image and a box: a proven bound on the l2 distance (over pixels) between the computed and the exact tau(xi,
     * x), for all xi of the box. */
    gsmooth_status (*rounding)(const void *instance, const gsmooth_images *image, const double *low, const double *high,
                               double *bound, gsmooth_error *error);
    /* All parameter points inside the box that act differently on images of shape c x h x w, for transformations with
     * finitely many, row-major. At least one: every point of the box acts like one of them. On entry `*count` is the room in
     * `out` in values, on return the number of values there are; they are written only where they fit, so that the host
     * calls twice, first with no room and a null `out`. */
    gsmooth_status (*levels)(const void *instance, uint64_t c, uint64_t h, uint64_t w, const double *low, const double *high,
                             double *out, uint64_t *count, gsmooth_error *error);
} gsmooth_transformation;

/* A real function at n points: `out[i]` for `x[i]`. */
typedef gsmooth_status (*gsmooth_map)(const void *instance, const double *x, uint64_t n, double *out, gsmooth_error *error);

/* A log-concave law of one coordinate; several coordinates are independent. All functions are required and pure. May grow at
 * the tail. */
typedef struct {
    /* Kind GSMOOTH_NOISE. */
    gsmooth_head head;
    /* The closed interval that carries the law; ends may be infinite. */
    gsmooth_status (*support)(const void *instance, double *low, double *high, gsmooth_error *error);
    /* n samples, the i-th from the i-th of n independent uniform 64-bit words alone. Every sample must be finite. */
    gsmooth_status (*sample)(const void *instance, const uint64_t *words, uint64_t n, double *out, gsmooth_error *error);
    /* P(theta <= x), accurate relative to itself in the lower tail. */
    gsmooth_map cdf;
    /* P(theta > x), accurate relative to itself in the upper tail. */
    gsmooth_map sf;
    /* The x with cdf(x) = p; the ends of the support for p = 0 and p = 1. */
    gsmooth_map quantile;
    /* The x with sf(x) = p; the ends of the support for p = 1 and p = 0. */
    gsmooth_map isf;
    /* Natural logarithm of the density; minus infinity outside the support. */
    gsmooth_map log_density;
} gsmooth_noise;

/* What an M-estimator may ask of the host, batched: points xi are n x `parameters`, row-major. Distances D are in units of
 * the noise (the equivalent Gaussian distance). All functions must be called on the thread that called `bound`, before it
 * returns, with `context` as the first argument. Any of them may be null, or return GSMOOTH_ABSENT: this case has no such
 * answer. Any other status that is not OK ends the certificate, and `bound` should return it. May grow at the tail. */
typedef struct {
    /* Bytes of this structure that the host knows. */
    size_t size;
    /* First argument of the functions. */
    void *context;
    /* Number m of parameters. */
    uint64_t parameters;
    /* Length of a feature vector. */
    uint64_t features;
    /* Low ends of the whole range, m values. */
    const double *low;
    /* High ends of the whole range, m values. */
    const double *high;
    /* F2(tau(xi, x)), n x features. */
    gsmooth_status (*features_at)(void *context, const double *xi, uint64_t n, double *out, gsmooth_error *error);
    /* Directional derivatives of F2(tau(xi, x)) at n points along n directions, by finite differences: n x features values,
     * and n estimates of their l2 errors. */
    gsmooth_status (*derivative_at)(void *context, const double *xi, const double *direction, uint64_t n, double *out,
                                    double *out_error, gsmooth_error *error);
    /* D between the anchor (m values) and each xi, n values. */
    gsmooth_status (*distance_at)(void *context, const double *anchor, const double *xi, uint64_t n, double *out,
                                  gsmooth_error *error);
    /* At each xi the paper's M, sqrt(1/sigma1^2 + |J - A1|^2/sigma2^2), and the exact metric norm of J; n values each. */
    gsmooth_status (*local_m_at)(void *context, const double *xi, uint64_t n, double *corollary1, double *exact,
                                 gsmooth_error *error);
    /* m proven bounds: how fast D can grow per unit of each parameter anywhere in the box. */
    gsmooth_status (*growth_over)(void *context, const double *low, const double *high, double *out, gsmooth_error *error);
    /* How many points the user allows an estimator to evaluate per bound. */
    uint64_t max_evaluations;
} gsmooth_oracle;

enum {
    /* A maximum over sampled points. */
    GSMOOTH_ESTIMATED = 0,
    /* A bound that holds between the points too. It counts only where gsmooth_oracle.growth_over answered. */
    GSMOOTH_PROVEN = 1
};

/* An upper bound on the supremum of D between an anchor and the points of a box. Frozen. */
typedef struct {
    /* Units of the noise; not negative; infinity where nothing is known. */
    double value;
    /* One of GSMOOTH_ESTIMATED, GSMOOTH_PROVEN. */
    uint32_t kind;
    /* Zero. */
    uint32_t padding;
    /* Points evaluated. */
    uint64_t evaluations;
} gsmooth_bound;

/* An M-estimator. May grow at the tail. */
typedef struct {
    /* Kind GSMOOTH_ESTIMATOR. */
    gsmooth_head head;
    /* Bounds D between `anchor` and the points of the box [`low`, `high`] (m values each). Required. */
    gsmooth_status (*bound)(const void *instance, const gsmooth_oracle *oracle, const double *anchor, const double *low,
                            const double *high, gsmooth_bound *out, gsmooth_error *error);
} gsmooth_estimator;

typedef struct {
    const gsmooth_head *const *ptr;
    size_t len;
} gsmooth_tables;

/* What a plugin library exports. May grow at the tail. */
typedef struct {
    /* Bytes of this structure that the plugin knows. */
    size_t size;
    /* GSMOOTH_ABI_MINOR that the plugin was built with. */
    uint32_t abi_minor;
    /* Zero. */
    uint32_t padding;
    /* GSMOOTH_LAYOUT that the plugin was built with. */
    uint64_t layout;
    /* What built it, for messages: "gsmooth-plugin-sdk 0.1.0". */
    gsmooth_str built_with;
    /* The plugins of the library. */
    gsmooth_tables tables;
} gsmooth_entry;

#ifdef __cplusplus
}
#endif

#endif
