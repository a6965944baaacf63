/* Where the firmware enters (stand/efi/loader/arch/amd64/start.S), and the last code of the loader (amd64_tramp.S). */
	.cfi_sections .debug_frame
	.text
	.globl _start
	.type _start,@function
_start:
	.cfi_startproc
	pushq	%rdi
	.cfi_adjust_cfa_offset 8
	pushq	%rsi
	.cfi_adjust_cfa_offset 8
	subq	$8, %rsp
	.cfi_adjust_cfa_offset 8
	pushq	%rcx
	.cfi_adjust_cfa_offset 8
	pushq	%rdx
	.cfi_adjust_cfa_offset 8
	leaq	ImageBase(%rip), %rdi
	leaq	_DYNAMIC(%rip), %rsi
	call	self_reloc
	popq	%rsi
	.cfi_adjust_cfa_offset -8
	popq	%rdi
	.cfi_adjust_cfa_offset -8
	call	efi_main
	addq	$8, %rsp
	.cfi_adjust_cfa_offset -8
	popq	%rsi
	.cfi_adjust_cfa_offset -8
	popq	%rdi
	.cfi_adjust_cfa_offset -8
	ret
	.cfi_endproc
	.size _start, . - _start

/* rdi stack, rsi staging, rdx to, rcx length, r8 tables, r9 entry; on the stack modulep and kernend. Runs from a copy of itself. */
	.globl amd64_tramp
	.type amd64_tramp,@function
amd64_tramp:
	.cfi_startproc
	movl	8(%rsp), %eax
	movl	16(%rsp), %ebx
	movq	%rdi, %rsp
	.cfi_undefined %rip
	movq	%rdx, %rdi
	cld
	rep movsb
	movq	%r8, %cr3
	pushq	%rbx
	shlq	$32, %rax
	pushq	%rax
	pushq	%r9
	ret
	.cfi_endproc
	.globl amd64_tramp_end
amd64_tramp_end:
	.size amd64_tramp, . - amd64_tramp

/* Firmware loads only what says how it may be moved: one block that moves nothing. */
	.section .reloc,"a",@progbits
	.p2align 2
	.long 0
	.long 12
	.short 0, 0
	.section .note.GNU-stack,"",@progbits
