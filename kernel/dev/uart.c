/* SPDX-License-Identifier: MIT */
/*
 * uart.c - the 16550 serial port.
 *
 *   printk ---> log ring ---\
 *                            >--- transmit FIFO ---> line
 *   terminal -> tty ring ---/     (the log goes first)
 *
 *   line ---> receive FIFO ---> input ring ---> terminal's worker
 *
 * Sending: whoever queues bytes feeds the FIFO while it takes them, up to a
 * limit, and leaves the rest to the interrupt that says it is empty.  Nobody
 * waits for the device.  A log that comes faster than the line loses characters
 * on the line, not in the log, and the line says so.
 *
 * Receiving: when the input ring is full the interrupt is turned off instead of
 * dropping bytes; the FIFO fills, and the sender has to wait.
 *
 * In a panic there are no locks and no interrupts: what is left in the rings is
 * sent first, byte by byte.
 */
#include "kernel/core/printk.h"
#include "kernel/dev/irq.h"
#include "kernel/dev/ring.h"
#include "kernel/dev/tty.h"
#include "kernel/dev/uart.h"
#include "kernel/mm/vmalloc.h"
#include "kernel/riscv/csr.h"
#include "kernel/riscv/mmio.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"

/* Registers, one byte each. */
#define REG_DATA  0             /* read: received; write: to send */
#define REG_IER   1             /* interrupts enabled             */
#define REG_FCR   2             /* FIFO control                   */
#define REG_LCR   3             /* line control                   */
#define REG_MCR   4             /* modem control                  */
#define REG_LSR   5             /* line status                    */
#define REG_SIZE  8

#define IER_RECEIVED   0x01
#define IER_SENT       0x02
#define FCR_ENABLE     0x01
#define LCR_8N1        0x03
#define LCR_BREAK      0x40
#define MCR_DTR_RTS    0x03
#define MCR_OUT2       0x08     /* lets the interrupt out of the chip */
#define LSR_RECEIVED   0x01
#define LSR_CAN_SEND   0x20     /* the transmit FIFO is empty */

#define FIFO_SIZE  16
#define SEND_LIMIT 256          /* bytes at a time, so that interrupts stay off briefly */

#define LOG_RING_SIZE   8192
#define TTY_RING_SIZE   4096
#define INPUT_RING_SIZE 1024

/* [l] lock, interrupts off  [c] constant */
static struct uart {
    struct spinlock lock;
    char *regs;                 /*                                [c] */
    struct tty *tty;            /*                                [c] */
    struct ring log, out, in;   /*                                [l] */
    size_t lost;                /* characters of the log          [l] */
    uint8_t ier;                /* as written to the chip         [l] */
    char last_sent;             /*                                [l] */
    bool interrupts;            /* there is somebody to call      [l] */
    bool stopped;               /* `out` is held back             [l] */
} uart;

static char log_bytes[LOG_RING_SIZE], tty_bytes[TTY_RING_SIZE], input_bytes[INPUT_RING_SIZE];

/* Registers */

static uint8_t read_reg(unsigned reg)
{
    return mmio_read8(uart.regs + reg);
}

static void write_reg(unsigned reg, uint8_t value)
{
    mmio_write8(uart.regs + reg, value);
}

static void set_interrupt(uint8_t which, bool on)
{
    uint8_t ier = on ? uart.ier | which : uart.ier & ~which;

    if (ier == uart.ier || !uart.interrupts)
        return;
    uart.ier = ier;
    write_reg(REG_IER, ier);
}

/* Sending: uart.lock held */

/* The ring whose turn it is, or NULL if there is nothing to send. */
static struct ring *next_to_send(bool log_only)
{
    if (ring_used(&uart.log) > 0)
        return &uart.log;
    if (!log_only && ring_used(&uart.out) > 0 && !uart.stopped)
        return &uart.out;
    return NULL;
}

static void send_char(char c)
{
    uart.last_sent = c;
    write_reg(REG_DATA, (uint8_t)c);
}

/* Feed the FIFO; the interrupt carries on with what is left.  It is off meanwhile,
 * or the line would rise and fall with every byte.  Whoever sends from the
 * terminal's ring must be able to wake its writers: printk is not. */
