/* sys/amd64/amd64/machdep.c: the first C code, descriptor tables, clock and console of the machine. */
#include <sys/param.h>
#include <sys/proc.h>
#include <sys/linker.h>

struct pcpu __pcpu[1];
vm_paddr_t kernphys = KERNLOAD;
caddr_t preload_metadata, preload_kmdp;
vm_paddr_t physfree;
int boothowto, bootverbose;
volatile int ticks;
int hz = 100;

static uint64_t gdt[11];
static struct __packed { uint16_t looffset, selector; uint8_t ist, type; uint16_t midoffset; uint32_t hioffset, reserved; } idt[256];
static struct __packed { uint32_t reserved; uint64_t tss_rsp0, tss_rsp1, tss_rsp2; uint64_t spare; uint64_t ist[7]; uint64_t spare2; uint16_t spare3, iobase; } common_tss;
extern char IDTVEC[], Xtimerint[], fast_syscall[];

static void
wrmsr(u_int msr, uint64_t value)
{
	__asm volatile("wrmsr" : : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)));
}

static uint64_t
rdmsr(u_int msr)
{
	uint32_t low, high;

	__asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
	return ((uint64_t)high << 32 | low);
}

/* Whatever tables a loader left, these are the kernel's own: the first gigabyte 1:1, at DMAP_MIN_ADDRESS and at KERNBASE. */
static void
create_pagetables(void)
{
	extern uint64_t KPML4[], low_pdpt[], kern_pdpt[], low_pd[];
	int i;

	for (i = 0; i < 512; i++)
		low_pd[i] = (uint64_t)i << 21 | 0x83;
	low_pdpt[0] = kern_pdpt[510] = ((uint64_t)low_pd - KERNBASE) | 3;
	KPML4[0] = KPML4[496] = ((uint64_t)low_pdpt - KERNBASE) | 3;
	KPML4[511] = ((uint64_t)kern_pdpt - KERNBASE) | 3;
	__asm volatile("movq %0, %%cr3" : : "r"((uint64_t)KPML4 - KERNBASE) : "memory");
}

static void
setidt(int vector, char *function)
{
	uintptr_t at = (uintptr_t)function;

	idt[vector].looffset = at;
	idt[vector].selector = KCSEL;
	idt[vector].type = 0x8e;
	idt[vector].midoffset = at >> 16;
	idt[vector].hioffset = at >> 32;
}

static void
setup_descriptors(void)
{
	uintptr_t tss = (uintptr_t)&common_tss;
	struct __packed { uint16_t limit; uint64_t base; } table;
	int i;

	gdt[4] = 0x00af9a000000ffff; /* GCODE_SEL */
	gdt[5] = 0x00cf92000000ffff; /* GDATA_SEL */
	gdt[6] = 0x00cffa000000ffff; /* GUCODE32_SEL */
	gdt[7] = 0x00cff2000000ffff; /* GUDATA_SEL */
	gdt[8] = 0x00affa000000ffff; /* GUCODE_SEL */
	gdt[9] = (sizeof(common_tss) - 1) | (tss & 0xffffff) << 16 | 0x89UL << 40 | (tss >> 24 & 0xff) << 56;
	gdt[10] = tss >> 32;
	table.limit = sizeof(gdt) - 1;
	table.base = (uint64_t)gdt;
	__asm volatile("lgdt %0; pushq %1; leaq 1f(%%rip), %%rax; pushq %%rax; lretq; 1:" : : "m"(table), "i"(KCSEL) : "rax", "memory");
	__asm volatile("movl %0, %%ds; movl %0, %%es; movl %0, %%ss" : : "r"(KDSEL));
	common_tss.iobase = sizeof(common_tss);
	__asm volatile("ltr %w0" : : "r"(TSSSEL));
	for (i = 0; i < 32; i++)
		setidt(i, IDTVEC + i * 32);
	setidt(0x20, Xtimerint);
	table.limit = sizeof(idt) - 1;
	table.base = (uint64_t)idt;
	__asm volatile("lidt %0" : : "m"(table));
	wrmsr(0xc0000080, rdmsr(0xc0000080) | 1);		    /* EFER: SCE */
	wrmsr(0xc0000081, (uint64_t)0x33 << 48 | (uint64_t)KCSEL << 32); /* STAR */
	wrmsr(0xc0000082, (uint64_t)fast_syscall);			    /* LSTAR */
	wrmsr(0xc0000084, 0x4700);					    /* SF_MASK: interrupts off, direction up */
	wrmsr(0xc0000101, (uint64_t)&__pcpu[0]);			    /* GS.base */
	wrmsr(0xc0000102, 0);
}

