//! Processes: the first one, starting others, ending.
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::error::{EINVAL, ENOEXEC, Error, Result};
use super::usercopy::UserSlice;
use crate::arch::interrupt::InterruptStack;
use crate::context::{self, Context, ContextLock, ContextRef, Kstack, Status, memory::AddrSpaceWrapper};
use crate::memory::{PAGE_SIZE, Page, VirtualAddress};
use crate::scheme::initfs;
use crate::startup::Bootstrap;
use crate::sync::RwLock;

const STACK_TOP: usize = 1 << 47;
const STACK_SIZE: usize = 256 * 1024;

fn field<const N: usize>(data: &[u8], at: usize) -> Result<usize> {
    let bytes = data.get(at..at + N).ok_or(Error::new(ENOEXEC))?;
    let mut word = [0; 8];
    word[..N].copy_from_slice(bytes);
    Ok(u64::from_le_bytes(word) as usize)
}

/// Loads an ELF file linked at fixed addresses and lays out the stack. Returns instruction and stack pointer.
pub fn load(space: &AddrSpaceWrapper, image: &[u8], args: &[&[u8]], envs: &[&[u8]]) -> Result<(usize, usize)> {
    if !image.starts_with(b"\x7FELF") {
        return Err(Error::new(ENOEXEC));
    }
    let entry = field::<8>(image, 0x18)?;
    let (phoff, phentsize, phnum) = (field::<8>(image, 0x20)?, field::<2>(image, 0x36)?, field::<2>(image, 0x38)?);
    let mut space = space.acquire_write();
    let mut phdr = 0;
    for i in 0..phnum {
        let at = phoff + i * phentsize;
        if field::<4>(image, at)? != 1 {
            continue;
        }
        let (flags, offset, vaddr) = (field::<4>(image, at + 4)?, field::<8>(image, at + 8)?, field::<8>(image, at + 16)?);
        let (filesz, memsz) = (field::<8>(image, at + 32)?, field::<8>(image, at + 40)?);
        if offset == 0 {
            phdr = vaddr + phoff;
        }
        let base = Page::containing_address(VirtualAddress::new(vaddr));
        let page_count = (vaddr % PAGE_SIZE + memsz).div_ceil(PAGE_SIZE);
        let mut map_flags = syscall::PROT_READ;
        if flags & 1 != 0 {
            map_flags |= syscall::PROT_EXEC;
        }
        if flags & 2 != 0 {
            map_flags |= syscall::PROT_WRITE;
        }
        space.map_zeroed(base, page_count, map_flags)?;
        space.write_bytes(vaddr, image.get(offset..offset + filesz).ok_or(Error::new(ENOEXEC))?)?;
    }

    let bottom = Page::containing_address(VirtualAddress::new(STACK_TOP - STACK_SIZE));
    space.map_zeroed(bottom, STACK_SIZE / PAGE_SIZE, syscall::PROT_READ | syscall::PROT_WRITE)?;
    let mut sp = STACK_TOP;
    let mut push_strings = |strings: &[&[u8]]| -> Result<Vec<usize>> {
        let mut at = Vec::new();
        for string in strings {
            sp -= string.len() + 1;
            space.write_bytes(sp, string)?;
            at.push(sp);
        }
        Ok(at)
    };
    let arg_ptrs = push_strings(args)?;
    let env_ptrs = push_strings(envs)?;
    let mut words = Vec::new();
    words.push(args.len());
    words.extend(&arg_ptrs);
    words.push(0);
    words.extend(&env_ptrs);
    words.push(0);
    // AT_PHDR, AT_PHENT, AT_PHNUM, AT_ENTRY, AT_NULL
    words.extend([3, phdr, 4, phentsize, 5, phnum, 9, entry, 0, 0]);
    sp = (sp - words.len() * 8) & !15;
    for (i, word) in words.iter().enumerate() {
        space.write_bytes(sp + i * 8, &word.to_ne_bytes())?;
    }
    Ok((entry, sp))
}

fn set_entry(context: &mut Context, entry: usize, sp: usize) {
    if let Some(regs) = context.regs_mut() {
        *regs = InterruptStack::default();
        regs.init();
        regs.iret.rip = entry;
        regs.iret.rsp = sp;
    }
}

