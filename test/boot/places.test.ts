import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findFailures } from '../../boot/diagnosis/diagnose';
import { findPlace, matchesPath } from '../../boot/diagnosis/places';
import { loadRule } from '../../boot/diagnosis/rule';
import { failureRules } from '../../boot/diagnosis/rules';
import { failuresAnswer } from '../../debug-adapter/chains/diagnose';
import { cpioNames, ramdiskFormat } from '../../boot/cpio';
import { cpioArchive } from '../guests/linux/build.mjs';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bs-places-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));
const put = (name: string, text: string): string => {
  const at = path.join(folder, name);
  fs.mkdirSync(path.dirname(at), { recursive: true });
  fs.writeFileSync(at, text);
  return at;
};
const sources = (log: string): (string | undefined)[] => failuresAnswer(findFailures(failureRules, log), [folder]).map(({ source }) => (source?.line === undefined ? source?.path : `${path.relative(folder, source.path)}:${source.line}`));

describe('where in the workspace a failure is written', () => {
  it('ends of paths match by whole names', () => {
    expect(matchesPath('loader.conf', 'iso/boot/loader.conf')).toBe(true);
    expect(matchesPath('loader.conf', 'iso/boot/myloader.conf')).toBe(false);
    expect(matchesPath('lived/src/main.rs', 'a/lived/src/main.rs')).toBe(true);
    expect(matchesPath('loader.conf.d/*.conf', 'boot/loader.conf.d/live.conf')).toBe(true);
    expect(matchesPath('a*b*c', 'xx/abc')).toBe(true);
    expect(matchesPath('ab*bc', 'xx/abc')).toBe(false);
  });
  it('a line of comment counts only where nothing else does', () => {
    const text = '# vfs.root.mountfrom goes here\n\nvfs.root.mountfrom="ufs:/dev/md0"\n';
    expect(findPlace([{ file: 'loader.conf', find: 'vfs.root.mountfrom' }], [{ path: 'x/loader.conf', text }])).toEqual({ path: 'x/loader.conf', line: 3 });
    expect(findPlace([{ file: 'loader.conf', find: 'goes here' }], [{ path: 'x/loader.conf', text }])).toEqual({ path: 'x/loader.conf', line: 1 });
    expect(findPlace([{ file: 'rc.conf', find: 'x' }], [{ path: 'x/loader.conf', text }])).toBeUndefined();
  });
  it('the line of loader.conf, the unit, the bootloader, the script', () => {
    put('iso/boot/loader.conf', 'kernel="kernel"\nnosuch_load="YES"\nvfs.root.mountfrom="ufs:/dev/nonexistent"\n');
    put('init.initfs.d/40_drivers.target', '[unit]\nrequires_weak = [\n  "40_foo.service",\n]\n');
    put('init.initfs.d/40_ahcid.service', '[service]\ncmd = "ahcid"\ntype = "notify"\n');
    put('init.initfs.d/50_rootfs.service', '[unit]\ndescription = "Rootfs"\n');
    put('bootloader/src/main.rs', 'fn main() {\n    let max_preload: u64 = 1024 * MIBI;\n}\n');
    put('cdroot/init.sh', '#!/rescue/sh\nmdconfig -a -t vnode -f /rootfs.uzip\nreboot -r\n');
    put('launch.json', '{ "qemu": ["-append", "root=/dev/vda1"] }\n');
    expect(sources('Mounting from ufs:/dev/nonexistent failed with error 19.\nmountroot> ')).toEqual(['iso/boot/loader.conf:3']);
    expect(sources("can't find 'nosuch'\nMounting from ufs:/dev/md0.uzip failed with error 19.\nmountroot> ")).toContain('iso/boot/loader.conf:2');
    expect(sources('init: unit 40_foo.service not found\n')).toEqual(['init.initfs.d/40_drivers.target:3']);
    expect(sources('init: "ahcid" exited without notifying readiness\n')).toEqual(['init.initfs.d/40_ahcid.service:2']);
    expect(sources('redoxfs: not able to mount uuid abc\n')).toEqual(['init.initfs.d/50_rootfs.service:1']);
    expect(sources('RedoxFS: IO ERROR: Invalid argument (os error 22)\n')).toEqual(['bootloader/src/main.rs:2']);
    expect(sources('unmount of / failed (BUSY)\n')).toEqual(['cdroot/init.sh:2']);
    expect(sources('Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)\n')).toEqual(['launch.json:1']);
    // Nothing in the workspace: the file of the system's own sources.
    expect(sources('KERNEL PANIC: panicked at src/x.rs:1:2:\n')).toEqual(['kernel/src/panic.rs']);
  });
  it("a user's rule names places too, and a bad one is refused", () => {
    const rule = { code: 'my.rule', chains: [], title: 't', cause: 'c', fix: 'f', confidence: 'likely', serial: [{ any: ['lost {thing:word}'] }], where: [{ file: 'loader.conf', find: '{thing}_load' }, { file: 'x', find: '{unknown}' }] };
    expect(findFailures([loadRule(rule)], 'lost nosuch\n')[0]?.where).toEqual([{ file: 'loader.conf', find: 'nosuch_load' }]);
    expect(() => loadRule({ ...rule, where: [{ file: 'x' }] })).toThrow('find must be a text');
  });
});

describe('archives of an initial ramdisk', () => {
  const names = (bytes: Buffer): ReturnType<typeof cpioNames> => cpioNames((from, length) => Promise.resolve(bytes.subarray(from, from + length)), 100);
  it('are listed by their headers, and told when they are cut', async () => {
    const archive = cpioArchive({ dev: null, './init': '#!/bin/sh\n', link: { link: 'init' } });
    expect(await names(archive)).toEqual({ names: ['dev', 'init', 'link'], end: archive.length });
    expect(await names(archive.subarray(0, 200))).toEqual({ names: ['dev'] });
    expect(await names(Buffer.from('nonsense'))).toEqual({ names: [] });
    expect(await cpioNames(() => Promise.resolve(archive.subarray(0, 120)), 3)).toMatchObject({ names: expect.any(Array) as unknown });
  });
  it('are known by their first bytes', () => {
    expect(ramdiskFormat(Buffer.from([0x28, 0xb5, 0x2f, 0xfd]))).toBe('zstd');
    expect(ramdiskFormat(Buffer.from('070701'))).toBe('cpio');
    expect(ramdiskFormat(new Uint8Array())).toBeUndefined();
  });
});
