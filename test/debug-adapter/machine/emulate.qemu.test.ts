import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { emulate } from '../../../debug-adapter/machine/emulate';
import { parseThread, Stub } from '../../../debug-adapter/machine/stub';
import { shapes } from '../../../debug-adapter/wire/rsp/reply';
import type { StopReply } from '../../../debug-adapter/wire/rsp/reply';
import { assemble, imageFile, modesSource, qemuFor } from './guest';

/** Where the instructions are put, the data they reach, and the stack: all in the first 2 MiB, which the guest maps to itself. */
const code = 0x30000n;
const data = 0x31000n;
const stack = 0x32800n;
const names = ['rax', 'rcx', 'rdx', 'rbx', 'rsp', 'rbp', 'rsi', 'rdi', 'r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15'];

const le32 = (value: number): number[] => [value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >>> 24) & 255];
const byte = fc.integer({ min: 0, max: 255 });
const word = fc.oneof(fc.integer({ min: -0x80000000, max: 0x7fffffff }), fc.constantFrom(0, 1, -1, 0x7fffffff, -0x80000000));
const rex = fc.oneof(fc.constant([] as number[]), fc.integer({ min: 0x40, max: 0x4f }).map((one) => [one]));
const registers = fc.integer({ min: 0xc0, max: 0xff });

/** ModRM of registers, of memory relative to rip, rsp and rbp, and of any other address. */
const operand = fc.oneof(
  { arbitrary: registers.map((modrm) => [modrm]), weight: 4 },
  { arbitrary: fc.tuple(fc.integer({ min: 0, max: 7 }), fc.integer({ min: 0, max: 200 })).map(([reg, offset]) => [(reg << 3) | 5, ...le32(0xe00 + offset)]), weight: 2 },
  { arbitrary: fc.tuple(fc.integer({ min: 0, max: 7 }), fc.integer({ min: -128, max: 127 })).map(([reg, offset]) => [0x44 | (reg << 3), 0x24, offset & 255]), weight: 2 },
  { arbitrary: fc.tuple(fc.integer({ min: 0, max: 7 }), fc.integer({ min: -128, max: 127 })).map(([reg, offset]) => [0x45 | (reg << 3), offset & 255]), weight: 2 },
  { arbitrary: fc.tuple(byte.filter((modrm) => modrm < 0xc0), byte, word).map(([modrm, sib, offset]) => [modrm, sib, ...le32(offset)]), weight: 3 },
);
const of = (...parts: fc.Arbitrary<number[]>[]): fc.Arbitrary<number[]> => fc.tuple(...parts).map((all) => all.flat());
const just = (...bytes: number[]): fc.Arbitrary<number[]> => fc.constant(bytes);
const one = (from: fc.Arbitrary<number>): fc.Arbitrary<number[]> => from.map((value) => [value]);
const immediate = word.map(le32);

const instruction = fc.oneof(
  { arbitrary: of(rex, one(fc.constantFrom(0, 1, 4, 5, 6, 7).chain((kind) => fc.constantFrom(1, 3).map((form) => (kind << 3) | form))), operand), weight: 8 },
  { arbitrary: of(rex, one(fc.constantFrom(0x89, 0x8b, 0x85, 0x8d)), operand), weight: 8 },
  { arbitrary: of(rex, just(0x83), operand, one(byte)), weight: 4 },
  { arbitrary: of(rex, just(0x81), operand, immediate), weight: 4 },
  { arbitrary: of(rex, one(fc.integer({ min: 0xb8, max: 0xbf })), immediate, immediate), weight: 2 },
  { arbitrary: of(rex, just(0xc7), operand, immediate), weight: 2 },
  { arbitrary: of(rex, one(fc.integer({ min: 0x58, max: 0x5f }))), weight: 2 },
  { arbitrary: of(one(fc.integer({ min: 0x70, max: 0x7f })), one(byte)), weight: 3 },
  { arbitrary: of(just(0x0f), one(fc.integer({ min: 0x80, max: 0x8f })), immediate), weight: 2 },
  { arbitrary: of(one(fc.constantFrom(0xe9, 0xeb)), immediate), weight: 1 },
  { arbitrary: fc.constantFrom([0x90], [0x66, 0x90], [0xf3, 0x0f, 0x1e, 0xfa], [0xc3], [0xc9], [0xf3, 0x90], [0x66, 0x2e, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0], [0x0f, 0x1f, 0x40, 0x00], [0x48, 0x90], [0x41, 0x90]), weight: 3 },
  // Anything: what is not known has to be left to the processor.
  { arbitrary: fc.uint8Array({ minLength: 15, maxLength: 15 }).map((bytes) => [...bytes]), weight: 4 },
);
const value = fc.oneof(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), fc.constantFrom(0n, 1n, 0x7fffffffn, 0x80000000n, 0xffffffffn, (1n << 63n) - 1n, 1n << 63n, (1n << 64n) - 1n));
/** Status flags, and the interrupt flag, which a step does not look at. */
const statusFlags = fc.integer({ min: 0, max: 0x8d5 }).map((bits) => BigInt((bits & 0x8d5) | 2));
const oneCase = fc.record({
  bytes: instruction,
  values: fc.array(value, { minLength: 16, maxLength: 16 }),
  flags: statusFlags,
  /** Where rbp stands: a frame above the stack pointer, or anywhere. */
  frame: fc.option(fc.integer({ min: 0, max: 0x300 }), { freq: 3 }),
});

