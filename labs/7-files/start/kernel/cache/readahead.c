/* SPDX-License-Identifier: MIT */
/*
 * Stand-ins for lab 7: the page that is missing, and none more.
 */

struct readahead_plan readahead_on_miss(struct readahead *ra, uint64_t index, size_t nreq,
                                        uint64_t end)
{
    (void)nreq, (void)end;
    ra->next = index + 1;
    return (struct readahead_plan){ index, 1 };
}

struct readahead_plan readahead_on_hit(struct readahead *ra, uint64_t index, uint64_t end)
{
    (void)end;
    ra->next = index + 1;
    return (struct readahead_plan){ index, 0 };
}
