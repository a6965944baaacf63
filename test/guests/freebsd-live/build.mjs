// Builds the guest freebsd-live. `node build.mjs --variant a --run` boots it on this terminal; `buildFreebsdLive` gives paths and argument vectors.
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cachedDirectory, contentHash, filesBelow, guestCache } from '../lib/cache.mjs';
import { structHeader } from './structs.mjs';
import { confHeader, makeBiosImage, makeEspImage, MODULES } from './media.mjs';

const run = promisify(execFile);
const here = fileURLToPath(new URL('.', import.meta.url));
const source = join(here, 'src');

/** The programs, each an ELF file of its own at the same addresses. */
export const PROGRAMS = ['init', 'rescue', 'devd', 'syslogd', 'sshd', 'watchdogd', 'httpd', 'getty', 'launchd', 'efibootmgr'];
export const VARIANTS = ['a', 'b', 'b-bug', 'c', 'c-orphan', 'c-half', 'd2', 'd19', 'd22', 'e', 'f', 'gunion', 'reroot', 'mfsroot', 'ventoy'];
const SHAPES = { '12.x': 1200, 13.2: 1302, 15.1: 1501 };

/** UEFI firmware of Debian's package ovmf. */
const firmware = () => {
  const found = ['/usr/share/ovmf/OVMF.fd', '/usr/share/qemu/OVMF.fd'].find(existsSync);
  if (found === undefined) throw new Error('OVMF not found: apt-get install ovmf');
  return found;
};

/** @param {string} command @param {string[]} args */
async function tool(command, args) {
  try {
    await run(command, args, { maxBuffer: 1 << 26 });
  } catch (error) {
    throw new Error(`${command} ${args.join(' ')}\n${error.stderr || error.message}`);
  }
}

/** At most two compilers at a time. @template T @param {T[]} items @param {(item: T) => Promise<void>} action */
async function inPairs(items, action) {
  const rest = [...items];
  const worker = async () => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await action(item);
  };
  await Promise.all([worker(), worker()]);
}

/** @param {Required<Omit<import('./build.d.mts').FreebsdLiveOptions, 'shuffle'>> & { shuffle: number | undefined }} options */
function flags(options, place) {
  const debug = ['-g', `-gdwarf-${options.dwarf}`, ...place, `-O${options.opt}`];
  const common = [...debug, '-std=gnu11', '-ffreestanding', '-fno-stack-protector', '-fno-omit-frame-pointer', '-fno-pic', '-fno-pie', '-fno-common', '-mno-red-zone', '-mgeneral-regs-only', '-fno-strict-aliasing'];
  const warnings = ['-Wall', '-Wno-unused-function', '-Wno-address-of-packed-member', ...(options.compiler === 'clang' ? ['-Wno-unused-command-line-argument'] : ['-Wno-unused-variable', '-Wno-unused-but-set-variable'])];
  return {
    debug,
    kernel: [...common, ...warnings, '-mcmodel=kernel', '-fno-asynchronous-unwind-tables', `-DFREEBSD_SHAPE=${SHAPES[options.shape]}`, '-D_KERNEL'],
    user: [...common, ...warnings],
  };
}

