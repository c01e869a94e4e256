/* SPDX-License-Identifier: MIT */
/*
 * list.h - doubly linked lists, with the links inside the elements.
 *
 * One type serves as head and as link: a ring through the head, so that
 * inserting and removing never meets an end.
 *
 *     head <-> first <-> ... <-> last <-> head
 *
 * A removed link points to itself, so list_is_empty(&e->link) asks whether an
 * element is on any list, provided the link was initialised once.
 *
 * Locks: the owner's.  Nothing here allocates or sleeps.
 */
#pragma once
#include "lib/container.h"
#include "lib/types.h"

struct list {
    struct list *next;
    struct list *prev;
};

#define LIST_INIT(head) { &(head), &(head) }

static inline void list_init(struct list *l)
{
    l->next = l;
    l->prev = l;
}

static inline bool list_is_empty(const struct list *head)
{
    return head->next == head;
}

static inline bool list_is_single(const struct list *head)
{
    return !list_is_empty(head) && head->next == head->prev;
}

/* Insert LINK, on no list, right after or right before AT. */
static inline void list_insert_after(struct list *at, struct list *link)
{
    link->prev = at;
    link->next = at->next;
    at->next->prev = link;
    at->next = link;
}

static inline void list_insert_before(struct list *at, struct list *link)
{
    list_insert_after(at->prev, link);
}

static inline void list_insert_head(struct list *head, struct list *link)
{
    list_insert_after(head, link);
}

static inline void list_insert_tail(struct list *head, struct list *link)
{
    list_insert_after(head->prev, link);
}

/* Take LINK off its list.  Harmless on a link that is on none. */
static inline void list_remove(struct list *link)
{
    link->next->prev = link->prev;
    link->prev->next = link->next;
    list_init(link);
}

static inline void list_move_head(struct list *head, struct list *link)
{
    list_remove(link);
    list_insert_head(head, link);
}

static inline void list_move_tail(struct list *head, struct list *link)
{
    list_remove(link);
    list_insert_tail(head, link);
}

/* Let NEW take OLD's place; OLD ends up on no list. */
static inline void list_replace(struct list *old, struct list *new_link)
{
    list_insert_after(old, new_link);
    list_remove(old);
}

/* Move all of FROM, in order, right after AT; FROM ends up empty. */
static inline void list_splice_after(struct list *at, struct list *from)
{
    if (list_is_empty(from))
        return;
    from->next->prev = at;
    from->prev->next = at->next;
    at->next->prev = from->prev;
    at->next = from->next;
    list_init(from);
}

/* Move all of FROM to the head or to the tail of HEAD; FROM ends up empty. */
static inline void list_splice(struct list *head, struct list *from)
{
    list_splice_after(head, from);
}

static inline void list_splice_tail(struct list *head, struct list *from)
{
    list_splice_after(head->prev, from);
}

/* Take the first or the last link off, or return NULL. */
static inline struct list *list_pop_head(struct list *head)
{
    struct list *link = head->next;

    if (link == head)
        return NULL;
    list_remove(link);
    return link;
}

static inline struct list *list_pop_tail(struct list *head)
{
    struct list *link = head->prev;

    if (link == head)
        return NULL;
    list_remove(link);
    return link;
}

/* Count the links: O(n). */
static inline size_t list_length(const struct list *head)
{
    size_t n = 0;

    for (const struct list *l = head->next; l != head; l = l->next)
        n++;
    return n;
}

/* Whether every link is the previous one's next and the next one's previous. */
static inline bool list_is_sound(const struct list *head)
{
    const struct list *l = head;

    do {
        if (l->next->prev != l || l->prev->next != l)
            return false;
        l = l->next;
    } while (l != head);
    return true;
}

#define list_entry(link, type, member) container_of(link, type, member)

/* The list must not be empty. */
#define list_first_entry(head, type, member) list_entry((head)->next, type, member)
#define list_last_entry(head, type, member) list_entry((head)->prev, type, member)

/* Walk the links.  Only the _safe forms allow the current one to be removed. */
#define list_for_each(link, head) \
    for (struct list *link = (head)->next; link != (head); link = link->next)

#define list_for_each_safe(link, temp, head)                              \
    for (struct list *link = (head)->next, *temp = link->next; link != (head); \
         link = temp, temp = link->next)

/* Walk the elements; POS is a pointer to the element's type, declared before. */
#define list_for_each_entry(pos, head, member)                            \
    for (pos = list_first_entry(head, __typeof__(*pos), member);          \
         &pos->member != (head);                                          \
         pos = list_entry(pos->member.next, __typeof__(*pos), member))

#define list_for_each_entry_reverse(pos, head, member)                    \
    for (pos = list_last_entry(head, __typeof__(*pos), member);           \
         &pos->member != (head);                                          \
         pos = list_entry(pos->member.prev, __typeof__(*pos), member))

#define list_for_each_entry_safe(pos, temp, head, member)                 \
    for (pos = list_first_entry(head, __typeof__(*pos), member),          \
         temp = list_entry(pos->member.next, __typeof__(*pos), member);   \
         &pos->member != (head);                                          \
         pos = temp, temp = list_entry(temp->member.next, __typeof__(*pos), member))
