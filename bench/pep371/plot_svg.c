// SPDX-License-Identifier: Apache-2.0
#include "bench/pep371/report.h"

#include <stdarg.h>
#include <string.h>

#include <apr_escape.h>
#include <apr_file_io.h>
#include <apr_strings.h>

#include "bench/pep371/support.h"

// All lengths are in pixels. A field is one function's chart with its title
// and its axes around it.
#define FIELD_WIDTH 470
#define FIELD_HEIGHT 290
#define FIELDS_PER_ROW 2
#define CHART_WIDTH 400
#define CHART_HEIGHT 190
#define CHART_LEFT 52
#define CHART_TOP 46
#define HEAD_HEIGHT 92
#define MARGIN 16
#define GROUP_GAP 14

typedef struct picture {
    apr_file_t *file;
    apr_pool_t *pool;
    apr_status_t status; // the first failure; after it nothing is written
} picture_t;

// A field: where it is and how its values become pixels.
typedef struct field {
    const pep_workload_t *workload;
    int left; // of the chart itself
    int top;
    double scale; // from seconds to the unit
    const char *unit;
    double step; // between two lines, in the unit
    int lines;   // above the base line
    double most; // at the upper end, in the unit
} field_t;

static void draw(picture_t *picture, const char *format, ...) MP_PRINTF(2, 3);

static void draw(picture_t *picture, const char *format, ...)
{
    va_list values;

    if (picture->status != APR_SUCCESS) {
        return;
    }
    va_start(values, format);
    const char *text = apr_pvsprintf(picture->pool, format, values);
    va_end(values);
    picture->status =
        apr_file_write_full(picture->file, text, strlen(text), NULL);
}

static void draw_bar(picture_t *picture, const field_t *field, double left,
                     double width, double value, const pep_mode_t *mode)
{
    double height = value / field->most * CHART_HEIGHT;
    double top = field->top + CHART_HEIGHT - height;

    draw(
        picture,
        "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"1.5\" "
        "fill=\"%s\"><title>%s: %.4g %s</title></rect>\n",
        left, top, width, height < 1 ? 1 : height, mode->colour, mode->name,
        value, field->unit);
    draw(picture, "<text class=\"value\" x=\"%.1f\" y=\"%.1f\">%.*f</text>\n",
         left + width / 2, top - 3, value < 10 ? (value < 1 ? 2 : 1) : 0,
         value);
}

static void draw_groups(picture_t *picture, const pep_suite_t *suite,
                        const field_t *field, size_t count)
{
    double group_width = (double) CHART_WIDTH / (double) count;
    double width = (group_width - GROUP_GAP) / (double) suite->mode_count;
    double left = field->left;

    for (size_t i = 0; i < suite->group_count; i++) {
        const pep_group_t *group = &suite->groups[i];

        if (group->workload != field->workload) {
            continue;
        }
        for (size_t j = 0; j < suite->mode_count; j++) {
            draw_bar(picture, field,
                     left + (double) GROUP_GAP / 2 + (double) j * width,
                     width * 0.88, group->seconds[j] * field->scale,
                     suite->modes[j]);
        }
        draw(picture, "<text class=\"count\" x=\"%.1f\" y=\"%d\">%d</text>\n",
             left + group_width / 2, field->top + CHART_HEIGHT + 17,
             group->workers);
        left += group_width;
    }
}

// Chooses a unit and round numbers for the axis.
static void set_scale(field_t *field, double seconds)
{
    static const double steps[] = {1, 2, 2.5, 5, 10};

    field->unit = seconds < 1e-3 ? "\xc2\xb5s" : seconds < 1 ? "ms" : "s";
    field->scale = seconds < 1e-3 ? 1e6 : seconds < 1 ? 1e3 : 1;
    double most = seconds * field->scale * 1.06; // place for the value above
    double power = 1;
    while (power * 50 < most) {
        power *= 10;
    }
    while (power * 5 > most && power > 1e-6) {
        power /= 10;
    }
    field->step = power * 10;
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        if (power * steps[i] * 5 >= most) {
            field->step = power * steps[i];
            break;
        }
    }
    field->lines = (int) (most / field->step) + 1;
    field->most = field->lines * field->step;
}

static void draw_axes(picture_t *picture, const field_t *field)
{
    int right = field->left + CHART_WIDTH;

    draw(picture, "<text class=\"name\" x=\"%d\" y=\"%d\">%s</text>\n",
         field->left - 38, field->top - 26,
         apr_pescape_entity(picture->pool, field->workload->name, 0));
    draw(picture, "<text class=\"what\" x=\"%d\" y=\"%d\">%s, in %s</text>\n",
         field->left - 38, field->top - 11,
         apr_pescape_entity(picture->pool, field->workload->what, 0),
         field->unit);
    for (int i = 0; i <= field->lines; i++) {
        double at = i * field->step;
        double y = field->top + CHART_HEIGHT * (1 - at / field->most);

        draw(picture,
             "<line class=\"%s\" x1=\"%d\" y1=\"%.1f\" x2=\"%d\" "
             "y2=\"%.1f\"/>\n<text class=\"tick\" x=\"%d\" y=\"%.1f\">%g</text>"
             "\n",
             i > 0 ? "line" : "base", field->left, y, right, y, field->left - 6,
             y + 3.5, at);
    }
    draw(picture, "<text class=\"count\" x=\"%d\" y=\"%d\">workers</text>\n",
         field->left + CHART_WIDTH / 2, field->top + CHART_HEIGHT + 34);
}

