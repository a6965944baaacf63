#ifndef _SYS_TYPES_H_
#define _SYS_TYPES_H_

typedef unsigned char u_char, uint8_t;
typedef unsigned short u_short, uint16_t;
typedef unsigned int u_int, uint32_t;
typedef unsigned long u_long, uint64_t, uintptr_t, size_t, vm_offset_t, vm_paddr_t, vm_size_t, u_quad_t;
typedef signed char int8_t;
typedef short int16_t;
typedef int int32_t;
typedef long int64_t, ssize_t, off_t, time_t, register_t, intptr_t, intmax_t;
typedef unsigned long uintmax_t;
typedef char *caddr_t;
typedef int pid_t, lwpid_t;
typedef uint32_t uid_t, gid_t, seqc_t;
typedef uint64_t ino_t, dev_t;
typedef _Bool bool;
#define true 1
#define false 0
#define NULL ((void *)0)

#define __unused __attribute__((__unused__))
#define __used __attribute__((__used__))
#define __packed __attribute__((__packed__))
#define __dead2 __attribute__((__noreturn__))
#define __noinline __attribute__((__noinline__))
#define __aligned(x) __attribute__((__aligned__(x)))
#define __printflike(a, b) __attribute__((__format__(__printf__, a, b)))
#define offsetof(t, m) __builtin_offsetof(t, m)
#define nitems(x) (sizeof(x) / sizeof((x)[0]))
#define min(a, b) ((a) < (b) ? (a) : (b))
#define max(a, b) ((a) > (b) ? (a) : (b))
#define roundup2(x, y) (((x) + ((y) - 1)) & ~((y) - 1))

#define PAGE_SIZE 4096UL
#define PAGE_MASK (PAGE_SIZE - 1)
#define MAXPATHLEN 1024
#define PATH_MAX 1024
#define MAXHOSTNAMELEN 256
#define MAXCOMLEN 19
#define SPECNAMELEN 255
#define MFSNAMELEN 16
#define MNAMELEN 1024

typedef __builtin_va_list va_list;
#define va_start(ap, l) __builtin_va_start(ap, l)
#define va_arg(ap, t) __builtin_va_arg(ap, t)
#define va_end(ap) __builtin_va_end(ap)

/* errno values shared by the kernel and the programs (sys/sys/errno.h). */
#define EPERM 1
#define ENOENT 2
#define EINTR 4
#define EIO 5
#define ENXIO 6
#define E2BIG 7
#define ENOEXEC 8
#define EBADF 9
#define ECHILD 10
#define EDEADLK 11
#define ENOMEM 12
#define EACCES 13
#define EFAULT 14
#define EBUSY 16
#define EEXIST 17
#define ENODEV 19
#define ENOTDIR 20
#define EISDIR 21
#define EINVAL 22
#define EMFILE 24
#define EROFS 30
#define ERANGE 34
#define EOPNOTSUPP 45
#define ELOOP 62
#define ENAMETOOLONG 63
#define ENOTEMPTY 66
#define ENOSYS 78
#define EFTYPE 79
#define EILSEQ 86
#define EDOOFUS 88
#define ERESTART (-1)
#define EJUSTRETURN (-2)

#endif
