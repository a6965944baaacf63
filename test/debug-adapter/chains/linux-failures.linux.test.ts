import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChainContext } from '../../../debug-adapter/chains/chain';
import { LinuxChain } from '../../../debug-adapter/chains/linux/linux';
import { launchQemu } from '../../../debug-adapter/machine/launch';
import type { Machine } from '../../../debug-adapter/machine/machine';
import { cpioArchive, linuxGuest, makeDisk } from '../../guests/linux/build.mjs';

let folder: string;
const machines: Machine[] = [];
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bs-linux-failures-'));
});
afterAll(async () => {
  for (const machine of machines) await machine.close('kill');
  fs.rmSync(folder, { recursive: true, force: true });
});

const file = (name: string, bytes: Buffer | string): string => {
  const at = path.join(folder, name);
  fs.writeFileSync(at, bytes);
  return at;
};

/** A program that ends at once with code 3. */
const shortInit = (): Buffer => {
  const source = file('short.c', 'void _start(void) { __asm__ volatile("syscall" : : "a"(60L), "D"(3L)); for (;;) {} }');
  const program = path.join(folder, 'short');
  execFileSync('gcc', ['-Os', '-static', '-nostdlib', '-ffreestanding', '-fno-pie', '-no-pie', '-o', program, source]);
  return fs.readFileSync(program);
};

/** The failures of a real boot that ends in a panic, from its console alone (level 0). */
const failuresOf = async (options: Parameters<typeof linuxGuest>[0]): Promise<{ code: string; title: string; text: string }[]> => {
  const guest = linuxGuest(options);
  if ('skipped' in guest) throw new Error(guest.skipped);
  const machine = await launchQemu({ argv: [...guest.qemu, '-no-reboot'] });
  machines.push(machine);
  const said = (): string => Buffer.from(machine.serial[0]?.read().bytes ?? []).toString('utf8');
  await new Promise<void>((resolve, reject) => {
    machine.on('serial', () => { if (said().includes('end Kernel panic')) resolve(); });
    machine.on('ended', ({ detail }) => reject(new Error(detail)));
    void machine.resume();
  });
  const context = { machine, stage: 'kernel', serialText: said } as unknown as ChainContext;
  const { failures } = await new LinuxChain().diagnosis(context);
  await machine.close('kill');
  return failures.map(({ code, title, evidence }) => ({ code, title, text: evidence.map((piece) => piece.text).join('\n') }));
};

describe.skipIf('skipped' in linuxGuest())("real failures of Debian's kernel, from the console alone", () => {
  it('a root= that names no device', async () => {
    expect(await failuresOf({ root: '/dev/sda1', disk: makeDisk(path.join(folder, 'a.img')) })).toMatchObject([{ code: 'linux.unable-to-mount-root', text: expect.stringMatching(/Cannot open root device "sda1"|unknown-block/) as string }]);
  });
  it('a root device whose filesystem nobody recognises', async () => {
    expect(await failuresOf({ root: '/dev/nvme0n1p1', disk: makeDisk(path.join(folder, 'b.img')) })).toMatchObject([{ code: 'linux.root-filesystem-unknown', title: expect.stringContaining('unknown-block(259,') as string }]);
  });
  it('an initramfs that is none', async () => {
    expect(await failuresOf({ initramfs: file('garbage', Buffer.alloc(70_000, 'no archive ')) })).toMatchObject([{ code: 'linux.initramfs-unreadable', title: expect.stringContaining('invalid magic') as string }]);
  });
  it('an initramfs that is cut short, whatever comes of what was unpacked of it', async () => {
    const archive = gzipSync(cpioArchive({ init: shortInit(), filler: randomBytes(60_000) }));
    expect(await failuresOf({ initramfs: file('cut.gz', archive.subarray(0, archive.length - 20_000)) })).toMatchObject([{ code: 'linux.initramfs-unreadable' }]);
  });
  it('an init= that names nothing, behind an /init that cannot be started', async () => {
    expect(await failuresOf({ initramfs: file('script.cpio', cpioArchive({ init: '#!/bin/sh\n' })), parameters: ['init=/nothing'] })).toMatchObject([{ code: 'linux.init-not-executable' }]);
  });
  it('an init whose interpreter is missing', async () => {
    expect(await failuresOf({ initramfs: file('script.cpio', cpioArchive({ init: '#!/bin/sh\n' })) })).toMatchObject([{ code: 'linux.init-not-executable', title: 'init /init could not be executed (error -2)' }]);
  });
  it('an init that ends', async () => {
    expect(await failuresOf({ initramfs: file('short.cpio', cpioArchive({ init: shortInit() })) })).toMatchObject([{ code: 'linux.init-died', title: expect.stringContaining('exitcode=0x00000300') as string }]);
  });
});
