/* SPDX-License-Identifier: MIT */
/* false.c - fail. */

int main(void)
{
    return 1;
}
