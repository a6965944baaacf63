import { describe, expect, it } from 'vitest';
import type { ChainId } from '../../../debug-adapter/api';
import type { ChainContext } from '../../../debug-adapter/chains/chain';
import { chainOf, detectChain } from '../../../debug-adapter/chains/detect';
import { meansProcess } from '../../../debug-adapter/chains/process-name';

const evidence = (symbols: string[], serial = ''): { hasSymbol: (name: string) => boolean; serialText: () => string } => ({ hasSymbol: (name) => symbols.includes(name), serialText: () => serial });

describe('which chain it is', () => {
  it.each<[ChainId, string[], string]>([
    ['redox', ['usermode_bootstrap', 'kmain', 'rootvnode'], ''],
    ['freebsd', ['rootvnode', 'mountlist', 'kenvp'], ''],
    ['nextbsd', ['rootvnode', 'mountlist', 'kenvp', 'sysctl_vfs_pivot'], ''],
    ['linux', ['saved_command_line', 'start_kernel', 'init_task'], ''],
    ['linux', [], 'Linux version 6.1'],
    ['redox', [], 'Redox OS Bootloader'],
    ['generic', ['main'], 'hello'],
  ])('%s', (chain, symbols, serial) => {
    expect(detectChain(evidence(symbols, serial))).toBe(chain);
    expect(chainOf('auto', evidence(symbols, serial)).id).toBe(chain);
  });
  it('by name, and refused with a code', () => {
    expect(chainOf('nextbsd', evidence([])).id).toBe('nextbsd');
    expect(() => chainOf('minix' as ChainId, evidence([]))).toThrow(/BS406.*minix/);
  });
  it('generic says that it knows nothing, yet diagnoses serial text', async () => {
    const chain = chainOf('generic', evidence([]));
    const context = { stage: null, serialText: () => 'panic: no init\n' } as unknown as ChainContext;
    expect((await chain.environment(context)).unknown).toContain('because');
    expect((await chain.mounts(context, {})).unknown).toContain('because');
    expect((await chain.diagnosis(context)).failures[0]?.code).toBe('freebsd.no-init');
  });
});

describe('a process in a request', () => {
  it('is a name, a path\'s last part, a pid, or both', () => {
    const lived = { pid: 12, name: '/scheme/initfs/bin/lived' };
    for (const asked of ['lived', '12', 'lived:12', '/scheme/initfs/bin/lived', ' lived ']) expect(meansProcess(asked, lived)).toBe(true);
    for (const asked of ['live', '1', 'lived:1', 'x:12', '']) expect(meansProcess(asked, lived)).toBe(false);
  });
});
