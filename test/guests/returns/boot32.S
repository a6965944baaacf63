/* What a multiboot loader leaves, 32 bits and flat, is all this needs; the loader's table of segments is not to be relied on (Multiboot specification 0.6.96, 3.2). */
	.section .multiboot, "a"
	.align 4
	.globl header
header:
	.long 0x1badb002, 0x10003, -(0x1badb002 + 0x10003)
	.long header, load_start, load_end, bss_end, start

	.text
	.globl start
start:
	lgdt	gdtr
	ljmp	$8, $1f
1:	mov	$16, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	fninit
	.globl again
again:
	mov	$stack_top, %esp
	xor	%ebp, %ebp
	call	commands
	ud2

	.align 8
gdt:	.quad	0, 0x00cf9a000000ffff, 0x00cf92000000ffff
gdtr:	.word	23
	.long	gdt

	.bss
	.align 16
	.skip	32768
stack_top:
