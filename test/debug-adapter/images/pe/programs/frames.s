# Frames with the unwind codes that compilers seldom write.
	.text
	.globl	main
	.seh_proc main
main:
	pushq	%rbp
	.seh_pushreg %rbp
	pushq	%r15
	.seh_pushreg %r15
	subq	$0x120, %rsp
	.seh_stackalloc 0x120
	leaq	0x80(%rsp), %rbp
	.seh_setframe %rbp, 0x80
	movaps	%xmm6, 0x60(%rsp)
	.seh_savexmm %xmm6, 0x60
	movq	%rsi, 0x40(%rsp)
	.seh_savereg %rsi, 0x40
	.seh_endprologue
	movq	0x40(%rsp), %rsi
	movaps	0x60(%rsp), %xmm6
	leaq	0xa0(%rbp), %rsp
	popq	%r15
	popq	%rbp
	retq
	.seh_endproc

# The frame register is set before the other registers are saved.
	.globl	early
	.seh_proc early
early:
	pushq	%rbp
	.seh_pushreg %rbp
	movq	%rsp, %rbp
	.seh_setframe %rbp, 0
	pushq	%rbx
	.seh_pushreg %rbx
	pushq	%r12
	.seh_pushreg %r12
	subq	$0x28, %rsp
	.seh_stackalloc 0x28
	.seh_endprologue
	nop
	addq	$0x28, %rsp
	popq	%r12
	popq	%rbx
	popq	%rbp
	retq
	.seh_endproc

# Room of 512 KiB and more, saves far from the stack pointer, and a part with an entry of its own.
	.globl	far
	.seh_proc far
far:
	pushq	%rbx
	.seh_pushreg %rbx
	subq	$0x120020, %rsp
	.seh_stackalloc 0x120020
	movq	%rsi, 0x80018(%rsp)
	.seh_savereg %rsi, 0x80018
	movaps	%xmm15, 0x100000(%rsp)
	.seh_savexmm %xmm15, 0x100000
	.seh_endprologue
	movaps	0x100000(%rsp), %xmm15
	movq	0x80018(%rsp), %rsi
	testq	%rcx, %rcx
	je	.Lrest
	addq	$0x120020, %rsp
	popq	%rbx
	retq
.Lrest:
	.seh_startchained
	movq	%rdi, 0x20(%rsp)
	.seh_savereg %rdi, 0x20
	.seh_endprologue
	movq	0x20(%rsp), %rdi
	addq	$0x120020, %rsp
	popq	%rbx
	retq
	.seh_endchained
	.seh_endproc

# What the processor pushes for a fault, with its code and without.
	.globl	fault
	.seh_proc fault
fault:
	.seh_pushframe @code
	pushq	%rax
	.seh_pushreg %rax
	subq	$0x20, %rsp
	.seh_stackalloc 0x20
	.seh_endprologue
	nop
	hlt
	.seh_endproc

	.globl	interrupt
	.seh_proc interrupt
interrupt:
	.seh_pushframe
	pushq	%r11
	.seh_pushreg %r11
	.seh_endprologue
	nop
	hlt
	.seh_endproc

# Functions that end in a jump: to one before, which is near, and to themselves.
	.globl	before
	.seh_proc before
before:
	pushq	%rsi
	.seh_pushreg %rsi
	subq	$0x20, %rsp
	.seh_stackalloc 0x20
	.seh_endprologue
	testq	%rcx, %rcx
	je	.Lagain
	addq	$0x20, %rsp
	popq	%rsi
	jmp	interrupt
.Lagain:
	addq	$0x20, %rsp
	popq	%rsi
	jmp	before
	.seh_endproc
