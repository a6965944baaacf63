/*
 * The first sector (bootloader asm/x86-unknown-none/stage1.asm): the BIOS puts it at 0x7c00 with the drive in dl. Behind it on the disk lie the
 * partition table, which it leaves alone, and at sector 34 stage 2 and stage 3, which it reads to 0xc000.
 */
	.equ FIRST_SECTOR, 34
	.equ LARGEST_READ, 64		/* sectors; 32 KiB, so that no read crosses a segment */

	.section .stage1, "ax"
	.code16
	.globl stage1
stage1:
	xorw	%ax, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %ss
	movw	$0x7c00, %sp
	ljmp	$0, $stage1.set_cs
stage1.set_cs:
	cld
	sti
	movb	%dl, disk

stage1.load:
	movw	sectors_left, %cx
	testw	%cx, %cx
	jz	stage1.loaded
	cmpw	$LARGEST_READ, %cx
	jbe	1f
	movw	$LARGEST_READ, %cx
1:	movw	%cx, DAPACK.count
	subw	%cx, sectors_left
	pushw	%cx
	movb	$0x42, %ah
	movb	disk, %dl
	movw	$DAPACK, %si
	int	$0x13
	jc	stage1.error
	popw	%cx
	movzwl	%cx, %ecx
	addl	%ecx, DAPACK.addr
	shlw	$5, %cx			/* 512 bytes are 32 paragraphs */
	addw	%cx, DAPACK.seg
	jmp	stage1.load

stage1.loaded:
	jmp	stage2.entry

stage1.error:
	movw	$error_msg, %si
1:	lodsb
	testb	%al, %al
	jz	2f
	movb	$0xe, %ah
	movw	$7, %bx
	int	$0x10
	jmp	1b
2:	cli
	hlt
	jmp	2b

error_msg:
	.asciz	"ERROR"
	.globl disk
disk:	.byte	0
	.p2align 1
sectors_left:
	.word	stage23.sectors

	/* Disk address packet: its size, sectors, offset and segment of the buffer, first sector. */
	.p2align 2
DAPACK:	.byte	0x10, 0
DAPACK.count:
	.word	0
	.word	0
DAPACK.seg:
	.word	0xc00
DAPACK.addr:
	.quad	FIRST_SECTOR

	/* 446: the disk's own table of partitions; the signature behind it is put there with it. */
	.org	446
