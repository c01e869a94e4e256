/* SPDX-License-Identifier: MIT */
/*
 * exectest.c - execve: which files it takes, what it refuses, what the new program finds.
 *
 * The program calls itself.  By a link named "report" it prints its arguments and
 * environment; by "hop" it execs itself a number of times; the tests at the end of
 * the list run after an exec, in the new program, and look around there.
 */
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include "lib/abi/elf.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/watch.h"

#define DIR     "/tmp/exectest.d"
#define REPORT  DIR "/report"
#define HOP     DIR "/hop"
#define FILE_   DIR "/file"
#define SMALL   "/bin/true"             /* a real program, the smallest there is */

static char *const no_strings[] = { NULL };
static char self[PATH_MAX];             /* this program's file */

extern char **environ;

/* Write a file of this text and mode. */
static void make_file(const char *path, const void *text, size_t size, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0700);

    REQUIRE(fd >= 0);
    EXPECT_EQ(write(fd, text, size), size);
    fchmod(fd, mode);
    close(fd);
}

static void make_script(const char *path, const char *text)
{
    make_file(path, text, strlen(text), 0755);
}

static void copy_file(const char *from, const char *to)
{
    static char block[64 * KB];
    int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0755);
    ssize_t n;

    REQUIRE(in >= 0 && out >= 0);
    while ((n = read(in, block, sizeof(block))) > 0)
        REQUIRE(write(out, block, (size_t)n) == n);
    EXPECT_EQ(n, 0);
    close(in);
    close(out);
}

#define SPACE (4 * PAGE - 1)

/* What an exec in a child came to: the wait status, and what the program printed. */
struct outcome {
    int status;                         /* of a failed exec: errno << 8 */
    size_t size;
    char text[SPACE + 1];
};

static struct outcome outcome;

static int exec_with(const char *path, char *const argv[], char *const envp[])
{
    int fd[2];
    pid_t pid;
    ssize_t n;

    REQUIRE(pipe(fd) == 0);
    pid = fork();
    if (pid == 0) {
        dup2(fd[1], STDOUT_FILENO);
        close(fd[0]);
        close(fd[1]);
        execve(path, argv, envp);
        _exit(errno);
    }
    close(fd[1]);
    outcome.size = 0;
    while ((n = read(fd[0], outcome.text + outcome.size, SPACE - outcome.size)) > 0)
        outcome.size += (size_t)n;
    outcome.text[outcome.size] = '\0';
    close(fd[0]);
    return outcome.status = wait_child(pid);
}

static int exec_file(const char *path)
{
    char *const argv[] = { (char *)path, NULL };

    return exec_with(path, argv, no_strings);
}

#define EXPECT_EXEC(path, error) EXPECT_EQ(exec_file(path), (error) << 8)

/* The report should be these arguments, a line each. */
static void expect_report(const char *file, int line, const char *text)
{
    if (outcome.status != 0 || strcmp(outcome.text, text) != 0)
        fail(file, line, "status %x and \"%s\", not \"%s\"", outcome.status, outcome.text, text);
}

#define EXPECT_REPORT(text) expect_report(__FILE__, __LINE__, text)

static int report(int argc, char **argv)
{
    for (int i = 0; i < argc; i++)
        printf("%s\n", argv[i]);
    for (char **e = environ; *e; e++)
        printf("env %s\n", *e);
    fflush(stdout);
    return 0;
}

/* Exec oneself as often as argv[1] says. */
static int hop(char **argv)
{
    char count[16], *const next[] = { argv[0], count, NULL };
    int n = atoi(argv[1]);

    if (n == 0)
        return 0;
    snprintf(count, sizeof(count), "%d", n - 1);
    execv(HOP, next);
    return errno;
}

/* Become this program's test NAME; its failures are printed and make the status 1. */
static void become(const char *name)
{
    exec_test("/proc/self/exe", name);
}

static void become_child(void *name)
{
    become(name);
}

/* Scripts */

static void script_arguments(void)
{
    char script[] = DIR "/script", *const argv[] = { "lost", "a", "b c", NULL };
    char *const envp[] = { "E=1", NULL };

    make_script(script, "#!" REPORT "\necho not a shell\n");
    exec_with(script, argv, envp);
    EXPECT_REPORT(REPORT "\n" DIR "/script\na\nb c\nenv E=1\n");
    make_script(script, "#! \t" REPORT " \t one two\tthree \t \n");
    exec_with(script, argv, no_strings);
    EXPECT_REPORT(REPORT "\none two\tthree\n" DIR "/script\na\nb c\n");
    exec_with(script, no_strings, no_strings);
    EXPECT_REPORT(REPORT "\none two\tthree\n" DIR "/script\n");
}

