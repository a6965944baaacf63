/* Disks and what is found on them: sys/geom (classes, geoms, providers) and devfs's devices. Tasting runs in its own process. */
#include <sys/param.h>
#include <sys/vnode.h>
#include <sys/proc.h>
#include <sys/disk.h>
#include <sys/linker.h>

static MALLOC_DEFINE(M_GEOM, "GEOM", "Geom data structures");

struct g_classlist g_classes = LIST_HEAD_INITIALIZER(g_classes);
struct cdevlist devfs_cdevs = LIST_HEAD_INITIALIZER(devfs_cdevs);
u_int devfs_generation;
static int g_events_pending;
static struct g_provider *g_new_providers[16];

struct g_class g_disk_class = { .name = "DISK", .version = 0x20040519 };
struct g_class g_part_class = { .name = "PART", .version = 0x20040519 };
struct g_class g_label_class = { .name = "LABEL", .version = 0x20040519 };
struct g_class g_dev_class = { .name = "DEV", .version = 0x20040519 };
struct g_class g_uzip_class = { .name = "UZIP", .version = 0x20040519 };
struct g_class g_md_class = { .name = "MD", .version = 0x20040519 };
struct g_class g_union_class = { .name = "UNION", .version = 0x20040519 };
struct g_class g_vfs_class = { .name = "VFS", .version = 0x20040519 };

/* What lies on a provider; of a geom over another, where it reads. */
struct g_content { const struct volume *volume; struct g_provider *below; };

/* Partitions by GPT: sys/sys/gpt.h, sys/sys/uuid.h, sys/geom/part/g_part_gpt.c. A provider of theirs keeps its entry, behind which its content stands. */
struct uuid { uint32_t time_low; uint16_t time_mid; uint16_t time_hi_and_version; uint8_t clock_seq_hi_and_reserved; uint8_t clock_seq_low; uint8_t node[6]; };
struct gpt_ent { struct uuid ent_type; struct uuid ent_uuid; uint64_t ent_lba_start; uint64_t ent_lba_end; uint64_t ent_attr; uint16_t ent_name[36]; };
struct g_part_gpt_entry { struct g_part_entry base; struct gpt_ent ent; };
struct g_part_gpt_table { struct g_part_table base; };
struct slice { struct g_part_gpt_entry entry; struct g_content content; };
static struct g_part_scheme g_part_gpt_scheme = { .name = "GPT", .gps_entrysz = sizeof(struct g_part_gpt_entry), .gps_minent = 128 };

static struct g_content *
content_of(const struct g_provider *pp)
{
	return (pp->geom->class == &g_part_class ? &((struct slice *)pp->private)->content : pp->private);
}

static struct cdevsw g_dev_cdevsw = { .d_name = "g_dev" };

struct cdev *
make_dev(struct cdevsw *csw, void *drv1, const char *fmt, ...)
{
	struct cdev *dev = malloc(sizeof(*dev), M_DEVBUF, M_WAITOK | M_ZERO);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(dev->si_name, sizeof(dev->si_name), fmt, ap);
	va_end(ap);
	dev->si_devsw = csw;
	dev->si_drv1 = drv1;
	dev->si_refcount = 1;
	LIST_INSERT_HEAD(&devfs_cdevs, dev, si_list);
	devfs_generation++;
	return (dev);
}

void
g_add_class(struct g_class *mp)
{
	LIST_INSERT_HEAD(&g_classes, mp, class);
}

struct g_geom *
g_new_geom(struct g_class *mp, const char *name)
{
	struct g_geom *gp = malloc(sizeof(*gp), M_GEOM, M_WAITOK | M_ZERO);

	gp->name = strdup(name, M_GEOM);
	gp->class = mp;
	LIST_INSERT_HEAD(&mp->geom, gp, geom);
	return (gp);
}

void
g_attach(struct g_geom *gp, struct g_provider *pp)
{
	struct g_consumer *cp = malloc(sizeof(*cp), M_GEOM, M_WAITOK | M_ZERO);

	cp->geom = gp;
	cp->provider = pp;
	gp->rank = pp->geom->rank + 1;
	LIST_INSERT_HEAD(&gp->consumer, cp, consumer);
	LIST_INSERT_HEAD(&pp->consumers, cp, consumers);
}

