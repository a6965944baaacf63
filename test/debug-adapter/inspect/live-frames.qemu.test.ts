import { describe, expect, it } from 'vitest';
import { buildFreebsdLive } from '../../guests/freebsd-live/build.mjs';
import { buildRedoxLive } from '../../guests/redox-live/build.mjs';
import { dwarfdump } from '../images/dwarfdump';
import { gdb } from './harness';
import { compareLiveFrames, told } from './live-frames';
import type { LiveGuest } from './live-frames';

const freebsd = (compiler: 'clang' | 'gcc') => async (): Promise<LiveGuest> => {
  const guest = await buildFreebsdLive({ compiler });
  return { qemu: guest.qemu('f'), system: 'freebsd', kernel: guest.kernel, programs: Object.values(guest.programs), functions: ['mi_startup', 'malloc', 'kproc_create', 'vfs_mountroot', 'vfs_mount_alloc', 'namei', 'exec_elf64_imgact', 'vn_fullpath_any', 'tsleep', 'syscallenter'], programFunctions: ['printf', 'main', 'run_line', 'printf'], further: 40 };
};
const redox = (opt: 0 | 3) => async (): Promise<LiveGuest> => {
  const guest = await buildRedoxLive({ opt });
  return { qemu: guest.qemu, system: 'redox', kernel: guest.kernel, programs: Object.values(guest.programs), functions: ['kernel::startup::kmain', 'AddrSpaceWrapper::new', 'kernel::context::spawn', 'kernel::syscall::process::load', 'AddrSpace::map_zeroed', 'kernel::syscall::fs::openat', 'UserInner::call', 'UserInner::capture_user', 'kernel::syscall::syscall'], programFunctions: ['redox_scheme::Socket::write_response', 'LiveDisk::read', 'redox_scheme::Socket::write_response'], further: 60 };
};

describe.skipIf(gdb === undefined || dwarfdump === undefined)('live frames of kernels', () => {
  it.each([
    ['freebsd-live by clang', freebsd('clang')],
    ['freebsd-live by gcc', freebsd('gcc')],
    ['redox-live at opt-level 0', redox(0)],
    ['redox-live at opt-level 3', redox(3)],
  ])('are as gdb has them: %s', async (name, build) => {
    const agreement = await compareLiveFrames(await build());
    console.log(`${name}: ${told(agreement)}`);
    expect(agreement.kernel.wrong.slice(0, 30)).toEqual([]);
    expect(agreement.programs.wrong.slice(0, 30)).toEqual([]);
    expect(agreement.kernel.frames).toBeGreaterThan(20);
    expect(agreement.kernel.values).toBeGreaterThan(40);
    expect(agreement.inPrograms).toBeGreaterThan(8);
    expect(agreement.programs.frames).toBeGreaterThan(40);
    expect(agreement.programs.values).toBeGreaterThan(200);
  });
});
