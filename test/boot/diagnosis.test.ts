import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { findFailures } from '../../boot/diagnosis/diagnose';
import { loadRule } from '../../boot/diagnosis/rule';
import { failureRules } from '../../boot/diagnosis/rules';
import { matchTemplate, parseTemplate } from '../../boot/diagnosis/template';
import { trials } from '../trials';

const codes = (serial: string, chain?: string, facts?: Record<string, string>): string[] => findFailures(failureRules, serial, new Map(Object.entries(facts ?? {})), chain).map((f) => f.code);

const redoxFailure = `Redox OS Bootloader 1.0.0 on x86_64/UEFI
live: 0/4 MiB\rlive: 1/4 MiB\rlive: 4/4 MiB
Switching to live disk
kernel::arch::x86_shared::start:INFO -- Redox OS starting...
init: switchroot to /scheme/initfs /scheme/initfs/etc
RedoxFS: IO ERROR: Invalid argument (os error 22)
redoxfs: failed to open filesystem /scheme/disk.live/0: Input/output error
redoxfs: not able to mount uuid 6ba9ae7a-2095-4d8b-8aab-78b340c29bb4
`;

describe('failures told from serial text', () => {
  it('Redox: reads past the preload', () => {
    const [failure, ...others] = findFailures(failureRules, redoxFailure, new Map([['preloadSize', '4194304'], ['filesystemSize', '16777216']]), 'redox');
    expect(others).toEqual([]);
    expect(failure).toMatchObject({ code: 'redox.preload-too-small', confidence: 'certain' });
    expect(failure?.evidence.map((e) => e.kind)).toEqual(['serial', 'serial', 'memory']);
    expect(failure?.evidence[0]).toMatchObject({ line: 6, text: 'RedoxFS: IO ERROR: Invalid argument (os error 22)' });
    expect(failure?.evidence[2]?.text).toContain('4194304');
  });
  it('Redox: weaker without memory, silent where memory contradicts or the boot goes on', () => {
    expect(findFailures(failureRules, redoxFailure, new Map(), undefined)[0]?.confidence).toBe('likely');
    // The whole filesystem is there, so that the refusal has another reason.
    expect(codes(redoxFailure, 'redox', { preloadSize: '16777216', filesystemSize: '16777216' })).toEqual(['redox.misaligned-reads']);
    expect(codes(`${redoxFailure}init: switchroot to /usr /etc\nlogin: `, 'redox')).toEqual([]);
    expect(codes(`${redoxFailure}init: switchroot to /usr /etc\n`, 'redox')).toEqual(['redox.preload-too-small']);
  });
  it.each([
    ['Mounting from ufs:/dev/md0 failed with error 2: unknown file system.', 'freebsd.mountroot-2'],
    ['Mounting from ufs:/dev/nonexistent failed with error 19.', 'freebsd.mountroot-19'],
    ['Mounting from cd9660:/dev/cd0 failed with error 22.', 'freebsd.mountroot-22'],
    ['panic: no init', 'freebsd.no-init'],
    ['unmount of / failed (BUSY)', 'freebsd.busy-reroot'],
    ['iwlwifi0: could not load binary firmware /boot/firmware/iwlwifi-8265-36.ucode either', 'freebsd.firmware-namespace'],
    ['[    1.2] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)', 'linux.unable-to-mount-root'],
    ['Kernel panic - not syncing: No working init found.  Try passing init= option', 'linux.no-init'],
    ['KERNEL PANIC: panicked at src/x.rs:1:2:', 'redox.kernel-panic'],
    ['init: unit 40_foo.service not found', 'redox.unit-not-found'],
    ['BdsDxe: failed to load Boot0001 "UEFI QEMU DVD-ROM" from PciRoot(0x0): Not Found', 'firmware.boot-option-failed'],
  ])('%s', (line, code) => {
    expect(codes(`x\n${line}\ny\n`)).toEqual([code]);
  });
  it('fills in what was captured', () => {
    const [failure] = findFailures(failureRules, 'Mounting from ufs:/dev/ada9 failed with error 19.\n');
    expect(failure?.title).toContain('ufs:/dev/ada9');
  });
  it('needs memory for the wrong-root bug', () => {
    expect(codes('vfs.root.overlay: tmpfs+unionfs over /\n', 'freebsd')).toEqual([]);
    const [failure] = findFailures(failureRules, '', new Map([['oldRootProcesses', 'init:1, sh:7']]), 'freebsd');
    expect(failure).toMatchObject({ code: 'freebsd.overlay-wrong-root', confidence: 'certain' });
    expect(failure?.title).toContain('init:1, sh:7');
  });
  it('needs memory to know that hints of Ventoy are read by nobody', () => {
    const text = 'Trying to mount root from cd9660:/dev/iso9660/LIVE []...\nMounting from cd9660:/dev/iso9660/LIVE failed with error 19.\nmountroot> ';
    expect(findFailures(failureRules, text, new Map([['ventoyHints', 'hint.ventoy.* name an ISO file']]), 'freebsd')).toMatchObject([{ code: 'freebsd.ventoy-hints-unread', confidence: 'certain' }]);
    expect(codes(text, 'freebsd')).not.toContain('freebsd.ventoy-hints-unread');
  });
  it('survives torn lines, colours and progress lines', () => {
    expect(codes('\x1b[31mpanic: no\x1b[0m init\r\n')).toEqual(['freebsd.no-init']);
    expect(codes('Kernel panic - not sync\ning: No working init found\n')).toEqual(['linux.no-init']);
  });
});

