import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { globalDirectories } from '../../../debug-adapter/images/elf/separate';
import { openImage } from '../../../debug-adapter/images/open';
import { builds, compile, objcopy, scratch } from './support';

const build = builds.find(({ name }) => name === 'gcc -O0 dwarf 5');

/** Whether the image has found debug information, and whether it is that of this program. */
const found = (file: string): string => {
  const image = openImage(file);
  try {
    return image.debugInfo.kind === 'none' ? 'none' : image.debugInfo.functionsNamed('fill').flatMap((f) => f.parameters.map(({ name }) => name)).join();
  } finally {
    image.close();
  }
};

describe.skipIf(!build || !objcopy)('a debug file apart from its image', () => {
  let folder: string;
  let global: string;
  const place = (...parts: string[]): string => {
    const file = path.join(folder, ...parts);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    return file;
  };
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(scratch(), 'separate-'));
    global = path.join(folder, 'debug');
    vi.stubEnv('BOOTSCOPE_DEBUG_DIRECTORY', `relative${path.delimiter}${global}`);
  });
  afterEach(() => vi.unstubAllEnvs());

  /** A program and its debug information in files apart; `link`: the program names the file. */
  const split = (options: { readonly buildId: boolean; readonly link?: string }): { program: string; debug: string; buildId: string } => {
    const program = place('bin', 'prog');
    fs.copyFileSync(compile(build!, `-Wl,--build-id=${options.buildId ? 'sha1' : 'none'}`), program);
    const debug = place('kept', options.link ?? 'prog.debug');
    const whole = openImage(program);
    const buildId = whole.buildId ?? '';
    whole.close();
    execFileSync(objcopy!, ['--only-keep-debug', program, debug]);
    execFileSync(objcopy!, ['--strip-all', ...(options.link === undefined ? [] : [`--add-gnu-debuglink=${debug}`]), program]);
    return { program, debug, buildId };
  };

  it('is found by build-id below the debug directories', () => {
    expect(globalDirectories()).toEqual([global, '/usr/lib/debug']);
    const { program, debug, buildId } = split({ buildId: true });
    expect(buildId).toMatch(/^[0-9a-f]{40}$/);
    expect(found(program)).toBe('none');
    const there = place('debug', '.build-id', buildId.slice(0, 2), `${buildId.slice(2)}.debug`);
    fs.copyFileSync(debug, there);
    expect(found(program)).toBe('e,n');
    // A file of that name with another build's id is none of its; nor is one that cannot be read.
    fs.copyFileSync(compile(build!, '-O1', '-Wl,--build-id=sha1'), there);
    expect(found(program)).toBe('none');
    fs.writeFileSync(there, '\x7fELF damaged');
    expect(found(program)).toBe('none');
  });

  it.each([['beside it', ['bin']], ['in .debug', ['bin', '.debug']], ['below a debug directory, by the path of the image', undefined]] as const)('is found by the link %s, if the checksum agrees', (_where, parts) => {
    const { program, debug } = split({ buildId: false, link: 'linked.debug' });
    expect(found(program)).toBe('none');
    const there = parts ? place(...parts, 'linked.debug') : place('debug', fs.realpathSync(path.dirname(program)), 'linked.debug');
    fs.copyFileSync(debug, there);
    expect(found(program)).toBe('e,n');
    // One byte more or another makes it another file.
    const bytes = fs.readFileSync(debug);
    fs.writeFileSync(there, Buffer.concat([bytes, Buffer.from([0])]));
    expect(found(program)).toBe('none');
    bytes[bytes.length - 1]! ^= 1;
    fs.writeFileSync(there, bytes);
    expect(found(program)).toBe('none');
  });

  it('is found from where a link to the image leads', () => {
    const { program, debug } = split({ buildId: false, link: 'linked.debug' });
    fs.copyFileSync(debug, place('bin', 'linked.debug'));
    const link = place('elsewhere', 'prog');
    fs.symlinkSync(program, link);
    expect(found(link)).toBe('e,n');
  });
});
