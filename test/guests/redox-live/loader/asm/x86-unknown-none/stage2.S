/*
 * From real mode to stage 3 and on to the kernel (bootloader asm/x86-unknown-none/{stage2,protected_mode,long_mode,thunk,gdt}.asm). Stage 3 is an ELF
 * file of 32 bits that lies where it is linked; it runs flat and unpaged, calls the BIOS through the thunks, and leaves by `kernel.entry`.
 */
	.equ STAGE3_STACK, 0x70000	/* below the disk's buffer */
	.equ THUNK_STACK, 0x7c00 - 64	/* ThunkData, where stage 3 puts it */
	.equ ELF_ENTRY, 0x18
	.equ EFER, 0xc0000080

	.equ LM64_CODE, 0x08
	.equ LM64_DATA, 0x10
	.equ PM32_CODE, 0x18
	.equ PM32_DATA, 0x20
	.equ PM16_CODE, 0x28
	.equ PM16_DATA, 0x30

	.section .stage2, "ax"
	.code16
	.globl stage2.entry
stage2.entry:
	inb	$0x92, %al		/* the 21st address line */
	orb	$2, %al
	outb	%al, $0x92
	movl	$stage3.entry, protected_mode.func
	jmp	protected_mode.entry

	.globl protected_mode.entry
protected_mode.entry:
	cli
	lgdtl	gdtr
	movl	%cr0, %eax
	orl	$1, %eax
	movl	%eax, %cr0
	ljmpl	$PM32_CODE, $protected_mode.inner

	.code32
protected_mode.inner:
	movl	$PM32_DATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %fs
	movl	%eax, %gs
	movl	%eax, %ss
	jmp	*protected_mode.func
protected_mode.func:
	.long	0

	/* start(kernel_entry, boot_disk, thunk10, thunk13, thunk15, thunk16) */
	.globl stage3.entry
stage3.entry:
	movl	$STAGE3_STACK, %esp
	pushl	$thunk.int16
	pushl	$thunk.int15
	pushl	$thunk.int13
	pushl	$thunk.int10
	movzbl	disk, %eax
	pushl	%eax
	pushl	$kernel.entry
	call	*(stage3 + ELF_ENTRY)
1:	cli
	hlt
	jmp	1b

	/* kernel_entry(page_table: usize, stack: u64, func: u64, args: *const KernelArgs, long_mode: usize) */
	.globl kernel.entry
kernel.entry:
	movl	4(%esp), %eax
	movl	%eax, %cr3
	movl	8(%esp), %eax
	movl	%eax, kernel.stack
	movl	12(%esp), %eax
	movl	%eax, kernel.stack + 4
	movl	16(%esp), %eax
	movl	%eax, kernel.func
	movl	20(%esp), %eax
	movl	%eax, kernel.func + 4
	movl	24(%esp), %eax
	movl	%eax, kernel.args

	.globl long_mode.entry
long_mode.entry:
	cli
	/* SSE, global pages, physical address extension, large pages. */
	movl	%cr4, %eax
	orl	$0x2b0, %eax
	movl	%eax, %cr4
	/* Long mode and no-execute. */
	movl	$EFER, %ecx
	rdmsr
	orl	$0x900, %eax
	wrmsr
	/* Paging and write protection. */
	movl	%cr0, %eax
	orl	$0x80010001, %eax
	movl	%eax, %cr0
	ljmpl	$LM64_CODE, $long_mode.inner

	.code64
long_mode.inner:
	movl	$LM64_DATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %fs
	movl	%eax, %gs
	movl	%eax, %ss
	movl	$kernel.stack, %ebx
	movq	(%rbx), %rsp
	movq	8(%rbx), %rax
	movq	16(%rbx), %rdi
	callq	*%rax
1:	cli
	hlt
	jmp	1b

	.p2align 3
kernel.stack:
	.quad	0
kernel.func:
	.quad	0
kernel.args:
	.quad	0

	/* A thunk goes to real mode with the registers of ThunkData, makes its call, and comes back with what it left in them. */
	.code32
thunk.int10:
	movl	$thunk.int10_real, thunk.func
	jmp	thunk.enter
thunk.int13:
	movl	$thunk.int13_real, thunk.func
	jmp	thunk.enter
thunk.int15:
	movl	$thunk.int15_real, thunk.func
	jmp	thunk.enter
thunk.int16:
	movl	$thunk.int16_real, thunk.func
thunk.enter:
	pushfl
	pushal
	movl	%esp, thunk.esp
	ljmpl	$PM16_CODE, $thunk.pm16

thunk.exit:
	movl	$PM32_DATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %fs
	movl	%eax, %gs
	movl	%eax, %ss
	movl	thunk.esp, %esp
	popal
	popfl
	ret

	.code16
thunk.pm16:
	movw	$PM16_DATA, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %fs
	movw	%ax, %gs
	movw	%ax, %ss
	movl	%cr0, %eax
	andl	$0xfffffffe, %eax
	movl	%eax, %cr0
	ljmp	$0, $thunk.real
thunk.real:
	xorw	%ax, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %fs
	movw	%ax, %gs
	movw	%ax, %ss
	movl	$THUNK_STACK, %esp
	popw	%es
	popl	%edi
	popl	%esi
	popl	%ebp
	popl	%ebx
	popl	%edx
	popl	%ecx
	popl	%eax
	sti
	callw	*thunk.func
	cli
	pushl	%eax
	pushl	%ecx
	pushl	%edx
	pushl	%ebx
	pushl	%ebp
	pushl	%esi
	pushl	%edi
	pushw	%es
	xorw	%ax, %ax
	movw	%ax, %ds
	lgdtl	gdtr			/* the BIOS may have loaded one of its own */
	movl	%cr0, %eax
	orl	$1, %eax
	movl	%eax, %cr0
	ljmpl	$PM32_CODE, $thunk.exit

thunk.int10_real:
	int	$0x10
	ret
thunk.int13_real:
	int	$0x13
	ret
thunk.int15_real:
	int	$0x15
	ret
thunk.int16_real:
	int	$0x16
	ret

	.p2align 2
thunk.func:
	.long	0
thunk.esp:
	.long	0

	.p2align 3
gdt:	.quad	0
	.quad	0x00209a0000000000
	.quad	0x0000920000000000
	.quad	0x00cf9a000000ffff
	.quad	0x00cf92000000ffff
	.quad	0x000f9a000000ffff
	.quad	0x000f92000000ffff
gdt.end:
gdtr:	.word	gdt.end - gdt - 1
	.long	gdt

	.section .stage3, "a"
	.globl stage3
stage3:
	.incbin	STAGE3
	.balign	512