static void send(bool log_only)
{
    struct ring *r;

    set_interrupt(IER_SENT, false);
    for (size_t sent = 0; sent < SEND_LIMIT && next_to_send(log_only); sent += FIFO_SIZE) {
        if (!(read_reg(REG_LSR) & LSR_CAN_SEND))
            break;
        for (size_t i = 0; i < FIFO_SIZE && (r = next_to_send(log_only)) != NULL; i++)
            send_char(ring_get(r));
    }
    set_interrupt(IER_SENT, next_to_send(false) != NULL);
}

/* The log */

static void log_char(char c)
{
    if (c == '\n')
        ring_put(&uart.log, '\r');
    ring_put(&uart.log, c);
}

static void log_string(const char *s)
{
    while (*s)
        log_char(*s++);
}

/* Say how much was lost as soon as there is room to say it. */
static void report_loss(void)
{
    char digits[24];
    size_t n = sizeof(digits);

    if (uart.lost == 0 || ring_room(&uart.log) < LOG_RING_SIZE / 2)
        return;
    digits[--n] = 0;
    for (; uart.lost > 0; uart.lost /= 10)
        digits[--n] = (char)('0' + uart.lost % 10);
    log_string("\n[the line was too slow for ");
    log_string(&digits[n]);
    log_string(" characters of the log]\n");
}

static void console_write(const char *s, size_t n)
{
    uint64_t flags = spin_lock_irqsave(&uart.lock);

    report_loss();
    for (size_t i = 0; i < n; i++) {
        if (uart.lost == 0 && ring_room(&uart.log) >= 2)
            log_char(s[i]);
        else
            uart.lost++;
    }
    send(true);
    spin_unlock_irqrestore(&uart.lock, flags);
}

static void send_polled(char c)
{
    while (!(read_reg(REG_LSR) & LSR_CAN_SEND))
        continue;
    send_char(c);
}

/* Another hart may be sending, or this one may hold the lock: try it, but do not
 * depend on it. */
static void flush_polled(void)
{
    uint64_t flags = interrupts_save();
    bool locked = spin_trylock(&uart.lock);
    struct ring *r;

    while ((r = next_to_send(false)) != NULL)
        send_polled(ring_get(r));
    if (locked)
        spin_unlock(&uart.lock);
    interrupts_restore(flags);
}

static void write_polled(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (s[i] == '\n')
            send_polled('\r');
        send_polled(s[i]);
    }
}

static void console_write_polled(const char *s, size_t n)
{
    flush_polled();
    write_polled(s, n);
}

static void console_end_line(void)
{
    flush_polled();
    if (uart.last_sent != '\n')
        write_polled("\n", 1);
}

static const struct console_ops console_ops = {
    .write = console_write,
    .write_polled = console_write_polled,
    .end_line = console_end_line,
};

/* The interrupt */

/* Empty the receive FIFO into the ring; true if anything came. */
static bool receive(void)
{
    size_t before = ring_used(&uart.in);

    while (ring_room(&uart.in) > 0 && (read_reg(REG_LSR) & LSR_RECEIVED))
        ring_put(&uart.in, (char)read_reg(REG_DATA));
    set_interrupt(IER_RECEIVED, ring_room(&uart.in) > 0);
    return ring_used(&uart.in) != before;
}

/* send(), and say whether writers are worth waking: half of the ring is free. */
static bool send_and_look(void)
{
    size_t before = ring_used(&uart.out), used;

    send(false);
    used = ring_used(&uart.out);
    return used != before && used <= TTY_RING_SIZE / 2;
}

static void uart_interrupt(void *arg)
{
    uint64_t flags = spin_lock_irqsave(&uart.lock);
    bool received = receive(), sent = send_and_look();

    (void)arg;
    spin_unlock_irqrestore(&uart.lock, flags);
    if (received)
        tty_input_arrived(uart.tty);
    if (sent)
        tty_output_sent(uart.tty);
}

/* What the terminal asks for */

static size_t port_get(void *port, uint8_t *buf, size_t n)
{
    uint64_t flags = spin_lock_irqsave(&uart.lock);
    size_t done = 0;

    (void)port;
    while (done < n && ring_used(&uart.in) > 0)
        buf[done++] = (uint8_t)ring_get(&uart.in);
    set_interrupt(IER_RECEIVED, true);
    spin_unlock_irqrestore(&uart.lock, flags);
    return done;
}