static void script_without_newline(void)
{
    char line[600];
    size_t n;

    make_script(DIR "/script", "#!" REPORT " x");
    exec_file(DIR "/script");
    EXPECT_REPORT(REPORT "\nx\n" DIR "/script\n");
    n = (size_t)snprintf(line, sizeof(line), "#!%s ", REPORT);
    memset(line + n, 'x', 400);
    make_file(DIR "/script", line, n + 400, 0755);      /* an argument is cut at 255 bytes */
    exec_file(DIR "/script");
    EXPECT_EQ(strlen(strchr(outcome.text, '\n') + 1), 255 - n + 1 + strlen(DIR "/script\n"));
}

static void bad_script_lines(void)
{
    char line[600] = "#!/";

    make_script(DIR "/script", "#!\n" REPORT "\n");
    EXPECT_EXEC(DIR "/script", ENOEXEC);
    make_script(DIR "/script", "#! \t \n");
    EXPECT_EXEC(DIR "/script", ENOEXEC);
    memset(line + 3, 'x', 400);
    make_file(DIR "/script", line, 400, 0755);          /* a name that may have been cut */
    EXPECT_EXEC(DIR "/script", ENOEXEC);
    make_script(DIR "/script", "#!" REPORT "\r\n");     /* a name with a CR in it */
    EXPECT_EXEC(DIR "/script", ENOENT);
}

static void bad_interpreters(void)
{
    make_script(DIR "/script", "#!/no/such/file\n");
    EXPECT_EXEC(DIR "/script", ENOENT);
    make_script(DIR "/script", "#!" DIR "\n");
    EXPECT_EXEC(DIR "/script", EACCES);
    make_script(DIR "/script", "#!" FILE_ "\n");
    make_file(FILE_, "text", 4, 0644);
    EXPECT_EXEC(DIR "/script", EACCES);
    chmod(FILE_, 0755);
    EXPECT_EXEC(DIR "/script", ENOEXEC);
    make_script(DIR "/script", "#!" DIR "/script\n");
    EXPECT_EXEC(DIR "/script", ELOOP);
}

/* Each script is the interpreter of the next; five may stand before the program. */
static void nested_scripts(void)
{
    char path[64], line[64], wanted[512] = REPORT "\n0\n";

    for (int i = 0; i < 6; i++) {
        snprintf(line, sizeof(line), i ? "#!" DIR "/script%d %d\n" : "#!" REPORT " 0\n", i - 1, i);
        snprintf(path, sizeof(path), DIR "/script%d", i);
        make_script(path, line);
    }
    for (int i = 0; i < 4; i++)
        snprintf(wanted + strlen(wanted), 64, DIR "/script%d\n%d\n", i, i + 1);
    strcat(wanted, DIR "/script4\n");
    exec_file(DIR "/script4");
    EXPECT_REPORT(wanted);
    EXPECT_EXEC(DIR "/script5", ELOOP);
}

/* Limits */

/* A string of SIZE bytes, with its NUL.  Never freed: a child's. */
static char *string_of(size_t size)
{
    char *s = map_anon(size + 1);

    memset(s, 'x', size - 1);
    return s;
}

static void longest_string(void)
{
    char *longest = string_of(128 * KB), *longer = string_of(128 * KB + 1);
    char *const good[] = { "x", longest, NULL }, *const bad[] = { "x", longer, NULL };

    EXPECT_EQ(exec_with(SMALL, good, no_strings), 0);
    EXPECT_EQ(exec_with(SMALL, no_strings, good), 0);
    EXPECT_EQ(exec_with(SMALL, bad, no_strings), E2BIG << 8);
    EXPECT_EQ(exec_with(SMALL, no_strings, bad), E2BIG << 8);
}

/* All strings together may be a quarter of the stack. */
static void all_strings(void)
{
    char *half = string_of(128 * KB), *less = string_of(126 * KB);
    char *const one[] = { half, NULL }, *const rest[] = { less, NULL };
    struct rlimit limit = { MB, MB };

    REQUIRE(setrlimit(RLIMIT_STACK, &limit) == 0);
    EXPECT_EQ(exec_with(SMALL, one, rest), 0);
    EXPECT_EQ(exec_with(SMALL, one, one), E2BIG << 8);
}

static void no_vectors(void)
{
    make_script(DIR "/script", "#!" REPORT "\n");
    exec_with(DIR "/script", NULL, NULL);
    EXPECT_REPORT(REPORT "\n" DIR "/script\n");
}

