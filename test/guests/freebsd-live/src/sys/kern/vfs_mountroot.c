/*
 * From nothing to a root: sys/kern/vfs_mountroot.c. devfs is the first root; a script made from the environment says what to try;
 * what was mounted becomes the root, devfs moves to its /dev; if the new root has a script of its own, once more.
 */
#include <sys/param.h>
#include <sys/vnode.h>
#include <sys/proc.h>
#include <sys/disk.h>
#include "vfs_overlay.h"

#define A_CONTINUE 0
#define A_PANIC 1
#define A_REBOOT 2
#define A_RETRY 3

struct root_hold_token { int flags; const char *who; TAILQ_ENTRY(root_hold_token) list; };

struct vnode *rootvnode;
struct mount *rootdevmp;
const char *rootdevnames[2];

static int root_mount_mddev;
static int root_mount_onfail;
static int root_mount_timeout = 3;
static int root_mount_always_wait;
static int root_mount_complete;
static struct mtx root_holds_mtx;
static TAILQ_HEAD(, root_hold_token) root_holds = TAILQ_HEAD_INITIALIZER(root_holds);
struct eventhandler_list mountroot_list = { "mountroot", 0, TAILQ_HEAD_INITIALIZER(mountroot_list.el_entries) };

static int parse_mount(char **);
static struct mntarg *parse_mountroot_options(struct mntarg *, const char *);
static void vfs_mountroot_wait(void);
static int vfs_mountroot_wait_if_neccessary(const char *fs, const char *dev);

struct root_hold_token *
root_mount_hold(const char *identifier)
{
	struct root_hold_token *h = malloc(sizeof(*h), M_DEVBUF, M_WAITOK | M_ZERO);

	h->who = identifier;
	TAILQ_INSERT_TAIL(&root_holds, h, list);
	return (h);
}

void
root_mount_rel(struct root_hold_token *h)
{
	TAILQ_REMOVE(&root_holds, h, list);
	wakeup(&root_holds);
	free(h, M_DEVBUF);
}

int
root_mounted(void)
{
	return (root_mount_complete);
}

static void
set_rootvnode(void)
{
	if (VFS_ROOT(TAILQ_FIRST(&mountlist), 0, &rootvnode))
		panic("set_rootvnode: Cannot find root vnode");
	vref(rootvnode);
	pwd_set_rootvnode();
}

static int
vfs_mountroot_devfs(struct thread *td, struct mount **mpp)
{
	struct vfsconf *vfsp;
	struct mount *mp;
	int error;

	*mpp = NULL;
	if (rootdevmp != NULL) {
		/* There is a /dev already: this is a reroot. */
		error = vfs_busy(rootdevmp, 0);
		if (error != 0)
			return (error);
		*mpp = rootdevmp;
	} else {
		vfsp = vfs_byname("devfs");
		if (vfsp == NULL)
			return (ENOENT);
		mp = vfs_mount_alloc(NULLVP, vfsp, "/dev", td->td_ucred);
		error = VFS_MOUNT(mp);
		if (error)
			return (error);
		error = VFS_STATFS(mp, &mp->mnt_stat);
		if (error)
			return (error);
		mp->mnt_opt = vfs_newopts();
		mtx_lock(&mountlist_mtx);
		TAILQ_INSERT_HEAD(&mountlist, mp, mnt_list);
		mtx_unlock(&mountlist_mtx);
		*mpp = mp;
		rootdevmp = mp;
		vfs_busy(mp, 0);
	}
	set_rootvnode();

	/* While devfs is the root, /dev/... must lead into it. */
	error = kern_symlinkat(td, "/", "dev");
	if (error)
		printf("kern_symlink /dev -> / returns %d\n", error);
	return (error);
}

