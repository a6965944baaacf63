/* Traps, system calls, interrupts, the first step of a new thread, and the switch between threads. */
#define TF_SIZE 0xc0
#define TF_RIP 0x98
#define TF_CS 0xa0
#define PC_RSP0 8
#define PC_SCRATCH 16
	.cfi_sections .debug_frame

/* A trapframe lies at %rsp: the interrupted code is the caller. */
.macro	CFI_TRAPFRAME
	.cfi_startproc simple
	.cfi_signal_frame
	.cfi_def_cfa rsp, TF_SIZE
	.cfi_offset rdi, 0x00 - TF_SIZE
	.cfi_offset rsi, 0x08 - TF_SIZE
	.cfi_offset rdx, 0x10 - TF_SIZE
	.cfi_offset rcx, 0x18 - TF_SIZE
	.cfi_offset r8, 0x20 - TF_SIZE
	.cfi_offset r9, 0x28 - TF_SIZE
	.cfi_offset rax, 0x30 - TF_SIZE
	.cfi_offset rbx, 0x38 - TF_SIZE
	.cfi_offset rbp, 0x40 - TF_SIZE
	.cfi_offset r10, 0x48 - TF_SIZE
	.cfi_offset r11, 0x50 - TF_SIZE
	.cfi_offset r12, 0x58 - TF_SIZE
	.cfi_offset r13, 0x60 - TF_SIZE
	.cfi_offset r14, 0x68 - TF_SIZE
	.cfi_offset r15, 0x70 - TF_SIZE
	.cfi_offset rip, TF_RIP - TF_SIZE
	.cfi_offset rsp, 0xb0 - TF_SIZE
.endm

.macro	SAVE_REGS
	movq	%rdi, 0x00(%rsp)
	movq	%rsi, 0x08(%rsp)
	movq	%rdx, 0x10(%rsp)
	movq	%rcx, 0x18(%rsp)
	movq	%r8, 0x20(%rsp)
	movq	%r9, 0x28(%rsp)
	movq	%rax, 0x30(%rsp)
	movq	%rbx, 0x38(%rsp)
	movq	%rbp, 0x40(%rsp)
	movq	%r10, 0x48(%rsp)
	movq	%r11, 0x50(%rsp)
	movq	%r12, 0x58(%rsp)
	movq	%r13, 0x60(%rsp)
	movq	%r14, 0x68(%rsp)
	movq	%r15, 0x70(%rsp)
.endm

	.text
	.p2align 4
	.globl fast_syscall
	.type fast_syscall,@function
fast_syscall:
	CFI_TRAPFRAME
	swapgs
	movq	%rsp, %gs:PC_SCRATCH
	movq	%gs:PC_RSP0, %rsp
	pushq	$0x3b			/* tf_ss */
	pushq	%gs:PC_SCRATCH		/* tf_rsp */
	pushq	%r11			/* tf_rflags */
	pushq	$0x43			/* tf_cs */
	pushq	%rcx			/* tf_rip */
	subq	$TF_RIP, %rsp
	SAVE_REGS
	movq	%r10, 0x18(%rsp)	/* the fourth argument came in r10 */
	movl	$0, 0x78(%rsp)
	movq	%gs:0, %rdi
	xorl	%esi, %esi
	call	amd64_syscall
	jmp	doreti
	.cfi_endproc
	.size fast_syscall, . - fast_syscall

	.globl doreti
	.type doreti,@function
doreti:
	CFI_TRAPFRAME
	cli
	testb	$3, TF_CS(%rsp)
	jz	1f
	movq	%rsp, %rdi
	call	ast
	cli
	swapgs
1:	movq	0x00(%rsp), %rdi
	movq	0x08(%rsp), %rsi
	movq	0x10(%rsp), %rdx
	movq	0x18(%rsp), %rcx
	movq	0x20(%rsp), %r8
	movq	0x28(%rsp), %r9
	movq	0x30(%rsp), %rax
	movq	0x38(%rsp), %rbx
	movq	0x40(%rsp), %rbp
	movq	0x48(%rsp), %r10
	movq	0x50(%rsp), %r11
	movq	0x58(%rsp), %r12
	movq	0x60(%rsp), %r13
	movq	0x68(%rsp), %r14
	movq	0x70(%rsp), %r15
	addq	$TF_RIP, %rsp
	iretq
	.cfi_endproc
	.size doreti, . - doreti

	.type alltraps,@function