static void bad_addresses(void)
{
    char *bad = map_anon(PAGE), *const vector[] = { "x", bad, NULL };
    char **at_end = (char **)(map_anon(2 * PAGE) + PAGE) - 1;

    REQUIRE(munmap(bad, PAGE) == 0);
    *at_end = "x";
    REQUIRE(munmap(at_end + 1, PAGE) == 0);
    EXPECT_EQ(exec_with(bad, no_strings, no_strings), EFAULT << 8);
    EXPECT_EQ(exec_with(SMALL, (char **)bad, no_strings), EFAULT << 8);
    EXPECT_EQ(exec_with(SMALL, no_strings, (char **)bad), EFAULT << 8);
    EXPECT_EQ(exec_with(SMALL, vector, no_strings), EFAULT << 8);
    EXPECT_EQ(exec_with(SMALL, no_strings, vector), EFAULT << 8);
    EXPECT_EQ(exec_with(SMALL, at_end, no_strings), EFAULT << 8);
}

/* Names and rights */

static void bad_names(void)
{
    char *name = string_of(PATH_MAX + 1), *component = string_of(256 + 1);

    make_file(FILE_, "", 0, 0755);
    symlink("loop", DIR "/loop");
    EXPECT_EXEC("", ENOENT);
    EXPECT_EXEC(DIR "/none", ENOENT);
    EXPECT_EXEC(FILE_ "/x", ENOTDIR);
    EXPECT_EXEC(DIR "/loop", ELOOP);
    EXPECT_EXEC(component, ENAMETOOLONG);
    EXPECT_EXEC(name, ENAMETOOLONG);
    unlink(DIR "/loop");
}

static void as_other_user(void *path)
{
    REQUIRE(setgroups(0, NULL) == 0 && setresgid(1000, 1000, 1000) == 0);
    REQUIRE(setresuid(1000, 1000, 1000) == 0);
    execv(path, no_strings);
    _exit(errno);
}

static void not_executable(void)
{
    make_file(FILE_, "#!" SMALL "\n", strlen("#!" SMALL "\n"), 0644);
    EXPECT_EXEC(FILE_, EACCES);                         /* not even for root */
    EXPECT_EXEC(DIR, EACCES);
    EXPECT_EXEC("/dev/null", EACCES);
    REQUIRE(mkfifo(DIR "/fifo", 0777) == 0);
    EXPECT_EXEC(DIR "/fifo", EACCES);
    unlink(DIR "/fifo");
    chmod(FILE_, 0754);
    EXPECT_EXEC(FILE_, 0);
    EXPECT_EQ(run_child(as_other_user, FILE_), EACCES << 8);
    chmod(FILE_, 0755);
    EXPECT_EQ(run_child(as_other_user, FILE_), 0);
    chmod(DIR, 0744);
    EXPECT_EQ(run_child(as_other_user, FILE_), EACCES << 8);
    chmod(DIR, 0755);
}

/* A program need not be readable to run. */
static void execute_only(void)
{
    copy_file(SMALL, FILE_);
    chmod(FILE_, 0711);
    EXPECT_EQ(run_child(as_other_user, FILE_), 0);
}

static void no_exec_mount(void)
{
    mkdir(DIR "/mnt", 0755);
    REQUIRE(mount("tmpfs", DIR "/mnt", "tmpfs", MS_NOEXEC, NULL) == 0);
    copy_file(SMALL, DIR "/mnt/true");
    EXPECT_EXEC(DIR "/mnt/true", EACCES);
    make_script(DIR "/script", "#!" DIR "/mnt/true\n");
    EXPECT_EXEC(DIR "/script", EACCES);
    EXPECT_OK(umount(DIR "/mnt"));
    rmdir(DIR "/mnt");
}

static void text_busy(void)
{
    char *const argv[] = { "exectest", "wait_for_input", NULL };
    char *const envp[] = { "KTAP_QUIET=1", NULL };
    struct gate stdin_gate;
    pid_t pid;
    int fd;

    copy_file(self, FILE_);
    fd = open(FILE_, O_RDWR);
    EXPECT_EXEC(FILE_, ETXTBSY);
    close(fd);
    open_gate(&stdin_gate);
    pid = vfork();                                      /* goes on when the program runs */
    if (pid == 0) {
        dup2(stdin_gate.fd[0], STDIN_FILENO);
        execve(FILE_, argv, envp);
        _exit(errno);
    }
    EXPECT_ERROR(open(FILE_, O_WRONLY), ETXTBSY);
    EXPECT_ERROR(open(FILE_, O_RDWR | O_TRUNC), ETXTBSY);
    EXPECT_ERROR(truncate(FILE_, 0), ETXTBSY);
    fd = open(FILE_, O_RDONLY);
    EXPECT(fd >= 0);
    close(fd);
    end_child(pid);
    close_gate(&stdin_gate);
    fd = open(FILE_, O_WRONLY | O_TRUNC);
    EXPECT(fd >= 0);
    close(fd);
}

