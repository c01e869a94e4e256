/* SPDX-License-Identifier: MIT */
/*
 * model.h - the states of pages that belong to slots, for test_swap_cache.
 *
 * Owners have a word each, in a frame that they map or in a slot of swap; after a fork two
 * have the same.  The steps are what faults, stores, exits, reclaim, migration and the disk do,
 * one at a time and in any order, so that each comes between any two of another.  Each
 * changes the kernel's side and the model's; then all frames, slots and references must be as
 * the model has them, and every owner's word where he would find it.
 *
 *     FREE -> PRIVATE -> DIRTY -> WRITING -> CLEAN -> FREE, the slot has it
 *                          ^         | failed
 *                          +- FAILED-+         FREE -> READING -> CLEAN -> PRIVATE
 */
#pragma once
#include <criterion/criterion.h>
#include "kernel/cache/page_cache.h"
#include "kernel/cache/swap_impl.h"
#include "lib/rand.h"

#define NOWNERS 14
#define NFRAMES 12
#define NSLOTS 12                       /* with the header */

enum state { FREE, PRIVATE, DIRTY, WRITING, FAILED, CLEAN, READING, STATES };

struct frame_model {
    enum state state;
    size_t slot;
    unsigned maps;
    bool held;                          /* by a reclaimer or a reader */
};
struct slot_model {
    unsigned users;
    uint64_t disk;                      /* what was written there last */
    bool bad;
};
struct owner {
    uint64_t word;                      /* what he has stored; 0: he has nothing */
    struct page *page;                  /* that he maps                          */
    uint64_t entry;                     /* or this                               */
};

extern struct frame_model frame[NFRAMES];
extern struct slot_model slot_of[NSLOTS];
extern struct owner owner[NOWNERS];
extern struct swap_area area;           /* the only one */
extern struct rand rng;
extern uint64_t next_word;

static inline size_t index_of(const struct page *page)
{
    return (size_t)(page - frames.pages);
}
static inline struct page *page_of(size_t f)
{
    return &frames.pages[f];
}
static inline uint64_t *word_of(const struct page *page)
{
    return page_address(page);
}
static inline bool is_cached(size_t f)
{
    return frame[f].state > PRIVATE;
}

/* model.c */
/* Begin with all frames and slots free; and give the memory of that back. */
void model_create(void);
void model_destroy(void);
/* Hold everything against the model. */
void check_all(void);
/* The frame that belongs to SLOT, NFRAMES if none does. */
size_t frame_of_slot(size_t slot);
/* Frame F is not in its slot any more. */
void leaves_slot(size_t f);
/* Somebody let go of frame F. */
void let_go(size_t f);
/* One user less of SLOT.  With the last a page goes that nobody has locked or is writing. */
void user_goes(size_t slot);
/* Any frame in one of the states in MASK, held or not; NFRAMES: none. */
size_t any_frame(unsigned mask, bool held);
/* A fresh anonymous page with WORD, the caller's; NULL: all frames are in use. */
struct page *new_page(uint64_t word);
void lock(struct page *page);

/* owners.c */
/* The caller's reference on PAGE becomes that of I's mapping; I gives it up. */
void map(size_t i, struct page *page);
void unmap(size_t i);
/* I exits, or does something else. */
void leave(size_t i);
void owner_step(size_t i);

/* reclaim.c */
/* The disk is done with frame F. */
void end_writing(size_t f);
void end_reading(size_t f);
/* Frame F, locked and in its slot, turns out to be in use: where slots are scarce, it gives its own
 * up if nobody else has an entry. */
void find_in_use(size_t f);
void disk_step(void);
void reclaim_step(void);
/* Slots are taken back, or a page moves. */
void rare_step(void);