/** Fills `directory`, which will be moved to `target`. */
async function build(directory, target, options) {
  const cc = options.compiler === 'clang' ? 'clang-19' : 'gcc';
  const objects = join(directory, 'objects');
  mkdirSync(objects, { recursive: true });
  writeFileSync(join(directory, 'structs.h'), structHeader(options.shape, options.shuffle));
  writeFileSync(join(directory, 'conf.h'), confHeader(join(source, 'media'), VARIANTS));
  const use = flags(options, [`-ffile-prefix-map=${directory}=${target}`]);
  const include = ['-I', join(source, 'sys'), '-I', directory];

  const user = join(source, 'user');
  /** @type {[string, string, string[]][]} */
  const jobs = [
    ...['lib', ...PROGRAMS].map((name) => [join(user, `${name}.c`), join(objects, `user-${name}.o`), [...use.user, '-I', join(source, 'sys')]]),
    [join(source, 'sys/libkern/printf.c'), join(objects, 'user-printf.o'), [...use.user, '-I', join(source, 'sys')]],
    ...filesBelow(join(source, 'sys'))
      .filter((file) => /\.[cS]$/.test(file))
      .map((file) => [file, join(objects, `${relative(join(source, 'sys'), file).replace(/[/.]/g, '-')}.o`), [...use.kernel, ...include]]),
  ];
  await inPairs(jobs, ([from, to, args]) => tool(cc, [...args, '-c', from, '-o', to]));

  await inPairs(PROGRAMS, async (name) => {
    await tool('ld.lld-19', ['-m', 'elf_x86_64', '-static', '-nostdlib', '--build-id=sha1', '-z', 'noexecstack', '-T', join(user, 'user.ld'), '-o', join(directory, name), ...[name, 'lib', 'printf'].map((part) => join(objects, `user-${part}.o`))]);
    await tool('llvm-objcopy-19', ['--strip-all', join(directory, name), join(objects, `${name}.stripped`)]);
  });

  await buildModules(objects);
  // The medium carries the programs as an installed system does: without debug information.
  const blobs = join(objects, 'blobs.S');
  writeFileSync(
    blobs,
    [
      '\t.section .blobs,"a",@progbits',
      ...PROGRAMS.flatMap((name, i) => ['\t.p2align 4', `blob${i}:`, `\t.incbin "${join(objects, `${name}.stripped`)}"`, `blob${i}_end:`, `blob${i}_name: .asciz "${name}"`]),
      '\t.section .rodata.programs,"a",@progbits\n\t.p2align 3\n\t.globl programs\nprograms:',
      ...PROGRAMS.map((_, i) => `\t.quad blob${i}_name, blob${i}, blob${i}_end`),
      '\t.quad 0, 0, 0',
      // A module that is loaded while the system runs.
      '\t.section .blobs,"a",@progbits\n\t.p2align 4',
      `kld_fdescfs: .incbin "${join(objects, 'fdescfs.ko.stripped')}"\nkld_fdescfs_end:\nkld_fdescfs_name: .asciz "fdescfs"`,
      '\t.section .rodata.programs,"a",@progbits\n\t.p2align 3\n\t.globl kld_files\nkld_files: .quad kld_fdescfs_name, kld_fdescfs, kld_fdescfs_end, 0, 0, 0',
      '\t.section .note.GNU-stack,"",@progbits\n',
    ].join('\n'),
  );
  await tool(cc, ['-c', blobs, '-o', join(objects, 'blobs.o')]);
  const kernelObjects = readdirSync(objects).filter((name) => name.endsWith('.o') && !name.startsWith('user-'));
  await tool('ld.lld-19', ['-m', 'elf_x86_64', '-static', '-nostdlib', '--build-id=sha1', '-z', 'noexecstack', '-T', join(source, 'sys/amd64/kernel.ld'), '-o', join(directory, 'kernel'), ...kernelObjects.map((name) => join(objects, name))]);
  await tool('llvm-objcopy-19', ['--strip-debug', join(directory, 'kernel'), join(objects, 'kernel')]);
  await buildEfiLoader(directory, objects, use.debug);
  await buildBiosLoader(directory, objects, use.debug);
  if (options.strip) for (const name of ['kernel', ...PROGRAMS]) await tool('llvm-objcopy-19', ['--strip-debug', join(directory, name)]);
}

/** Kernel modules: relocatable objects, with debug information in the build directory and without it on the media. */
async function buildModules(objects) {
  await inPairs([...MODULES, 'fdescfs'], async (name) => {
    const file = join(objects, `${name}.ko`);
    await tool('clang-19', ['-g', '-O2', '-ffreestanding', '-fno-omit-frame-pointer', '-fno-pic', '-mno-red-zone', '-mgeneral-regs-only', '-mcmodel=kernel', `-DMODULE_NAME="${name}"`, '-c', join(source, 'modules/module.c'), '-o', file]);
    await tool('llvm-objcopy-19', ['--strip-debug', file, `${file}.stripped`]);
  });
}

/**
 * The UEFI loader as FreeBSD makes its own: an ELF file linked at 0 that keeps the symbols (loader_lua.sym), and beside it the PE file made of its
 * sections.
 */
