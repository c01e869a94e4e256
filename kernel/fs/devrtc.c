/* SPDX-License-Identifier: MIT */
/*
 * devrtc.c - /dev/rtc0: the real-time clock as a file.
 *
 * ioctl reads and sets it, as hwclock does.  mmap shows the page of its registers: a
 * program reads nanoseconds there without a system call.
 */
#include "kernel/dev/rtc.h"
#include "kernel/fs/devfs.h"
#include "lib/abi/errno.h"
#include "lib/abi/rtc.h"
#include "lib/calendar.h"

#define NS_PER_S 1000000000UL
#define DEV_RTC0 dev_make(254, 0)       /* where Linux's first dynamic number is */

static int read_time(uintptr_t arg)
{
    long seconds = (long)(rtc_read() / NS_PER_S), days = seconds / SECONDS_PER_DAY, year;
    struct rtc_time t = { 0 };
    int month;

    date_from_days(days, &year, &month, &t.tm_mday);
    t.tm_sec = (int)(seconds % 60);
    t.tm_min = (int)(seconds / 60 % 60);
    t.tm_hour = (int)(seconds % SECONDS_PER_DAY / 3600);
    t.tm_mon = month - 1;
    t.tm_year = (int)(year - 1900);
    t.tm_wday = weekday_from_days(days);
    t.tm_yday = (int)(days - days_from_date(year, 1, 1)) + 1;   /* as on Linux, unlike C's */
    return file_copy_out(arg, &t, sizeof(t));
}

/* A date that exists, from 1970 on, and that 64 bits of nanoseconds can say. */
static bool is_valid(const struct rtc_time *t)
{
    int month, day;
    long year;

    if (t->tm_year < 70 || t->tm_year > 600 || t->tm_mon < 0 || t->tm_mon > 11)
        return false;
    date_from_days(days_from_date(t->tm_year + 1900L, t->tm_mon + 1, t->tm_mday), &year, &month,
                   &day);
    return month == t->tm_mon + 1 && day == t->tm_mday && t->tm_hour >= 0 && t->tm_hour < 24
           && t->tm_min >= 0 && t->tm_min < 60 && t->tm_sec >= 0 && t->tm_sec < 60;
}

static int set_time(uintptr_t arg)
{
    struct rtc_time t;
    long seconds;
    int err = file_copy_in(&t, arg, sizeof(t));

    if (err)
        return err;
    if (!is_valid(&t))
        return -EINVAL;
    seconds = days_from_date(t.tm_year + 1900L, t.tm_mon + 1, t.tm_mday) * SECONDS_PER_DAY
              + t.tm_hour * 3600L + t.tm_min * 60L + t.tm_sec;
    rtc_set((uint64_t)seconds * NS_PER_S);
    return 0;
}

static int devrtc_ioctl(struct file *f, uint32_t cmd, uintptr_t arg)
{
    (void)f;
    switch (cmd) {
    case RTC_RD_TIME:
        return read_time(arg);
    case RTC_SET_TIME:
        return set_time(arg);
    default:
        return -ENOTTY;
    }
}

static int devrtc_mmap(struct file *f, struct mmap_request *req)
{
    (void)f;
    if (req->pgoff || req->npages > 1)
        return -EINVAL;
    req->kind = MMAP_PFN;
    req->pfn = rtc_frame();
    return 0;
}

static const struct file_operations devrtc_ops = {
    .read = file_op_read_refuse,
    .write = file_op_write_refuse,
    .seek = file_op_seek_refuse,
    .iterate = file_op_iterate_notdir,
    .poll = file_op_poll_ready,
    .ioctl = devrtc_ioctl,
    .mmap = devrtc_mmap,
    .open = file_op_open_accept,
    .release = file_op_release_nothing,
    .fsync = file_op_fsync_refuse,
    .flush = file_op_flush_nothing,
    .fallocate = file_op_fallocate_refuse,
};

void devrtc_init(void)
{
    if (rtc_exists() && chrdev_register(DEV_RTC0, "rtc0", 0600, &devrtc_ops) != 0)
        panic("no memory for the clock's node");
}