static void draw_field(picture_t *picture, const pep_suite_t *suite,
                       size_t number)
{
    field_t field = {.workload = &suite->workloads.list[number]};
    double seconds = 1e-9;
    size_t count = 0;

    field.left =
        MARGIN + CHART_LEFT + (int) (number % FIELDS_PER_ROW) * FIELD_WIDTH;
    field.top = HEAD_HEIGHT + CHART_TOP +
                (int) (number / FIELDS_PER_ROW) * FIELD_HEIGHT;
    for (size_t i = 0; i < suite->group_count; i++) {
        if (suite->groups[i].workload != field.workload) {
            continue;
        }
        count++;
        for (size_t j = 0; j < suite->mode_count; j++) {
            double value = suite->groups[i].seconds[j];

            seconds = value > seconds ? value : seconds;
        }
    }
    set_scale(&field, seconds);
    draw_axes(picture, &field);
    draw_groups(picture, suite, &field, count);
}

static void draw_head(picture_t *picture, const pep_suite_t *suite, int width,
                      int height)
{
    int left = MARGIN + CHART_LEFT - 38;
    int processors = mp_process_cpu_count();

    draw(picture,
         "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
         "height=\"%d\" viewBox=\"0 0 %d %d\">\n"
         "<style>text{font-family:system-ui,-apple-system,'Segoe UI',Roboto,"
         "'DejaVu Sans',sans-serif;fill:#52606d;font-size:11px}"
         ".title{font-size:19px;font-weight:600;fill:#1f2933}"
         ".name{font-size:14px;font-weight:600;fill:#1f2933}"
         ".tick{text-anchor:end}.count{text-anchor:middle}"
         ".value{text-anchor:middle;font-size:8px}"
         ".line{stroke:#e4e7eb}.base{stroke:#7b8794}</style>\n"
         "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n",
         width, height, width, height, width, height);
    draw(picture,
         "<text class=\"title\" x=\"%d\" y=\"36\">The benchmark of PEP 371"
         "</text>\n<text x=\"%d\" y=\"55\">Time of n workers together, the "
         "best of many runs%s. Shorter is better.</text>\n",
         left, left,
         processors > 0
             ? apr_psprintf(picture->pool, " on %d processors", processors)
             : "");
    for (size_t i = 0; i < suite->mode_count; i++) {
        int x = left + (int) i * 116;

        draw(picture,
             "<rect x=\"%d\" y=\"68\" width=\"12\" height=\"12\" rx=\"2\" "
             "fill=\"%s\"/><text x=\"%d\" y=\"78\">%s</text>\n",
             x, suite->modes[i]->colour, x + 18, suite->modes[i]->name);
    }
}

int pep_plot_check(const char *path, apr_pool_t *pool)
{
    apr_file_t *file = NULL;

    apr_status_t status =
        apr_file_open(&file, path, APR_FOPEN_WRITE | APR_FOPEN_CREATE,
                      APR_FPROT_OS_DEFAULT, pool);
    if (status == APR_SUCCESS) {
        status = apr_file_close(file);
    }
    return status == APR_SUCCESS
               ? 0
               : pep_fail_apr(status, "cannot write %s", path);
}

int pep_plot_svg(const pep_suite_t *suite, const char *path, apr_pool_t *pool)
{
    picture_t picture = {.pool = pool};
    int count = (int) suite->workloads.count;
    int columns = count < FIELDS_PER_ROW ? count : FIELDS_PER_ROW;
    int rows = (count + FIELDS_PER_ROW - 1) / FIELDS_PER_ROW;

    picture.status = apr_file_open(&picture.file, path,
                                   APR_FOPEN_WRITE | APR_FOPEN_CREATE |
                                       APR_FOPEN_TRUNCATE | APR_FOPEN_BUFFERED,
                                   APR_FPROT_OS_DEFAULT, pool);
    if (picture.status != APR_SUCCESS) {
        return pep_fail_apr(picture.status, "cannot write %s", path);
    }
    draw_head(&picture, suite, 2 * MARGIN + columns * FIELD_WIDTH,
              HEAD_HEIGHT + rows * FIELD_HEIGHT + MARGIN);
    for (size_t i = 0; i < suite->workloads.count; i++) {
        draw_field(&picture, suite, i);
    }
    draw(&picture, "</svg>\n");
    apr_status_t closed = apr_file_close(picture.file);
    if (picture.status == APR_SUCCESS) {
        picture.status = closed;
    }
    return picture.status == APR_SUCCESS
               ? 0
               : pep_fail_apr(picture.status, "cannot write %s", path);
}