/* Formats */

#define HEADERS (sizeof(struct elf64_ehdr) + 4 * sizeof(struct elf64_phdr))

static unsigned char image[128 * KB];           /* of the small program */
static size_t image_size;

static void read_small(void)
{
    int fd = open(SMALL, O_RDONLY);
    ssize_t n;

    REQUIRE(fd >= 0);
    image_size = 0;
    while ((n = read(fd, image + image_size, sizeof(image) - image_size)) > 0)
        image_size += (size_t)n;
    close(fd);
    REQUIRE(image_size > HEADERS && image_size < sizeof(image));
}

static void expect_refused(int line, const void *changed, size_t size)
{
    int status;

    make_file(FILE_, changed, size, 0755);
    status = exec_file(FILE_);
    if (status != ENOEXEC << 8)
        fail(__FILE__, line, "status %x, not ENOEXEC", status);
}

#define EXPECT_REFUSED(changed, size) expect_refused(__LINE__, changed, size)

static void foreign_formats(void)
{
    static const size_t sizes[] = { 1, 3, 4, 16, sizeof(struct elf64_ehdr) - 1,
                                    sizeof(struct elf64_ehdr) };
    static char garbage[PAGE];

    read_small();
    for (size_t i = 0; i < COUNT(sizes); i++)
        EXPECT_REFUSED(image, sizes[i]);
    EXPECT_REFUSED("", 0);
    EXPECT_REFUSED("echo hello\n", 11);
    EXPECT_REFUSED("MZ\220\0", 4);
    for (size_t i = 0; i < sizeof(garbage); i++)
        garbage[i] = (char)rand_next(&test_rand);
    garbage[0] = '\0';
    EXPECT_REFUSED(garbage, sizeof(garbage));
}

/* A field of the header made wrong, in a way that Linux on riscv64 does not take. */
static const struct {
    size_t offset, size;
    uint64_t value;
} wrong[] = {
#define FIELD(name, value)                                                     \
    { offsetof(struct elf64_ehdr, name), sizeof(((struct elf64_ehdr *)0)->name), value }
    { 0, 1, 'x' }, { 3, 1, 'f' }, { EI_CLASS, 1, 1 /* 32 bits */ },
    FIELD(e_type, ET_NONE), FIELD(e_type, ET_REL), FIELD(e_type, ET_CORE), FIELD(e_type, 0xffff),
    FIELD(e_machine, 0), FIELD(e_machine, 8 /* MIPS */), FIELD(e_machine, 0xffff),
    FIELD(e_phentsize, 0), FIELD(e_phentsize, 55), FIELD(e_phentsize, 0xffff),
    FIELD(e_phnum, 0), FIELD(e_phnum, 0xffff),
    FIELD(e_phoff, 1UL << 40), FIELD(e_phoff, (uint64_t)-8),
#undef FIELD
};

static void wrong_headers(void)
{
    static unsigned char changed[sizeof(image)];

    read_small();
    for (size_t i = 0; i < COUNT(wrong); i++) {
        memcpy(changed, image, image_size);
        memcpy(changed + wrong[i].offset, &wrong[i].value, wrong[i].size);
        make_file(FILE_, changed, image_size, 0755);
        if (exec_file(FILE_) != ENOEXEC << 8)
            fail(__FILE__, __LINE__, "case %zu: status %x", i, outcome.status);
    }
}

/*
 * Exec what may be anything, as a user who can do no harm and not for long.
 * Whatever comes of it will do, if only the process ends and we are still here.
 */
static void try_anything(void *arg)
{
    struct itimerval soon = { .it_value = { .tv_usec = 100000 } };
    struct rlimit none = { 0, 0 };

    (void)arg;
    setrlimit(RLIMIT_CORE, &none);
    setrlimit(RLIMIT_FSIZE, &none);
    close(STDOUT_FILENO);
    REQUIRE(setresuid(65534, 65534, 65534) == 0);
    setitimer(ITIMER_REAL, &soon, NULL);
    execve(FILE_, no_strings, no_strings);
    _exit(errno);
}

/* Write the changed HEADERS (SIZE bytes) over the program's and run it. */
static void try_headers(const void *headers, size_t size)
{
    int fd = open(FILE_, O_WRONLY), status;

    REQUIRE(fd >= 0);
    EXPECT_EQ(pwrite(fd, headers, size, 0), size);
    close(fd);
    status = run_child(try_anything, NULL);
    EXPECT(WIFEXITED(status) || WIFSIGNALED(status));
}