/* The clock ticks a hundred times a second on the first interrupt controller's line 0; nothing else interrupts. */
static void
cpu_initclocks(void)
{
	int divisor = 1193182 / hz;

	wrmsr(0x1b, rdmsr(0x1b) & ~0x800UL); /* firmware may have set up the local APIC and its timer */
	outb(0x20, 0x11);
	outb(0x21, 0x20);
	outb(0x21, 4);
	outb(0x21, 1);
	outb(0xa0, 0x11);
	outb(0xa1, 0x28);
	outb(0xa1, 2);
	outb(0xa1, 1);
	outb(0x21, 0xfe);
	outb(0xa1, 0xff);
	outb(0x43, 0x34);
	outb(0x40, divisor & 0xff);
	outb(0x40, divisor >> 8);
}

/* The loader's block of variables, and the howto bits, are in the kernel's own metadata. */
static caddr_t
native_parse_preload_data(uint64_t modulep)
{
	caddr_t kmdp;
	uint64_t envp;

	preload_metadata = (caddr_t)(uintptr_t)(modulep + KERNBASE);
	preload_bootstrap_relocate(KERNBASE);
	kmdp = preload_search_by_type("elf kernel");
	if (kmdp == NULL)
		kmdp = preload_search_by_type("elf64 kernel");
	preload_kmdp = kmdp;
	boothowto = MD_FETCH(kmdp, MODINFOMD_HOWTO, int);
	envp = MD_FETCH(kmdp, MODINFOMD_ENVP, uint64_t);
	if (envp != 0)
		envp += KERNBASE;
	init_static_kenv((char *)envp, 0);
	return (kmdp);
}

void proc0_init(void);

uint64_t
hammer_time(uint64_t modulep, uint64_t physfree_arg)
{
	uint64_t cr;

	__pcpu[0].pc_curthread = thread0;
	create_pagetables();
	__asm volatile("movq %%cr4, %0; orq $0x620, %0; movq %0, %%cr4; movq %%cr0, %0; andq $~12, %0; orq $0x10002, %0; movq %0, %%cr0" : "=r"(cr));
	setup_descriptors();
	cninit();
	native_parse_preload_data(modulep);
	bootverbose = getenv_is_true("boot_verbose");
	physfree = physfree_arg;
	kmem_init(physfree);
	proc0_init();
	cpu_initclocks();
	return ((uint64_t)thread0->td_pcb & ~15UL);
}

/* The kernel half of every address space is the same; the stack for the next entry from user mode changes with the thread. */
void
pmap_activate(struct thread *td)
{
	struct vmspace *vm = td->td_proc->p_vmspace;
	uint64_t stack = (uint64_t)td->td_pcb & ~15UL, cr3;

	__pcpu[0].pc_curthread = td;
	__pcpu[0].pc_curpcb = td->td_pcb;
	__pcpu[0].pc_curpmap = &vm->vm_pmap;
	__pcpu[0].pc_rsp0 = stack;
	common_tss.tss_rsp0 = stack;
	__asm volatile("movq %%cr3, %0" : "=r"(cr3));
	if (cr3 != vm->vm_pmap.pm_cr3)
		__asm volatile("movq %0, %%cr3" : : "r"(vm->vm_pmap.pm_cr3) : "memory");
}

void
hardclock_handler(struct trapframe *frame)
{
	outb(0x20, 0x20);
	ticks++;
	clock_poll();
	if (frame->tf_cs & 3)
		maybe_preempt();
}

void
cpu_reset(void)
{
	outb(0x64, 0xfe);
	for (;;)
		__asm volatile("cli; hlt");
}

void
cpu_poweroff(void)
{
	/* PIIX4 power management of QEMU's pc machine, then the isa-debug-exit port if there is one. */
	__asm volatile("outw %w0, %w1" : : "a"(0x2000), "Nd"((uint16_t)0x604));
	outl(0xf4, 0);
	for (;;)
		__asm volatile("cli; hlt");
}