/// Turns the first context into init. In the real system a small process in between does this.
pub unsafe fn usermode_bootstrap(bootstrap: &Bootstrap) {
    assert_ne!(bootstrap.page_count, 0);
    const INIT: &str = "/scheme/initfs/bin/init";

    let image = initfs::find("bin/init").expect("no bin/init in the initfs");
    let mut envs: Vec<&[u8]> = crate::startup::init_env().split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).collect();
    envs.push(b"RUST_BACKTRACE=1");
    envs.push(b"LD_LIBRARY_PATH=/scheme/initfs/lib");

    let current = context::current();
    let addr_space = Arc::clone(current.read().addr_space().expect("bootstrap context has an address space"));
    let (entry, sp) = load(&addr_space, image, &[INIT.as_bytes()], &envs).expect("failed to load init");
    let console = crate::scheme::debug::open();
    let mut context = current.write();
    for _ in 0..3 {
        context.add_file(Arc::clone(&console));
    }
    context.name.clear();
    context.name.push_str(INIT);
    set_entry(&mut context, entry, sp);
}

extern "C" fn enter() {}

/// Starts a process with the caller's files. `request` is what `/scheme/proc/new-process` was given.
pub fn start(request: &syscall::NewProcess) -> Result<Arc<ContextLock>> {
    let bytes = |slice: [usize; 2]| UserSlice::new(slice[0], slice[1])?.as_bytes();
    let strings = |slice: [usize; 2]| -> Result<Vec<&'static [u8]>> {
        let list = bytes([slice[0], slice[1].checked_mul(16).ok_or(Error::new(EINVAL))?])?;
        list.chunks_exact(16).map(|pair| bytes([field::<8>(pair, 0)?, field::<8>(pair, 8)?])).collect()
    };
    let name = String::from_utf8_lossy(bytes(request.name)?);
    let files = context::current().read().files.read().clone();

    let context_lock = context::spawn(true, enter)?;
    let addr_space = Arc::clone(context_lock.read().addr_space()?);
    let loaded = load(&addr_space, bytes(request.image)?, &strings(request.args)?, &strings(request.envs)?);
    let (entry, sp) = match loaded {
        Ok(loaded) => loaded,
        Err(error) => {
            context::contexts_mut().remove(&ContextRef(context_lock));
            return Err(error);
        }
    };
    let mut context = context_lock.write();
    context.name.push_str(&name);
    context.files = Arc::new(RwLock::new(files));
    set_entry(&mut context, entry, sp);
    context.status = Status::Runnable;
    drop(context);
    Ok(context_lock)
}

/// Fork: the child gets a copy of memory, files and registers, and 0 as its result.
pub fn clone() -> Result<usize> {
    let current = context::current();
    let context_lock = {
        let mut parent = current.write();
        let addr_space = parent.addr_space()?.try_clone()?;
        let mut child = Context::new();
        let stack = Kstack::new()?;
        child.arch.setup_initial_call(&stack, enter, true);
        child.kstack = Some(stack);
        child.userspace = true;
        child.addr_space = Some(addr_space);
        child.name = parent.name;
        child.files = Arc::new(RwLock::new(parent.files.read().clone()));
        let mut regs = *parent.regs_mut().ok_or(Error::new(EINVAL))?;
        regs.scratch.rax = 0;
        if let Some(child_regs) = child.regs_mut() {
            *child_regs = regs;
        }
        child.status = Status::Runnable;
        Arc::new(ContextLock::new(child))
    };
    let pid = context_lock.read().pid;
    context::contexts_mut().insert(ContextRef(context_lock));
    Ok(pid)
}

/// Ends the current process.
pub fn exit(status: usize) -> ! {
    {
        let current = context::current();
        let files = core::mem::take(&mut *current.read().files.write());
        for file in files.into_iter().flatten() {
            let _ = super::fs::try_close(file);
        }
        let exit_status = {
            let mut context = current.write();
            context.status = Status::Dead { excp: None };
            Arc::clone(&context.exit_status)
        };
        *exit_status.value.write() = Some(status);
        exit_status.condition.notify();
        context::contexts_mut().remove(&ContextRef(current));
    }
    context::switch();
    unreachable!("a dead context was switched to");
}