const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1e9));
const cases = 700;

test(`what we say of an instruction is what QEMU does, in all registers (SEED=${String(seed)})`, async () => {
  const { image, symbols } = assemble(modesSource);
  const disk = imageFile(image);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bs-emulate-'));
  const address = path.join(folder, 'gdb.sock');
  const [program = '', ...rest] = qemuFor(disk.file, '-S', '-gdb', `unix:${address},server=on,wait=off`, '-serial', 'none', '-monitor', 'none');
  const qemu = spawn(program, rest, { stdio: 'ignore' });
  const gone = new Promise<void>((resolve) => qemu.once('exit', () => resolve()));
  let stopped: ((stop: StopReply) => void) | undefined;
  let stub: Stub | undefined;
  try {
    while (!fs.existsSync(address)) await new Promise((resolve) => setTimeout(resolve, 5));
    const joined = (stub = await Stub.over(net.connect(address), address, { onStop: (stop) => stopped?.(stop), onClose: () => undefined }));
    const thread = joined.threads[0] ?? parseThread('1');
    const wait = (run: () => void): Promise<StopReply> =>
      new Promise((resolve) => {
        stopped = resolve;
        run();
      });
    const inLong = (symbols['after_watched'] ?? 0n).toString(16);
    await joined.batch([{ payload: `Z0,${(0xffff800000000000n + BigInt(`0x${inLong}`)).toString(16)},1`, shape: shapes.ok }]);
    await wait(() => joined.run());
    const number = (name: string): { number: number; offset: number; bits: number } => joined.description.registers.find((register) => register.name === name) ?? { number: -1, offset: -1, bits: 0 };
    const places = [...names, 'rip', 'eflags'].map(number);
    const hex = (n: bigint, size: number): string => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64LE(n);
      return bytes.toString('hex', 0, size);
    };
    const reading = (raw: Buffer): bigint[] => places.map(({ offset, bits }) => (bits === 64 ? raw.readBigUInt64LE(offset) : BigInt(raw.readUInt32LE(offset))));
    const contents = Buffer.from(Array.from({ length: 0x2000 }, (_, i) => (i * 2654435761) >>> 13));
    const memory = (at: bigint, size: number): bigint | undefined => {
      const from = Number(at - data);
      if (at < data || from + size > contents.length) return undefined;
      return size === 8 ? contents.readBigUInt64LE(from) : BigInt(contents.readUInt32LE(from));
    };
    // What may have been written by an instruction before is put right for each.
    const put = Array.from({ length: contents.length / 1024 }, (_, i) => ({ payload: `M${(data + BigInt(i * 1024)).toString(16)},400:${contents.toString('hex', i * 1024, (i + 1) * 1024)}`, shape: shapes.ok }));
    let emulated = 0;
    for (const { bytes, values, flags, frame } of fc.sample(oneCase, { numRuns: cases, seed })) {
      const before = values.map((one, i) => (i === 4 ? stack : i === 5 && frame !== null ? stack + BigInt(frame) * 8n : one));
      const padded = Uint8Array.from([...bytes, ...Array.from({ length: 15 }, () => 0x90)]).subarray(0, 15);
      const after = emulate({ code: padded, pc: code, flags, register: (n) => before[n] ?? 0n, load: memory });
      if (after === undefined) continue;
      emulated++;
      const writes = [...before, code, flags].map((one, i) => ({ payload: `P${(places[i]?.number ?? 0).toString(16)}=${hex(one, (places[i]?.bits ?? 64) / 8)}`, shape: shapes.ok }));
      const replies = await joined.batch([...put, { payload: `M${code.toString(16)},f:${Buffer.from(padded).toString('hex')}`, shape: shapes.ok }, ...writes]);
      expect(replies.every(({ kind }) => kind === 'data')).toBe(true);
      const whole = await joined.registers(thread);
      let raw = whole;
      // A step that a timer ended before its instruction has changed nothing.
      for (let attempts = 16; attempts > 0 && raw.equals(whole) && after.pc !== code; attempts--) {
        await wait(() => joined.step(thread));
        raw = await joined.registers(thread);
      }
      const expected = [...before, after.pc, after.flags ?? flags];
      for (const { number: target, value: now } of after.registers) expected[target] = now;
      const what = `${Buffer.from(padded).toString('hex')} at 0x${code.toString(16)}, SEED=${String(seed)}`;
      expect(reading(raw).map((n, i) => `${[...names, 'rip', 'eflags'][i] ?? ''}=${n.toString(16)}`), what).toEqual(expected.map((n, i) => `${[...names, 'rip', 'eflags'][i] ?? ''}=${n.toString(16)}`));
      // Nothing else has changed either.
      for (const { offset, bits } of places) {
        raw.fill(0, offset, offset + bits / 8);
        whole.fill(0, offset, offset + bits / 8);
      }
      expect(raw.equals(whole), what).toBe(true);
    }
    // Most of them are of the kinds that are known.
    expect(emulated).toBeGreaterThan(cases / 3);
  } finally {
    stub?.client.close();
    qemu.kill('SIGKILL');
    await gone;
    fs.rmSync(folder, { recursive: true, force: true });
    disk.remove();
  }
});
