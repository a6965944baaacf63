/*
 * The contents of media. Every filesystem with files of its own (cd9660, ufs, msdosfs, tmpfs, devfs) keeps them in trees of tmpfs's nodes;
 * what upstream keeps in inodes and directory blocks is not what this guest is about. A medium that many mounts may read (a volume)
 * is a list of paths; its tree is made when it is mounted.
 */
#include <sys/param.h>
#include <sys/vnode.h>
#include <sys/proc.h>
#include <sys/disk.h>

MALLOC_DEFINE(M_MEMFS, "memfs", "in-memory file trees");

struct tmpfs_node {
	struct tmpfs_node *mn_parent;
	LIST_ENTRY(tmpfs_node) mn_sibling;
	LIST_HEAD(, tmpfs_node) mn_children;
	char *mn_name;
	enum vtype mn_type;
	struct vnode *mn_vnode;
	const char *mn_data;
	char *mn_own; /* mn_data, when it may be written */
	off_t mn_size;
	size_t mn_room;
	union {
#if FREEBSD_SHAPE >= 1300
		struct { const char *tn_link_target; bool tn_link_smr; } tn_link;
#else
		const char *tn_link;
#endif
	} tn_spec;
	struct cdev *mn_dev;
	ino_t mn_ino;
};

/* sys/fs/tmpfs/tmpfs.h: how the text of a link is reached changed in 13.0. */
#if FREEBSD_SHAPE >= 1300
#define mn_target tn_spec.tn_link.tn_link_target
#else
#define mn_target tn_spec.tn_link
#endif

struct program { const char *name; const u_char *start, *end; };
extern const struct program programs[];

static ino_t next_ino = 2;

struct tmpfs_node *
memfs_newnode(struct tmpfs_node *parent, const char *name, enum vtype type)
{
	struct tmpfs_node *node = malloc(sizeof(*node), M_MEMFS, M_WAITOK | M_ZERO);

	node->mn_name = strdup(name, M_MEMFS);
	node->mn_type = type;
	node->mn_ino = next_ino++;
	node->mn_parent = parent;
	if (parent != NULL)
		LIST_INSERT_HEAD(&parent->mn_children, node, mn_sibling);
	return (node);
}

struct tmpfs_node *
memfs_child(struct tmpfs_node *parent, const char *name, int namelen)
{
	struct tmpfs_node *node;

	LIST_FOREACH(node, &parent->mn_children, mn_sibling)
		if ((int)strlen(node->mn_name) == namelen && strncmp(node->mn_name, name, namelen) == 0)
			return (node);
	return (NULL);
}

void memfs_unlink(struct tmpfs_node *node) { LIST_REMOVE(node, mn_sibling); }
void memfs_setdev(struct tmpfs_node *node, struct cdev *dev) { node->mn_dev = dev; }

/* The vnodes are gone with their mount. */
void
memfs_forget(struct tmpfs_node *node)
{
	struct tmpfs_node *child;

	node->mn_vnode = NULL;
	LIST_FOREACH(child, &node->mn_children, mn_sibling)
		memfs_forget(child);
}

/* The directories on the way to a path of a volume come into being by themselves. */
static struct tmpfs_node *
memfs_make(struct tmpfs_node *root, const char *path, enum vtype type)
{
	struct tmpfs_node *at = root, *next;
	const char *end;
	char name[64];

	while (*path != '\0') {
		for (end = path; *end != '\0' && *end != '/'; end++)
			;
		next = memfs_child(at, path, end - path);
		if (next == NULL) {
			memcpy(name, path, end - path);
			name[end - path] = '\0';
			next = memfs_newnode(at, name, *end == '\0' ? type : VDIR);
		}
		at = next;
		path = *end == '\0' ? end : end + 1;
	}
	return (at);
}

struct tmpfs_node *
memfs_tree(const struct volume *volume)
{
	struct tmpfs_node *root = memfs_newnode(NULL, "/", VDIR), *node;
	int i;

	for (i = 0; i < volume->count; i++) {
		const struct volent *entry = &volume->entries[i];
		const struct program *program;

		node = memfs_make(root, entry->path, entry->type == VNON ? VREG : entry->type);
		node->mn_target = entry->target;
		node->mn_data = entry->text;
		node->mn_size = entry->text != NULL ? (off_t)strlen(entry->text) : entry->size;
		if (entry->program != NULL)
			for (program = programs; program->name != NULL; program++)
				if (strcmp(program->name, entry->program) == 0) {
					node->mn_data = (const char *)program->start;
					node->mn_size = program->end - program->start;
				}
	}
	return (root);
}

int
memfs_vget(struct mount *mp, struct tmpfs_node *node, struct vop_vector *vops, struct vnode **vpp)
{
	if (node->mn_vnode == NULL) {
		getnewvnode(mp->mnt_stat.f_fstypename, mp, vops, node->mn_type, &node->mn_vnode);
		node->mn_vnode->v_usecount = node->mn_vnode->v_holdcnt = 0;
		node->mn_vnode->v_data = node;
		if (node->mn_dev != NULL)
			node->mn_vnode->v_rdev = node->mn_dev;
	}
	*vpp = node->mn_vnode;
	return (0);
}