describe('silence on healthy boots', () => {
  it.each([
    ['savecore tells of an earlier panic', 'savecore 64 - - reboot after panic: no space\nlogin: '],
    ['a second candidate mounts', 'Trying to mount root from ufs:/dev/x []...\nMounting from ufs:/dev/x failed with error 19.\nTrying to mount root from cd9660:/dev/cd0 []...\nstart_init: trying /sbin/init\n'],
    ['a firmware fallback succeeds', 'BdsDxe: failed to load Boot0001 "DVD" from PciRoot: Not Found\nBdsDxe: starting Boot0002 "HD"\n'],
    ['SCSI noise before a disk attaches', '(probe1:ata3:0:0:0): Error 22, Unretryable error\ncd0 at ata3\nlogin: '],
    ['a small Redox image that mounts by luck', 'live: preloaded 4 MiB of 16 MiB filesystem (remaining 12 MiB from disk)\ninit: switchroot to /usr /etc\nlogin: '],
    ['nothing', ''],
  ])('%s', (_what, serial) => {
    expect(codes(serial)).toEqual([]);
  });
  it('holds where memory says the root is mounted', () => {
    expect(codes('Mounting from ufs:/dev/x failed with error 19.\n', 'freebsd', { rootMounted: 'yes' })).toEqual([]);
    expect(codes('Mounting from ufs:/dev/x failed with error 19.\n', 'freebsd', { rootMounted: 'no' })).toEqual(['freebsd.mountroot-19']);
  });
});

describe('patterns', () => {
  const match = (pattern: string, line: string): Record<string, string> | undefined => {
    const found = matchTemplate(parseTemplate(pattern), line);
    return found && Object.fromEntries(found);
  };
  it('capture texts, numbers and fixed values', () => {
    expect(match('from {a} with error {n:number}', 'x from ufs:b with error 19.')).toEqual({ a: 'ufs:b', n: '19' });
    expect(match('error {n=2}', 'error 22')).toBeUndefined();
    expect(match('error {n=2}', 'error 22, error 2.')).toEqual({ n: '2' });
    expect(match('a{x}b', 'a..')).toBeUndefined();
  });
  it('refuse what could match anywhere', () => {
    expect(() => parseTemplate('{x} failed')).toThrow(/begin with literal/);
    expect(() => parseTemplate('a {x}{y} b')).toThrow(/side by side/);
  });
  it('take time linear in the line, whatever the pattern', () => {
    const line = 'ab'.repeat(40_000);
    const template = parseTemplate('a{p}b{q}a{r}b{s}a{t}zz');
    const started = performance.now();
    for (let i = 0; i < 20; i++) expect(matchTemplate(template, line)).toBeUndefined();
    expect(performance.now() - started).toBeLessThan(2000);
  });
  it('never throw on any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 120 }), (text) => void findFailures(failureRules, text)), trials(60));
  });
});

describe('rules as data', () => {
  const good = { code: 'my.rule', chains: [], title: 't', cause: 'c', fix: 'f', confidence: 'likely', serial: [{ any: ['it broke at {place}'] }] };
  it('a user can add one', () => {
    expect(findFailures([loadRule(good)], 'it broke at home\n')).toHaveLength(1);
  });
  it.each([
    [null, 'must be an object'],
    [{ ...good, code: 'nodot' }, 'chain.name'],
    [{ ...good, title: '' }, 'title must be a text'],
    [{ ...good, confidence: 'sure' }, 'confidence'],
    [{ ...good, serial: [{ any: [] }] }, 'is empty'],
    [{ ...good, serial: [{ any: ['x'], optional: true }] }, 'at least one'],
    [{ ...good, serial: [{ any: ['{x}'] }] }, 'begin with literal'],
    [{ ...good, serial: 'x' }, 'must be a list'],
    [{ ...good, facts: [{ fact: 'a', is: 'near', words: 'w' }] }, 'is must be one of'],
  ])('a bad one is refused with its fault: %#', (data, words) => {
    expect(() => loadRule(data)).toThrow(words);
  });
  it('say nothing with a hole that can be left empty', () => {
    const empty = failureRules.flatMap((rule) =>
      [rule.title, rule.cause, rule.fix].flatMap((words) =>
        [...words.matchAll(/\{([\w.-]+)\}/g)].flatMap(([, name = '']) => {
          const captured = rule.steps.some((step) => !step.optional && step.any.every(({ holes }) => holes.some((hole) => hole.name === name)));
          // Facts come together from memory: a rule that requires one has those beside it.
          const read = rule.facts?.some((fact) => fact.required === true) === true;
          return captured || read ? [] : [`${rule.code}: {${name}}`];
        }),
      ),
    );
    expect(empty).toEqual([]);
    const told = (serial: string): string[] => findFailures(failureRules, serial).map(({ title }) => title);
    expect(told("can't find 'kernel'\n")).toContain("the loader could not load the kernel 'kernel'");
    expect(told('pid 812 (pkg), jid 0, uid 0, was killed: a thread waited too long to allocate a page\n')).toEqual(['the system ran out of memory and killed pkg']);
    expect(told('swap_pager: out of swap space\n')).toEqual(['the system ran out of memory and killed a process']);
  });

  it('codes are unique', () => {
    expect(new Set(failureRules.map((r) => r.code)).size).toBe(failureRules.length);
  });
});
