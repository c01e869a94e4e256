/* SPDX-License-Identifier: MIT */
/*
 * qsort.c - sorting and searching arrays.
 *
 * A merge sort through an array of pointers needs few comparisons and is stable, but also memory
 * for two pointers and a copy per element; when there is none a heap sort does it in place.  Both
 * take n log n comparisons at worst.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef int compare_fn(const void *, const void *, void *);

struct sort {
    compare_fn *compare;
    void *context;
};

/* Merge the sorted halves of FROM into TO; of equals the one from the left half goes first. */
static void merge(const struct sort *s, char **to, char **from, size_t half, size_t count)
{
    size_t left = 0;
    size_t right = half;

    for (size_t i = 0; i < count; i++) {
        if (right == count
            || (left < half && s->compare(from[left], from[right], s->context) <= 0))
            to[i] = from[left++];
        else
            to[i] = from[right++];
    }
}

/* Sort the pointers in A; B is a copy of A before the call and scratch after it. */
static void merge_sort(const struct sort *s, char **a, char **b, size_t count)
{
    size_t half = count / 2;

    if (count < 2)
        return;
    merge_sort(s, b, a, half);
    merge_sort(s, b + half, a + half, count - half);
    merge(s, a, b, half, count);
}

static int sort_by_pointers(const struct sort *s, char *base, size_t count, size_t size)
{
    size_t room;
    char **a;
    char *copy;

    if (__builtin_mul_overflow(count, 2 * sizeof(char *) + size, &room))
        return -1;
    a = malloc(room);
    if (a == NULL)
        return -1;
    copy = (char *)(a + 2 * count);
    memcpy(copy, base, count * size);
    for (size_t i = 0; i < count; i++)
        a[i] = a[count + i] = copy + i * size;
    merge_sort(s, a, a + count, count);
    for (size_t i = 0; i < count; i++)
        memcpy(base + i * size, a[i], size);
    free(a);
    return 0;
}

static void swap(char *a, char *b, size_t size)
{
    while (size-- > 0) {
        char c = a[size];

        a[size] = b[size];
        b[size] = c;
    }
}

/* Let the element at ROOT sink until it is not smaller than its children. */
static void sift_down(const struct sort *s, char *base, size_t size, size_t root, size_t count)
{
    for (;;) {
        size_t child = 2 * root + 1;

        if (child >= count)
            return;
        if (child + 1 < count
            && s->compare(base + child * size, base + (child + 1) * size, s->context) < 0)
            child++;
        if (s->compare(base + root * size, base + child * size, s->context) >= 0)
            return;
        swap(base + root * size, base + child * size, size);
        root = child;
    }
}

static void heap_sort(const struct sort *s, char *base, size_t count, size_t size)
{
    for (size_t i = count / 2; i-- > 0;)
        sift_down(s, base, size, i, count);
    for (size_t i = count; i-- > 1;) {
        swap(base, base + i * size, size);
        sift_down(s, base, size, 0, i);
    }
}

void qsort_r(void *base, size_t count, size_t size, compare_fn *compare, void *context)
{
    struct sort s = { compare, context };

    if (count < 2 || size == 0)
        return;
    if (sort_by_pointers(&s, base, count, size) < 0)
        heap_sort(&s, base, count, size);
}

static int compare_without_context(const void *a, const void *b, void *context)
{
    int (**compare)(const void *, const void *) = context;

    return (*compare)(a, b);
}

void qsort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *))
{
    qsort_r(base, count, size, compare_without_context, &compare);
}

void *bsearch(const void *key, const void *base, size_t count, size_t size,
              int (*compare)(const void *, const void *))
{
    const char *low = base;

    while (count > 0) {
        const char *middle = low + count / 2 * size;
        int order = compare(key, middle);

        if (order == 0)
            return (void *)middle;
        if (order > 0) {
            low = middle + size;
            count--;
        }
        count /= 2;
    }
    return NULL;
}
