/* SPDX-License-Identifier: MIT */
/*
 * chart.c - miss-ratio curves as a drawing.
 *
 *     H +-----------------+
 *       |\                |  legend
 *       | \____           |
 *       |      \_____     |
 *     0 +-----------------+
 *       0      frames     W
 *
 * Colours are Okabe and Ito's, which colour-blind eyes tell apart; dashes and marks
 * tell the curves apart without any colour.
 */
#include "tools/vmsim/chart.h"

#define LEFT   64
#define TOP    44
#define WIDTH  560
#define HEIGHT 320
#define LEGEND 112
#define BOTTOM 56
#define TICKS  8                /* about so many on an axis */

static const struct style {
    const char *colour, *dashes;
} styles[MAX_CURVES] = {
    { "#000000", "none" }, { "#0072b2", "none" }, { "#e69f00", "8 3" }, { "#d55e00", "2 3" },
    { "#009e73", "10 3 2 3" }, { "#cc79a7", "5 5" }, { "#56b4e9", "1 2" }, { "#777777", "12 2" },
};

struct axes {
    double max_x, max_y;        /* what the right and upper ends stand for */
};

static double at_x(const struct axes *a, double x)
{
    return LEFT + WIDTH * x / a->max_x;
}

static double at_y(const struct axes *a, double y)
{
    return TOP + HEIGHT * (1 - y / a->max_y);
}

/* 1, 2 or 5 times a power of ten, about MAX / TICKS. */
static double tick_step(double max)
{
    double step = 1e-6;

    while (step * 10 < max / TICKS)
        step *= 10;
    if (step * 2 >= max / TICKS)
        return step * 2;
    return step * 5 >= max / TICKS ? step * 5 : step * 10;
}

static double ratio(const struct curves *c, size_t k, size_t i)
{
    return 100.0 * (double)c->curve[k].misses[i] / (double)c->length;
}

static struct axes choose_axes(const struct curves *c)
{
    struct axes a = { .max_x = (double)c->frames[c->npoints - 1], .max_y = 0 };

    for (size_t k = 0; k < c->ncurves; k++)
        for (size_t i = 0; i < c->npoints; i++)
            if (ratio(c, k, i) > a.max_y)
                a.max_y = ratio(c, k, i);
    return a;
}

/* TEXT comes from the command line. */
static void put_escaped(FILE *f, const char *text)
{
    for (; *text; text++) {
        if (*text == '<')
            fputs("&lt;", f);
        else if (*text == '&')
            fputs("&amp;", f);
        else
            fputc(*text, f);
    }
}

static void draw_frame(const char *title, FILE *f)
{
    fprintf(f, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
               "font-family=\"sans-serif\" font-size=\"12\">\n",
            LEFT + WIDTH + LEGEND, TOP + HEIGHT + BOTTOM);
    fprintf(f, "<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>\n");
    fprintf(f, "<text x=\"%d\" y=\"24\" font-size=\"15\">", LEFT);
    put_escaped(f, title);
    fprintf(f, "</text>\n<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"none\" "
               "stroke=\"#000000\"/>\n", LEFT, TOP, WIDTH, HEIGHT);
}

static void draw_ticks(const struct axes *a, FILE *f)
{
    double step = tick_step(a->max_x);

    for (double x = 0; x <= a->max_x * 1.0001; x += step)
        fprintf(f, "<path d=\"M%.1f %d v5\" stroke=\"#000000\"/>"
                   "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%.0f</text>\n",
                at_x(a, x), TOP + HEIGHT, at_x(a, x), TOP + HEIGHT + 18, x);
    step = tick_step(a->max_y);
    for (double y = 0; y <= a->max_y * 1.0001; y += step)
        fprintf(f, "<path d=\"M%d %.1f h%d\" stroke=\"#dddddd\"/>"
                   "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.4g %%</text>\n",
                LEFT, at_y(a, y), WIDTH, LEFT - 6, at_y(a, y) + 4, y);
    fprintf(f, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">frames</text>\n",
            LEFT + WIDTH / 2, TOP + HEIGHT + 40);
    fprintf(f, "<text transform=\"translate(14 %d) rotate(-90)\" text-anchor=\"middle\">"
               "references that miss</text>\n", TOP + HEIGHT / 2);
}

/* The mark of curve K: a square, a circle, a triangle, a rhomb, a cross, and so on. */
static void draw_mark(size_t k, double x, double y, FILE *f)
{
    static const char *const shapes[] = {
        "m-3 -3 h6 v6 h-6 z", "m-3 0 a3 3 0 1 0 6 0 a3 3 0 1 0 -6 0", "m0 -4 l4 7 h-8 z",
        "m0 -4 l4 4 l-4 4 l-4 -4 z", "m-3 -3 l6 6 m0 -6 l-6 6",
    };

    fprintf(f, "<path d=\"M%.1f %.1f %s\" fill=\"#ffffff\" stroke=\"%s\"/>", x, y,
            shapes[k % (sizeof(shapes) / sizeof(shapes[0]))], styles[k].colour);
}

static void draw_curve(const struct curves *c, const struct axes *a, size_t k, FILE *f)
{
    fprintf(f, "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"%s\" stroke-dasharray=\"%s\" "
               "points=\"", styles[k].colour, k == 0 ? "2.5" : "1.8", styles[k].dashes);
    for (size_t i = 0; i < c->npoints; i++)
        fprintf(f, "%.1f,%.1f ", at_x(a, (double)c->frames[i]), at_y(a, ratio(c, k, i)));
    fprintf(f, "\"/>\n");
    for (size_t i = 0; i < c->npoints; i++)
        draw_mark(k, at_x(a, (double)c->frames[i]), at_y(a, ratio(c, k, i)), f);
    fputc('\n', f);
}

static void draw_legend(const struct curves *c, FILE *f)
{
    for (size_t k = 0; k < c->ncurves; k++) {
        int x = LEFT + WIDTH + 10, y = TOP + 14 + 22 * (int)k;

        fprintf(f, "<path d=\"M%d %d h32\" stroke=\"%s\" stroke-width=\"2\" "
                   "stroke-dasharray=\"%s\"/>", x, y, styles[k].colour, styles[k].dashes);
        draw_mark(k, x + 16, y, f);
        fprintf(f, "<text x=\"%d\" y=\"%d\">%s</text>\n", x + 40, y + 4, c->curve[k].name);
    }
}

void chart_draw(const struct curves *c, const char *title, FILE *f)
{
    struct axes axes = choose_axes(c);

    draw_frame(title, f);
    draw_ticks(&axes, f);
    for (size_t k = c->ncurves; k-- > 0;)
        draw_curve(c, &axes, k, f);
    draw_legend(c, f);
    fprintf(f, "</svg>\n");
}
