/* SPDX-License-Identifier: MIT */
/*
 * bigfiletest.c - a file larger than memory, written, read back, and left for the host to check.
 *
 * BIGFILE_MB in the environment is its size.  It stays on the second disk as
 * /big; the note with its MD5 is compared with what the host finds there.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include "user/tests/lib/watch.h"

#define PATH "/mnt/big"

static uint64_t words[32 * KB / 8];

static size_t size_wanted(void)
{
    const char *wanted = getenv("BIGFILE_MB");

    return (wanted ? strtoul(wanted, NULL, 10) : 40) * MB;
}

static void mount_disk(void)
{
    if (access("/dev/vdb", F_OK) < 0)
        skip("needs a second disk");
    REQUIRE(mount("/dev/vdb", "/mnt", "ext2", 0, NULL) == 0);
}

static void make_words(size_t at)
{
    for (size_t i = 0; i < COUNT(words); i++)
        words[i] = hash_mix64(test_seed << 40 ^ (at / 8 + i));
}

static void write_it(void)
{
    size_t size = size_wanted();
    int fd;

    mount_disk();
    fd = open(PATH, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    REQUIRE(fd >= 0);
    for (size_t at = 0; at < size; at += sizeof(words)) {
        make_words(at);
        REQUIRE(write(fd, words, sizeof(words)) == sizeof(words));
    }
    close(fd);
    REQUIRE(umount("/mnt") == 0);
}

static void read_it_back(void)
{
    static uint64_t got[COUNT(words)];
    size_t size = size_wanted();
    int fd;

    mount_disk();
    fd = open(PATH, O_RDONLY);
    REQUIRE(fd >= 0);
    for (size_t at = 0; at < size; at += sizeof(words)) {
        make_words(at);
        REQUIRE(read(fd, got, sizeof(got)) == sizeof(got));
        if (memcmp(got, words, sizeof(words)) != 0) {
            fail(__FILE__, __LINE__, "32 KB from %zu on differ", at);
            break;
        }
    }
    EXPECT_EQ(read(fd, got, sizeof(got)), 0);
    close(fd);
    REQUIRE(umount("/mnt") == 0);
}

static void checksum(void)
{
    char line[128] = "";
    FILE *sum;

    mount_disk();
    sum = popen("/bin/md5sum " PATH, "r");
    REQUIRE(sum != NULL);
    EXPECT(fgets(line, sizeof(line), sum) != NULL);
    EXPECT_EQ(pclose(sum), 0);
    note("md5 %.32s", line);
    REQUIRE(umount("/mnt") == 0);
}

static const struct test tests[] = {
    TEST(write_it),
    TEST(read_it_back),
    TEST(checksum),
};

TEST_MAIN(tests)