/* Numbers on which arithmetic goes wrong. */
static uint64_t odd_number(void)
{
    static const uint64_t odd[] = {
        0, 1, 7, PAGE - 1, PAGE, 0x7fffffff, 1UL << 31, (1UL << 38) - PAGE, 1UL << 38, 1UL << 63,
        (uint64_t)-(long)PAGE, (uint64_t)-1,
    };

    return odd[rand_below(&test_rand, COUNT(odd))] + rand_below(&test_rand, 2);
}

/* Each field in turn: of the header in pairs of bytes, of the program headers in words. */
static void each_field_wrong(void)
{
    unsigned char changed[HEADERS];

    read_small();
    make_file(FILE_, image, image_size, 0755);
    for (size_t i = 4; i < HEADERS;) {
        bool wide = i >= 24 && i % 8 == 0 && (i < 48 || i >= 72);
        uint64_t value = odd_number();

        memcpy(changed, image, HEADERS);
        memcpy(changed + i, &value, wide ? 8 : 2);
        try_headers(changed, HEADERS);
        i += wide ? 8 : 2;
    }
}

static void random_bytes_wrong(void)
{
    unsigned char changed[HEADERS];

    read_small();
    make_file(FILE_, image, image_size, 0755);
    for (int i = 0; i < 100; i++) {
        memcpy(changed, image, HEADERS);
        for (uint64_t n = 1 + rand_below(&test_rand, 4); n > 0; n--)
            changed[4 + rand_below(&test_rand, HEADERS - 4)] = (unsigned char)rand_next(&test_rand);
        try_headers(changed, HEADERS);
    }
}

/* execveat */

static int at_fd, at_flags;
static const char *at_name;

static void exec_at(void *argv)
{
    syscall(SYS_execveat, at_fd, at_name, argv, no_strings, at_flags);
    _exit(errno);
}

static int try_exec_at(int fd, const char *name, int flags)
{
    char *const argv[] = { (char *)SMALL, NULL };

    at_fd = fd;
    at_name = name;
    at_flags = flags;
    return run_child(exec_at, (void *)argv);
}

static void execveat_names(void)
{
    int dir = open(DIR, O_RDONLY | O_DIRECTORY), program = open(SMALL, O_RDONLY);
    int path = open(SMALL, O_PATH);

    REQUIRE(dir >= 0 && program >= 0 && path >= 0);
    symlink(SMALL, DIR "/link");
    EXPECT_EQ(try_exec_at(dir, "link", 0), 0);
    EXPECT_EQ(try_exec_at(dir, SMALL, 0), 0);
    EXPECT_EQ(try_exec_at(-1, SMALL, 0), 0);
    EXPECT_EQ(try_exec_at(program, "", AT_EMPTY_PATH), 0);
    EXPECT_EQ(try_exec_at(path, "", AT_EMPTY_PATH), 0);
    EXPECT_EQ(try_exec_at(dir, "link", AT_SYMLINK_NOFOLLOW), ELOOP << 8);
    EXPECT_EQ(try_exec_at(AT_FDCWD, SMALL, AT_SYMLINK_NOFOLLOW), 0);
    EXPECT_EQ(try_exec_at(program, "", 0), ENOENT << 8);
    EXPECT_EQ(try_exec_at(dir, "", AT_EMPTY_PATH), EACCES << 8);
    EXPECT_EQ(try_exec_at(program, "x", 0), ENOTDIR << 8);
    EXPECT_EQ(try_exec_at(-1, "x", 0), EBADF << 8);
    EXPECT_EQ(try_exec_at(-1, "", AT_EMPTY_PATH), EBADF << 8);
    EXPECT_EQ(try_exec_at(dir, "link", 0x8000), EINVAL << 8);
    unlink(DIR "/link");
    close(path);
    close(program);
    close(dir);
}

/* A script is given to its interpreter by the descriptor, if that stays open. */
static void execveat_script(void)
{
    char name[64];
    int fd, out[2];
    pid_t pid;

    make_script(DIR "/script", "#!" REPORT "\n");
    fd = open(DIR "/script", O_RDONLY);
    REQUIRE(pipe(out) == 0);
    pid = fork();
    if (pid == 0) {
        dup2(out[1], STDOUT_FILENO);
        syscall(SYS_execveat, fd, "", no_strings, no_strings, AT_EMPTY_PATH);
        _exit(errno);
    }
    close(out[1]);
    EXPECT_EQ(wait_child(pid), 0);
    outcome.size = (size_t)read(out[0], outcome.text, sizeof(outcome.text) - 1);
    outcome.text[outcome.size] = '\0';
    outcome.status = 0;
    snprintf(name, sizeof(name), REPORT "\n/dev/fd/%d\n", fd);
    EXPECT_REPORT(name);
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    EXPECT_EQ(try_exec_at(fd, "", AT_EMPTY_PATH), ENOENT << 8);
    close(out[0]);
    close(fd);
}

