/* SPDX-License-Identifier: MIT */
/*
 * processvmtest.c - memory is copied to and from a process that goes on with its own business.
 */
#include <fcntl.h>
#include <sched.h>
#include <sys/uio.h>
#include "user/tests/lib/area.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/users.h"

#define NPAGES 5

static struct iovec piece(const void *p, size_t n)
{
    return (struct iovec){ (void *)p, n };
}

static ssize_t read_from(pid_t pid, void *to, const void *from, size_t n)
{
    struct iovec here = piece(to, n), there = piece(from, n);

    return process_vm_readv(pid, &here, 1, &there, 1, 0);
}

static ssize_t write_to(pid_t pid, const void *from, const void *to, size_t n)
{
    struct iovec here = piece(from, n), there = piece(to, n);

    return process_vm_writev(pid, &here, 1, &there, 1, 0);
}

/* A child with our memory, of which it has changed AREA; it looks at it again when told. */
struct other {
    unsigned char *area;
    struct gate is_ready, may_look;
    pid_t pid;
};

static unsigned char byte_of(size_t i, unsigned turn)
{
    return (unsigned char)(i * 7 + i / PAGE + turn * 101);
}

static void fill(unsigned char *p, size_t n, unsigned turn)
{
    for (size_t i = 0; i < n; i++)
        p[i] = byte_of(i, turn);
}

static size_t count_right(const unsigned char *p, size_t n, unsigned turn)
{
    size_t right = 0;

    for (size_t i = 0; i < n; i++)
        right += p[i] == byte_of(i, turn);
    return right;
}

static void be_other(void *arg)
{
    struct other *o = arg;

    fill(o->area, NPAGES * PAGE, 1);
    signal_gate(&o->is_ready);
    wait_gate(&o->may_look);
    EXPECT_EQ(count_right(o->area, NPAGES * PAGE, 2), NPAGES * PAGE);
}

static void start_other(struct other *o)
{
    o->area = (unsigned char *)map_touched(NPAGES);
    open_gate(&o->is_ready);
    open_gate(&o->may_look);
    o->pid = start_child(be_other, o);
    wait_gate(&o->is_ready);
}

static void close_other(struct other *o)
{
    close_gate(&o->is_ready);
    close_gate(&o->may_look);
    unmap((char *)o->area, NPAGES);
}

/* What moves */