static void
vfs_mountroot_shuffle(struct thread *td, struct mount *mpdevfs)
{
	struct nameidata nd;
	struct mount *mporoot, *mpnroot;
	struct vnode *vp, *vporoot, *vpdevfs;
	const char *fspath;
	int error;

	mpnroot = TAILQ_NEXT(mpdevfs, mnt_list);

	/* The new root first, devfs last. */
	mtx_lock(&mountlist_mtx);
	mporoot = TAILQ_FIRST(&mountlist);
	TAILQ_REMOVE(&mountlist, mpdevfs, mnt_list);
	if (mporoot != mpdevfs) {
		TAILQ_REMOVE(&mountlist, mpnroot, mnt_list);
		TAILQ_INSERT_HEAD(&mountlist, mpnroot, mnt_list);
	}
	TAILQ_INSERT_TAIL(&mountlist, mpdevfs, mnt_list);
	mtx_unlock(&mountlist_mtx);

	cache_purgevfs(mporoot);
	if (mporoot != mpdevfs)
		cache_purgevfs(mpdevfs);

	/* Uncovered before anything is looked up, so that a root that stayed does not lead into devfs itself. */
	vpdevfs = mpdevfs->mnt_vnodecovered;
	if (vpdevfs != NULL && !VN_IS_DOOMED(vpdevfs)) {
		cache_purge(vpdevfs);
		vn_irflag_unset(vpdevfs, VIRF_MOUNTPOINT);
		vpdevfs->v_mountedhere = NULL;
		vrele(vpdevfs);
	}

	if (VFS_ROOT(mporoot, 0, &vporoot))
		panic("vfs_mountroot_shuffle: Cannot find root vnode");
	vporoot->v_iflag &= ~VI_MOUNT;
	vn_irflag_unset(vporoot, VIRF_MOUNTPOINT);
	vporoot->v_mountedhere = NULL;
	mporoot->mnt_flag &= ~MNT_ROOTFS;
	mporoot->mnt_vnodecovered = NULL;

	mpnroot->mnt_vnodecovered = NULL;
	set_rootvnode();
	cache_purgevfs(rootvnode->v_mount);

	if (mporoot != mpdevfs) {
		/* The root before this one stays reachable under /.mount or /mnt. */
		fspath = "/.mount";
		NDINIT(&nd, LOOKUP, FOLLOW, UIO_SYSSPACE, fspath);
		error = namei(&nd);
		if (error) {
			fspath = "/mnt";
			NDINIT(&nd, LOOKUP, FOLLOW, UIO_SYSSPACE, fspath);
			error = namei(&nd);
		}
		if (!error) {
			vp = nd.ni_vp;
			error = vp->v_type == VDIR ? 0 : ENOTDIR;
			if (!error) {
				cache_purge(vp);
				mporoot->mnt_vnodecovered = vp;
				vn_irflag_set(vp, VIRF_MOUNTPOINT);
				vp->v_mountedhere = mporoot;
				strlcpy(mporoot->mnt_stat.f_mntonname, fspath, MNAMELEN);
			} else
				vrele(vp);
		}
		if (error)
			printf("mountroot: unable to remount previous root under /.mount or /mnt (error %d)\n", error);
	}

	NDINIT(&nd, LOOKUP, FOLLOW, UIO_SYSSPACE, "/dev");
	error = namei(&nd);
	if (!error) {
		vp = nd.ni_vp;
		error = vp->v_type == VDIR ? 0 : ENOTDIR;
		if (!error) {
			mpdevfs->mnt_vnodecovered = vp;
			vn_irflag_set(vp, VIRF_MOUNTPOINT);
			vp->v_mountedhere = mpdevfs;
		} else
			vrele(vp);
	}
	if (error)
		printf("mountroot: unable to remount devfs under /dev (error %d)\n", error);

	if (mporoot == mpdevfs) {
		vfs_unbusy(mpdevfs);
		error = kern_funlinkat(td, "/dev/dev");
		if (error)
			printf("mountroot: unable to unlink /dev/dev (error %d)\n", error);
	}
}

/* The script. */
#define CC_WHITESPACE -1
#define CC_NONWHITESPACE -2
#define PE_EOF -1
#define PE_EOL -2