static int
memfs_lookup(struct vnode *dvp, const char *name, int namelen, struct vnode **vpp)
{
	struct tmpfs_node *node = memfs_child(dvp->v_data, name, namelen);

	if (node == NULL)
		return (ENOENT);
	return (memfs_vget(dvp->v_mount, node, dvp->v_op, vpp));
}

static int
memfs_parent(struct vnode *vp, struct vnode **vpp)
{
	struct tmpfs_node *node = vp->v_data;

	return (node->mn_parent == NULL ? ENOENT : memfs_vget(vp->v_mount, node->mn_parent, vp->v_op, vpp));
}

static int
memfs_create(struct vnode *dvp, const char *name, int namelen, enum vtype type, const char *target, struct vnode **vpp)
{
	struct tmpfs_node *node;
	char buf[256];

	if (dvp->v_mount->mnt_flag & MNT_RDONLY)
		return (EROFS);
	memcpy(buf, name, namelen);
	buf[namelen] = '\0';
	node = memfs_newnode(dvp->v_data, buf, type);
	if (target != NULL)
		node->mn_target = strdup(target, M_MEMFS);
	return (memfs_vget(dvp->v_mount, node, dvp->v_op, vpp));
}

static int
memfs_remove(struct vnode *dvp, const char *name, int namelen)
{
	struct tmpfs_node *node = memfs_child(dvp->v_data, name, namelen);

	if (node == NULL)
		return (ENOENT);
	if (dvp->v_mount->mnt_flag & MNT_RDONLY)
		return (EROFS);
	memfs_unlink(node);
	return (0);
}

static int
memfs_readlink(struct vnode *vp, char *buf, size_t size)
{
	strlcpy(buf, ((struct tmpfs_node *)vp->v_data)->mn_target, size);
	return (0);
}

static int
memfs_read(struct vnode *vp, off_t offset, char *buf, size_t len, ssize_t *done)
{
	struct tmpfs_node *node = vp->v_data;

	*done = 0;
	if (vp->v_type == VDIR)
		return (EISDIR);
	if (vp->v_type == VCHR)
		return (vp->v_rdev->si_devsw->d_read == NULL ? ENXIO : vp->v_rdev->si_devsw->d_read(vp->v_rdev, buf, len, done));
	if (offset >= node->mn_size)
		return (0);
	*done = min((off_t)len, node->mn_size - offset);
	if (node->mn_data != NULL)
		memcpy(buf, node->mn_data + offset, *done);
	else
		memset(buf, 0, *done);
	return (0);
}

static int
memfs_write(struct vnode *vp, off_t offset, const char *buf, size_t len, ssize_t *done)
{
	struct tmpfs_node *node = vp->v_data;

	if (vp->v_type == VCHR)
		return (vp->v_rdev->si_devsw->d_write == NULL ? ENXIO : vp->v_rdev->si_devsw->d_write(vp->v_rdev, buf, len, done));
	if (vp->v_mount->mnt_flag & MNT_RDONLY)
		return (EROFS);
	if (offset + len > node->mn_room) {
		size_t room = max(offset + len, node->mn_room * 2);
		char *grown = malloc(room, M_MEMFS, M_WAITOK | M_ZERO);

		if (node->mn_data != NULL)
			memcpy(grown, node->mn_data, node->mn_size);
		node->mn_own = grown;
		node->mn_data = grown;
		node->mn_room = room;
	}
	memcpy(node->mn_own + offset, buf, len);
	node->mn_size = max(node->mn_size, (off_t)(offset + len));
	*done = len;
	return (0);
}

static off_t
memfs_size(struct vnode *vp)
{
	return (((struct tmpfs_node *)vp->v_data)->mn_size);
}

static int
memfs_vptocnp(struct vnode *vp, struct vnode **dvpp, const char **name)
{
	struct tmpfs_node *node = vp->v_data;

	if (node->mn_parent == NULL)
		return (ENOENT);
	*name = node->mn_name;
	return (memfs_vget(vp->v_mount, node->mn_parent, vp->v_op, dvpp));
}

struct vop_vector memfs_vnodeops = { "memfs", memfs_lookup, memfs_parent, memfs_create, memfs_remove, memfs_readlink, memfs_read, memfs_write, memfs_size, memfs_vptocnp };

/* What an image activator reads: the whole file in one piece. A stacked vnode leads to its file. */
int
memfs_program(struct vnode *vp, const u_char **start, size_t *size)
{
	struct tmpfs_node *node;
	extern struct vop_vector unionfs_vnodeops, null_vnodeops;

	while (vp->v_op == &unionfs_vnodeops || vp->v_op == &null_vnodeops) {
		if (vp->v_op == &null_vnodeops)
			vp = ((struct null_node *)vp->v_data)->null_lowervp;
		else {
			struct unionfs_node *unp = vp->v_data;

			vp = unp->un_uppervp != NULL ? unp->un_uppervp : unp->un_lowervp;
		}
	}
	if (vp->v_op != &memfs_vnodeops)
		return (ENOEXEC);
	node = vp->v_data;
	if (node->mn_data == NULL)
		return (ENOEXEC);
	*start = (const u_char *)node->mn_data;
	*size = node->mn_size;
	return (0);
}