async function buildEfiLoader(directory, objects, debug) {
  const stand = join(source, 'stand');
  const flags = [...debug, '-std=gnu11', '-ffreestanding', '-fno-stack-protector', '-fno-omit-frame-pointer', '-fPIC', '-fvisibility=hidden', '-mno-red-zone', '-mgeneral-regs-only', '-fshort-wchar', '-fno-builtin', '-Wall'];
  const files = ['libsa/environment.c', 'libsa/libsa.c', 'common/modinfo.c', 'common/loader.c', 'efi/main.c', 'efi/start.S'];
  const object = (file) => join(objects, `efi-${file.replace(/[/.]/g, '-')}.loader`);
  await inPairs(files, (file) => tool('clang-19', [...flags, '-I', join(stand, 'libsa'), '-c', join(stand, file), '-o', object(file)]));
  const symbols = join(directory, 'loader_lua.sym');
  await tool('ld.lld-19', ['-m', 'elf_x86_64', '-shared', '-Bsymbolic', '-nostdlib', '-z', 'noexecstack', '--hash-style=sysv', '-T', join(stand, 'efi/loader.ld'), '-o', symbols, ...files.map(object)]);
  const kept = ['.text', '.data', '.dynamic', '.rela.dyn', '.dynsym', '.dynstr', '.hash', '.reloc'].flatMap((name) => ['-j', name]);
  await tool('objcopy', [...kept, '--output-target=efi-app-x86_64', symbols, join(directory, 'loader.efi')]);
}

/**
 * The BIOS loader: boot sector, BTX and its client, which is linked at 0 and runs in segments that begin at 0xa000 (loader_bios.sym keeps its symbols).
 */
async function buildBiosLoader(directory, objects, debug) {
  const stand = join(source, 'stand');
  const flags = [...debug, '-m32', '-march=i386', '-std=gnu11', '-ffreestanding', '-fno-stack-protector', '-fno-omit-frame-pointer', '-fno-pic', '-fno-asynchronous-unwind-tables', '-mgeneral-regs-only', '-fno-builtin', '-Wall'];
  const object = (file) => join(objects, `bios-${file.replace(/[/.]/g, '-')}.loader`);
  const client = ['i386/btxcsu.S', 'i386/amd64_tramp.S', 'libsa/environment.c', 'libsa/libsa.c', 'common/modinfo.c', 'common/loader.c', 'i386/main.c'];
  await inPairs([...client, 'i386/boot.S', 'i386/btx.S'], (file) => tool('clang-19', [...flags, '-I', join(stand, 'libsa'), '-c', join(stand, file), '-o', object(file)]));
  const link = (to, args) => tool('ld.lld-19', ['-m', 'elf_i386', '-static', '-nostdlib', '-z', 'noexecstack', '-o', to, ...args]);
  const symbols = join(directory, 'loader_bios.sym');
  const parts = [
    ['boot', ['-Ttext', '0x7c00', object('i386/boot.S')]],
    ['btx', ['-Ttext', '0x9000', object('i386/btx.S')]],
  ];
  for (const [name, args] of parts) await link(join(objects, name), args);
  await link(symbols, ['-T', join(stand, 'i386/loader.ld'), ...client.map(object)]);
  for (const [from, name] of [[join(objects, 'boot'), 'boot.bin'], [join(objects, 'btx'), 'btx.bin'], [symbols, 'client.bin']]) await tool('objcopy', ['-O', 'binary', from, join(objects, name)]);
}