/* What the new program finds */

static void close_on_exec(void)
{
    int fd = open(SMALL, O_RDONLY);

    REQUIRE(dup2(fd, 40) == 40 && dup3(fd, 41, O_CLOEXEC) == 41 && dup2(41, 42) == 42);
    REQUIRE(dup2(fd, 43) == 43 && fcntl(43, F_SETFD, FD_CLOEXEC) == 0);
    REQUIRE(dup3(fd, 44, O_CLOEXEC) == 44 && fcntl(44, F_SETFD, 0) == 0);
    REQUIRE(fcntl(fd, F_DUPFD_CLOEXEC, 45) == 45);
    become("find_descriptors");
}

static void find_descriptors(void)
{
    static const bool is_open[] = { true, false, true, false, true, false };

    for (int i = 0; i < (int)COUNT(is_open); i++)
        EXPECT_EQ(fcntl(40 + i, F_GETFD), is_open[i] ? 0 : -1);
}

/* The words the kernel left: argc, argv, envp, auxv. */
static uint64_t *first_word;
static char *first_argument;

static uint64_t *auxv(void)
{
    uint64_t *w = first_word + 1 + first_word[0] + 1;

    while (*w++)
        continue;
    return w;
}

/* The value of an entry that must be there exactly once. */
static uint64_t aux(uint64_t type)
{
    uint64_t value = 0;
    int found = 0;

    for (uint64_t *a = auxv(); a[0] != AT_NULL; a += 2)
        if (a[0] == type) {
            value = a[1];
            found++;
        }
    EXPECT_EQ(found, 1);
    return value;
}

static void find_numbers(void)
{
    EXPECT_EQ(aux(AT_PAGESZ), PAGE);
    EXPECT_EQ(aux(AT_CLKTCK), 100);
    EXPECT_EQ(aux(AT_FLAGS), 0);
    EXPECT_EQ(aux(AT_UID), 1);
    EXPECT_EQ(aux(AT_EUID), 3);
    EXPECT_EQ(aux(AT_GID), 4);
    EXPECT_EQ(aux(AT_EGID), 6);
    EXPECT_EQ(aux(AT_SECURE), 1);
    EXPECT(strcmp((char *)aux(AT_EXECFN), "/proc/self/exe") == 0);
}

static void numbers_in_auxv(void)
{
    REQUIRE(setresgid(4, 6, 5) == 0 && setresuid(1, 3, 2) == 0);
    become("find_numbers");
}

static void find_headers(void)
{
    struct elf64_ehdr header;
    struct elf64_phdr ph[32];
    uint64_t loaded = 0;
    int fd = open("/proc/self/exe", O_RDONLY);

    REQUIRE(read(fd, &header, sizeof(header)) == sizeof(header));
    EXPECT_EQ(aux(AT_PHENT), sizeof(ph[0]));
    EXPECT_EQ(aux(AT_PHNUM), header.e_phnum);
    EXPECT_EQ(pread(fd, ph, header.e_phnum * sizeof(ph[0]), (off_t)header.e_phoff),
              header.e_phnum * sizeof(ph[0]));
    for (size_t i = 0; i < header.e_phnum; i++)
        if (ph[i].p_type == PT_LOAD && ph[i].p_offset <= header.e_phoff
            && header.e_phoff < ph[i].p_offset + ph[i].p_filesz)
            loaded = ph[i].p_vaddr - ph[i].p_offset + header.e_phoff;
    EXPECT_EQ(aux(AT_ENTRY) - header.e_entry, aux(AT_PHDR) - loaded);
    if (aux(AT_PHDR))                                   /* our own linker script leaves them out */
        EXPECT(memcmp(ph, (void *)aux(AT_PHDR), header.e_phnum * sizeof(ph[0])) == 0);
    EXPECT_EQ(aux(AT_SECURE), 0);
    close(fd);
}

static void headers_in_auxv(void)
{
    become("find_headers");
}

static void find_stack(void)
{
    char **argv = (char **)first_word + 1, *next = first_argument;
    uint64_t *end = auxv();

    EXPECT_EQ((uintptr_t)first_word % 16, 0);
    EXPECT_EQ(first_word[0], 2);
    EXPECT(argv[2] == NULL);
    EXPECT(environ == argv + 3);
    for (int i = 0; argv[i] || i == 2; i++)             /* the strings, in order, without gaps */
        if (argv[i]) {
            EXPECT(argv[i] == next);
            next += strlen(next) + 1;
        }
    EXPECT(next == (char *)aux(AT_EXECFN));
    next += strlen(next) + 1;
    EXPECT_EQ((uintptr_t)(next + 8) % PAGE, 0);
    EXPECT(memcmp(next, "\0\0\0\0\0\0\0", 8) == 0);
    while (end[0] != AT_NULL)
        end += 2;
    EXPECT((uintptr_t)(end + 2) <= aux(AT_RANDOM));
    EXPECT(aux(AT_RANDOM) + 16 <= (uintptr_t)first_argument);
}