static inline int parse_peek(char **conf) { return (**conf); }
static inline void parse_poke(char **conf, int c) { **conf = c; }
static inline void parse_advance(char **conf) { (*conf)++; }

static int
parse_skipto(char **conf, int mc)
{
	int c, match;

	for (;;) {
		c = parse_peek(conf);
		if (c == 0)
			return (PE_EOF);
		switch (mc) {
		case CC_WHITESPACE:
			match = c == ' ' || c == '\t' || c == '\n';
			break;
		case CC_NONWHITESPACE:
			if (c == '\n')
				return (PE_EOL);
			match = c != ' ' && c != '\t';
			break;
		default:
			match = c == mc;
		}
		if (match)
			return (0);
		parse_advance(conf);
	}
}

static int
parse_token(char **conf, char **tok)
{
	char *p;
	size_t len;
	int error;

	*tok = NULL;
	error = parse_skipto(conf, CC_NONWHITESPACE);
	if (error)
		return (error);
	p = *conf;
	(void)parse_skipto(conf, CC_WHITESPACE);
	len = *conf - p;
	*tok = malloc(len + 1, M_TEMP, M_WAITOK | M_ZERO);
	memcpy(*tok, p, len);
	(*tok)[len] = '\0';
	return (0);
}

static void
parse_dir_ask_printenv(const char *var)
{
	char *val = kern_getenv(var);

	if (val != NULL) {
		printf("  %s=%s\n", var, val);
		freeenv(val);
	}
}

static int
parse_dir_ask(char **conf __unused)
{
	char name[80];
	char *mnt;
	int error;

	vfs_mountroot_wait();
	printf("\nLoader variables:\n");
	parse_dir_ask_printenv("vfs.root.mountfrom");
	parse_dir_ask_printenv("vfs.root.mountfrom.options");
	printf("\nManual root filesystem specification:\n"
	       "  <fstype>:<device> [options]\n"
	       "      Mount <device> using filesystem <fstype>\n"
	       "      and with the specified (optional) option list.\n"
	       "\n"
	       "    eg. ufs:/dev/da0s1a\n"
	       "        zfs:zroot/ROOT/default\n"
	       "        cd9660:/dev/cd0 ro\n"
	       "          (which is equivalent to: mount -t cd9660 -o ro /dev/cd0 /)\n"
	       "\n"
	       "  ?               List valid disk boot devices\n"
	       "  .               Yield 1 second (for background tasks)\n"
	       "  <empty line>    Abort manual input\n");
	do {
		error = EINVAL;
		printf("\nmountroot> ");
		cngets(name, sizeof(name), GETS_ECHO);
		if (name[0] == '\0')
			break;
		if (name[0] == '?' && name[1] == '\0') {
			printf("\nList of GEOM managed disk devices:\n  ");
			g_dev_print();
			continue;
		}
		if (name[0] == '.' && name[1] == '\0') {
			pause("rmask", hz);
			continue;
		}
		mnt = name;
		error = parse_mount(&mnt);
		if (error == -1)
			printf("Invalid file system specification.\n");
	} while (error != 0);
	return (error);
}

static int
parse_dir_md(char **conf)
{
	char *tok;
	int error, unit;

	error = parse_token(conf, &tok);
	if (error)
		return (error);
	error = kern_mdattach(curthread, MD_VNODE, tok, 0, &unit, true);
	if (error == 0) {
		root_mount_mddev = unit;
		printf("md%u attached to %s\n", root_mount_mddev, tok);
	}
	free(tok, M_TEMP);
	return (error);
}

static int
parse_dir_onfail(char **conf)
{
	char *action;
	int error;

	error = parse_token(conf, &action);
	if (error)
		return (error);
	if (!strcmp(action, "continue"))
		root_mount_onfail = A_CONTINUE;
	else if (!strcmp(action, "panic"))
		root_mount_onfail = A_PANIC;
	else if (!strcmp(action, "reboot"))
		root_mount_onfail = A_REBOOT;
	else if (!strcmp(action, "retry"))
		root_mount_onfail = A_RETRY;
	else
		printf("rootmount: %s: unknown action\n", action);
	free(action, M_TEMP);
	return (0);
}