/** @param {import('./build.d.mts').FreebsdLiveOptions} given */
export async function buildFreebsdLive(given = {}) {
  const compiler = given.compiler ?? 'clang';
  const options = {
    compiler,
    dwarf: given.dwarf ?? (compiler === 'clang' ? 5 : 4),
    shape: given.shape ?? '15.1',
    shuffle: given.shuffle === undefined ? undefined : Number(given.shuffle),
    opt: given.opt ?? 2,
    strip: given.strip ?? false,
  };
  if (!(options.shape in SHAPES)) throw new Error(`no such shape: ${options.shape}; there are ${Object.keys(SHAPES).join(', ')}`);
  // The debug information names the sources by their place, so the place is part of what the files are made from.
  const hash = contentHash([join(here, 'build.mjs'), join(here, 'structs.mjs'), join(here, 'media.mjs'), source], [options, here]);
  const directory = await cachedDirectory('freebsd-live', hash, (into) => build(into, join(guestCache, 'freebsd-live', hash), options));
  /** The machine with a loader in front: firmware, and a disk with its files. */
  const loaderQemu = (variant, extra = {}) => {
    if (!VARIANTS.includes(variant)) throw new Error(`no such variant: ${variant}; there are ${VARIANTS.join(', ')}`);
    const disk = join(directory, `efi-${variant}.img`);
    if (!existsSync(disk)) makeEspImage(disk, { directory, media: join(source, 'media'), variant });
    return ['qemu-system-x86_64', '-machine', 'q35', '-m', '256M', '-bios', firmware(), '-drive', `file=${disk},format=raw,if=none,id=disk0,snapshot=on`, '-device', 'virtio-blk-pci,drive=disk0,bootindex=0', '-display', 'none', '-vga', 'none', '-net', 'none', '-no-reboot', ...(extra.args ?? [])];
  };
  /** The same behind a BIOS. */
  const biosQemu = (variant, extra = {}) => {
    if (!VARIANTS.includes(variant)) throw new Error(`no such variant: ${variant}; there are ${VARIANTS.join(', ')}`);
    const { conf = '' } = extra;
    const disk = join(directory, `bios-${variant}${conf === '' ? '' : `-${contentHash([], conf)}`}.img`);
    if (!existsSync(disk)) makeBiosImage(disk, { directory, media: join(source, 'media'), variant, conf });
    return ['qemu-system-x86_64', '-m', '256M', '-drive', `file=${disk},format=raw,if=ide,snapshot=on`, '-display', 'none', '-vga', 'none', '-net', 'none', '-no-reboot', ...(extra.args ?? [])];
  };
  return {
    directory,
    loader: join(directory, 'loader.efi'),
    loaderSymbols: join(directory, 'loader_lua.sym'),
    media: join(source, 'media'),
    efiQemu: loaderQemu,
    biosLoaderSymbols: join(directory, 'loader_bios.sym'),
    biosQemu,
    kernel: join(directory, 'kernel'),
    programs: Object.fromEntries(PROGRAMS.map((name) => [name, join(directory, name)])),
    source,
    shuffle: options.shuffle,
    /** @param {string} variant @param {{ append?: string, args?: string[], memory?: string }} [extra] */
    qemu(variant, extra = {}) {
      if (!VARIANTS.includes(variant)) throw new Error(`no such variant: ${variant}; there are ${VARIANTS.join(', ')}`);
      const append = [`variant=${variant}`, ...(extra.append ? [extra.append] : [])].join(' ');
      return ['qemu-system-x86_64', '-m', extra.memory ?? '128M', '-display', 'none', '-net', 'none', '-no-reboot', '-kernel', join(directory, 'kernel'), '-append', append, ...(extra.args ?? [])];
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const option = (name, fallback) => {
    const at = process.argv.indexOf(`--${name}`);
    return at < 0 ? fallback : process.argv[at + 1];
  };
  const dwarf = option('dwarf');
  const seed = option('shuffle', process.env.SHUFFLE);
  const guest = await buildFreebsdLive({
    compiler: option('compiler', 'clang'),
    ...(dwarf ? { dwarf: Number(dwarf) } : {}),
    shape: option('shape', '15.1'),
    ...(seed !== undefined ? { shuffle: Number(seed) } : {}),
    opt: Number(option('opt', '2')),
    strip: process.argv.includes('--strip'),
  });
  if (guest.shuffle !== undefined) console.error(`shuffle seed ${guest.shuffle}`);
  const variant = option('variant', process.env.VARIANT ?? 'f');
  if (process.argv.includes('--run')) {
    const extra = { append: option('append', ''), args: ['-serial', 'mon:stdio'] };
    const [command, ...args] = process.argv.includes('--efi') ? guest.efiQemu(variant, extra) : process.argv.includes('--bios') ? guest.biosQemu(variant, extra) : guest.qemu(variant, extra);
    spawn(command, args, { stdio: 'inherit' }).on('exit', (code) => process.exit(code ?? 1));
  } else console.log(JSON.stringify({ kernel: guest.kernel, programs: guest.programs, qemu: guest.qemu(variant) }, null, 1));
}