struct g_provider *
g_new_provider(struct g_geom *gp, const char *name, const struct volume *volume, off_t mediasize, u_int sectorsize)
{
	struct g_provider *pp = malloc(sizeof(*pp), M_GEOM, M_WAITOK | M_ZERO);
	struct g_content *content = malloc(sizeof(*content), M_GEOM, M_WAITOK | M_ZERO);

	pp->name = strdup(name, M_GEOM);
	pp->geom = gp;
	pp->mediasize = mediasize;
	pp->sectorsize = sectorsize;
	content->volume = volume;
	if (LIST_FIRST(&gp->consumer) != NULL)
		content->below = LIST_FIRST(&gp->consumer)->provider;
	pp->private = content;
	LIST_INSERT_HEAD(&gp->provider, pp, provider);
	g_attach(g_new_geom(&g_dev_class, name), pp);
	make_dev(&g_dev_cdevsw, pp, "%s", name);
	return (pp);
}

struct g_provider *
g_provider_by_name(const char *name)
{
	struct g_class *mp;
	struct g_geom *gp;
	struct g_provider *pp;

	LIST_FOREACH(mp, &g_classes, class)
		LIST_FOREACH(gp, &mp->geom, geom)
			LIST_FOREACH(pp, &gp->provider, provider)
				if (strcmp(pp->name, name) == 0)
					return (pp);
	return (NULL);
}

void
g_dev_print(void)
{
	struct g_geom *gp;
	const char *p = "";

	LIST_FOREACH(gp, &g_dev_class.geom, geom) {
		printf("%s%s", p, gp->name);
		p = " ";
	}
	printf("\n");
}

/* Reading stops where a layer has an error: a memory disk whose file is gone. */
int
g_open_volume(const char *devname, const char *fstype, const struct volume **volume)
{
	struct g_provider *pp = g_provider_by_name(devname), *below;
	struct g_content *content;
	struct md_s *sc;

	if (pp == NULL)
		return (ENXIO);
	content = content_of(pp);
	for (below = pp; below != NULL; below = content_of(below)->below) {
		if (below->error != 0)
			return (below->error);
		sc = below->geom->class == &g_md_class ? below->geom->softc : NULL;
		/* What ffs_sbget says of a disk whose file was taken away, and what comes of it (sys/geom/geom_vfs.c, sys/ufs/ffs/ffs_subr.c). */
		if (sc != NULL && MD_VNODE_OF(sc) != NULL && VN_IS_DOOMED(MD_VNODE_OF(sc))) {
			printf("g_vfs_done():%s[READ(offset=65536, length=8192)]error = 6 suppressing further ENXIO\n", devname);
			printf("Attempted recovery for standard superblock: failed\nFinding an alternate superblock failed.\nFailed, superblock has critical errors\n");
			return (ENOENT);
		}
		if (sc != NULL && MD_VNODE_OF(sc) != NULL && (MD_VNODE_OF(sc)->v_mount->mnt_kern_flag & MNTK_UNMOUNT) != 0)
			return (EIO);
	}
	if (content->volume == NULL || strcmp(content->volume->fstype, fstype) != 0)
		return (EINVAL);
	*volume = content->volume;
	return (0);
}

/* A new provider is shown to the classes that might know it. */
static struct g_provider *
g_uzip_taste(struct g_class *mp, struct g_provider *pp)
{
	struct g_content *content = content_of(pp);
	struct g_geom *gp;
	char name[64];

	if (content->volume == NULL || strcmp(content->volume->fstype, "uzip") != 0)
		return (NULL);
	snprintf(name, sizeof(name), "%s.uzip", pp->name);
	gp = g_new_geom(mp, name);
	g_attach(gp, pp);
	printf("GEOM_UZIP: %s.uzip: %ju x 65536 blocks\n", pp->name, (uintmax_t)(GUEST_ROOTFS_MIB * 16));
	return (g_new_provider(gp, name, volume_named("rootfs"), (off_t)GUEST_ROOTFS_MIB << 20, 512));
}

