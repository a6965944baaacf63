/* Programs: fork(2), execve(2) of ELF files and of scripts, exit and wait (sys/kern/kern_{fork,exec,exit}.c, imgact_{elf,shell}.c). */
#include <sys/param.h>
#include <sys/vnode.h>
#include <sys/proc.h>

#define MAXARGS 16
#define ARGBYTES 1024

struct image_args { char *buf; char *endp; char *fname; int argc; int envc; const char *strings[MAXARGS + 2]; };
struct image_params { struct proc *proc; struct vnode *vp; const u_char *image_header; size_t image_size; struct image_args *args; char interpreter_name[128]; uint64_t entry_addr; bool interpreted; };

struct elf64_ehdr { u_char e_ident[16]; uint16_t e_type, e_machine; uint32_t e_version; uint64_t e_entry, e_phoff, e_shoff; uint32_t e_flags; uint16_t e_ehsize, e_phentsize, e_phnum, e_shentsize, e_shnum, e_shstrndx; };
struct elf64_phdr { uint32_t p_type, p_flags; uint64_t p_offset, p_vaddr, p_paddr, p_filesz, p_memsz, p_align; };

/* "#! interpreter [argument]": the interpreter gets the script's path as its argument. */
static int
exec_shell_imgact(struct image_params *imgp)
{
	const char *line = (const char *)imgp->image_header;
	size_t i = 2, len = 0;

	if (imgp->image_size < 4 || line[0] != '#' || line[1] != '!' || imgp->interpreted)
		return (-1);
	while (i < imgp->image_size && line[i] == ' ')
		i++;
	while (i < imgp->image_size && line[i] != '\n' && line[i] != ' ' && len + 1 < sizeof(imgp->interpreter_name))
		imgp->interpreter_name[len++] = line[i++];
	imgp->interpreter_name[len] = '\0';
	imgp->interpreted = true;
	return (0);
}

static int
exec_elf64_imgact(struct image_params *imgp, struct vmspace *vm)
{
	const struct elf64_ehdr *hdr = (const struct elf64_ehdr *)imgp->image_header;
	const struct elf64_phdr *phdr;
	int i;

	if (imgp->image_size < sizeof(*hdr) || memcmp(hdr->e_ident, "\177ELF\2", 5) != 0)
		return (-1);
	phdr = (const struct elf64_phdr *)(imgp->image_header + hdr->e_phoff);
	for (i = 0; i < hdr->e_phnum; i++) {
		uint64_t va, end = phdr[i].p_vaddr + phdr[i].p_memsz;

		if (phdr[i].p_type != 1)
			continue;
		for (va = phdr[i].p_vaddr; va < end; va = (va | PAGE_MASK) + 1) {
			uint64_t in = va - phdr[i].p_vaddr, n = min(PAGE_SIZE - (va & PAGE_MASK), end - va);
			char *to = pmap_enter(&vm->vm_pmap, va, (phdr[i].p_flags & 2) != 0);

			if (in < phdr[i].p_filesz)
				memcpy(to, imgp->image_header + phdr[i].p_offset + in, min(n, phdr[i].p_filesz - in));
		}
		if (phdr[i].p_flags & 1) {
			vm->vm_taddr = (caddr_t)phdr[i].p_vaddr;
			vm->vm_tsize = phdr[i].p_memsz / PAGE_SIZE + 1;
		} else {
			vm->vm_daddr = (caddr_t)phdr[i].p_vaddr;
			vm->vm_dsize = phdr[i].p_memsz / PAGE_SIZE + 1;
		}
	}
	imgp->entry_addr = hdr->e_entry;
	return (0);
}

