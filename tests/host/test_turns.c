/* SPDX-License-Identifier: MIT */
// sources: kernel/sched/turns.c
/*
 * test_turns.c - the order in which a sleeping lock is handed on, against a model:
 * a list of all who have asked, from which nobody may be served out of order.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include "kernel/sched/turns.h"
#include "tests/host/shim.h"

#define PEOPLE 12

enum place { AWAY, WAITING, READING, WRITING };

struct person {
    struct turn turn;
    enum place place;
    unsigned long asked;        /* when; meaningful while WAITING */
};

static struct turns turns;
static struct person people[PEOPLE];
static unsigned long now;

static void create(void)
{
    turns_init(&turns);
    now = 0;
    for (unsigned i = 0; i < PEOPLE; i++)
        people[i] = (struct person){ .place = AWAY };
}

static unsigned count(enum place place)
{
    unsigned n = 0;

    for (unsigned i = 0; i < PEOPLE; i++)
        n += people[i].place == place;
    return n;
}

static struct person *oldest(void)
{
    struct person *found = NULL;

    for (unsigned i = 0; i < PEOPLE; i++) {
        struct person *p = &people[i];

        if (p->place == WAITING && (!found || p->asked < found->asked))
            found = p;
    }
    return found;
}

/* Hand the lock on, as its users do; each must be the one who has waited longest. */
static void hand_over(void)
{
    struct turn *w;

    spin_lock(&turns.lock);
    while ((w = turns_next(&turns)) != NULL) {
        struct person *p = container_of(w, struct person, turn);

        cr_assert_eq(p, oldest(), "served out of order");
        p->place = w->writes ? WRITING : READING;
        w->granted = true;
    }
    spin_unlock(&turns.lock);
}

/* P asks for the lock; true if it has it at once. */
static bool ask(struct person *p, bool writes)
{
    p->asked = ++now;
    if (writes ? turns_try_write(&turns) : turns_try_read(&turns)) {
        cr_assert_null(oldest(), "a newcomer overtook");
        p->place = writes ? WRITING : READING;
        return true;
    }
    p->turn.writes = writes;
    p->place = WAITING;
    spin_lock(&turns.lock);
    turns_join(&turns, &p->turn);
    spin_unlock(&turns.lock);
    hand_over();
    return p->place != WAITING;
}

static void end(struct person *p)
{
    bool alone = p->place == WRITING ? turns_end_write(&turns) : turns_end_read(&turns);

    p->place = AWAY;
    if (!alone)
        hand_over();
}

static void give_up_waiting(struct person *p)
{
    spin_lock(&turns.lock);
    turns_leave(&turns, &p->turn);
    spin_unlock(&turns.lock);
    p->place = AWAY;
    hand_over();
}

/* What must hold between any two steps. */
static void check(void)
{
    unsigned readers = count(READING), writers = count(WRITING), waiting = count(WAITING);
    struct person *first = oldest();

    cr_assert(writers <= 1 && (!writers || !readers), "%u writers, %u readers", writers, readers);
    cr_assert_eq(turns.word, readers * TURNS_READER + writers * TURNS_WRITER
                             + (waiting ? TURNS_WAITING : 0));
    cr_assert_eq(list_length(&turns.queue), waiting);
    if (first)
        cr_assert(writers || (readers && first->turn.writes), "the lock is free, one waits");
    cr_assert_eq(shim_locks_held(), 0);
}

static void step(struct person *p, unsigned chance)
{
    switch (p->place) {
    case AWAY:
        ask(p, chance % 3 == 0);
        break;
    case WAITING:
        if (chance % 8 == 0)
            give_up_waiting(p);
        break;
    case READING:
    case WRITING:
        end(p);
        break;
    }
}

Test(turns, random_visits_are_served_in_order)
{
    srand(1);
    create();
    for (unsigned i = 0; i < 300000; i++) {
        step(&people[(unsigned)rand() % PEOPLE], (unsigned)rand());
        check();
    }
}

Test(turns, a_reader_passes_writers_in_a_loop)
{
    create();
    cr_assert(ask(&people[0], true));
    cr_assert_not(ask(&people[1], true));
    cr_assert_not(ask(&people[2], false));
    end(&people[0]);
    cr_assert_eq(people[1].place, WRITING);
    cr_assert_not(ask(&people[0], true), "back at once, and yet behind the reader");
    end(&people[1]);
    cr_assert_eq(people[2].place, READING);
    cr_assert_eq(people[0].place, WAITING);
    end(&people[2]);
    cr_assert_eq(people[0].place, WRITING);
    check();
}

Test(turns, readers_in_front_go_together)
{
    create();
    ask(&people[0], true);
    ask(&people[1], false);
    ask(&people[2], false);
    ask(&people[3], true);
    ask(&people[4], false);
    end(&people[0]);
    cr_assert_eq(count(READING), 2);
    cr_assert_eq(people[4].place, WAITING, "it came after a writer");
    give_up_waiting(&people[3]);
    cr_assert_eq(count(READING), 3, "they waited for that writer only");
    check();
}
