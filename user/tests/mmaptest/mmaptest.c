/* SPDX-License-Identifier: MIT */
/*
 * mmaptest.c - anonymous and private file mappings, munmap and their errors.
 */
#include "user/tests/mmaptest/mmaptest.h"

static const struct test_list *const lists[] = {
    &anonymous_tests, &right_tests, &refusal_tests, &unmapping_tests, &file_tests, &model_tests,
};
TEST_LISTS_MAIN(lists)