/* sys/geom/union/g_union.c, verb create: what is written goes to the upper provider, what was not is read from the lower one. */
int
g_union_ctl_create(const char *upper, const char *lower)
{
	struct g_provider *upperpp = g_provider_by_name(upper), *lowerpp = g_provider_by_name(lower);
	struct g_content *content;
	struct g_geom *gp;
	char name[64];

	if (upperpp == NULL || lowerpp == NULL)
		return (ENXIO);
	if (upperpp->mediasize < lowerpp->mediasize) {
		printf("Upper provider %s is too small.\n", upper);
		return (EINVAL);
	}
	snprintf(name, sizeof(name), "%s-%s.union", upper, lower);
	gp = g_new_geom(&g_union_class, name);
	/* The last one attached stands first: the lower one says what is there. */
	g_attach(gp, upperpp);
	g_attach(gp, lowerpp);
	content = content_of(lowerpp);
	(void)g_new_provider(gp, name, content->volume != NULL && strcmp(content->volume->label, "rootfs") == 0 ? volume_named("rootfs, writable") : content->volume, lowerpp->mediasize, 512);
	printf("GEOM_UNION: Device %s created.\n", name);
	return (0);
}

void
g_taste_later(struct g_provider *pp)
{
	if (g_events_pending < (int)nitems(g_new_providers))
		g_new_providers[g_events_pending++] = pp;
	wakeup(&g_events_pending);
}

static void
g_event_procbody(void *arg __unused)
{
	struct g_class *mp;

	for (;;) {
		while (g_events_pending == 0)
			tsleep(&g_events_pending, "-", 0);
		pause("gtaste", hz / 20);
		while (g_events_pending > 0) {
			LIST_FOREACH(mp, &g_classes, class)
				if (mp->taste != NULL)
					mp->taste(mp, g_new_providers[g_events_pending - 1]);
			g_events_pending--;
		}
		wakeup(&g_classes);
	}
}

void
g_waitidle(struct thread *td __unused)
{
	pause("gwait", 3);
	while (g_events_pending > 0)
		tsleep(&g_classes, "g_waitidle", 1);
}

static int
console_read(struct cdev *dev __unused, char *buf, size_t len, ssize_t *done)
{
	/* A line, as the terminal gives it in its usual mode: echoed, edited, ended by return. */
	cngets(buf, min(len - 1, 255), GETS_ECHO);
	strlcat(buf, "\n", len);
	*done = strlen(buf);
	return (0);
}

static int
console_write(struct cdev *dev __unused, const char *buf, size_t len, ssize_t *done)
{
	size_t i;

	for (i = 0; i < len; i++)
		cnputc(buf[i]);
	*done = len;
	return (0);
}

static int
null_device_write(struct cdev *dev __unused, const char *buf __unused, size_t len, ssize_t *done)
{
	*done = len;
	return (0);
}

static struct cdevsw cn_cdevsw = { .d_name = "console", .d_read = console_read, .d_write = console_write };
static struct cdevsw null_cdevsw = { .d_name = "null", .d_write = null_device_write };

static struct g_provider *
disk(const char *name, const char *medium, off_t mib, u_int sectorsize)
{
	printf("%s at ahcich0 bus 0 scbus0 target 0 lun 0\n", name);
	return (g_new_provider(g_new_geom(&g_disk_class, name), name, medium == NULL ? NULL : volume_named(medium), mib << 20, sectorsize));
}

static void
over(struct g_class *mp, struct g_provider *pp, const char *geom, const char *name, const char *medium, off_t mib, u_int sectorsize)
{
	struct g_geom *gp = g_new_geom(mp, geom);

	g_attach(gp, pp);
	g_new_provider(gp, name, volume_named(medium), mib << 20, sectorsize);
}

