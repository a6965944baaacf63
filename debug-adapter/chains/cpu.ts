import type { Registers } from '../machine/registers';

const upperHalf = 1n << 63n;

/**
 * The kernel's GS base on a 64-bit x86 CPU: the base that lies in the upper half. In ring 3 that is `k_gs_base`, in ring 0
 * `gs_base`, but at the first instructions of a system call or interrupt the bases are not yet exchanged. undefined
 * before the kernel has set one.
 */
export const kernelGsBase = (registers: Registers): bigint | undefined => {
  if (registers.mode !== 'long' && registers.mode !== 'compat32') return undefined;
  const order = registers.cpl === 0 ? ['gs_base', 'k_gs_base'] : ['k_gs_base', 'gs_base'];
  for (const name of order) {
    const base = registers.get(name);
    if (base !== undefined && base >= upperHalf) return base;
  }
  return undefined;
};
