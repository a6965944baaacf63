/* A kernel for measuring: PVH entry (Xen's arch-x86/hvm/start_info.h), long mode in the upper half, then the same calls for ever. */
__asm__(
  ".section .note.pvh,\"a\"\n.align 4\n.long 4, 4, 18\n.asciz \"Xen\"\n.long start - 0xffffffff80000000\n"
  ".section .boot,\"ax\"\n.code32\n.globl start\nstart:\n"
  " mov $(tables - 0xffffffff80000000), %edi\n"
  " lea 0x1003(%edi), %eax\n mov %eax, (%edi)\n mov %eax, 0xff8(%edi)\n"
  " lea 0x2003(%edi), %eax\n mov %eax, 0x1000(%edi)\n mov %eax, 0x1ff0(%edi)\n"
  " movl $0x83, 0x2000(%edi)\n movl $0x200083, 0x2008(%edi)\n"
  " mov %cr4, %eax\n or $0x20, %eax\n mov %eax, %cr4\n mov %edi, %cr3\n"
  " mov $0xc0000080, %ecx\n rdmsr\n or $0x100, %eax\n wrmsr\n"
  " mov %cr0, %eax\n or $0x80000000, %eax\n mov %eax, %cr0\n"
  " lgdt gdtr - 0xffffffff80000000\n ljmp $8, $(long - 0xffffffff80000000)\n"
  ".code64\nlong: mov $stack_top, %rsp\n mov $0x10, %eax\n mov %eax, %ss\n mov %eax, %ds\n mov %eax, %es\n xor %ebp, %ebp\n movabs $kmain, %rax\n call *%rax\n1: hlt\n jmp 1b\n"
  ".align 8\ngdt: .quad 0, 0x00af9a000000ffff, 0x00cf92000000ffff\ngdtr: .word 23\n .long gdt - 0xffffffff80000000\n"
  ".bss\n.align 4096\ntables: .skip 16384\n.skip 16384\nstack_top:\n.text\n");

volatile unsigned counter;
volatile unsigned rounds;
volatile unsigned sum;

__attribute__((noinline)) static unsigned work(unsigned n)
{
	counter++;
	return n ^ counter;
}
__attribute__((noinline)) static void done(void)
{
	rounds++;
}
__attribute__((noinline)) static unsigned busy(unsigned n)
{
	unsigned total = 0;
	for (unsigned i = 0; i < n; i++)
		total += work(i);
	return total;
}
__attribute__((noinline, aligned(4096))) static void calls(void)
{
	sum = busy(3) + busy(4) + busy(5) + busy(6) + busy(7) + busy(8);
	rounds++;
}
void kmain(void)
{
	for (;;) {
		for (unsigned i = 0; i < 500; i++)
			sum += work(i);
		done();
		calls();
	}
}