static void stack_layout(void)
{
    become("find_stack");
}

static void find_random(void)
{
    EXPECT_EQ(write(50, (void *)aux(AT_RANDOM), 16), 16);
}

static void random_bytes_differ(void)
{
    uint64_t a[2] = { 0, 0 }, b[2] = { 0, 0 };
    int fd[2];

    REQUIRE(pipe(fd) == 0 && dup2(fd[1], 50) == 50);
    EXPECT_EQ(run_child(become_child, "find_random"), 0);
    EXPECT_EQ(read(fd[0], a, 16), 16);
    EXPECT_EQ(run_child(become_child, "find_random"), 0);
    EXPECT_EQ(read(fd[0], b, 16), 16);
    EXPECT(a[0] != b[0] && a[1] != b[1] && a[0] != a[1]);
}

static void on_signal(int sig)
{
    (void)sig;
}

static void find_signals(void)
{
    struct sigaction action;
    sigset_t set;

    for (int sig = 1; sig <= 64; sig++)
        if (sigaction(sig, NULL, &action) == 0 && sig != SIGUSR2)
            EXPECT(action.sa_handler == SIG_DFL);
    sigaction(SIGUSR2, NULL, &action);
    EXPECT(action.sa_handler == SIG_IGN);
    sigprocmask(SIG_SETMASK, NULL, &set);
    EXPECT(sigismember(&set, SIGHUP) && sigismember(&set, SIGTERM) && !sigismember(&set, SIGUSR1));
    sigpending(&set);
    EXPECT(sigismember(&set, SIGHUP) && sigismember(&set, SIGTERM) && !sigismember(&set, SIGUSR1));
}

static void signals_kept(void)
{
    sigset_t set;

    signal(SIGUSR1, on_signal);
    signal(SIGHUP, on_signal);
    signal(SIGSEGV, on_signal);
    signal(SIGUSR2, SIG_IGN);
    sigemptyset(&set);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_SETMASK, &set, NULL);
    kill(getpid(), SIGHUP);
    syscall(SYS_tkill, getpid(), SIGTERM);              /* to the thread, not the process */
    become("find_signals");
}

static void find_names(void)
{
    char text[64];
    size_t n = read_file("/proc/self/cmdline", text, sizeof(text));

    EXPECT_EQ(n, sizeof("exectest\0find_names"));
    EXPECT(memcmp(text, "exectest\0find_names", n) == 0);
    prctl(PR_GET_NAME, text);
    EXPECT(strcmp(text, "a long name of ") == 0);
    read_file("/proc/self/comm", text, sizeof(text));
    EXPECT(strcmp(text, "a long name of \n") == 0);
}

/* The name is the file's, cut at 15 bytes; the arguments say what they like. */
static void names(void)
{
    char *const argv[] = { "exectest", "find_names", NULL };
    char *const envp[] = { "KTAP_QUIET=1", NULL };

    REQUIRE(symlink(self, DIR "/a long name of a file") == 0);
    prctl(PR_SET_NAME, "something else");
    EXPECT_EQ(exec_with(DIR "/a long name of a file", argv, envp), 0);
    EXPECT_EQ(outcome.size > 0 && strstr(outcome.text, "not ok") != NULL, 0);
    unlink(DIR "/a long name of a file");
}

/* Who execs */

static void refused_under_vfork(void)
{
    volatile int error = 0;
    pid_t pid;

    make_file(FILE_, "garbage", 7, 0755);
    pid = vfork();
    if (pid == 0) {
        execve(FILE_, no_strings, no_strings);
        error = errno;                                  /* on the parent's memory */
        become("find_only_thread");
        _exit(99);
    }
    EXPECT_EQ(error, ENOEXEC);
    EXPECT_EQ(wait_child(pid), 0);
}

#define THREAD_FLAGS (CLONE_VM | CLONE_THREAD | CLONE_SIGHAND | CLONE_FILES | CLONE_FS)

static char stacks[8][4 * PAGE] __attribute__((aligned(16)));
static volatile bool start;

static void start_thread(int n, int (*function)(void *), void *arg)
{
    REQUIRE(clone(function, stacks[n] + sizeof(stacks[n]), THREAD_FLAGS, arg) > 0);
}

static int lasting_thread(void *arg)
{
    (void)arg;
    for (;;)
        sched_yield();
    return 0;
}