static void both_directions(void)
{
    unsigned char *mine = (unsigned char *)map_pages(NPAGES, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    size_t n = NPAGES * PAGE;
    struct other o;

    start_other(&o);
    EXPECT_EQ(read_from(o.pid, mine, o.area, n), n);
    EXPECT_EQ(count_right(mine, n, 1), n);
    EXPECT_EQ(o.area[1], 0);
    fill(mine, n, 2);
    EXPECT_EQ(write_to(o.pid, mine, o.area, n), n);
    EXPECT_EQ(o.area[1], 0);
    signal_gate(&o.may_look);
    EXPECT_CHILD(o.pid);
    close_other(&o);
    unmap((char *)mine, NPAGES);
}

/* The pieces of one side end elsewhere than those of the other. */
static void pieces_of_any_size(void)
{
    unsigned char *mine = (unsigned char *)map_touched(NPAGES);
    size_t n = NPAGES * PAGE;
    struct other o;

    start_other(&o);
    {
        struct iovec here[] = { piece(mine, 1), piece(mine + 1, 0), piece(mine + 1, 2 * PAGE),
                                piece(mine + 2 * PAGE + 1, n) };
        struct iovec there[] = { piece(o.area, PAGE + 17), piece(o.area + PAGE + 17, n - PAGE - 17) };

        here[3].iov_len = n - 2 * PAGE - 1;
        EXPECT_EQ(process_vm_readv(o.pid, here, 4, there, 2, 0), n);
    }
    EXPECT_EQ(count_right(mine, n, 1), n);
    {
        struct iovec here = piece(mine, 10), there[] = { piece(o.area, 3), piece(o.area + PAGE, 100) };

        EXPECT_EQ(process_vm_readv(o.pid, &here, 1, there, 2, 0), 10);
        EXPECT(!memcmp(mine, o.area, 0) && mine[3] == byte_of(PAGE, 1) && mine[9] == byte_of(PAGE + 6, 1));
    }
    end_child(o.pid);
    close_other(&o);
    unmap((char *)mine, NPAGES);
}

/* Neither side has its pages yet. */
static void pages_that_are_not_there(void)
{
    char *area = map_pages(NPAGES, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *mine = map_pages(NPAGES, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    pid_t pid = start_child(pause_forever, NULL);

    EXPECT_EQ(read_from(pid, mine, area, NPAGES * PAGE), NPAGES * PAGE);
    EXPECT_EQ(mine[3 * PAGE], 0);
    EXPECT_EQ(write_to(pid, "word", area + 2 * PAGE - 2, 5), 5);
    EXPECT_EQ(read_from(pid, mine, area + 2 * PAGE - 2, 5), 5);
    EXPECT(!strcmp(mine, "word"));
    EXPECT_EQ(area[2 * PAGE], 0);
    end_child(pid);
    unmap(area, NPAGES);
    unmap(mine, NPAGES);
}

static void our_own_memory(void)
{
    char text[] = "from here", copy[sizeof(text)];

    EXPECT_EQ(read_from(getpid(), copy, text, sizeof(text)), sizeof(text));
    EXPECT(!strcmp(copy, text));
    EXPECT_EQ(write_to(getpid(), "to", copy + 5, 3), 3);
    EXPECT(!strcmp(copy, "from to"));
}

/* What is stored in another's mapping of a file is in the file. */
static void mapped_file(void)
{
    int fd = open("/tmp/mapped", O_RDWR | O_CREAT | O_TRUNC, 0600);
    char word[6];
    pid_t pid;
    char *p;

    REQUIRE(fd >= 0 && ftruncate(fd, 2 * PAGE) == 0);
    p = map_pages(2, RW, MAP_SHARED, fd, 0);
    pid = start_child(pause_forever, NULL);
    EXPECT_EQ(write_to(pid, "shared", p + PAGE - 3, 6), 6);
    EXPECT_EQ(pread(fd, word, 6, PAGE - 3), 6);
    EXPECT(!memcmp(word, "shared", 6));
    EXPECT_OK(fsync(fd));
    EXPECT_EQ(write_to(pid, "SHARED", p + PAGE - 3, 6), 6);
    EXPECT(!memcmp(p + PAGE - 3, "SHARED", 6));
    end_child(pid);
    unmap(p, 2);
    close(fd);
    EXPECT_OK(unlink("/tmp/mapped"));
}

/* A store from outside and a fork at the same time: a child has what was there when it began. */

static void look_twice(void *word)
{
    volatile uint64_t *p = word;
    uint64_t first = *p;

    for (int i = 0; i < 20; i++) {
        sched_yield();
        EXPECT_EQ(*p, first);
    }
}

static void fork_often(void *word)
{
    for (int i = 0; i < 30; i++)
        EXPECT_EQ(run_child(look_twice, word), 0);
}

static void forks_meanwhile(void)
{
    char *word = map_touched(1);
    pid_t pid = start_child(fork_often, word);
    uint64_t value = 0;
    int status;

    while (waitpid(pid, &status, WNOHANG) == 0) {
        value++;
        if (write_to(pid, &value, word, sizeof(value)) < 0)
            EXPECT(errno == ESRCH || errno == EFAULT);      /* it has ended */
        sched_yield();
    }
    EXPECT_EQ(status, 0);
    unmap(word, 1);
}

/* What does not */

static void holes(void)
{
    char *area = map_apart(2, RW), *mine = map_apart(2, RW);
    pid_t pid = start_child(pause_forever, NULL);

    EXPECT_EQ(read_from(pid, mine, area + PAGE, 2 * PAGE), PAGE);
    EXPECT_EQ(read_from(pid, mine + PAGE, area, 2 * PAGE), PAGE);
    EXPECT_ERROR(read_from(pid, mine, area + 2 * PAGE, 1), EFAULT);
    EXPECT_ERROR(read_from(pid, mine + 2 * PAGE, area, 1), EFAULT);
    EXPECT_ERROR(write_to(pid, mine, area - 1, 2), EFAULT);
    EXPECT_ERROR(read_from(pid, mine, (void *)-PAGE, 8), EFAULT);
    {
        struct iovec here = piece(mine, 64), there[] = { piece(area, 8), piece(NULL, 8), piece(area, 8) };

        EXPECT_EQ(process_vm_readv(pid, &here, 1, there, 3, 0), 8);
    }
    end_child(pid);
    unmap_apart(area, 2);
    unmap_apart(mine, 2);
}

static void rights_of_the_other(void)
{
    char *area = map_apart(3, RW), c = 'c';
    pid_t pid;

    memset(area, 1, 3 * PAGE);
    mprotect(area, PAGE, PROT_READ);
    mprotect(area + PAGE, PAGE, PROT_NONE);
    mprotect(area + 2 * PAGE, PAGE, PROT_EXEC);
    pid = start_child(pause_forever, NULL);
    EXPECT_EQ(read_from(pid, &c, area, 1), 1);
    EXPECT_ERROR(write_to(pid, &c, area, 1), EFAULT);
    EXPECT_ERROR(read_from(pid, &c, area + PAGE, 1), EFAULT);
    EXPECT_ERROR(write_to(pid, &c, area + PAGE, 1), EFAULT);
    EXPECT_ERROR(read_from(pid, &c, area + 2 * PAGE, 1), EFAULT);
    EXPECT_ERROR(write_to(pid, &c, area + 2 * PAGE, 1), EFAULT);
    end_child(pid);
    unmap_apart(area, 3);
}

static void end_at_once(void *arg)
{
    (void)arg;
}

static void arguments(void)
{
    static struct iovec many[UIO_MAXIOV + 1];
    char c = 0;
    struct iovec one = piece(&c, 1), negative = piece(&c, (size_t)-1), none = piece(&c, 0);
    pid_t me = getpid(), zombie = start_child(end_at_once, NULL);
    siginfo_t info;

    EXPECT_ERROR(process_vm_readv(me, &one, 1, &one, 1, 1), EINVAL);
    EXPECT_ERROR(process_vm_readv(me, many, COUNT(many), &one, 1, 0), EINVAL);
    EXPECT_ERROR(process_vm_readv(me, &one, 1, many, COUNT(many), 0), EINVAL);
    EXPECT_EQ(process_vm_readv(me, many, COUNT(many) - 1, &one, 1, 0), 0);
    EXPECT_ERROR(process_vm_readv(me, &negative, 1, &one, 1, 0), EINVAL);
    EXPECT_ERROR(process_vm_readv(me, &one, 1, &negative, 1, 0), EINVAL);
    EXPECT_ERROR(process_vm_readv(me, (void *)8, 1, &one, 1, 0), EFAULT);
    EXPECT_ERROR(process_vm_readv(me, &one, 1, (void *)8, 1, 0), EFAULT);
    EXPECT_EQ(process_vm_readv(-1, &none, 1, &one, 1, 0), 0);
    EXPECT_EQ(process_vm_readv(-1, &one, 1, &none, 1, 0), 0);
    EXPECT_EQ(process_vm_readv(-1, &one, 0, (void *)8, 1, 0), 0);
    EXPECT_ERROR(process_vm_readv(-1, &one, 1, &one, 1, 0), ESRCH);
    EXPECT_OK(syscall(SYS_waitid, P_PID, zombie, &info, WEXITED | WNOWAIT, NULL));
    EXPECT_ERROR(process_vm_readv(zombie, &one, 1, &one, 1, 0), ESRCH);
    EXPECT_CHILD(zombie);
}

struct visit {
    pid_t pid;
    char *word;
    uid_t uid;
    int error;
};

static void visit_as(void *arg)
{
    struct visit *v = arg;
    char c = 0;

    become_user(v->uid, v->uid);
    if (v->error)
        EXPECT_ERROR(read_from(v->pid, &c, v->word, 1), v->error);
    else
        EXPECT_EQ(read_from(v->pid, &c, v->word, 1), 1);
}

static void pause_as_ann(void *ready)
{
    become_user(ANN, ANN);
    signal_gate(ready);
    pause_forever(NULL);
}

static void other_users(void)
{
    struct visit v = { .word = map_touched(1) };
    struct gate ready;

    open_gate(&ready);
    v.pid = start_child(pause_as_ann, &ready);
    wait_gate(&ready);
    v.uid = BOB;
    v.error = EPERM;
    EXPECT_EQ(run_child(visit_as, &v), 0);
    end_child(v.pid);

    v.pid = start_child(pause_forever, NULL);       /* root's */
    EXPECT_EQ(run_child(visit_as, &v), 0);
    end_child(v.pid);
    close_gate(&ready);
    unmap(v.word, 1);
}

static const struct test tests[] = {
    TEST(both_directions), TEST(pieces_of_any_size), TEST(pages_that_are_not_there),
    TEST(our_own_memory), TEST(mapped_file), TEST(forks_meanwhile), TEST(holes),
    TEST(rights_of_the_other), TEST(arguments), TEST(other_users),
};

TEST_MAIN(tests)
