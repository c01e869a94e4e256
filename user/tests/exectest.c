/* SPDX-License-Identifier: MIT */
/*
 * exectest.c - execve: scripts, limits, names and rights; what it takes and what it refuses.
 *
 * By a link named "report" the program prints its arguments and environment.
 */
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/program.h"
#include "user/tests/lib/watch.h"

#define DIR     "/tmp/exectest.d"
#define REPORT  DIR "/report"
#define FILE_   DIR "/file"

extern char **environ;

static int report(int argc, char **argv)
{
    for (int i = 0; i < argc; i++)
        printf("%s\n", argv[i]);
    for (char **e = environ; *e; e++)
        printf("env %s\n", *e);
    fflush(stdout);
    return 0;
}

/* Scripts */

static void script_arguments(void)
{
    char script[] = DIR "/script", *const argv[] = { "lost", "a", "b c", NULL };
    char *const envp[] = { "E=1", NULL };

    make_script(script, "#!" REPORT "\necho not a shell\n");
    exec_with(script, argv, envp);
    EXPECT_PRINTED(REPORT "\n" DIR "/script\na\nb c\nenv E=1\n");
    make_script(script, "#! \t" REPORT " \t one two\tthree \t \n");
    exec_with(script, argv, no_strings);
    EXPECT_PRINTED(REPORT "\none two\tthree\n" DIR "/script\na\nb c\n");
    exec_with(script, no_strings, no_strings);
    EXPECT_PRINTED(REPORT "\none two\tthree\n" DIR "/script\n");
}

static void script_without_newline(void)
{
    char line[600];
    size_t n;

    make_script(DIR "/script", "#!" REPORT " x");
    exec_file(DIR "/script");
    EXPECT_PRINTED(REPORT "\nx\n" DIR "/script\n");
    n = (size_t)snprintf(line, sizeof(line), "#!%s ", REPORT);
    memset(line + n, 'x', 400);
    make_program(DIR "/script", line, n + 400, 0755);      /* an argument is cut at 255 bytes */
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
    make_program(DIR "/script", line, 400, 0755);          /* a name that may have been cut */
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
    make_program(FILE_, "text", 4, 0644);
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
    EXPECT_PRINTED(wanted);
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

    EXPECT_EQ(exec_with(SMALL_PROGRAM, good, no_strings), 0);
    EXPECT_EQ(exec_with(SMALL_PROGRAM, no_strings, good), 0);
    EXPECT_EQ(exec_with(SMALL_PROGRAM, bad, no_strings), E2BIG << 8);
    EXPECT_EQ(exec_with(SMALL_PROGRAM, no_strings, bad), E2BIG << 8);
}

/* All strings together may be a quarter of the stack. */
static void all_strings(void)
{
    char *half = string_of(128 * KB), *less = string_of(126 * KB);
    char *const one[] = { half, NULL }, *const rest[] = { less, NULL };
    struct rlimit limit = { MB, MB };

    REQUIRE(setrlimit(RLIMIT_STACK, &limit) == 0);
    EXPECT_EQ(exec_with(SMALL_PROGRAM, one, rest), 0);
    EXPECT_EQ(exec_with(SMALL_PROGRAM, one, one), E2BIG << 8);
}

static void no_vectors(void)
{
    make_script(DIR "/script", "#!" REPORT "\n");
    exec_with(DIR "/script", NULL, NULL);
    EXPECT_PRINTED(REPORT "\n" DIR "/script\n");
}

static void bad_addresses(void)
{
    char *bad = map_anon(PAGE), *const vector[] = { "x", bad, NULL };
    char **at_end = (char **)(map_anon(2 * PAGE) + PAGE) - 1;

    REQUIRE(munmap(bad, PAGE) == 0);
    *at_end = "x";
    REQUIRE(munmap(at_end + 1, PAGE) == 0);
    EXPECT_EQ(exec_with(bad, no_strings, no_strings), EFAULT << 8);
    EXPECT_EQ(exec_with(SMALL_PROGRAM, (char **)bad, no_strings), EFAULT << 8);
    EXPECT_EQ(exec_with(SMALL_PROGRAM, no_strings, (char **)bad), EFAULT << 8);
    EXPECT_EQ(exec_with(SMALL_PROGRAM, vector, no_strings), EFAULT << 8);
    EXPECT_EQ(exec_with(SMALL_PROGRAM, no_strings, vector), EFAULT << 8);
    EXPECT_EQ(exec_with(SMALL_PROGRAM, at_end, no_strings), EFAULT << 8);
}

/* Names and rights */

static void bad_names(void)
{
    char *name = string_of(PATH_MAX + 1), *component = string_of(256 + 1);

    make_program(FILE_, "", 0, 0755);
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
    make_program(FILE_, "#!" SMALL_PROGRAM "\n", strlen("#!" SMALL_PROGRAM "\n"), 0644);
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
    copy_program(SMALL_PROGRAM, FILE_);
    chmod(FILE_, 0711);
    EXPECT_EQ(run_child(as_other_user, FILE_), 0);
}

