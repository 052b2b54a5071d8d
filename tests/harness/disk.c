// A disk that fails on command, for the program that this is loaded into (LD_PRELOAD).
//
// In the folder that OCTROI_TEST_DISK names, the file `full` lets no file grow, and the file `gone` fails every access
// to a file. Files that are open stay open, and are as they were when the disk is back. Pipes and sockets are no files.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static char full[PATH_MAX], gone[PATH_MAX];

// Once, at the start: PostgreSQL moves its environment about.
__attribute__((constructor)) static void find(void) {
    const char *folder = getenv("OCTROI_TEST_DISK");
    if (folder && strlen(folder) < PATH_MAX - 8) {
        sprintf(full, "%s/full", folder);
        sprintf(gone, "%s/gone", folder);
    }
}

// Whether to fail an access to so many bytes at an offset, with errno set; a reading grows no file and has the end 0.
static int fails(int fd, off_t end) {
    struct stat file;
    int before = errno, error = 0;
    if (*full && fstat(fd, &file) == 0 && S_ISREG(file.st_mode)) {
        if (access(gone, F_OK) == 0) error = EIO;
        else if (end > file.st_size && access(full, F_OK) == 0) error = ENOSPC;
    }
    errno = error ? error : before;
    return error;
}

static off_t length(const struct iovec *parts, int count) {
    off_t sum = 0;
    while (count-- > 0) sum += (parts++)->iov_len;
    return sum;
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
// Instead of a function of the C library: fails when the disk does, and goes on to the function when not.
#define INSTEAD(type, name, parameters, arguments, end) \
    type name parameters { return fails(fd, end) ? -1 : NEXT(name) arguments; }

INSTEAD(ssize_t, read, (int fd, void *to, size_t size), (fd, to, size), 0)
INSTEAD(ssize_t, pread, (int fd, void *to, size_t size, off_t at), (fd, to, size, at), 0)
INSTEAD(ssize_t, pread64, (int fd, void *to, size_t size, off_t at), (fd, to, size, at), 0)
INSTEAD(ssize_t, preadv, (int fd, const struct iovec *to, int count, off_t at), (fd, to, count, at), 0)
INSTEAD(ssize_t, write, (int fd, const void *from, size_t size), (fd, from, size),
        lseek(fd, 0, SEEK_CUR) + (off_t)size)
INSTEAD(ssize_t, pwrite, (int fd, const void *from, size_t size, off_t at), (fd, from, size, at), at + (off_t)size)
INSTEAD(ssize_t, pwrite64, (int fd, const void *from, size_t size, off_t at), (fd, from, size, at), at + (off_t)size)
INSTEAD(ssize_t, pwritev, (int fd, const struct iovec *from, int count, off_t at), (fd, from, count, at),
        at + length(from, count))
INSTEAD(ssize_t, pwritev64, (int fd, const struct iovec *from, int count, off_t at), (fd, from, count, at),
        at + length(from, count))
INSTEAD(int, fsync, (int fd), (fd), 0)
INSTEAD(int, fdatasync, (int fd), (fd), 0)

// These answer the error itself.
int posix_fallocate(int fd, off_t at, off_t size) {
    return fails(fd, at + size) ? errno : NEXT(posix_fallocate)(fd, at, size);
}
int posix_fallocate64(int fd, off_t at, off_t size) {
    return fails(fd, at + size) ? errno : NEXT(posix_fallocate64)(fd, at, size);
}
