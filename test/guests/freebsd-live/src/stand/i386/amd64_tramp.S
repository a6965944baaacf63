/*
 * The last code of the loader (stand/i386/libi386/amd64_tramp.S): long mode, then the kernel. On the stack modulep, kernend, tables and entry. BTX is left behind
 * and the segments are flat, so that what is linked at 0 is named by where it is.
 */
#define MEM_USR 0xa000
#define VTOP(x) ((x) + MEM_USR)
	.cfi_sections .debug_frame
	.data
	.p2align 3
gdt:	.quad 0
	.quad 0x00af9a000000ffff
	.quad 0x00cf92000000ffff
gdtdesc: .word 23
	.long VTOP(gdt)

	.text
	.code32
	.globl amd64_tramp
	.type amd64_tramp,@function
amd64_tramp:
	.cfi_startproc
	.cfi_undefined %eip
	movl	%cr4, %eax
	orl	$0x620, %eax
	movl	%eax, %cr4
	movl	12(%esp), %eax
	movl	%eax, %cr3
	movl	$0xc0000080, %ecx
	rdmsr
	orl	$0x101, %eax
	wrmsr
	movl	%cr0, %eax
	andl	$~0xc, %eax
	orl	$0x80010002, %eax
	movl	%eax, %cr0
	lgdt	VTOP(gdtdesc)
	ljmp	$8, $VTOP(tramp_64)
	.cfi_endproc
	.size amd64_tramp, . - amd64_tramp

	.code64
tramp_64:
	movl	$0x10, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	movl	%esp, %esp
	movl	4(%rsp), %eax
	movl	8(%rsp), %ebx
	movq	16(%rsp), %rcx
	pushq	%rbx
	shlq	$32, %rax
	pushq	%rax
	pushq	%rcx
	ret
	.section .note.GNU-stack,"",@progbits