/* Partitions one behind another, from sector 2048 on, as the table of a GPT disk tells them. */
static void
partition(struct g_geom *gp, int index, const struct uuid *id, const char *name, const char *medium, off_t mib)
{
	struct g_part_table *table = gp->softc;
	struct g_part_entry *before = LIST_FIRST(&table->gpt_entry);
	struct slice *slice = malloc(sizeof(*slice), M_GEOM, M_WAITOK | M_ZERO);
	struct g_provider *pp = g_new_provider(gp, name, volume_named(medium), mib << 20, 512);

	slice->content = *(struct g_content *)pp->private;
	free(pp->private, M_GEOM);
	slice->entry.base.gpe_pp = pp;
	slice->entry.base.gpe_index = index;
	slice->entry.base.gpe_start = before == NULL ? 2048 : before->gpe_end + 1;
	slice->entry.base.gpe_end = slice->entry.base.gpe_start + (mib << 11) - 1;
	slice->entry.base.gpe_offset = slice->entry.base.gpe_start * 512;
	slice->entry.ent.ent_uuid = *id;
	LIST_INSERT_HEAD(&table->gpt_entry, &slice->entry.base, gpe_entry);
	pp->private = slice;
}

static struct g_geom *
partitions(struct g_provider *pp)
{
	struct g_geom *gp = g_new_geom(&g_part_class, pp->name);
	struct g_part_gpt_table *table = malloc(sizeof(*table), M_GEOM, M_WAITOK | M_ZERO);

	table->base.gpt_scheme = &g_part_gpt_scheme;
	table->base.gpt_gp = gp;
	gp->softc = &table->base;
	g_attach(gp, pp);
	return (gp);
}

/* cd0 holds the live medium that the environment asks for; ada0 an installed system. */
static void
g_init(const void *arg __unused)
{
	struct g_class *const classes[] = { &g_vfs_class, &g_md_class, &g_uzip_class, &g_union_class, &g_label_class, &g_part_class, &g_disk_class, &g_dev_class };
	char *from = kern_getenv("vfs.root.mountfrom");
	char *init = kern_getenv("init_path");
	bool nextbsd = (from != NULL && strstr(from, "NEXTBSD") != NULL) || (init != NULL && strcmp(init, "/init") == 0);
	struct g_provider *pp;
	struct g_geom *gp;
	u_int i;

	freeenv(from);
	freeenv(init);
	g_uzip_class.taste = g_uzip_taste;
	for (i = 0; i < nitems(classes); i++)
		g_add_class(classes[i]);
	make_dev(&cn_cdevsw, NULL, "console");
	make_dev(&null_cdevsw, NULL, "null");
	make_dev(&null_cdevsw, NULL, "mdctl");
	make_dev(&null_cdevsw, NULL, "devctl");
	make_dev(&null_cdevsw, NULL, "geom.ctl");
	kproc_create(g_event_procbody, NULL, NULL, "geom");

	pp = disk("ada0", NULL, 8192, 512);
	gp = partitions(pp);
	partition(gp, 1, &(const struct uuid){ 0xd1b3b1f1, 0x1111, 0x2222, 0x33, 0x33, { 0x44, 0x44, 0x55, 0x55, 0x66, 0x66 } }, "ada0p1", "efi", GUEST_ESP_MIB);
	partition(gp, 2, &(const struct uuid){ 0xd1b3b1f2, 0x1111, 0x2222, 0x33, 0x33, { 0x44, 0x44, 0x55, 0x55, 0x66, 0x66 } }, "ada0p2", "ROOTFS", 8192 - GUEST_ESP_MIB);
	over(&g_label_class, g_provider_by_name("ada0p2"), "ada0p2", "ufs/ROOTFS", "ROOTFS", 8192 - GUEST_ESP_MIB, 512);
	pp = disk("cd0", nextbsd ? "NEXTBSD" : "LIVECD", GUEST_UZIP_MIB + 166, 2048);
	over(&g_label_class, pp, "cd0", nextbsd ? "iso9660/NEXTBSD" : "iso9660/LIVECD", nextbsd ? "NEXTBSD" : "LIVECD", GUEST_UZIP_MIB + 166, 2048);
}
SYSINIT(g_init, SI_SUB_KTHREAD_INIT, 0, g_init, NULL);