static int
parse_dir_timeout(char **conf)
{
	char *tok, *endtok;
	long secs;
	int error;

	error = parse_token(conf, &tok);
	if (error)
		return (error);
	secs = strtol(tok, &endtok, 0);
	error = secs < 0 || *endtok != '\0' ? EINVAL : 0;
	if (!error)
		root_mount_timeout = secs;
	free(tok, M_TEMP);
	return (error);
}

static int
parse_directive(char **conf)
{
	char *dir;
	int error;

	error = parse_token(conf, &dir);
	if (error)
		return (error);
	if (strcmp(dir, ".ask") == 0)
		error = parse_dir_ask(conf);
	else if (strcmp(dir, ".md") == 0)
		error = parse_dir_md(conf);
	else if (strcmp(dir, ".onfail") == 0)
		error = parse_dir_onfail(conf);
	else if (strcmp(dir, ".timeout") == 0)
		error = parse_dir_timeout(conf);
	else {
		printf("mountroot: invalid directive `%s'\n", dir);
		(void)parse_skipto(conf, '\n');
		error = EINVAL;
	}
	free(dir, M_TEMP);
	return (error);
}

static bool
parse_mount_dev_present(const char *dev)
{
	struct nameidata nd;

	NDINIT(&nd, LOOKUP, FOLLOW, UIO_SYSSPACE, dev);
	if (namei(&nd) != 0)
		return (false);
	vrele(nd.ni_vp);
	return (true);
}

#define ERRMSGL 255
static int
parse_mount(char **conf)
{
	char *errmsg;
	struct mntarg *ma;
	char *dev, *fs, *opts, *tok;
	int delay, error, timeout;

	error = parse_token(conf, &tok);
	if (error)
		return (error);
	fs = tok;
	error = parse_skipto(&tok, ':');
	if (error) {
		free(fs, M_TEMP);
		return (error);
	}
	parse_poke(&tok, '\0');
	parse_advance(&tok);
	dev = tok;

	if (root_mount_mddev != -1) {
		tok = strstr(dev, "md#");
		if (tok != NULL)
			tok[2] = '0' + root_mount_mddev;
	}

	error = parse_token(conf, &tok);
	opts = error == 0 ? tok : NULL;

	printf("Trying to mount root from %s:%s [%s]...\n", fs, dev, opts != NULL ? opts : "");

	errmsg = malloc(ERRMSGL, M_TEMP, M_WAITOK | M_ZERO);
	errmsg[0] = '\0';

	if (vfs_byname(fs) == NULL) {
		strlcpy(errmsg, "unknown file system", ERRMSGL);
		error = ENOENT;
		goto out;
	}

	error = vfs_mountroot_wait_if_neccessary(fs, dev);
	if (error != 0)
		goto out;

	delay = hz / 10;
	timeout = root_mount_timeout * hz;
	for (;;) {
		ma = NULL;
		ma = mount_arg(ma, "fstype", fs, -1);
		ma = mount_arg(ma, "fspath", "/", -1);
		ma = mount_arg(ma, "from", dev, -1);
		ma = mount_arg(ma, "errmsg", errmsg, ERRMSGL);
		ma = mount_arg(ma, "ro", NULL, 0);
		ma = parse_mountroot_options(ma, opts);

		error = kernel_mount(ma, MNT_ROOTFS);
		if (error == 0 || error == EILSEQ || timeout <= 0)
			break;
		if (root_mount_timeout * hz == timeout || (bootverbose && timeout % hz == 0))
			printf("Mounting from %s:%s failed with error %d; retrying for %d more second%s\n", fs, dev, error, timeout / hz, timeout / hz > 1 ? "s" : "");
		pause("rmretry", delay);
		timeout -= delay;
	}
out:
	if (error) {
		printf("Mounting from %s:%s failed with error %d", fs, dev, error);
		if (errmsg[0] != '\0')
			printf(": %s", errmsg);
		printf(".\n");
	}
	free(fs, M_TEMP);
	free(errmsg, M_TEMP);
	if (opts != NULL)
		free(opts, M_TEMP);
	return (error < 0 ? EDOOFUS : error);
}
#undef ERRMSGL

