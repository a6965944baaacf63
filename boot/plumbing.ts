/**
 * Crates whose functions stand between a Rust program on Redox and the system call it makes: Rust's own library, redox-os/syscall (crate `syscall`),
 * redox-os/libredox, redox-os/relibc with its redox-rt.
 */
const crates: ReadonlySet<string> = new Set(['std', 'core', 'alloc', 'syscall', 'redox_syscall', 'libredox', 'relibc', 'redox_rt', 'libc']);

/** True for a function that only carries a request on: of those crates, or without any crate (C functions of relibc, assembly). */
export const isPlumbing = (name: string): boolean => {
  const crate = /^[<&*\s]*(?:mut\s+|dyn\s+|impl\s+)*([A-Za-z_]\w*)(?:::|<|\{)/.exec(name)?.[1];
  return crate === undefined || crates.has(crate);
};
