/* From what a multiboot loader leaves (32 bits, flat) into long mode, low memory mapped one to one in large pages. */
	.section .multiboot, "a"
	.align 4
	.globl header
header:
	.long 0x1badb002, 0x10003, -(0x1badb002 + 0x10003)
	.long header, load_start, load_end, bss_end, start

	.text
	.code32
	.globl start
start:
	mov	$stack_top, %esp
	mov	$tables, %edi
	lea	0x1003(%edi), %eax
	mov	%eax, (%edi)
	lea	0x2003(%edi), %eax
	mov	%eax, 0x1000(%edi)
	lea	0x2000(%edi), %edi
	mov	$0x83, %eax
	mov	$512, %ecx
1:	mov	%eax, (%edi)
	add	$0x200000, %eax
	add	$8, %edi
	loop	1b
	mov	$tables, %eax
	mov	%eax, %cr3
	mov	%cr4, %eax
	or	$0x620, %eax		/* PAE, SSE */
	mov	%eax, %cr4
	mov	$0xc0000080, %ecx
	rdmsr
	or	$0x100, %eax
	wrmsr
	mov	%cr0, %eax
	and	$~4, %eax
	or	$0x80000002, %eax
	mov	%eax, %cr0
	lgdt	gdtr
	ljmp	$8, $long_mode
	.code64
long_mode:
	xor	%eax, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	.globl again
again:
	mov	$stack_top, %rsp
	xor	%ebp, %ebp
	call	commands
	ud2

	.align 8
gdt:	.quad	0, 0x00af9a000000ffff
gdtr:	.word	15
	.long	gdt

	.bss
	.align 4096
tables:	.skip 3 * 4096
	.skip	32768
stack_top:
