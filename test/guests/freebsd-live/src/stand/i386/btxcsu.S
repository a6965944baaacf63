/* Where BTX enters its client, and how the client calls it (stand/i386/btx/lib: btxcsu.S, btxsys.S, btxv86.S). */
	.cfi_sections .debug_frame
	.text
	.globl _start
	.type _start,@function
_start:
	.cfi_startproc
	.cfi_undefined %eip
	xorl	%ebp, %ebp
	pushl	%eax
	call	main
0:	hlt
	jmp	0b
	.cfi_endproc
	.size _start, . - _start

	.globl __exec
	.type __exec,@function
__exec:
	.cfi_startproc
	movl	$1, %eax
	int	$0x30
	.cfi_endproc
	.size __exec, . - __exec

	.globl v86int
	.type v86int,@function
v86int:
	.cfi_startproc
	pushl	%ebx
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset %ebx, 0
	movl	$v86, %ebx
	int	$0x31
	popl	%ebx
	.cfi_adjust_cfa_offset -4
	.cfi_restore %ebx
	ret
	.cfi_endproc
	.size v86int, . - v86int
	.section .note.GNU-stack,"",@progbits
