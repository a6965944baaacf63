import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { linuxGuest, makeInitramfs } from '../../guests/linux/build.mjs';
import { gdb } from './harness';
import { compareLiveFrames, told } from './live-frames';

const guest = linuxGuest({ kaslr: false });
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bs-live-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

describe.skipIf(gdb === undefined || 'skipped' in guest)("live frames of Debian's kernel", () => {
  it('are as gdb has them', async () => {
    const { initramfs, init } = makeInitramfs(folder);
    const built = linuxGuest({ initramfs, kaslr: false });
    if ('skipped' in built) throw new Error(built.skipped);
    const qemu = built.qemu.map((word, i) => (built.qemu[i - 1] === '-m' ? '192' : word));
    const agreement = await compareLiveFrames({
      qemu: [...qemu, '-no-reboot'],
      system: 'linux',
      kernel: built.vmlinux,
      programs: [init],
      functions: ['start_kernel', 'kmem_cache_create_usercopy', 'device_add', 'load_elf_binary', 'handle_mm_fault', 'path_mount', 'link_path_walk', 'update_process_times'],
      programFunctions: ['say', 'worker', 'say'],
      further: 25,
    });
    console.log(told(agreement));
    expect(agreement.kernel.wrong.slice(0, 30)).toEqual([]);
    expect(agreement.programs.wrong.slice(0, 30)).toEqual([]);
    expect(agreement.kernel.frames).toBeGreaterThan(90);
    expect(agreement.kernel.values).toBeGreaterThan(400);
    expect(agreement.inPrograms).toBeGreaterThan(4);
    expect(agreement.programs.values).toBeGreaterThan(5);
  });
});
