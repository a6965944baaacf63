import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { linuxGuest, makeInitramfs } from '../../guests/linux/build.mjs';
import { gdb } from './harness';
import { compareLiveFrames } from './live-frames';

const guest = linuxGuest({ kaslr: false });
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bs-live-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

describe.skipIf(gdb === undefined || 'skipped' in guest)("live frames of Debian's kernel", () => {
  it('are as gdb has them', async () => {
    const { initramfs } = makeInitramfs(folder);
    const built = linuxGuest({ initramfs, kaslr: false });
    if ('skipped' in built) throw new Error(built.skipped);
    const qemu = built.qemu.map((word, i) => (built.qemu[i - 1] === '-m' ? '192' : word));
    const agreement = await compareLiveFrames({
      qemu: [...qemu, '-no-reboot'],
      kernel: built.vmlinux,
      functions: ['start_kernel', 'kmem_cache_create_usercopy', 'device_add', 'load_elf_binary', 'handle_mm_fault', 'path_mount', 'link_path_walk', 'update_process_times'],
      further: 25,
    });
    console.log(`${agreement.frames} frames, ${agreement.values} values, ${agreement.wrong.length} differences; known: ${agreement.known}`);
    expect(agreement.wrong.slice(0, 30)).toEqual([]);
    expect(agreement.frames).toBeGreaterThan(90);
    expect(agreement.values).toBeGreaterThan(400);
  });
});
