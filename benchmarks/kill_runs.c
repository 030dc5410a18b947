/* Counts the calls of this process that change files or say something to a server, and at the
 * chosen one ends the process (a write is half done first) or begins to say that the disk is full. Loaded by LD_PRELOAD
 * into benchmarks.kill_runs, which arms it in a child process. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static long calls, at;
static int full;

/* mode 0 counts only, 1 kills, 2 fills the disk, 3 fills it for one call */
static int mode;

void shim_arm(long n, int how) { calls = 0; at = n; full = 0; mode = how; }
long shim_calls(void) { return calls; }

static int plain(int fd) {
    struct stat st;
    return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

static int talks(int fd) {
    struct stat st;
    return fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode);
}

/* 1 when this call is to fail for want of room */
/* writes: 0 nothing, 1 at the file's place, 2 elsewhere or otherwise, 3 to a server */
static int strike(int fd, const void *data, size_t size, int writes) {
    static ssize_t (*put)(int, const void *, size_t);
    calls++;
    if (mode == 1 && calls == at) {
        if (!put) put = dlsym(RTLD_NEXT, "write");
        if ((writes & 1) && size > 1) put(fd, data, size / 2);
        kill(getpid(), SIGKILL);
    }
    if (mode == 2 && calls >= at) full = 1;
    return writes && writes < 3 && (full || (mode == 3 && calls == at));
}

#define REAL(result, name, ...) \
    static result (*real)(__VA_ARGS__); \
    if (!real) real = dlsym(RTLD_NEXT, #name)
#define NO_ROOM do { errno = ENOSPC; return -1; } while (0)

ssize_t write(int fd, const void *data, size_t size) {
    REAL(ssize_t, write, int, const void *, size_t);
    if (plain(fd) && strike(fd, data, size, 1)) NO_ROOM;
    if (talks(fd)) strike(fd, data, size, 3);
    return real(fd, data, size);
}
ssize_t send(int fd, const void *data, size_t size, int flags) {
    REAL(ssize_t, send, int, const void *, size_t, int);
    if (talks(fd)) strike(fd, data, size, 3);
    return real(fd, data, size, flags);
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t where) {
    REAL(ssize_t, pwrite, int, const void *, size_t, off_t);
    if (plain(fd) && strike(fd, data, size, 2)) NO_ROOM;
    return real(fd, data, size, where);
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t where) {
    REAL(ssize_t, pwrite64, int, const void *, size_t, off64_t);
    if (plain(fd) && strike(fd, data, size, 2)) NO_ROOM;
    return real(fd, data, size, where);
}
ssize_t copy_file_range(int a, off64_t *x, int b, off64_t *y, size_t n, unsigned f) {
    REAL(ssize_t, copy_file_range, int, off64_t *, int, off64_t *, size_t, unsigned);
    if (strike(b, 0, 0, 2)) NO_ROOM;
    return real(a, x, b, y, n, f);
}
ssize_t sendfile(int b, int a, off_t *x, size_t n) {
    REAL(ssize_t, sendfile, int, int, off_t *, size_t);
    if (plain(b) && strike(b, 0, 0, 2)) NO_ROOM;
    return real(b, a, x, n);
}
ssize_t sendfile64(int b, int a, off64_t *x, size_t n) {
    REAL(ssize_t, sendfile64, int, int, off64_t *, size_t);
    if (plain(b) && strike(b, 0, 0, 2)) NO_ROOM;
    return real(b, a, x, n);
}
int rename(const char *a, const char *b) {
    REAL(int, rename, const char *, const char *);
    strike(0, 0, 0, 0);
    return real(a, b);
}
int link(const char *a, const char *b) {
    REAL(int, link, const char *, const char *);
    strike(0, 0, 0, 0);
    return real(a, b);
}
int unlink(const char *a) {
    REAL(int, unlink, const char *);
    strike(0, 0, 0, 0);
    return real(a);
}
int mkdir(const char *a, mode_t m) {
    REAL(int, mkdir, const char *, mode_t);
    if (strike(0, 0, 0, 2)) NO_ROOM;
    return real(a, m);
}
int fsync(int fd) {
    REAL(int, fsync, int);
    strike(0, 0, 0, 0);
    return real(fd);
}
int fdatasync(int fd) {
    REAL(int, fdatasync, int);
    strike(0, 0, 0, 0);
    return real(fd);
}
int ftruncate64(int fd, off64_t n) {
    REAL(int, ftruncate64, int, off64_t);
    if (strike(0, 0, 0, 2)) NO_ROOM;
    return real(fd, n);
}
#define OPEN(name) \
int name(const char *path, int flags, ...) { \
    REAL(int, name, const char *, int, ...); \
    mode_t m = 0; \
    if (flags & (O_CREAT | O_TMPFILE)) { \
        va_list rest; va_start(rest, flags); m = va_arg(rest, mode_t); va_end(rest); \
        if ((flags & O_CREAT) && strike(0, 0, 0, 0)) NO_ROOM; \
    } \
    return real(path, flags, m); \
}
OPEN(open)
OPEN(open64)