static int exec_thread(void *name)
{
    while (!start)
        sched_yield();
    EXPECT(syscall(SYS_gettid) != getpid());
    become(name);
    return 0;
}

static void find_only_thread(void)
{
    EXPECT_EQ(syscall(SYS_gettid), getpid());
    EXPECT_EQ(proc_number("/proc/self/status", "Threads:"), 1);
}

/* Threads beside and a leader that waits: the one that execs is what remains. */
static void exec_from_thread(void)
{
    start = false;
    for (int i = 0; i < 3; i++)
        start_thread(i, lasting_thread, NULL);
    start_thread(3, exec_thread, "find_only_thread");
    start = true;
    for (;;)
        pause();
}

/* All want to exec at once: one does, the others die. */
static void threads_race(void)
{
    start = false;
    for (int i = 0; i < 6; i++)
        start_thread(i, exec_thread, "find_only_thread");
    start = true;
    become("find_only_thread");
}

static void hop_often(void *arg)
{
    char *const argv[] = { HOP, "6", NULL };

    (void)arg;
    execv(HOP, argv);
    _exit(errno);
}

static void processes_at_once(void)
{
    pid_t pid[8];

    for (size_t i = 0; i < COUNT(pid); i++)
        pid[i] = start_child(hop_often, NULL);
    for (size_t i = 0; i < COUNT(pid); i++)
        EXPECT_CHILD(pid[i]);
}

/* text_busy calls it: a program that runs until it is killed. */
static void wait_for_input(void)
{
    char c;

    (void)!read(STDIN_FILENO, &c, 1);
}

static const struct test tests[] = {
    TEST(script_arguments),
    TEST(script_without_newline),
    TEST(bad_script_lines),
    TEST(bad_interpreters),
    TEST(nested_scripts),
    CHILD_TEST(longest_string),
    CHILD_TEST(all_strings),
    TEST(no_vectors),
    CHILD_TEST(bad_addresses),
    CHILD_TEST(bad_names),
    TEST(not_executable),
    TEST(execute_only),
    TEST(no_exec_mount),
    TEST(text_busy),
    TEST(foreign_formats),
    TEST(wrong_headers),
    TEST(each_field_wrong),
    TEST(random_bytes_wrong),
    TEST(execveat_names),
    TEST(execveat_script),
    CHILD_TEST(close_on_exec),
    CHILD_TEST(numbers_in_auxv),
    CHILD_TEST(headers_in_auxv),
    CHILD_TEST(stack_layout),
    CHILD_TEST(random_bytes_differ),
    CHILD_TEST(signals_kept),
    TEST(names),
    TEST(refused_under_vfork),
    CHILD_TEST(exec_from_thread),
    CHILD_TEST(threads_race),
    TEST(processes_at_once),
    /* In the new program, after the exec of a test above. */
    NAMED_TEST(find_descriptors),
    NAMED_TEST(find_numbers),
    NAMED_TEST(find_headers),
    NAMED_TEST(find_stack),
    NAMED_TEST(find_random),
    NAMED_TEST(find_signals),
    NAMED_TEST(find_names),
    NAMED_TEST(find_only_thread),
    NAMED_TEST(wait_for_input),
};

/* Our name as a link is what tells what we are to do. */
static bool is_called(const char *argv0, const char *name)
{
    const char *slash = argv0 ? strrchr(argv0, '/') : NULL;

    return slash && strcmp(slash + 1, name) == 0;
}

static void make_links(void)
{
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

    mkdir(DIR, 0755);
    chmod(DIR, 0755);
    if (n > 0 && (symlink(self, REPORT) < 0 || symlink(self, HOP) < 0))
        note("links: errno %d", errno);
}

static void remove_links(void)
{
    char path[64];

    for (int i = 0; i < 6; i++) {
        snprintf(path, sizeof(path), DIR "/script%d", i);
        unlink(path);
    }
    unlink(DIR "/script");
    unlink(FILE_);
    unlink(REPORT);
    unlink(HOP);
    if (rmdir(DIR) < 0)
        note("something is left in " DIR ": errno %d", errno);
}

int main(int argc, char **argv)
{
    int status;

    if (is_called(argv[0], "report"))
        return report(argc, argv);
    if (is_called(argv[0], "hop"))
        return hop(argv);
    first_word = (uint64_t *)argv - 1;
    first_argument = argv[0];
    if (argc == 2 && (strncmp(argv[1], "find_", 5) == 0 || strcmp(argv[1], "wait_for_input") == 0))
        return test_main(argc, argv, tests, COUNT(tests));
    make_links();
    status = test_main(argc, argv, tests, COUNT(tests));
    remove_links();
    return status;
}