static void no_exec_mount(void)
{
    mkdir(DIR "/mnt", 0755);
    REQUIRE(mount("tmpfs", DIR "/mnt", "tmpfs", MS_NOEXEC, NULL) == 0);
    copy_program(SMALL_PROGRAM, DIR "/mnt/true");
    EXPECT_EXEC(DIR "/mnt/true", EACCES);
    make_script(DIR "/script", "#!" DIR "/mnt/true\n");
    EXPECT_EXEC(DIR "/script", EACCES);
    EXPECT_OK(umount(DIR "/mnt"));
    rmdir(DIR "/mnt");
}

static void text_busy(void)
{
    char *const argv[] = { "cat", NULL };
    struct gate stdin_gate;
    pid_t pid;
    int fd;

    copy_program("/bin/cat", FILE_);                  /* runs as long as there may be input */
    fd = open(FILE_, O_RDWR);
    EXPECT_EXEC(FILE_, ETXTBSY);
    close(fd);
    open_gate(&stdin_gate);
    pid = vfork();                                      /* goes on when the program runs */
    if (pid == 0) {
        dup2(stdin_gate.fd[0], STDIN_FILENO);
        execve(FILE_, argv, no_strings);
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
    char *const argv[] = { (char *)SMALL_PROGRAM, NULL };

    at_fd = fd;
    at_name = name;
    at_flags = flags;
    return run_child(exec_at, (void *)argv);
}

static void execveat_names(void)
{
    int dir = open(DIR, O_RDONLY | O_DIRECTORY), program = open(SMALL_PROGRAM, O_RDONLY);
    int path = open(SMALL_PROGRAM, O_PATH);

    REQUIRE(dir >= 0 && program >= 0 && path >= 0);
    symlink(SMALL_PROGRAM, DIR "/link");
    EXPECT_EQ(try_exec_at(dir, "link", 0), 0);
    EXPECT_EQ(try_exec_at(dir, SMALL_PROGRAM, 0), 0);
    EXPECT_EQ(try_exec_at(-1, SMALL_PROGRAM, 0), 0);
    EXPECT_EQ(try_exec_at(program, "", AT_EMPTY_PATH), 0);
    EXPECT_EQ(try_exec_at(path, "", AT_EMPTY_PATH), 0);
    EXPECT_EQ(try_exec_at(dir, "link", AT_SYMLINK_NOFOLLOW), ELOOP << 8);
    EXPECT_EQ(try_exec_at(AT_FDCWD, SMALL_PROGRAM, AT_SYMLINK_NOFOLLOW), 0);
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

/* fexecve(3) of what has no name: a file in memory is a program, a pipe is none. */
static void execveat_without_a_name(void)
{
    int fd = memfd_create("program", 0), program = open(SMALL_PROGRAM, O_RDONLY), ends[2];
    struct stat st;

    REQUIRE(fd >= 0 && program >= 0 && fstat(program, &st) == 0);
    for (off_t at = 0; at < st.st_size;)
        REQUIRE(sendfile(fd, program, &at, (size_t)(st.st_size - at)) > 0);
    EXPECT_EQ(try_exec_at(fd, "", AT_EMPTY_PATH), 0);
    EXPECT_EQ(try_exec_at(fd, "x", AT_EMPTY_PATH), ENOTDIR << 8);
    close(fd);
    close(program);
    REQUIRE(pipe(ends) == 0);
    EXPECT_EQ(try_exec_at(ends[0], "", AT_EMPTY_PATH), EACCES << 8);
    close(ends[0]);
    close(ends[1]);
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
    EXPECT_PRINTED(name);
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    EXPECT_EQ(try_exec_at(fd, "", AT_EMPTY_PATH), ENOENT << 8);
    close(out[0]);
    close(fd);
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
    TEST(execveat_names),
    TEST(execveat_without_a_name), TEST(execveat_script),
};

static void make_folder(void)
{
    char self[PATH_MAX] = "";
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

    mkdir(DIR, 0755);
    chmod(DIR, 0755);
    if (n < 0 || symlink(self, REPORT) < 0)
        note(REPORT ": errno %d", errno);
}

static void remove_folder(void)
{
    char path[64];

    for (int i = 0; i < 6; i++) {
        snprintf(path, sizeof(path), DIR "/script%d", i);
        unlink(path);
    }
    unlink(DIR "/script");
    unlink(FILE_);
    unlink(REPORT);
    if (rmdir(DIR) < 0)
        note("something is left in " DIR ": errno %d", errno);
}

int main(int argc, char **argv)
{
    int status;

    if (argc > 0 && strcmp(argv[0], REPORT) == 0)
        return report(argc, argv);
    make_folder();
    status = test_main(argc, argv, tests, COUNT(tests));
    remove_folder();
    return status;
}
