/* A gsmooth plugin in C: darkens an image towards its corners.
 *
 *     cc -std=c11 -O2 -shared -fPIC -I ../../plugins/abi/include vignette.c -lm -o libgsmooth_vignette.so
 *     gsmooth plugins check libgsmooth_vignette.so
 *
 * An audit then says: transformation = { plugin = "vignette", range = [0.0, 0.8], power = 4.0 }
 */
#include "gsmooth_plugin.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

typedef struct {
    double power;
} vignette;

static const gsmooth_option_spec OPTIONS[] = { {
    .name = GSMOOTH_STR("power"),
    .doc = GSMOOTH_STR("How sharply the darkening sets in towards the corners."),
    .kind = GSMOOTH_OPTION_FLOAT,
    .default_ = { .kind = GSMOOTH_OPTION_FLOAT, .float_ = 2.0 },
    .min = 0.5,
    .max = 16.0,
} };

static const gsmooth_parameter PARAMETERS[] = { {
    .name = GSMOOTH_STR("amount"),
    .unit = GSMOOTH_STR("1"),
    .doc = GSMOOTH_STR("Share of the light that the corners lose."),
    .low = 0.0,
    .high = 1.0,
    .identity = 0.0,
} };

static gsmooth_status create(const gsmooth_host *host, const gsmooth_option_value *values, size_t count, void **instance,
                             gsmooth_error *error) {
    (void)host;
    if (count != 1) return gsmooth_fail(error, "one option is declared");
    vignette *this = malloc(sizeof *this);
    if (this == NULL) return gsmooth_fail(error, "out of memory");
    this->power = values[0].float_;
    *instance = this;
    return GSMOOTH_OK;
}

static void destroy(void *instance) {
    free(instance);
}

/* The share of `amount` that a pixel loses: 0 in the centre, 1 in the corners. */
static double weight(const vignette *this, uint64_t h, uint64_t w, uint64_t y, uint64_t x) {
    double v = (2.0 * (double)y + 1.0) / (double)h - 1.0;
    double u = (2.0 * (double)x + 1.0) / (double)w - 1.0;
    return pow(sqrt(0.5 * (u * u + v * v)), this->power);
}

static gsmooth_status apply(const void *instance, const gsmooth_images *images, const double *parameters,
                            const gsmooth_images_mut *out, gsmooth_error *error) {
    (void)error;
    uint64_t plane = images->h * images->w;
    for (uint64_t i = 0; i < images->n; i++) {
        for (uint64_t p = 0; p < plane; p++) {
            /* At amount 0 the factor is 1 and the pixel stays as it is, bit for bit. */
            double factor = 1.0 - parameters[i] * weight(instance, images->h, images->w, p / images->w, p % images->w);
            for (uint64_t c = 0; c < images->c; c++) {
                uint64_t at = (i * images->c + c) * plane + p;
                out->data[at] = (float)(images->data[at] * factor);
            }
        }
    }
    return GSMOOTH_OK;
}

/* d tau / d amount = -x * weight, whatever the amount: the bound is its norm, with a margin above the rounding of the sum. */
static gsmooth_status lipschitz(const void *instance, const gsmooth_images *image, const double *low, const double *high,
                                double *bound, gsmooth_error *error) {
    (void)low, (void)high, (void)error;
    uint64_t plane = image->h * image->w;
    double sum = 0.0;
    for (uint64_t at = 0; at < image->c * plane; at++) {
        uint64_t p = at % plane;
        double slope = image->data[at] * weight(instance, image->h, image->w, p / image->w, p % image->w);
        sum += slope * slope;
    }
    *bound = sqrt(sum) * (1.0 + (double)(image->c * plane + 64) * DBL_EPSILON);
    return GSMOOTH_OK;
}

static const gsmooth_transformation VIGNETTE = {
    .head = {
        .size = sizeof(gsmooth_transformation),
        .kind = GSMOOTH_TRANSFORMATION,
        .flags = GSMOOTH_THREAD_SAFE,
        .id = GSMOOTH_STR("vignette"),
        .version = GSMOOTH_STR("1.0.0"),
        .doc = GSMOOTH_STR("Darkens an image towards its corners."),
        .options = { OPTIONS, 1 },
        .create = create,
        .destroy = destroy,
    },
    .parameters = { PARAMETERS, 1 },
    .class_ = GSMOOTH_NON_RESOLVABLE,
    .apply = apply,
    .lipschitz = lipschitz,
};

static const gsmooth_head *const TABLES[] = { &VIGNETTE.head };

GSMOOTH_EXPORT const gsmooth_entry gsmooth_plugin_entry_v1 = {
    .size = sizeof(gsmooth_entry),
    .abi_minor = GSMOOTH_ABI_MINOR,
    .layout = GSMOOTH_LAYOUT,
    .built_with = GSMOOTH_STR("vignette.c"),
    .tables = { TABLES, 1 },
};
