/* What the processor and locore fix: sys/x86/include/frame.h and sys/amd64/include/pcb.h. */
#ifndef _MACHINE_FRAME_H_
#define _MACHINE_FRAME_H_

struct trapframe {
	register_t tf_rdi;
	register_t tf_rsi;
	register_t tf_rdx;
	register_t tf_rcx;
	register_t tf_r8;
	register_t tf_r9;
	register_t tf_rax;
	register_t tf_rbx;
	register_t tf_rbp;
	register_t tf_r10;
	register_t tf_r11;
	register_t tf_r12;
	register_t tf_r13;
	register_t tf_r14;
	register_t tf_r15;
	uint32_t tf_trapno;
	uint16_t tf_fs;
	uint16_t tf_gs;
	register_t tf_addr;
	uint32_t tf_flags;
	uint16_t tf_es;
	uint16_t tf_ds;
	register_t tf_err;
	register_t tf_rip;
	register_t tf_cs;
	register_t tf_rflags;
	register_t tf_rsp;
	register_t tf_ss;
};

struct pcb {
	register_t pcb_r15;
	register_t pcb_r14;
	register_t pcb_r13;
	register_t pcb_r12;
	register_t pcb_rbp;
	register_t pcb_rsp;
	register_t pcb_rbx;
	register_t pcb_rip;
	register_t pcb_fsbase;
	register_t pcb_gsbase;
	register_t pcb_kgsbase;
	register_t pcb_cr3;
};

#define PSL_C 0x1
#define PSL_I 0x200
#define PSL_USER 0x202
#define KCSEL 0x20
#define KDSEL 0x28
#define UDSEL 0x3b
#define UCSEL 0x43
#define TSSSEL 0x48
#define T_PAGEFLT 12

#endif
