/* SPDX-License-Identifier: MIT */
/*
 * xargs.c - run a command with words from stdin as further arguments.
 *
 *   -n N  at most N words each time    -I R  once for each line, in place of R in the arguments
 *   -0    words end with NUL           -r    not at all without words    -t  show the commands
 *
 * Words stand between blanks and newlines; ' " and \ quote.
 */
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <util.h>

#define MAX_BYTES (ARG_MAX - 2048) /* of all arguments: the environment needs some room too */
#define MAX_WORDS 4096

static bool with_nul, trace, never_empty;
static long max_words = MAX_WORDS;
static const char *placeholder;
static int status;

static char *buffer; /* of the word that is being read */
static size_t length, room;

static void push(char c)
{
    if (length == room) {
        room = room * 2 + 64;
        buffer = realloc(buffer, room);
        if (buffer == NULL)
            err(1, NULL);
    }
    buffer[length++] = c;
}

static char *finish_word(void)
{
    char *word;

    push('\0');
    word = strdup(buffer);
    if (word == NULL)
        err(1, NULL);
    return word;
}

static char *read_nul_word(void)
{
    int c;

    length = 0;
    while ((c = getchar()) != EOF && c != '\0')
        push((char)c);
    return c == EOF && length == 0 ? NULL : finish_word();
}

static void read_quoted(int quote)
{
    int c;

    while ((c = getchar()) != quote) {
        if (c == EOF || c == '\n')
            errx(1, "unmatched %s quote", quote == '"' ? "double" : "single");
        push((char)c);
    }
}

/* With a placeholder a word is a line, without the blanks in front of it. */
static char *read_word(void)
{
    bool any = false;
    int c;

    if (with_nul)
        return read_nul_word();
    length = 0;
    do
        c = getchar();
    while (isspace(c));
    for (; c != EOF && c != '\n' && (placeholder != NULL || !isblank(c)); c = getchar()) {
        any = true;
        if (c == '\'' || c == '"') {
            read_quoted(c);
        } else if (c == '\\') {
            c = getchar();
            if (c != EOF)
                push((char)c);
        } else {
            push((char)c);
        }
    }
    return any ? finish_word() : NULL;
}

/* Status 255 of a command ends everything; others are summed up as 123. */
static void run(char **argv)
{
    int result;
    pid_t pid;

    if (trace) {
        for (char **arg = argv; *arg != NULL; arg++)
            fprintf(stderr, "%s%s", arg == argv ? "" : " ", *arg);
        fputc('\n', stderr);
    }
    fflush(stdout);
    pid = fork();
    if (pid == 0) {
        execvp(argv[0], argv);
        warn("%s", argv[0]);
        _exit(errno == ENOENT ? 127 : 126);
    }
    if (pid < 0 || waitpid(pid, &result, 0) < 0)
        err(1, "%s", argv[0]);
    if (WIFSIGNALED(result))
        errx(125, "%s: %s", argv[0], strsignal(WTERMSIG(result)));
    if (WEXITSTATUS(result) == 255)
        errx(124, "%s: exit status 255", argv[0]);
    if (WEXITSTATUS(result) == 126 || WEXITSTATUS(result) == 127)
        exit(WEXITSTATUS(result));
    if (WEXITSTATUS(result) != 0)
        status = 123;
}

/* TEXT with every placeholder replaced by WORD; new memory. */
static char *substitute(const char *text, const char *word)
{
    const char *hit;

    length = 0;
    while ((hit = strstr(text, placeholder)) != NULL) {
        for (; text < hit; text++)
            push(*text);
        for (const char *p = word; *p != '\0'; p++)
            push(*p);
        text += strlen(placeholder);
    }
    for (; *text != '\0'; text++)
        push(*text);
    return finish_word();
}

static void run_for_each_line(char **command, int count)
{
    char **argv = calloc((size_t)count + 1, sizeof(*argv));
    char *word;

    if (argv == NULL)
        err(1, NULL);
    while ((word = read_word()) != NULL) {
        for (int i = 0; i < count; i++)
            argv[i] = substitute(command[i], word);
        run(argv);
        for (int i = 0; i < count; i++)
            free(argv[i]);
        free(word);
    }
    free(argv);
}

/* Fill up command lines; a word that does not fit begins the next one. */
static void run_in_batches(char **command, int count)
{
    char **argv = calloc((size_t)count + MAX_WORDS + 1, sizeof(*argv));
    char *word = read_word();
    size_t fixed = 0;

    if (argv == NULL)
        err(1, NULL);
    for (int i = 0; i < count; i++) {
        argv[i] = command[i];
        fixed += strlen(command[i]) + 1 + sizeof(char *);
    }
    if (word == NULL && !never_empty)
        run(argv);
    while (word != NULL) {
        size_t bytes = fixed;
        int n = 0;

        for (; word != NULL && n < max_words; word = read_word()) {
            bytes += strlen(word) + 1 + sizeof(char *);
            if (bytes > MAX_BYTES && n > 0)
                break;
            argv[count + n++] = word;
        }
        argv[count + n] = NULL;
        run(argv);
        while (n > 0)
            free(argv[count + --n]);
    }
    free(argv);
}

int main(int argc, char **argv)
{
    static char *echo[] = { "echo" };
    int option;

    while ((option = getopt(argc, argv, "0rtn:I:")) != -1) {
        switch (option) {
        case '0':
            with_nul = true;
            break;
        case 'r':
            never_empty = true;
            break;
        case 't':
            trace = true;
            break;
        case 'n':
            max_words = strtol(optarg, NULL, 10);
            if (max_words < 1 || max_words > MAX_WORDS)
                errx(1, "%s: invalid number", optarg);
            break;
        case 'I':
            if (*optarg == '\0')
                errx(1, "-I needs a text");
            placeholder = optarg;
            break;
        default:
            fputs("usage: xargs [-0rt] [-n words | -I text] [command [argument ...]]\n", stderr);
            return 1;
        }
    }
    argv += optind;
    argc -= optind;
    if (argc == 0) {
        argv = echo;
        argc = 1;
    }
    if (placeholder != NULL)
        run_for_each_line(argv, argc);
    else
        run_in_batches(argv, argc);
    return status;
}