/* argc, argv, a null, the environment, a null, an empty auxiliary vector; the strings lie above. */
static uint64_t
exec_copyout_strings(struct image_params *imgp, struct vmspace *vm)
{
	struct image_args *args = imgp->args;
	uint64_t strings = USRSTACK - PAGE_SIZE, at = strings - 512, *words;
	char *page;
	int i;

	for (i = 1; i <= 4; i++)
		pmap_enter(&vm->vm_pmap, USRSTACK - i * PAGE_SIZE, true);
	page = pmap_enter(&vm->vm_pmap, strings, true);
	memcpy(page, args->buf, args->endp - args->buf);
	words = pmap_enter(&vm->vm_pmap, at, true);
	*words++ = args->argc;
	for (i = 0; i < args->argc; i++)
		*words++ = strings + (args->strings[i] - args->buf);
	*words++ = 0;
	for (; i < args->argc + args->envc; i++)
		*words++ = strings + (args->strings[i] - args->buf);
	*words++ = 0;
	*words++ = 0;
	*words = 0;
	vm->vm_maxsaddr = (caddr_t)(USRSTACK - 4 * PAGE_SIZE);
	vm->vm_ssize = 4;
#if FREEBSD_SHAPE >= 1501
	vm->vm_stacktop = USRSTACK;
#endif
	return (at);
}

static void
exec_add(struct image_args *args, const char *s)
{
	if (args->argc + args->envc >= MAXARGS || args->endp + strlen(s) + 1 > args->buf + ARGBYTES)
		return;
	args->strings[args->argc + args->envc] = args->endp;
	strcpy(args->endp, s);
	args->endp += strlen(s) + 1;
}

static int
do_execve(struct thread *td, struct image_args *args)
{
	struct proc *p = td->td_proc;
	struct nameidata nd;
	struct image_params imgp;
	struct image_args shell;
	struct vmspace *vm, *oldvm;
	uint64_t stack;
	int error, i;

	bzero(&imgp, sizeof(imgp));
	imgp.proc = p;
	imgp.args = args;
	NDINIT(&nd, LOOKUP, FOLLOW, UIO_SYSSPACE, args->fname);
interpret:
	error = namei(&nd);
	if (error)
		return (error);
	imgp.vp = nd.ni_vp;
	if (imgp.vp->v_type != VREG)
		return (EACCES);
	if (memfs_program(imgp.vp, &imgp.image_header, &imgp.image_size) != 0)
		return (ENOEXEC);
	if (exec_shell_imgact(&imgp) == 0) {
		bzero(&shell, sizeof(shell));
		shell.endp = shell.buf = malloc(ARGBYTES, M_TEMP, M_WAITOK | M_ZERO);
		shell.fname = args->fname;
		exec_add(&shell, imgp.interpreter_name);
		shell.argc++;
		exec_add(&shell, args->fname);
		shell.argc++;
		for (i = 1; i < args->argc; i++, shell.argc++)
			exec_add(&shell, args->strings[i]);
		for (; i < args->argc + args->envc; i++, shell.envc++)
			exec_add(&shell, args->strings[i]);
		imgp.args = &shell;
		vrele(imgp.vp);
		NDINIT(&nd, LOOKUP, FOLLOW, UIO_SYSSPACE, imgp.interpreter_name);
		goto interpret;
	}

	vm = malloc(sizeof(*vm), M_PROC, M_WAITOK | M_ZERO);
	vm->vm_refcnt = 1;
	pmap_pinit(&vm->vm_pmap);
	error = exec_elf64_imgact(&imgp, vm);
	if (error) {
		pmap_release(&vm->vm_pmap);
		return (ENOEXEC);
	}
	stack = exec_copyout_strings(&imgp, vm);
	oldvm = p->p_vmspace;
	p->p_vmspace = vm;
	pmap_activate(td);
	pmap_release(&oldvm->vm_pmap);
	free(oldvm, M_PROC);

	strlcpy(p->p_comm, nd.ni_last, sizeof(p->p_comm));
	strlcpy(td->td_name, nd.ni_last, sizeof(td->td_name));
	if (p->p_textvp != NULL)
		vrele(p->p_textvp);
	p->p_textvp = imgp.vp;
#if FREEBSD_SHAPE >= 1501
	p->p_textdvp = nd.ni_dvp;
	p->p_binname = strdup(nd.ni_last, M_PROC);
#endif
	p->p_flag &= ~(P_SYSTEM | P_KPROC);
	bzero(td->td_frame, sizeof(*td->td_frame));
	td->td_frame->tf_rip = imgp.entry_addr;
	td->td_frame->tf_rsp = stack - 8; /* as after a call */
	td->td_frame->tf_rdi = stack;
	td->td_frame->tf_rflags = PSL_USER;
	td->td_frame->tf_cs = UCSEL;
	td->td_frame->tf_ss = UDSEL;
	return (EJUSTRETURN);
}

