/*
 * The first sector (stand/i386/boot2, cdboot): the BIOS puts it at 0x7c00 with the drive in dl. It reads BTX and its client, which lie behind it on the
 * disk, to where they run.
 */
	.code16
	.globl _start
_start:
	cli
	cld
	xorw	%ax, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %ss
	movw	$0x7c00, %sp
	ljmp	$0, $1f
1:	sti
	movw	$4, %cx
2:	pushw	%cx
	movw	$packet, %si
	movb	$0x42, %ah
	int	$0x13
	jc	failed
	addw	$64, packet_lba
	addw	$(64 * 512 / 16), packet_segment
	popw	%cx
	loop	2b
	ljmp	$0, $0x9000

failed:	movw	$message, %si
1:	lodsb
	testb	%al, %al
	jz	2f
	movb	$0xe, %ah
	movw	$7, %bx
	int	$0x10
	jmp	1b
2:	hlt
	jmp	2b

message: .asciz "Read error"

	/* Sectors, and where they go: SeaBIOS takes 127 at most. */
	.p2align 2
packet:	.byte 16, 0
	.word 64, 0
packet_segment:
	.word 0x900
packet_lba:
	.quad 1

	.org 510
	.word 0xaa55
	.section .note.GNU-stack,"",@progbits
