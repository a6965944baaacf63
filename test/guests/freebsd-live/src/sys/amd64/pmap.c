/* Address spaces: four levels of tables, the upper half shared with the kernel's. */
#include <sys/param.h>
#include <sys/proc.h>

#define X86_PG_V 1UL
#define X86_PG_RW 2UL
#define X86_PG_U 4UL
#define PG_FRAME 0x000ffffffffff000UL

extern uint64_t KPML4[512];
struct pmap kernel_pmap_store;

static uint64_t *
pmap_table(uint64_t *table, int index, bool create)
{
	if ((table[index] & X86_PG_V) == 0) {
		if (!create)
			return (NULL);
		table[index] = vm_page_alloc() | X86_PG_V | X86_PG_RW | X86_PG_U;
	}
	return (PHYS_TO_DMAP(table[index] & PG_FRAME));
}

static uint64_t *
pmap_pte(struct pmap *pmap, vm_offset_t va, bool create)
{
	uint64_t *table = pmap->pm_pmltop;
	int shift;

	for (shift = 39; shift > 12; shift -= 9) {
		table = pmap_table(table, va >> shift & 511, create);
		if (table == NULL)
			return (NULL);
	}
	return (&table[va >> 12 & 511]);
}

void
pmap_pinit(struct pmap *pmap)
{
	vm_paddr_t page = vm_page_alloc();
	int i;

	mtx_init(&pmap->pm_mtx, "pmap", NULL, MTX_DEF);
	pmap->pm_pmltop = PHYS_TO_DMAP(page);
	pmap->pm_cr3 = page;
	for (i = 256; i < 512; i++)
		pmap->pm_pmltop[i] = KPML4[i];
}

/* Maps a zeroed page at va unless one is there; returns where the kernel can write it. */
void *
pmap_enter(struct pmap *pmap, vm_offset_t va, bool writable)
{
	uint64_t *pte = pmap_pte(pmap, va, true);

	if ((*pte & X86_PG_V) == 0) {
		*pte = vm_page_alloc() | X86_PG_V | X86_PG_U;
		pmap->pm_resident_count++;
	}
	if (writable)
		*pte |= X86_PG_RW;
	return ((char *)PHYS_TO_DMAP(*pte & PG_FRAME) + (va & PAGE_MASK));
}

vm_paddr_t
pmap_extract(struct pmap *pmap, vm_offset_t va)
{
	uint64_t *pte = pmap_pte(pmap, va, false);

	return (pte == NULL || (*pte & X86_PG_V) == 0 ? 0 : (*pte & PG_FRAME) + (va & PAGE_MASK));
}

static void
pmap_walk(uint64_t *table, int level, vm_offset_t va, struct pmap *copy)
{
	int i, entries = level == 3 ? 256 : 512;

	for (i = 0; i < entries; i++) {
		vm_offset_t at = va | (vm_offset_t)i << (12 + 9 * level);

		if ((table[i] & X86_PG_V) == 0)
			continue;
		if (level > 0)
			pmap_walk(PHYS_TO_DMAP(table[i] & PG_FRAME), level - 1, at, copy);
		else if (copy != NULL)
			memcpy(pmap_enter(copy, at, (table[i] & X86_PG_RW) != 0), PHYS_TO_DMAP(table[i] & PG_FRAME), PAGE_SIZE);
		if (copy == NULL)
			vm_page_free(table[i] & PG_FRAME);
	}
}

int
pmap_copy(struct pmap *dst, struct pmap *src)
{
	pmap_walk(src->pm_pmltop, 3, 0, dst);
	return (0);
}

/* The kernel may still run on these tables, so the caller switches away first. */
void
pmap_release(struct pmap *pmap)
{
	pmap_walk(pmap->pm_pmltop, 3, 0, NULL);
	vm_page_free(pmap->pm_cr3);
	pmap->pm_pmltop = NULL;
	pmap->pm_cr3 = KPML4[0] ? kernel_pmap_store.pm_cr3 : 0;
	pmap->pm_resident_count = 0;
}

static bool
useracc(const void *at, size_t len, bool write __unused)
{
	vm_offset_t va = (vm_offset_t)at & ~PAGE_MASK, end = (vm_offset_t)at + len;

	if (end < (vm_offset_t)at || end > VM_MAXUSER_ADDRESS)
		return (false);
	for (; va < end; va += PAGE_SIZE)
		if (pmap_extract(&curproc->p_vmspace->vm_pmap, va) == 0)
			return (false);
	return (true);
}

int
copyin(const void *udaddr, void *kaddr, size_t len)
{
	if (!useracc(udaddr, len, false))
		return (EFAULT);
	memcpy(kaddr, udaddr, len);
	return (0);
}

int
copyout(const void *kaddr, void *udaddr, size_t len)
{
	if (!useracc(udaddr, len, true))
		return (EFAULT);
	memcpy(udaddr, kaddr, len);
	return (0);
}

int
copyinstr(const void *udaddr, void *kaddr, size_t len, size_t *lencopied)
{
	const char *from = udaddr;
	char *to = kaddr;
	size_t i;

	for (i = 0; i < len; i++) {
		if (!useracc(from + i, 1, false))
			return (EFAULT);
		if ((to[i] = from[i]) == '\0') {
			if (lencopied != NULL)
				*lencopied = i + 1;
			return (0);
		}
	}
	return (ENAMETOOLONG);
}
