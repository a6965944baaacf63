import { describe, expect, it } from 'vitest';
import { freebsdVariables } from '../../../boot/environment/freebsd';
import { describeVariable } from '../../../boot/environment/knowledge';

const hints = new Map([['hint.ventoy.0.disksize', '8589934592'], ['hint.ventoy.0.segnum', '2'], ['hint.ventoy.0.seg', '0x100000@0xe000000'], ['hint.ventoy.1.seg', '0x20000000@0x28000000']]);
const notes = (name: string, more: ReadonlyMap<string, string> = hints, classes = ['DISK', 'VENTOY']) => describeVariable(freebsdVariables, name, more, { classes });

describe('hint.ventoy.*', () => {
  it('is put in words', () => {
    expect(notes('hint.ventoy.0.disksize').meaning).toContain('8 GiB');
    expect(notes('hint.ventoy.0.segnum').meaning).toBe('the ISO file lies on the disk in 2 pieces');
    expect(notes('hint.ventoy.1.seg').meaning).toBe('piece 1 of the ISO file: 128 MiB of the disk from byte 536870912 (0x20000000) to 671088640');
    for (const name of hints.keys()) expect(notes(name).faults, name).toEqual([]);
  });
  it('is read by nobody without the module', () => {
    for (const name of hints.keys()) expect(notes(name, hints, ['DISK']).faults.map(({ code }) => code), name).toEqual(['never-read']);
    expect(describeVariable(freebsdVariables, 'hint.ventoy.0.seg', hints).faults).toEqual([]);
  });
  it('may lack a piece, contradict the disk, or be no piece', () => {
    const lacking = new Map([...hints].filter(([name]) => name !== 'hint.ventoy.1.seg'));
    expect(notes('hint.ventoy.0.segnum', lacking).faults).toMatchObject([{ code: 'not-set', message: expect.stringContaining('hint.ventoy.1.seg is not set') as string }]);
    const codes = (value: string): string[] => notes('hint.ventoy.0.seg', new Map([...hints, ['hint.ventoy.0.seg', value]])).faults.map(({ code }) => code);
    expect(codes('0x0@0x300000000')).toEqual(['contradicting']);
    for (const bad of ['', '5', '0x5@', '9@3', 'x@y']) expect(codes(bad), bad).toEqual(['unparsable']);
    expect(notes('hint.ventoy.0.segnum', new Map([['hint.ventoy.0.segnum', 'many']])).faults.map(({ code }) => code)).toEqual(['unparsable']);
  });
});

describe('what the manuals know', () => {
  it('stands in for variables without an entry of their own', () => {
    expect(describeVariable(freebsdVariables, 'vm.kmem_size', new Map([['vm.kmem_size', '512m']])).meaning).toContain('512 MiB');
    expect(describeVariable(freebsdVariables, 'kern.maxproc', new Map([['kern.maxproc', '1000']])).readers.map(({ path }) => path)).toEqual(['sys/kern/subr_param.c']);
    expect(describeVariable(freebsdVariables, 'no.such.thing', new Map([['no.such.thing', '1']]))).toEqual({ readers: [], faults: [] });
  });
});
