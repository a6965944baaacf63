/*
 * Memory: pages of a pool are handed out in a stride over it, so that neighbours in time are strangers in space; small objects
 * of one size share a page, and a scattered build gives each object a page of its own. Addresses are those of the direct map.
 */
#include <sys/param.h>
#include <sys/proc.h>

MALLOC_DEFINE(M_TEMP, "temp", "misc temporary data buffers");
MALLOC_DEFINE(M_MOUNT, "mount", "vfs mount structures");
MALLOC_DEFINE(M_VNODE, "vnodes", "Dynamically allocated vnodes");
MALLOC_DEFINE(M_PROC, "proc", "Proc structures");
MALLOC_DEFINE(M_DEVBUF, "devbuf", "device driver memory");

#define POOL_START 0x2000000UL
#define POOL_PAGES 16381UL /* a prime, so that every stride visits every page */
#define CONTIG_END 0x1c00000UL /* preloaded images lie above */
#define CLASSES 8 /* 16, 32, ... 2048 */

struct chunk { struct chunk *next; };
static u_long pool_next;
static struct chunk *page_list;
static struct chunk *classes[CLASSES];
static uint16_t page_size[POOL_PAGES]; /* log2 of the object size, 0: a page of its own */
static vm_paddr_t contig_next;

void
kmem_init(vm_paddr_t physfree)
{
	contig_next = (physfree + PAGE_MASK) & ~PAGE_MASK;
}

static void *
page_take(void)
{
	struct chunk *page = page_list;

	if (page != NULL)
		page_list = page->next;
	else {
		if (pool_next == POOL_PAGES)
			panic("vm_page_alloc: out of memory");
		page = PHYS_TO_DMAP(POOL_START + (GUEST_ALLOC_SEED + pool_next++ * GUEST_ALLOC_STRIDE) % POOL_PAGES * PAGE_SIZE);
	}
	memset(page, 0, PAGE_SIZE);
	return (page);
}

vm_paddr_t
vm_page_alloc(void)
{
	return (DMAP_TO_PHYS(page_take()));
}

void
vm_page_free(vm_paddr_t pa)
{
	struct chunk *page = PHYS_TO_DMAP(pa);

	page->next = page_list;
	page_list = page;
}

void *
contigmalloc(size_t size)
{
	char *at = PHYS_TO_DMAP(contig_next);

	size = (size + PAGE_MASK) & ~PAGE_MASK;
	if (contig_next + size > CONTIG_END)
		panic("contigmalloc: out of memory");
	contig_next += size;
	memset(at, 0, size);
	return (at);
}

void *
malloc(size_t size, struct malloc_type *type __unused, int flags __unused)
{
	struct chunk *chunk;
	char *page;
	u_int class = 0, log;
	size_t at;

	if (size > PAGE_SIZE)
		return (contigmalloc(size));
	if (GUEST_SCATTER || size > 2048) {
		static u_int spread = GUEST_ALLOC_SEED;

		page = page_take();
		page_size[(DMAP_TO_PHYS(page) - POOL_START) / PAGE_SIZE] = 0;
		spread = spread * 1103515245 + 12345;
		return (page + (spread >> 8) % ((PAGE_SIZE - size) / 16 + 1) * 16);
	}
	while (16UL << class < size)
		class++;
	log = class + 4;
	if (classes[class] == NULL) {
		page = page_take();
		page_size[(DMAP_TO_PHYS(page) - POOL_START) / PAGE_SIZE] = log;
		for (at = PAGE_SIZE; at > 0;) {
			at -= 1UL << log;
			chunk = (struct chunk *)(page + at);
			chunk->next = classes[class];
			classes[class] = chunk;
		}
	}
	chunk = classes[class];
	classes[class] = chunk->next;
	memset(chunk, 0, 1UL << log);
	return (chunk);
}

void
free(void *addr, struct malloc_type *type __unused)
{
	vm_paddr_t pa = DMAP_TO_PHYS(addr);
	struct chunk *chunk = addr;
	u_int log;

	if (addr == NULL || pa < POOL_START)
		return;
	log = page_size[(pa - POOL_START) / PAGE_SIZE];
	if (log == 0) {
		vm_page_free(pa & ~PAGE_MASK);
		return;
	}
	chunk->next = classes[log - 4];
	classes[log - 4] = chunk;
}

/* What held a secret is wiped before it is given back. */
void
zfree(void *addr, struct malloc_type *type)
{
	if (addr != NULL)
		explicit_bzero(addr, strlen(addr));
	free(addr, type);
}

char *
strdup(const char *s, struct malloc_type *type)
{
	size_t len = strlen(s) + 1;

	return (memcpy(malloc(len, type, M_WAITOK), s, len));
}
