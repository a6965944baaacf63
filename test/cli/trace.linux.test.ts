import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openImage } from '../../debug-adapter/images/open';
import { launchQemu } from '../../debug-adapter/machine/launch';
import type { Machine } from '../../debug-adapter/machine/machine';
import { mentionIn, readTrace } from '../../cli/symbols/trace';
import { linuxGuest, makeDisk } from '../guests/linux/build.mjs';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bs-trace-'));
const disk = makeDisk(path.join(folder, 'disk'));
const guest = linuxGuest({ root: '/dev/vda1', disk });
let machine: Machine | undefined;
afterAll(async () => {
  await machine?.close('kill');
  fs.rmSync(folder, { recursive: true, force: true });
});

/** What the kernel has found on the stack and does not take for a return address. */
const isDoubtful = (text: string): boolean => / \? /.test(text);

describe.skipIf('skipped' in guest)("the panic of Debian's kernel, which was moved", () => {
  it('comes back with names and lines', async () => {
    if ('skipped' in guest) return;
    machine = await launchQemu({ argv: [...guest.qemu, '-no-reboot'] });
    const said = (): string => Buffer.from(machine?.serial[0]?.read(0).bytes ?? []).toString('latin1');
    await machine.resume();
    await expect.poll(said, { timeout: 120_000 }).toContain('end Kernel panic');
    const image = openImage(guest.vmlinux);
    try {
      const lines = readTrace(image, said());
      const stack = lines.slice(lines.findIndex(({ text }) => text.includes('Call Trace:'))).filter(({ text }) => mentionIn(text)?.symbol && !isDoubtful(text));
      expect(stack.length).toBeGreaterThan(4);
      for (const { text, results } of stack) {
        const [found] = results;
        // The symbol that the kernel printed is the function that holds all that is inlined there; a part that gcc has split off has a name of its own.
        const printed = mentionIn(text)?.symbol?.name.replace(/\.(cold|part|isra|constprop).*$/, '');
        expect(found, text).toBeDefined();
        expect([found?.name, ...(found?.inlined ?? []).map(({ name }) => name)].at(-1), text).toBe(printed);
        if (printed !== undefined && !/^(ret_from_fork|entry_)/.test(printed)) expect(found?.file, text).toMatch(/\.[chS]$/);
      }
      const by = (name: string): string | undefined => stack.flatMap(({ results }) => results).find((result) => result.name === name || result.inlined.some((one) => one.name === name))?.file;
      expect(by('panic')).toMatch(/kernel\/panic\.c$/);
      expect(by('mount_block_root')).toMatch(/init\/do_mounts\.c$/);
    } finally {
      image.close();
    }
  });
});
