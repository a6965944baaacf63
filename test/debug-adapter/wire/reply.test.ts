import { describe, expect, test } from 'vitest';
import { classify, isStopReply, parseStopReply, shapes } from '../../../debug-adapter/wire/rsp/reply';
import { readTargetDescription } from '../../../debug-adapter/wire/rsp/target-description';

const b = (text: string) => Buffer.from(text, 'latin1');

describe('replies', () => {
  test('stops of QEMU', () => {
    expect(parseStopReply(b('T05thread:p01.02;'))).toEqual({ kind: 'stop', signal: 5, thread: 'p01.02' });
    expect(parseStopReply(b('T05thread:p01.01;watch:ffffffff81000010;'))).toMatchObject({ watch: { access: 'write', address: 0xffffffff81000010n } });
    expect(parseStopReply(b('T05thread:01;rwatch:10;')).watch?.access).toBe('read');
    expect(parseStopReply(b('T05thread:01;awatch:10;')).watch?.access).toBe('access');
    expect(parseStopReply(b('T02'))).toEqual({ kind: 'stop', signal: 2 });
    expect(parseStopReply(b('W00')).kind).toBe('exited');
  });

  test('damaged stops do no harm', () => {
    for (const text of ['T', 'Tzz', 'T05watch:nonsense;', 'T05;;::;', 'S']) expect(parseStopReply(b(text)).kind).toBe('stop');
    expect(parseStopReply(b('T05watch:nonsense;')).watch).toBeUndefined();
  });

  test('errors, data that begins with e, and nothing at all', () => {
    expect(classify(b('E14')).kind).toBe('error');
    expect(classify(b('E.no such thing')).kind).toBe('error');
    expect(classify(b('e14f')).kind).toBe('data');
    expect(classify(b('')).kind).toBe('unsupported');
  });

  test('shapes tell answers apart', () => {
    expect(shapes.hex(2)(b('00ff'))).toBe(true);
    expect(shapes.hex(2)(b('00ff00'))).toBe(false);
    expect(shapes.hex(1)(b('OK'))).toBe(false);
    expect(isStopReply(b('T05'))).toBe(true);
    expect(isStopReply(b('deadbeef'))).toBe(false);
  });
});

describe('target description', () => {
  const files: Record<string, string> = {
    'target.xml': '<?xml version="1.0"?><!DOCTYPE target SYSTEM "gdb-target.dtd"><target><architecture>i386:x86-64</architecture><xi:include href="core.xml"/></target>',
    'core.xml':
      '<?xml version="1.0"?><!DOCTYPE feature SYSTEM "gdb-target.dtd"><feature name="org.gnu.gdb.i386.core"><!-- <reg name="gone" bitsize="64"/> -->' +
      '<flags id="f" size="4"><field name="x" start="0" end="0"/></flags><reg name="rax" bitsize="64" type="int64"/><reg name="eflags" bitsize="32" type="f"/><xi:include href="more.xml"/></feature>',
    'more.xml': '<feature name="more"><reg name="xmm0" bitsize="128" regnum="40" group="vector"/><reg name="mxcsr" bitsize="32"/></feature>',
  };

  test('nested includes, comments and numbers', async () => {
    const { architecture, registers } = await readTargetDescription((annex) => Promise.resolve(files[annex] ?? ''));
    expect(architecture).toBe('i386:x86-64');
    expect(registers.map((r) => [r.name, r.number, r.offset])).toEqual([['rax', 0, 0], ['eflags', 1, 8], ['xmm0', 40, 12], ['mxcsr', 41, 28]]);
  });

  test('a file that includes itself ends, and so does a missing one', async () => {
    const loop = await readTargetDescription(() => Promise.resolve('<target><xi:include href="target.xml"/></target>'));
    expect(loop.registers).toEqual([]);
    expect((await readTargetDescription(() => Promise.resolve(''))).architecture).toBe('');
  });
});
