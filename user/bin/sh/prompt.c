/* SPDX-License-Identifier: MIT */
/* prompt.c - what the shell prints to ask for a line. */
#include <stdio.h>
#include "user/bin/sh/expand.h"
#include "user/bin/sh/prompt.h"
#include "user/bin/sh/shell.h"
#include "user/bin/sh/vars.h"
#include "user/bin/sh/word.h"

const char *prompt_text(bool continued)
{
    const char *source = vars_get(continued ? "PS2" : "PS1");
    enum unwind unwind = shell.unwind;
    int status = shell.status;
    const char *text;

    if (source == NULL)
        return "";
    text = expand_string(word_parse_prompt(&scratch, source));
    /* An error in a prompt must not keep the user from repairing it. */
    shell.unwind = unwind;
    shell.status = status;
    return text != NULL ? text : "? ";
}

void prompt_show(bool continued)
{
    struct arena_mark mark = arena_mark(&scratch);

    fputs(prompt_text(continued), stderr);
    arena_release(&scratch, mark);
}
