// The real kernel under test: Debian's cloud kernel, booted directly, with no root to mount or with a small initramfs made here.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureLinux, ensureLinuxModule, linuxOffline } from '../../../scripts/setup/linux-kernel.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));

/** One entry of a "newc" cpio archive (Linux Documentation/driver-api/early-userspace/buffer-format.rst). */
function cpioEntry(name, mode, body, rdev = [0, 0]) {
  const hex = (value) => value.toString(16).padStart(8, '0');
  const pad = (buffer) => Buffer.concat([buffer, Buffer.alloc((4 - (buffer.length % 4)) % 4)]);
  const header = `070701${[0, mode, 0, 0, 1, 0, body.length, 0, 0, ...rdev, name.length + 1, 0].map(hex).join('')}${name}\0`;
  return Buffer.concat([pad(Buffer.from(header, 'latin1')), pad(body)]);
}

/** @param {Record<string, string | Buffer | null | {link: string}>} files */
export function cpioArchive(files) {
  const entries = Object.entries(files).map(([name, body]) => {
    if (body === null) return cpioEntry(name, 0o040755, Buffer.alloc(0));
    if (typeof body === 'object' && 'link' in body) return cpioEntry(name, 0o120777, Buffer.from(body.link));
    return cpioEntry(name, 0o100755, Buffer.from(body));
  });
  return Buffer.concat([...entries, cpioEntry('TRAILER!!!', 0, Buffer.alloc(0))]);
}

/** @param {string} file */
export function makeDisk(file) {
  const sectors = 8192;
  const disk = Buffer.alloc(sectors * 512);
  disk.writeUInt8(0x83, 446 + 4);
  disk.writeUInt32LE(2048, 446 + 8);
  disk.writeUInt32LE(sectors - 2048, 446 + 12);
  disk.writeUInt16LE(0xaa55, 510);
  fs.writeFileSync(file, disk);
  return file;
}

/** A small initramfs whose /init loads a module where one is given, mounts proc and tmpfs, changes the root of a child and waits. */
export function makeInitramfs(folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bootscope-initramfs-')), module = undefined) {
  const init = path.join(folder, 'init');
  execFileSync('gcc', ['-O1', '-g', '-static', '-nostdlib', '-ffreestanding', '-fno-stack-protector', '-fno-pie', '-no-pie', '-o', init, path.join(here, 'init.c')]);
  const archive = path.join(folder, 'initramfs.cpio');
  const directory = 0o040755;
  fs.writeFileSync(
    archive,
    Buffer.concat([
      ...['dev', 'proc', 'newroot'].map((name) => cpioEntry(name, directory, Buffer.alloc(0))),
      cpioEntry('dev/console', 0o020600, Buffer.alloc(0), [5, 1]),
      cpioEntry('data', 0o120777, Buffer.from('/newroot/data')),
      cpioEntry('loop', 0o120777, Buffer.from('loop')),
      cpioEntry('init', 0o100755, fs.readFileSync(init)),
      ...(module === undefined ? [] : [cpioEntry('module.ko', 0o100644, fs.readFileSync(module))]),
      cpioEntry('TRAILER!!!', 0, Buffer.alloc(0)),
    ]),
  );
  return { initramfs: archive, init };
}

/** An initramfs with the programs of pair.c: two at the same addresses that run for ever, and an /init that ends the system when asked to. */
export function makePair(folder) {
  const compile = (name, ...flags) => {
    const program = path.join(folder, name);
    execFileSync('gcc', ['-O1', '-g', '-static', '-nostdlib', '-ffreestanding', '-fno-stack-protector', '-fno-pie', '-no-pie', '-fcf-protection=none', '-fno-toplevel-reorder', '-Wl,--build-id,-z,noseparate-code', ...flags, '-o', program, path.join(here, 'pair.c')]);
    return program;
  };
  const programs = { init: compile('init', '-DINIT'), first: compile('first', '-DFACTOR=7654321'), second: compile('second', '-DFACTOR=1234567') };
  const initramfs = path.join(folder, 'pair.cpio');
  const console = cpioEntry('dev/console', 0o020600, Buffer.alloc(0), [5, 1]);
  const files = Object.entries(programs).map(([name, file]) => cpioEntry(name, 0o100755, fs.readFileSync(file)));
  const directories = ['dev', 'proc'].map((name) => cpioEntry(name, 0o040755, Buffer.alloc(0)));
  fs.writeFileSync(initramfs, Buffer.concat([...directories, console, ...files, cpioEntry('TRAILER!!!', 0, Buffer.alloc(0))]));
  return { initramfs, programs, source: path.join(here, 'pair.c') };
}

/** An initramfs whose /init (fork.c) forks children that run on in the same program. */
export function makeFork(folder) {
  const source = path.join(here, 'fork.c');
  const program = path.join(folder, 'init');
  execFileSync('gcc', ['-O1', '-g', '-static', '-nostdlib', '-ffreestanding', '-fno-stack-protector', '-fno-pie', '-no-pie', '-fcf-protection=none', '-Wl,--build-id,-z,noseparate-code', '-o', program, source]);
  const initramfs = path.join(folder, 'fork.cpio');
  fs.writeFileSync(initramfs, Buffer.concat([cpioEntry('dev', 0o040755, Buffer.alloc(0)), cpioEntry('dev/console', 0o020600, Buffer.alloc(0), [5, 1]), cpioEntry('init', 0o100755, fs.readFileSync(program)), cpioEntry('TRAILER!!!', 0, Buffer.alloc(0))]));
  return { initramfs, program, source };
}

/**
 * @param {{root?: string, initramfs?: string, kaslr?: boolean, download?: boolean, parameters?: string[], disk?: string}} options
 */
export function linuxGuest(options = {}) {
  const kernel = options.download === false ? linuxOffline() : ensureLinux();
  if ('skipped' in kernel) return kernel;
  const append = ['console=ttyS0', 'panic=0', ...(options.root ? [`root=${options.root}`] : []), ...(options.kaslr === false ? ['nokaslr'] : []), ...(options.parameters ?? [])].join(' ');
  return {
    ...kernel,
    append,
    qemu: ['qemu-system-x86_64', '-cpu', 'max', '-m', '512', '-display', 'none', '-net', 'none', '-kernel', kernel.vmlinuz, '-append', append, ...(options.initramfs ? ['-initrd', options.initramfs] : []), ...(options.disk ? ['-drive', `file=${options.disk},format=raw,if=none,id=d0,snapshot=on`, '-device', 'nvme,drive=d0,serial=bootscope'] : [])],
  };
}

/** The RAM disk driver of that kernel, a module that needs no other: the file that is loaded, and its debug information. */
export const linuxModule = () => ensureLinuxModule();
