import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { FirmwareResets, ResetLog, factsIn, resetInWords } from '../../../debug-adapter/machine/reset-log';

/** As QEMU writes it: `-d cpu_reset`. */
const dump = (pc: string, cr2: string): string => `CPU Reset (CPU 0)\nEAX=00000000 EBX=00000000\nEIP=${pc} EFL=00000002 [-------] CPL=0 II=0 A20=1 SMM=0 HLT=0\nCR0=00000011 CR2=${cr2} CR3=00000000 CR4=00000000\n`;

test('a triple fault is told from a reset that was asked for', () => {
  expect(factsIn(`Triple fault\n${dump('00100123', 'deadb000')}`)).toEqual({ tripleFault: true, pc: 0x100123n, cr2: 0xdeadb000n });
  expect(factsIn(dump('00100123', '00000000'))).toEqual({ tripleFault: false, pc: 0x100123n, cr2: 0n });
  expect(factsIn('RIP=ffffffff80200010 RFL=2\nCPU Reset (CPU 1)\n')).toEqual({ tripleFault: false, pc: 0xffffffff80200010n });
  expect(factsIn('CPU Reset (CPU 0)\nEIP=zz')).toEqual({ tripleFault: false });
  expect(factsIn('unrelated')).toBeUndefined();
});

test('words for every way a machine is reset', () => {
  expect(resetInWords('guest-reset', { tripleFault: true, pc: 0x100n, cr2: 0x5000n })).toBe('a triple fault at 0x100, last page fault at 0x5000');
  expect(resetInWords('guest-reset', { tripleFault: false, pc: 0x100n })).toBe('the guest asked for a reset at 0x100');
  expect(resetInWords('guest-reset', undefined)).toBe('the guest asked for a reset, or the processor took a triple fault');
  expect(resetInWords('host-qmp-system-reset', { tripleFault: false, pc: 0x100n })).toBe('a reset was asked for over QMP');
  expect(resetInWords('something-new', undefined)).toBe('something-new');
});

const guests = { tripleFault: true, pc: 0x100109n };
const bios = { tripleFault: true, pc: 0xefaadn };

test('the resets by which firmware restarts itself are told from those of the guest', () => {
  const resets = new FirmwareResets();
  // Nothing is known of the one before.
  expect(resets.isOwn(bios)).toBe(false);
  expect(resets.isOwn(guests)).toBe(false);
  // What is read before the machine runs on may have been said before the reset. SeaBIOS tries several ways.
  resets.heard();
  expect([bios, { tripleFault: false, pc: 0xe81bbn }, { tripleFault: false, pc: 0xfff0n }].map((facts) => resets.isOwn(facts))).toEqual([true, true, true]);
  // A boot has said something since: whoever jumped into the BIOS to restart was not the firmware.
  resets.isOwn(guests);
  resets.ranOn();
  resets.heard();
  expect(resets.isOwn(bios)).toBe(false);
  // Another of the guest's, and one of which nothing is known.
  resets.isOwn(guests);
  resets.ranOn();
  expect(resets.isOwn(guests)).toBe(false);
  resets.isOwn(undefined);
  expect(resets.isOwn(bios)).toBe(false);
  // Firmware that never gets any further is told after a while.
  resets.isOwn(guests);
  expect(Array.from({ length: 20 }, () => resets.isOwn(bios)).filter((own) => !own).length).toBeGreaterThan(0);
});

test('each reset is read once, and a log that is not there says nothing', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bs-reset-'));
  try {
    const file = path.join(folder, 'reset.log');
    expect(new ResetLog(file).take()).toBeUndefined();
    fs.writeFileSync(file, '');
    const log = new ResetLog(file);
    expect(log.take()).toBeUndefined();
    fs.appendFileSync(file, `Triple fault\n${dump('00000001', '00000000')}`);
    expect(log.take()?.tripleFault).toBe(true);
    expect(log.take()).toBeUndefined();
    fs.appendFileSync(file, dump('00000002', '00000000'));
    expect(log.take()).toMatchObject({ tripleFault: false, pc: 2n });
    // The firmware was quicker than the news of the guest's reset: each is told with its own.
    const second = dump('00000003', '00000000').replace('CPU 0', 'CPU 1');
    fs.appendFileSync(file, `${dump('00000004', '00000000')}${second}Triple fault\n${dump('000efaad', '00000000')}Triple fault\n`);
    expect(log.take()).toEqual({ tripleFault: false, pc: 4n, cr2: 0n });
    expect(log.take()).toEqual({ tripleFault: true, pc: 0xefaadn, cr2: 0n });
    fs.appendFileSync(file, dump('00000005', '00000000'));
    // QEMU and its folder are gone before the last word is read.
    fs.rmSync(file);
    expect(log.take()).toEqual({ tripleFault: true, pc: 5n, cr2: 0n });
    expect(log.take()).toBeUndefined();
    log.close();
    expect(log.take()).toBeUndefined();
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});
