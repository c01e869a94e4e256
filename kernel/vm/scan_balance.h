/* SPDX-License-Identifier: MIT */
/*
 * scan_balance.h - of which kind the next pages are that reclaim looks at: those of
 * files or anonymous ones.  The policy, nothing else.
 *
 * Each kind is looked at in proportion to how many pages of it there are, to how few
 * looks were in vain lately (a kind whose pages are found in use is spared), and to
 * swappiness.
 *
 * Pure: numbers in, numbers out.
 */
#pragma once
#include "kernel/mm/policy.h"

#define SWAPPINESS_MAX 200

/* All zero at first.  Races cost a bad guess, nothing else. */
struct scan_balance {
    uint32_t looked[PAGE_KINDS];    /* pages looked at, older ones count less */
    uint32_t kept[PAGE_KINDS];      /* of them, found in use                  */
    uint32_t turn;                  /* 1/1000 that anonymous pages are due    */
};

/* LOOKED pages of KIND were looked at, of which KEPT are in use. */
void scan_balance_note(struct scan_balance *b, enum page_kind kind, size_t looked, size_t kept);
/* The kind to look at next; NANON and NFILE pages can be looked at.  SWAPPINESS 0: anonymous
 * ones only if there are no others. */
enum page_kind scan_balance_next(struct scan_balance *b, unsigned swappiness, size_t nanon,
                                 size_t nfile);
