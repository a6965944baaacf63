/* Memory disks: sys/dev/md/md.c. Backed by what the loader preloaded, by a file, or by swap. */
#include <sys/param.h>
#include <sys/vnode.h>
#include <sys/proc.h>
#include <sys/disk.h>
#include <sys/linker.h>

static MALLOC_DEFINE(M_MD, "md_disk", "Memory Disk");
struct md_softc_head md_softc_list = LIST_HEAD_INITIALIZER(md_softc_list);
extern struct g_class g_md_class;

static void
md_kthread(void *arg)
{
	struct md_s *sc = arg;

	for (;;)
		tsleep(sc, "mdwait", 0);
}

static struct md_s *
mdnew(int unit, enum md_types type)
{
	struct md_s *sc = malloc(sizeof(*sc), M_MD, M_WAITOK | M_ZERO);
	char name[16];

	snprintf(name, sizeof(name), "md%d", unit);
	sc->unit = unit;
	sc->type = type;
	sc->sectorsize = 512;
	mtx_init(&sc->queue_mtx, "md bio queue", NULL, MTX_DEF);
	LIST_INSERT_HEAD(&md_softc_list, sc, list);
	kproc_create(md_kthread, sc, &sc->procp, name);
	return (sc);
}

static void
mdinit(struct md_s *sc, const struct volume *volume)
{
	char name[16];

	snprintf(name, sizeof(name), "md%d", sc->unit);
	sc->gp = g_new_geom(&g_md_class, name);
	sc->gp->softc = sc;
	sc->pp = g_new_provider(sc->gp, name, volume, sc->mediasize, sc->sectorsize);
	g_taste_later(sc->pp);
}

/* The medium a file holds is told by its name, as a superblock would tell it. */
static const struct volume *
medium_of(const char *file)
{
	const char *base = strrchr(file, '/');

	return (volume_named(base == NULL ? file : base + 1));
}

static int
mdcreate_vnode(struct md_s *sc, const char *file)
{
	struct nameidata nd;
	int error;

	NDINIT(&nd, LOOKUP, FOLLOW, UIO_SYSSPACE, file);
	error = namei(&nd);
	if (error != 0)
		return (error);
	if (nd.ni_vp->v_type != VREG) {
		vrele(nd.ni_vp);
		return (EINVAL);
	}
	nd.ni_vp->v_vflag |= VV_MD;
	sc->MD_S_VNODE = nd.ni_vp;
	sc->cred = crhold(curthread->td_ucred);
	sc->mediasize = nd.ni_vp->v_op->vop_size(nd.ni_vp);
	strlcpy(sc->MD_S_FILE, file, sizeof(sc->MD_S_FILE));
	return (0);
}

int
kern_mdattach(struct thread *td __unused, enum md_types type, const char *file, off_t mediasize, int *unit, bool readonly)
{
	struct md_s *sc;
	int error = 0;

	if (*unit < 0) {
		*unit = 0;
		LIST_FOREACH(sc, &md_softc_list, list)
			*unit = max(*unit, sc->unit + 1);
	}
	LIST_FOREACH(sc, &md_softc_list, list)
		if (sc->unit == *unit)
			return (EBUSY);
	sc = mdnew(*unit, type);
	sc->flags = readonly ? 8 : 0;
	sc->mediasize = mediasize;
	if (type == MD_VNODE)
		error = mdcreate_vnode(sc, file);
	if (error != 0) {
		LIST_REMOVE(sc, list);
		return (error);
	}
	mdinit(sc, type == MD_VNODE ? medium_of(file) : NULL);
	return (0);
}

/* Units in the order of the loader's list; the first is the root unless the environment says otherwise. */
static void
md_preloaded(u_char *image, size_t length, const char *name, int unit)
{
	struct md_s *sc = mdnew(unit, MD_PRELOAD);

	sc->mediasize = length;
	sc->MD_S_IMAGE = image;
	sc->MD_S_LENGTH = length;
	strlcpy(sc->MD_S_NAME, name, sizeof(sc->MD_S_NAME));
	mdinit(sc, medium_of(name));
	printf("md%d: Preloaded image <%s> %zd bytes at %p\n", unit, name, length, image);
}

static void
g_md_init(const void *arg __unused)
{
	caddr_t mod = NULL;
	int unit = 0;

	while ((mod = preload_search_next_name(mod)) != NULL) {
		caddr_t type = preload_search_info(mod, MODINFO_TYPE);

		if (type != NULL && (strcmp(type, "md_image") == 0 || strcmp(type, "mfs_root") == 0))
			md_preloaded(preload_fetch_addr(mod), preload_fetch_size(mod), preload_search_info(mod, MODINFO_NAME), unit++);
	}
}
SYSINIT(g_md, SI_SUB_KTHREAD_INIT, 2, g_md_init, NULL);