int
kern_execve(struct thread *td, const char *path, char **argv, int argc, char **envv, int envc)
{
	struct image_args args;
	char fname[MAXPATHLEN / 4];
	int i;

	bzero(&args, sizeof(args));
	strlcpy(fname, path, sizeof(fname));
	args.fname = fname;
	args.endp = args.buf = malloc(ARGBYTES, M_TEMP, M_WAITOK | M_ZERO);
	for (i = 0; i < argc; i++, args.argc++)
		exec_add(&args, argv[i]);
	for (i = 0; i < envc; i++, args.envc++)
		exec_add(&args, envv[i]);
	i = do_execve(td, &args);
	free(args.buf, M_TEMP);
	return (i);
}

int
fork1_user(struct thread *td, struct proc **procp)
{
	struct proc *p1 = td->td_proc, *p2 = fork_process(p1, p1->p_comm, 0);
	struct thread *td2 = FIRST_THREAD_IN_PROC(p2);

	pmap_copy(&p2->p_vmspace->vm_pmap, &p1->p_vmspace->vm_pmap);
	p2->p_vmspace->vm_taddr = p1->p_vmspace->vm_taddr;
	p2->p_vmspace->vm_daddr = p1->p_vmspace->vm_daddr;
	p2->p_vmspace->vm_maxsaddr = p1->p_vmspace->vm_maxsaddr;
	fdcopy_proc(p1, p2);
	p2->p_textvp = p1->p_textvp;
	if (p2->p_textvp != NULL)
		vref(p2->p_textvp);
#if FREEBSD_SHAPE >= 1501
	p2->p_textdvp = p1->p_textdvp;
	p2->p_binname = p1->p_binname;
#endif
	*td2->td_frame = *td->td_frame;
	td2->td_frame->tf_rax = 0;
	td2->td_frame->tf_rdx = 1;
	td2->td_frame->tf_rflags &= ~PSL_C;
	cpu_fork_kthread_handler(td2, (void (*)(void *))(void *)fork_return, td2);
	sched_add(td2);
	*procp = p2;
	return (0);
}

void
exit1(struct thread *td, int rval, int signo)
{
	struct proc *p = td->td_proc, *child;
	struct vmspace *vm = p->p_vmspace;

	if (p == initproc)
		panic("Going nowhere without my init!");
	p->p_flag |= P_WEXIT;
	fdescfree(p);
	if (p->p_textvp != NULL)
		vrele(p->p_textvp);
	p->p_textvp = NULL;
	while ((child = LIST_FIRST(&p->p_children)) != NULL) {
		LIST_REMOVE(child, p_sibling);
		child->p_pptr = initproc;
		LIST_INSERT_HEAD(&initproc->p_children, child, p_sibling);
		if (child->p_state == PRS_ZOMBIE)
			wakeup(initproc);
	}
	p->p_vmspace = &vmspace0;
	pmap_activate(td);
	pmap_release(&vm->vm_pmap);
	free(vm, M_PROC);
	p->p_xexit = rval;
	p->p_xsig = signo;
	p->p_state = PRS_ZOMBIE;
	LIST_REMOVE(p, p_list);
	td->td_state = TDS_INACTIVE;
	wakeup(p->p_pptr);
	mi_switch();
	panic("exit1: a dead thread runs");
}

int
kern_wait(struct thread *td, pid_t pid, int *status, pid_t *found)
{
	struct proc *q = td->td_proc, *p;

	for (;;) {
		bool any = false;

		LIST_FOREACH(p, &q->p_children, p_sibling) {
			if (pid != -1 && p->p_pid != pid)
				continue;
			any = true;
			if (p->p_state == PRS_ZOMBIE) {
				*found = p->p_pid;
				*status = p->p_xexit << 8 | p->p_xsig;
				LIST_REMOVE(p, p_sibling);
				crfree(p->p_ucred);
				free(p, M_PROC);
				return (0);
			}
		}
		if (!any)
			return (ECHILD);
		if (tsleep(q, "wait", 0) != 0)
			return (EINTR);
	}
}