static int
vfs_mountroot_parse(struct sbuf *sb, struct mount *mpdevfs)
{
	struct mount *mp;
	char *conf;
	int error;

	root_mount_mddev = -1;
retry:
	conf = sbuf_data(sb);
	mp = TAILQ_NEXT(mpdevfs, mnt_list);
	error = mp == NULL ? 0 : EDOOFUS;
	root_mount_onfail = A_CONTINUE;
	while (mp == NULL) {
		error = parse_skipto(&conf, CC_NONWHITESPACE);
		if (error == PE_EOL) {
			parse_advance(&conf);
			continue;
		}
		if (error < 0)
			break;
		switch (parse_peek(&conf)) {
		case '#':
			error = parse_skipto(&conf, '\n');
			break;
		case '.':
			error = parse_directive(&conf);
			break;
		default:
			error = parse_mount(&conf);
			if (error == -1) {
				printf("mountroot: invalid file system specification.\n");
				error = 0;
			}
		}
		if (error < 0)
			break;
		if (parse_peek(&conf) != '\n') {
			printf("mountroot: advancing to next directive...\n");
			(void)parse_skipto(&conf, '\n');
		}
		mp = TAILQ_NEXT(mpdevfs, mnt_list);
	}
	if (mp != NULL)
		return (0);

	switch (root_mount_onfail) {
	case A_CONTINUE:
		break;
	case A_PANIC:
		panic("mountroot: unable to (re-)mount root.");
	case A_RETRY:
		goto retry;
	case A_REBOOT:
		kern_reboot(RB_NOSYNC);
	}
	return (error);
}

static void
vfs_mountroot_conf0(struct sbuf *sb)
{
	char *s, *tok, *mnt, *opt;
	int error;

	sbuf_cat(sb, ".onfail panic\n");
	sbuf_printf(sb, ".timeout %d\n", root_mount_timeout);
	if (boothowto & RB_ASKNAME)
		sbuf_cat(sb, ".ask\n");
	if (boothowto & RB_CDROM) {
		sbuf_cat(sb, "cd9660:/dev/cd0 ro\n");
		sbuf_cat(sb, ".timeout 0\n");
		sbuf_cat(sb, "cd9660:/dev/cd1 ro\n");
		sbuf_printf(sb, ".timeout %d\n", root_mount_timeout);
	}
	s = kern_getenv("vfs.root.mountfrom");
	if (s != NULL) {
		opt = kern_getenv("vfs.root.mountfrom.options");
		tok = s;
		error = parse_token(&tok, &mnt);
		while (!error) {
			sbuf_printf(sb, "%s %s\n", mnt, opt != NULL ? opt : "");
			free(mnt, M_TEMP);
			error = parse_token(&tok, &mnt);
		}
		if (opt != NULL)
			freeenv(opt);
		freeenv(s);
	}
	if (rootdevnames[0] != NULL)
		sbuf_printf(sb, "%s\n", rootdevnames[0]);
	if (rootdevnames[1] != NULL)
		sbuf_printf(sb, "%s\n", rootdevnames[1]);
	if (!(boothowto & RB_ASKNAME))
		sbuf_cat(sb, ".ask\n");
}

static int
vfs_mountroot_readconf(struct thread *td __unused, struct sbuf *sb)
{
	static char buf[128];
	struct nameidata nd;
	off_t ofs;
	ssize_t done;
	int error;

	NDINIT(&nd, LOOKUP, FOLLOW, UIO_SYSSPACE, "/.mount.conf");
	error = namei(&nd);
	if (error)
		return (error);
	for (ofs = 0;; ofs += done) {
		error = nd.ni_vp->v_op->vop_read(nd.ni_vp, ofs, buf, sizeof(buf) - 1, &done);
		if (error || done == 0)
			break;
		buf[done] = '\0';
		sbuf_printf(sb, "%s", buf);
	}
	vrele(nd.ni_vp);
	return (error);
}

