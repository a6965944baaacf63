/*
 * Entry by PVH (32-bit, paging off), long mode, then btext as a FreeBSD loader leaves it:
 * stack {0: return, 4: modulep, 8: kernend}, low memory mapped 1:1 and the kernel at KERNBASE.
 */
#define KERNBASE 0xffffffff80000000
#define PA(sym) ((sym) - KERNBASE)
	.globl kernbase
	.set kernbase, KERNBASE
	.cfi_sections .debug_frame

	.section .note.Xen,"a",@note
	.p2align 2
	.long 4, 8, 18			/* XEN_ELFNOTE_PHYS32_ENTRY */
	.asciz "Xen"
	.quad PA(pvh_start)

	.bss
	.p2align 12
	.globl KPML4
KPML4:	.skip 4096
	.globl low_pdpt, kern_pdpt, low_pd
low_pdpt: .skip 4096
kern_pdpt: .skip 4096
low_pd:	.skip 4096
	.globl bootstack
	.skip 16384
bootstack:

	.data
	.p2align 4
boot_gdt:
	.quad 0
	.quad 0x00af9a000000ffff
	.quad 0x00cf92000000ffff
boot_gdtr:
	.word 23
	.long PA(boot_gdt)

	.section .text.pvh,"ax"
	.code32
	.globl pvh_start
	.type pvh_start,@function
pvh_start:
	cld
	cli
	movl	%ebx, %ebp
	/* Four gigabytes are not needed: the first one, 1:1, at DMAP_MIN_ADDRESS and at KERNBASE. */
	movl	$PA(low_pd), %edi
	movl	$0x83, %eax
	movl	$512, %ecx
1:	movl	%eax, (%edi)
	movl	$0, 4(%edi)
	addl	$0x200000, %eax
	addl	$8, %edi
	decl	%ecx
	jnz	1b
	movl	$(PA(low_pd) + 3), %eax
	movl	%eax, PA(low_pdpt)
	movl	%eax, PA(kern_pdpt) + 510 * 8
	movl	$(PA(low_pdpt) + 3), %eax
	movl	%eax, PA(KPML4)
	movl	%eax, PA(KPML4) + 496 * 8
	movl	$(PA(kern_pdpt) + 3), %eax
	movl	%eax, PA(KPML4) + 511 * 8

	movl	%cr4, %eax
	orl	$0x620, %eax		/* PAE, and SSE for the programs */
	movl	%eax, %cr4
	movl	$PA(KPML4), %eax
	movl	%eax, %cr3
	movl	$0xc0000080, %ecx
	rdmsr
	orl	$0x101, %eax		/* LME, SCE */
	wrmsr
	movl	%cr0, %eax
	andl	$~0xc, %eax
	orl	$0x80010002, %eax	/* PG, WP, MP */
	movl	%eax, %cr0
	lgdt	PA(boot_gdtr)
	ljmp	$8, $PA(pvh_long)

	.code64
pvh_long:
	movl	$16, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	movq	$bootstack, %rsp
	movq	$1f, %rax
	jmp	*%rax
1:	xorl	%eax, %eax
	movl	%eax, %fs
	movl	%eax, %gs
	movl	%ebp, %edi
	call	pvh_loader		/* modulep in the low half, kernend in the high half */
	movq	%rax, %rcx
	shrq	$32, %rcx
	subq	$16, %rsp
	movl	%eax, 4(%rsp)
	movl	%ecx, 8(%rsp)
	jmp	btext

	.text
	.globl btext
	.type btext,@function
btext:
	.cfi_startproc
	.cfi_undefined %rip
	movl	4(%rsp), %edi
	movl	8(%rsp), %esi
	movq	$bootstack, %rsp
	xorl	%ebp, %ebp
	call	hammer_time
	movq	%rax, %rsp		/* the stack of thread0 */
	call	mi_startup
0:	hlt
	jmp	0b
	.cfi_endproc
	.size btext, . - btext

	.section .note.GNU-stack,"",@progbits
