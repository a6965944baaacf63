/* What the structures need to be declared, then the structures, then the kernel's own services. */
#ifndef _SYS_PARAM_H_
#define _SYS_PARAM_H_

#include <sys/types.h>
#include <sys/queue.h>

#ifndef FREEBSD_SHAPE
#define FREEBSD_SHAPE 1501 /* 1200, 1302 or 1501: which release's members */
#endif

#define __enum_uint8(name) uint8_t
struct witness; struct label; struct netexport; struct unpcb; struct fifoinfo; struct vpollinfo; struct lockf;
struct mount; struct vnode; struct vop_vector; struct vfsops; struct vfsconf; struct vfsoptdecl; struct statfs; struct ucred; struct prison;
struct thread; struct proc; struct pwd; struct pcb; struct trapframe; struct cdevsw; struct g_provider; struct g_class; struct g_geom;

enum vtype { VNON, VREG, VDIR, VBLK, VCHR, VLNK, VSOCK, VFIFO, VBAD, VMARKER };
enum vstate { VSTATE_UNINITIALIZED, VSTATE_CONSTRUCTED, VSTATE_DESTROYING, VSTATE_DEAD };
enum prison_state { PRISON_STATE_INVALID, PRISON_STATE_ALIVE, PRISON_STATE_DYING };
enum md_types { MD_MALLOC, MD_PRELOAD, MD_VNODE, MD_SWAP, MD_NULL };

TAILQ_HEAD(vnodelst, vnode);
TAILQ_HEAD(vfsoptlist, vfsopt);
TAILQ_HEAD(mntlist, mount);
LIST_HEAD(proclist, proc);

typedef struct fsid { int32_t val[2]; } fsid_t;
struct timespec { time_t tv_sec; long tv_nsec; };
struct negstate { u_char neg_flag; u_char neg_hit; };
typedef struct { struct pwd *__ptr; } smrpwd_t;
typedef void *kobj_ops_t;
typedef struct linker_file *linker_file_t;

/* sys/sys/mount.h: fixed by the system call interface. */
struct statfs {
	uint32_t f_version;
	uint32_t f_type;
	uint64_t f_flags;
	uint64_t f_bsize;
	uint64_t f_iosize;
	uint64_t f_blocks;
	uint64_t f_bfree;
	int64_t f_bavail;
	uint64_t f_files;
	int64_t f_ffree;
	uint64_t f_syncwrites;
	uint64_t f_asyncwrites;
	uint64_t f_syncreads;
	uint64_t f_asyncreads;
	uint32_t f_nvnodelistsize;
	uint32_t f_spare0;
	uint64_t f_spare[9];
	uint32_t f_namemax;
	uid_t f_owner;
	fsid_t f_fsid;
	char f_charspare[80];
	char f_fstypename[MFSNAMELEN];
	char f_mntfromname[MNAMELEN];
	char f_mntonname[MNAMELEN];
};

struct mount_pcpu { int mntp_thread_in_ops; int mntp_ref; int mntp_lockref; int mntp_writeopcount; };

struct sysent;
struct syscall_args { u_int code; u_int original_code; const struct sysent *callp; register_t args[8]; };

#include "structs.h"

#define nc_vp n_un.nu_vp
#define td_retval td_uretoff.tdu_retval

#include <sys/systm.h>

#endif
