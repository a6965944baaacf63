/*
 * BTX (stand/i386/btx/btx/btx.S): from real mode to a 32-bit client in ring 3 whose segments begin at MEM_USR, so that what is linked at 0 runs at
 * 0xa000. By int 0x30 the client leaves for a program in ring 0, by int 0x31 it has the BIOS called in real mode.
 */
#define MEM_BTX 0x9000
#define MEM_USR 0xa000
#define SEL_SCODE 0x08
#define SEL_SDATA 0x10
#define SEL_RCODE 0x18
#define SEL_RDATA 0x20
#define SEL_UCODE 0x2b
#define SEL_UDATA 0x33
#define SEL_TSS 0x38
#define STACK_SUPER MEM_BTX
#define STACK_REAL 0x7000
#define STACK_USER 0x7f000

	.text
	.code16
	.globl _start
_start:
	cli
	movb	%dl, drive
	lgdt	gdtr
	movl	%cr0, %eax
	orl	$1, %eax
	movl	%eax, %cr0
	ljmp	$SEL_SCODE, $init

	.code32
init:	movl	$SEL_SDATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	movl	$STACK_SUPER, %esp
	/* Exceptions end it all; the two calls are open to the client. */
	movl	$32, %ecx
	movl	$idt, %edi
1:	movw	$halted, (%edi)
	movl	$(SEL_SCODE), 2(%edi)
	movw	$0x8e00, 4(%edi)
	addl	$8, %edi
	loop	1b
	movw	$exec, idt + 0x30 * 8
	movw	$SEL_SCODE, idt + 0x30 * 8 + 2
	movw	$0xee00, idt + 0x30 * 8 + 4
	movw	$bios, idt + 0x31 * 8
	movw	$SEL_SCODE, idt + 0x31 * 8 + 2
	movw	$0xee00, idt + 0x31 * 8 + 4
	lidt	idtr
	movl	$SEL_TSS, %eax
	ltr	%ax
	movl	$SEL_UDATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %fs
	movl	%eax, %gs
	pushl	%eax
	pushl	$(STACK_USER - MEM_USR)
	pushl	$0x3002			/* the client may use ports */
	pushl	$SEL_UCODE
	pushl	$0
	movzbl	%cs:drive, %eax
	iretl

/* __exec(address, four arguments): ring 0, flat segments, paging off. */
exec:	movl	$SEL_SDATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	12(%esp), %esi
	addl	$(MEM_USR + 4), %esi
	movl	$STACK_SUPER - 64, %esp
	lodsl
	movl	%esp, %edi
	movl	$5, %ecx
	rep movsl
	pushl	$0
	jmp	*%eax

/* v86int: ebx names a block of the interrupt and eight registers, which are loaded before and stored behind the call. */
bios:	pushal
	pushl	%ds
	pushl	%es
	movl	$SEL_SDATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	leal	MEM_USR(%ebx), %esi
	movl	$block, %edi
	movl	$9, %ecx
	rep movsl
	movl	%esp, saved_esp
	movl	%ebx, saved_block
	lidt	ivtr
	ljmp	$SEL_RCODE, $1f
	.code16
1:	movw	$SEL_RDATA, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %ss
	movl	%cr0, %eax
	andl	$~1, %eax
	movl	%eax, %cr0
	ljmp	$0, $2f
2:	xorw	%ax, %ax
	movw	%ax, %ss
	movw	$STACK_REAL, %sp
	movw	%ax, %ds
	movw	block, %bx
	shlw	$2, %bx
	movl	(%bx), %eax
	movl	%eax, vector
	movl	block + 4, %eax
	movl	block + 8, %ebx
	movl	block + 12, %ecx
	movl	block + 16, %edx
	movl	block + 20, %esi
	movl	block + 24, %edi
	movw	block + 32, %es
	movw	block + 28, %ds
	sti
	pushfw
	lcallw	*%cs:vector
	cli
	pushfw
	pushw	%ds
	pushw	$0
	popw	%ds
	popw	block + 28
	movl	%eax, block + 4
	movl	%ebx, block + 8
	movl	%ecx, block + 12
	movl	%edx, block + 16
	movl	%esi, block + 20
	movl	%edi, block + 24
	movw	%es, block + 32
	popw	block
	movl	%cr0, %eax
	orl	$1, %eax
	movl	%eax, %cr0
	ljmp	$SEL_SCODE, $3f
	.code32
3:	movl	$SEL_SDATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	movl	saved_esp, %esp
	lidt	idtr
	movl	$block, %esi
	movl	saved_block, %edi
	addl	$MEM_USR, %edi
	movl	$9, %ecx
	rep movsl
	popl	%es
	popl	%ds
	popal
	iretl

halted:	movl	$SEL_SDATA, %eax
	movl	%eax, %ds
	movl	$halt_text, %esi
	movl	$0x3f8, %edx
1:	lodsb
	testb	%al, %al
	jz	2f
	outb	%al, %dx
	jmp	1b
2:	hlt
	jmp	2b
halt_text: .asciz "\r\nBTX halted\r\n"

	.p2align 3
gdt:	.quad 0
	.quad 0x00cf9a000000ffff
	.quad 0x00cf92000000ffff
	.quad 0x00009a000000ffff
	.quad 0x000092000000ffff
	.quad 0x00cffa00a000ffff
	.quad 0x00cff200a000ffff
	.word 103, tss
	.long 0x8900
gdtr:	.word 63
	.long gdt
idtr:	.word 0x32 * 8 - 1
	.long idt
ivtr:	.word 0x3ff
	.long 0
drive:	.byte 0

	.p2align 2
tss:	.long 0, STACK_SUPER, SEL_SDATA
	.skip 88
	.word 0, 104
block:	.skip 36
vector:	.long 0
saved_esp: .long 0
saved_block: .long 0
	.p2align 3
idt:	.skip 0x32 * 8
	.org 0x1000
	.section .note.GNU-stack,"",@progbits