alltraps:				/* tf_err and the trap number are stored */
	CFI_TRAPFRAME
	SAVE_REGS
	testb	$3, TF_CS(%rsp)
	jz	1f
	swapgs
1:	cld
	movq	%cr2, %rax
	movq	%rax, 0x80(%rsp)
	movq	%rsp, %rdi
	call	trap
	jmp	doreti
	.cfi_endproc
	.size alltraps, . - alltraps

	.globl Xtimerint
	.type Xtimerint,@function
Xtimerint:
	CFI_TRAPFRAME
	subq	$TF_RIP, %rsp
	SAVE_REGS
	testb	$3, TF_CS(%rsp)
	jz	1f
	swapgs
1:	cld
	movq	%rsp, %rdi
	call	hardclock_handler
	jmp	doreti
	.cfi_endproc
	.size Xtimerint, . - Xtimerint

/* Vectors 0 to 31: some push an error code themselves. Each takes 32 bytes. */
.macro	VECTOR n
	.p2align 5
	.if (\n == 8) || (\n >= 10 && \n <= 14) || (\n == 17)
	subq	$(TF_RIP - 8), %rsp	/* the error code is tf_err */
	.else
	subq	$TF_RIP, %rsp
	movq	$0, 0x90(%rsp)
	.endif
	movl	$\n, 0x78(%rsp)
	jmp	alltraps
.endm
	.p2align 5
	.globl IDTVEC
IDTVEC:
	VECTOR 0
	VECTOR 1
	VECTOR 2
	VECTOR 3
	VECTOR 4
	VECTOR 5
	VECTOR 6
	VECTOR 7
	VECTOR 8
	VECTOR 9
	VECTOR 10
	VECTOR 11
	VECTOR 12
	VECTOR 13
	VECTOR 14
	VECTOR 15
	VECTOR 16
	VECTOR 17
	VECTOR 18
	VECTOR 19
	VECTOR 20
	VECTOR 21
	VECTOR 22
	VECTOR 23
	VECTOR 24
	VECTOR 25
	VECTOR 26
	VECTOR 27
	VECTOR 28
	VECTOR 29
	VECTOR 30
	VECTOR 31

/* A new thread: r12 the function, rbx its argument, the trapframe of a user process on the stack. */
	.globl fork_trampoline
	.type fork_trampoline,@function
fork_trampoline:
	.cfi_startproc
	.cfi_undefined %rip
	xorl	%ebp, %ebp
	movq	%r12, %rdi
	movq	%rbx, %rsi
	movq	%rsp, %rdx
	call	fork_exit
	jmp	doreti
	.cfi_endproc
	.size fork_trampoline, . - fork_trampoline

/* cpu_switch(old pcb, new pcb): the members are in the order of struct pcb. */
	.globl cpu_switch
	.type cpu_switch,@function
cpu_switch:
	.cfi_startproc
	movq	(%rsp), %rax
	movq	%r15, 0x00(%rdi)
	movq	%r14, 0x08(%rdi)
	movq	%r13, 0x10(%rdi)
	movq	%r12, 0x18(%rdi)
	movq	%rbp, 0x20(%rdi)
	movq	%rsp, 0x28(%rdi)
	movq	%rbx, 0x30(%rdi)
	movq	%rax, 0x38(%rdi)
	movq	0x00(%rsi), %r15
	movq	0x08(%rsi), %r14
	movq	0x10(%rsi), %r13
	movq	0x18(%rsi), %r12
	movq	0x20(%rsi), %rbp
	movq	0x28(%rsi), %rsp
	movq	0x30(%rsi), %rbx
	movq	0x38(%rsi), %rax
	movq	%rax, (%rsp)
	ret
	.cfi_endproc
	.size cpu_switch, . - cpu_switch

	.section .note.GNU-stack,"",@progbits