static bool port_has_input(void *port)
{
    uint64_t flags = spin_lock_irqsave(&uart.lock);
    bool has = ring_used(&uart.in) > 0;

    (void)port;
    spin_unlock_irqrestore(&uart.lock, flags);
    return has;
}

static size_t port_room(void *port)
{
    uint64_t flags = spin_lock_irqsave(&uart.lock);
    size_t room = ring_room(&uart.out);

    (void)port;
    spin_unlock_irqrestore(&uart.lock, flags);
    return room;
}

static void port_put(void *port, const uint8_t *buf, size_t n)
{
    uint64_t flags = spin_lock_irqsave(&uart.lock);

    (void)port;
    ASSERT(n <= ring_room(&uart.out));
    for (size_t i = 0; i < n; i++)
        ring_put(&uart.out, (char)buf[i]);
    spin_unlock_irqrestore(&uart.lock, flags);
}

static void port_start(void *port)
{
    uint64_t flags = spin_lock_irqsave(&uart.lock);
    bool sent = send_and_look();

    (void)port;
    spin_unlock_irqrestore(&uart.lock, flags);
    if (sent)
        tty_output_sent(uart.tty);
}

static size_t port_unsent(void *port)
{
    uint64_t flags = spin_lock_irqsave(&uart.lock);
    size_t n = ring_used(&uart.out);

    (void)port;
    spin_unlock_irqrestore(&uart.lock, flags);
    return n;
}

static void port_set_stopped(void *port, bool stopped)
{
    uint64_t flags = spin_lock_irqsave(&uart.lock);

    uart.stopped = stopped;
    spin_unlock_irqrestore(&uart.lock, flags);
    port_start(port);
}

static void port_discard(void *port)
{
    uint64_t flags = spin_lock_irqsave(&uart.lock);

    (void)port;
    uart.out.tail = uart.out.head;
    spin_unlock_irqrestore(&uart.lock, flags);
    tty_output_sent(uart.tty);
}

static bool port_send_break(void *port, bool on)
{
    uint64_t flags = spin_lock_irqsave(&uart.lock);

    (void)port;
    write_reg(REG_LCR, on ? LCR_8N1 | LCR_BREAK : LCR_8N1);
    spin_unlock_irqrestore(&uart.lock, flags);
    return true;
}

static int port_open(void *port)
{
    (void)port;
    return 0;
}

static void port_close(void *port)
{
    (void)port;
}

static void port_release(void *port)
{
    (void)port;
    panic("the serial line's terminal was put too often");
}

static const struct tty_port_ops port_ops = {
    .open = port_open,
    .close = port_close,
    .release = port_release,
    .get = port_get,
    .has_input = port_has_input,
    .room = port_room,
    .put = port_put,
    .start = port_start,
    .unsent = port_unsent,
    .set_stopped = port_set_stopped,
    .discard = port_discard,
    .send_break = port_send_break,
};

/* The speed stays as firmware set it. */
int uart_init(paddr_t base)
{
    spin_init(&uart.lock, RANK_DEVICE, "uart");
    uart.log = (struct ring){ .bytes = log_bytes, .size = LOG_RING_SIZE };
    uart.out = (struct ring){ .bytes = tty_bytes, .size = TTY_RING_SIZE };
    uart.in = (struct ring){ .bytes = input_bytes, .size = INPUT_RING_SIZE };
    uart.regs = ioremap(base, REG_SIZE);
    if (!uart.regs)
        return -ENOMEM;
    write_reg(REG_IER, 0);
    write_reg(REG_LCR, LCR_8N1);
    write_reg(REG_FCR, FCR_ENABLE);
    write_reg(REG_MCR, MCR_DTR_RTS | MCR_OUT2);
    console_register(&console_ops);
    return 0;
}

static void start_interrupts(void)
{
    uint64_t flags = spin_lock_irqsave(&uart.lock);

    uart.interrupts = true;
    set_interrupt(IER_RECEIVED, true);
    spin_unlock_irqrestore(&uart.lock, flags);
}

int uart_start(unsigned irq)
{
    int error;

    uart.tty = tty_create("ttyS0", 4, 64, &port_ops, &uart);
    if (!uart.tty)
        return -ENOMEM;
    error = irq_request(irq, uart_interrupt, NULL, uart.tty->name);
    if (error)
        return error;
    start_interrupts();
    return 0;
}