static void
vfs_mountroot_wait(void)
{
	struct root_hold_token *h;
	struct thread *td = curthread;
	int last = ticks;

	for (;;) {
		g_waitidle(td);
		if (TAILQ_EMPTY(&root_holds))
			break;
		if (ticks - last >= hz) {
			last = ticks;
			printf("Root mount waiting for:");
			TAILQ_FOREACH(h, &root_holds, list)
				printf(" %s", h->who);
			printf("\n");
		}
		tsleep(&root_holds, "roothold", hz);
	}
	g_waitidle(td);
}

static int
vfs_mountroot_wait_if_neccessary(const char *fs, const char *dev)
{
	int delay, timeout;

	/* A pool or a server is not a device whose coming can be awaited. */
	if (strcmp(fs, "zfs") == 0 || strstr(fs, "nfs") != NULL || dev[0] == '\0' || root_mount_always_wait != 0) {
		vfs_mountroot_wait();
		return (0);
	}

	g_waitidle(curthread);
	if (parse_mount_dev_present(dev))
		return (0);

	vfs_mountroot_wait();
	if (parse_mount_dev_present(dev))
		return (0);
	printf("mountroot: waiting for device %s...\n", dev);
	delay = hz / 10;
	timeout = root_mount_timeout * hz;
	do {
		pause("rmdev", delay);
		timeout -= delay;
	} while (timeout > 0 && !parse_mount_dev_present(dev));

	return (timeout <= 0 ? ENODEV : 0);
}

void
vfs_mountroot(void)
{
	struct mount *mp;
	struct sbuf *sb;
	struct thread *td;
	time_t timebase;
	int error;

	td = curthread;
	getenv_int("vfs.mountroot.timeout", &root_mount_timeout);
	getenv_int("vfs.root_mount_always_wait", &root_mount_always_wait);

	sb = sbuf_new_auto();
	vfs_mountroot_conf0(sb);
	sbuf_finish(sb);

	error = vfs_mountroot_devfs(td, &mp);
	while (!error) {
		error = vfs_mountroot_parse(sb, mp);
		if (!error) {
			vfs_mountroot_shuffle(td, mp);
			sbuf_clear(sb);
			error = vfs_mountroot_readconf(td, sb);
			sbuf_finish(sb);
		}
	}
	sbuf_delete(sb);

	timebase = 0;
	mtx_lock(&mountlist_mtx);
	TAILQ_FOREACH(mp, &mountlist, mnt_list)
		timebase = max(timebase, mp->mnt_time);
	mtx_unlock(&mountlist_mtx);

	/* The first prison's root is the machine's root. */
	mtx_lock(&prison0.pr_mtx);
	prison0.pr_root = rootvnode;
	vref(prison0.pr_root);
	mtx_unlock(&prison0.pr_mtx);

	mtx_lock(&root_holds_mtx);
	root_mount_complete = 1;
	wakeup(&root_mount_complete);
	mtx_unlock(&root_holds_mtx);

	eventhandler_invoke(&mountroot_list);
}

/* The first mount of a root is read-only, whatever the options say. */
static struct mntarg *
parse_mountroot_options(struct mntarg *ma, const char *options)
{
	char *p, *name, *val, *opts;

	if (options == NULL || options[0] == '\0')
		return (ma);
	p = opts = strdup(options, M_MOUNT);
	while ((name = strsep(&p, ",")) != NULL) {
		if (name[0] == '\0')
			break;
		val = strchr(name, '=');
		if (val != NULL)
			*val++ = '\0';
		if (strcmp(name, "rw") == 0 || strcmp(name, "noro") == 0)
			continue;
		ma = mount_arg(ma, name, val, val != NULL ? -1 : 0);
	}
	free(opts, M_MOUNT);
	return (ma);
}
