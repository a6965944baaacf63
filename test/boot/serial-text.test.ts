import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { serialLines, stripTerminalControl } from '../../boot/serial-text';
import { detectChainBySerial, stageOfLine, stagesOf } from '../../boot/stages';
import { trials } from '../trials';

const texts = (raw: string): string[] => serialLines(raw).map((line) => line.text);

describe('serial text', () => {
  it('loses colours, titles and cursor movement', () => {
    expect(stripTerminalControl('\x1b[1;31mred\x1b[0m \x1b]0;title\x07x\x1b]52;c;aGk=\x1b\\y\x1b(B')).toBe('red xy');
    expect(texts('\x1b[2J\x1b[01;01HBdsDxe: loading\x1b[02;01Hnext')).toEqual(['BdsDxe: loading', 'next']);
  });
  it('keeps the last state of progress lines and numbers the rest', () => {
    expect(serialLines('a\r\n\r\nlive: 0/4 MiB\rlive: 4/4 MiB\r\n\rb\n')).toEqual([
      { number: 1, text: 'a' },
      { number: 3, text: 'live: 4/4 MiB' },
      { number: 4, text: 'b' },
    ]);
    expect(texts('abcdef\rxy')).toEqual(['xycdef']);
  });
  it('lets what follows a backspace overwrite, as the twiddling bar of a loader', () => {
    expect(texts('|\b/\b-\bLoading /boot/defaults/loader.conf\nab\b\b\bX')).toEqual(['Loading /boot/defaults/loader.conf', 'Xb']);
  });
  it('takes any text, also cut in an escape sequence', () => {
    for (const cut of ['\x1b', '\x1b[', '\x1b[12', '\x1b]', '\x1bP']) expect(texts(`a${cut}`)).toEqual(['a']);
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (raw) => !serialLines(raw).some((line) => line.text.includes('\x1b'))), trials(60));
  });
});

describe('stages', () => {
  it('are told by their first messages', () => {
    expect(stageOfLine('redox', 'Redox OS Bootloader 1.0.0 on x86_64/UEFI')).toBe('loader');
    expect(stageOfLine('redox', 'kernel::arch::x86_shared::start:INFO -- Redox OS starting...')).toBe('kernel');
    expect(stageOfLine('redox', 'init: switchroot to /usr /etc')).toBe('userland');
    expect(stageOfLine('freebsd', 'FreeBSD/amd64 EFI loader, Revision 3.0')).toBe('loader');
    expect(stageOfLine('nextbsd', 'vfs.pivot: / is now unionfs (mounted from /rofs)')).toBe('pivot');
    expect(stageOfLine('linux', '[    0.000000] Linux version 6.1.0-56-cloud-amd64')).toBe('kernel');
    expect(stageOfLine('linux', 'nothing of note')).toBeUndefined();
    for (const chain of ['redox', 'freebsd', 'nextbsd', 'linux', 'generic'] as const) expect(new Set(stagesOf(chain).map((s) => s.id)).size).toBe(stagesOf(chain).length);
  });
  it('chains are told by theirs', () => {
    expect(detectChainBySerial('x\nTrying to mount root from ufs:/dev/md0 []...')).toBe('freebsd');
    expect(detectChainBySerial('vfs.pivot: / is now unionfs')).toBe('nextbsd');
    expect(detectChainBySerial('RedoxFS: IO ERROR')).toBe('redox');
    expect(detectChainBySerial('hello')).toBeUndefined();
  });
});
