// Builds the guest redox-live. `node build.mjs --variant full` prints the paths; `buildRedoxLive` gives them.
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cachedDirectory, contentHash } from '../lib/cache.mjs';
import { biosLoaderCrates, compile, kernelCrates, loaderCrates, userCrates } from './crates.mjs';
import { makeBiosDisk, makeDisk, makeInitfs } from './image/disk.mjs';
import { makeRedoxFs } from './image/redoxfs.mjs';
import { findTools, libraryFor, run } from './toolchain.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const PROGRAMS = ['init', 'lived', 'ahcid', 'redoxfs', 'getty'];

/** @typedef {import('./toolchain.mjs').Tools} Tools */
/** @typedef {import('./build.d.mts').RedoxLiveOptions} RedoxLiveOptions */

/** @param {string} name @param {number} fallback */
function fromEnvironment(name, fallback) {
  const text = process.env[name];
  if (text === undefined || text === '') return fallback;
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new Error(`${name} is not a number of MiB: ${text}`);
  return Number(text);
}

/** @param {number | string | undefined} seed */
function shuffleArguments(seed) {
  return seed === undefined ? [] : ['-Zrandomize-layout', `-Zlayout-seed=${seed}`];
}

/** Kernel and programs. @param {Tools} tools @param {Pick<RedoxLiveOptions, 'shuffle' | 'codegenUnits' | 'opt' | 'dwarf'>} options */
async function buildSystem(tools, { shuffle, codegenUnits, opt, dwarf }) {
  const sources = ['crates', 'kernel', 'userland'].map((folder) => join(here, folder));
  const key = contentHash([...sources, join(here, 'crates.mjs'), join(here, 'toolchain.mjs')], { here, version: tools.version, shuffle, codegenUnits, opt, dwarf });
  return cachedDirectory('redox-live/system', key, async (directory) => {
    // As cargo's release profile, which upstream uses: 16 codegen units and thin-local LTO.
    const args = [`-Copt-level=${opt ?? 3}`, '-Cdebuginfo=2', ...shuffleArguments(shuffle), ...(codegenUnits ? [`-Ccodegen-units=${codegenUnits}`] : []), ...(dwarf ? [`-Cdwarf-version=${dwarf}`] : [])];
    const linker = [`-Clinker=${tools.lld}`, '-Clinker-flavor=ld.lld'];
    const [none, redox] = await Promise.all([libraryFor(tools, 'x86_64-unknown-none'), libraryFor(tools, 'x86_64-unknown-redox')]);
    const kernel = join(directory, 'kernel');
    const user = join(directory, 'user');
    mkdirSync(kernel);
    mkdirSync(user);
    await Promise.all([
      compile(tools, none, kernelCrates(tools), kernel, { args, linker }),
      compile(tools, redox, userCrates(tools), user, { args, linker }),
    ]);
    await run(tools.objcopy, ['--strip-debug', join(kernel, 'kernel.all'), join(kernel, 'kernel')]);
    await run(tools.objcopy, ['--only-keep-debug', join(kernel, 'kernel.all'), join(kernel, 'kernel.sym')]);
    mkdirSync(join(directory, 'stripped'));
    for (const program of PROGRAMS) await run(tools.objcopy, ['--strip-all', join(user, program), join(directory, 'stripped', program)]);
    for (const folder of [kernel, user]) {
      for (const file of readdirSync(folder)) if (file.endsWith('.rlib')) rmSync(join(folder, file));
    }
  });
}

/** The loader with a PDB or with DWARF. @param {Tools} tools @param {'pdb' | 'dwarf'} debug @param {number} preloadMib */
async function buildLoader(tools, debug, preloadMib) {
  const sources = ['crates', 'loader'].map((folder) => join(here, folder));
  const key = contentHash([...sources, join(here, 'crates.mjs'), join(here, 'toolchain.mjs')], { here, version: tools.version, debug, preloadMib });
  return cachedDirectory('redox-live/loader', key, async (directory) => {
    const library = await libraryFor(tools, debug === 'pdb' ? 'x86_64-unknown-uefi' : 'x86_64-uefi-dwarf');
    await compile(tools, library, loaderCrates(), directory, {
      args: ['-Copt-level=1', '-Cdebuginfo=2', '-Ccodegen-units=1'],
      linker: [`-Clinker=${tools.lldLink}`, '-Clinker-flavor=lld-link', `-Clink-arg=${debug === 'pdb' ? '/debug' : '/debug:dwarf'}`],
      env: { REDOX_LIVE_PRELOAD_MIB: String(preloadMib) },
    });
    for (const file of readdirSync(directory)) if (file.endsWith('.rlib')) rmSync(join(directory, file));
  });
}

/**
 * The loader for a BIOS: stage 3 with DWARF (bootloader.elf, bootloader.elf.sym), and all stages as they lie on the disk (bootloader.bin).
 * @param {Tools} tools @param {number} preloadMib
 */
async function buildBiosLoader(tools, preloadMib) {
  const sources = ['crates', 'loader'].map((folder) => join(here, folder));
  const key = contentHash([...sources, join(here, 'crates.mjs'), join(here, 'toolchain.mjs')], { here, version: tools.version, preloadMib });
  return cachedDirectory('redox-live/loader-bios', key, async (directory) => {
    const library = await libraryFor(tools, 'x86-unknown-none');
    const file = (/** @type {string} */ name) => join(directory, name);
    await compile(tools, library, biosLoaderCrates(), directory, {
      args: ['-Copt-level=1', '-Cdebuginfo=2', '-Ccodegen-units=1'],
      linker: [`-Clinker=${tools.lld}`, '-Clinker-flavor=ld.lld'],
      env: { REDOX_LIVE_PRELOAD_MIB: String(preloadMib) },
    });
    for (const name of readdirSync(directory)) if (name.endsWith('.rlib')) rmSync(file(name));
    await run(tools.objcopy, ['--only-keep-debug', file('bootloader.elf'), file('bootloader.elf.sym')]);
    await run(tools.objcopy, ['--strip-all', file('bootloader.elf'), file('stage3')]);
    const assembly = join(here, 'loader/asm/x86-unknown-none');
    const parts = ['stage1', 'stage2'];
    for (const part of parts) await run(tools.clang, ['-m32', '-c', `-DSTAGE3="${file('stage3')}"`, join(assembly, `${part}.S`), '-o', file(`${part}.o`)]);
    const link = ['-m', 'elf_i386', '-T', join(assembly, 'bootloader.ld'), ...parts.map((part) => file(`${part}.o`))];
    await run(tools.lld, [...link, '--oformat', 'binary', '-o', file('bootloader.bin')]);
    for (const part of parts) rmSync(file(`${part}.o`));
    rmSync(file('stage3'));
  });
}

/**
 * Like Promise.all, but waits for all of them also when one fails, so that each can clean up.
 * @param {Promise<string>[]} promises
 */
async function all(promises) {
  const [a = '', b = '', c = '', d = ''] = (await Promise.allSettled(promises)).map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
  return [a, b, c, d];
}

/** @param {string} folder @returns {Record<string, Buffer>} */
function unitFiles(folder) {
  return Object.fromEntries(readdirSync(folder).sort().map((name) => [name, readFileSync(join(folder, name))]));
}

/**
 * @param {string} system folder of kernel and programs
 * @param {{ variant: string, sizeMib: number, preloadMib: number, uuid: string, initfsUnits: Record<string, string>, fillMib: number }} options
 */
function makeFileSystem(system, { variant, sizeMib, preloadMib, uuid, initfsUnits, fillMib }) {
  /** @param {string} name */
  const stripped = (name) => readFileSync(join(system, 'stripped', name));
  const given = Object.fromEntries(Object.entries(initfsUnits).map(([name, text]) => [name, Buffer.from(text)]));
  const units = Object.entries({ ...unitFiles(join(here, 'image/initfs')), ...given });
  const initfs = makeInitfs([
    ...['init', 'lived', 'ahcid', 'redoxfs'].map((name) => /** @type {[string, Buffer]} */ ([`bin/${name}`, stripped(name)])),
    ...units.map(([name, text]) => /** @type {[string, Buffer]} */ ([`lib/init.d/${name}`, text])),
  ]);
  // What the running system reads comes first, so that it lies in the preload; the loader can also read from the disk.
  const root = {
    usr: {
      bin: { getty: stripped('getty') },
      lib: { 'init.d': unitFiles(join(here, 'image/root')), boot: { kernel: readFileSync(join(system, 'kernel/kernel')), initfs } },
      ...(fillMib > 0 ? { share: { fill: Buffer.alloc(fillMib << 20, 1) } } : {}),
    },
  };
  const [blocks, preload] = [sizeMib * 256, Math.min(preloadMib, sizeMib) * 256];
  const beyond = preload < blocks ? preload + Math.floor((blocks - preload) / 3) : blocks - 2;
  // Without a gap before it where there is to be no free block inside.
  const middle = variant === 'full' ? beyond : fillMib > 0 ? 263 : 264;
  return makeRedoxFs({ sizeMib, uuid: Buffer.from(uuid.replaceAll('-', ''), 'hex'), middle, root });
}

/** @param {string} name @param {string[]} candidates */
function firmware(name, candidates) {
  for (const path of candidates) {
    try {
      readFileSync(path);
      return path;
    } catch {
      continue;
    }
  }
  throw new Error(`${name} not found: apt-get install ovmf`);
}

/**
 * @param {RedoxLiveOptions} [options]
 * @returns {Promise<import('./build.d.mts').RedoxLivePaths>}
 */
export async function buildRedoxLive(options = {}) {
  const variant = options.variant ?? 'full';
  const preloadMib = options.preloadMib ?? fromEnvironment('REDOX_LIVE_PRELOAD_MIB', 4);
  const sizeMib = options.sizeMib ?? fromEnvironment('REDOX_LIVE_SIZE_MIB', variant === 'full' ? 16 : 8);
  const uuid = options.uuid ?? process.env.REDOX_LIVE_UUID ?? '6ba9ae7a-2095-4d8b-8aab-78b340c29bb4';
  const loaderDebug = options.loader ?? 'pdb';
  const shuffle = options.shuffle ?? process.env.REDOX_LIVE_SHUFFLE;
  const tools = findTools();

  const bios = options.firmware === 'bios';
  const [system, pdb, dwarf, stages] = await all([
    buildSystem(tools, { ...options, shuffle }),
    buildLoader(tools, 'pdb', preloadMib),
    buildLoader(tools, 'dwarf', preloadMib),
    ...(bios ? [buildBiosLoader(tools, preloadMib)] : []),
  ]);
  const { initfsUnits = {}, fillMib = 0 } = options;
  const values = { variant, preloadMib, sizeMib, uuid, loaderDebug, system: basename(system), pdb: basename(pdb), dwarf: basename(dwarf), ...(bios ? { bios: basename(stages) } : {}) };
  const key = contentHash([join(here, 'image'), join(here, 'build.mjs')], { ...values, initfsUnits, fillMib });
  const directory = await cachedDirectory('redox-live', key, async (temporary) => {
    const loader = join(loaderDebug === 'pdb' ? pdb : dwarf, 'bootloader.efi');
    const fs = makeFileSystem(system, { variant, sizeMib, preloadMib, uuid, initfsUnits, fillMib });
    const { disk, redoxfsOffset } = bios
      ? makeBiosDisk({ bootloader: readFileSync(join(stages, 'bootloader.bin')), redoxfs: fs.data })
      : makeDisk({ directory: temporary, loader, redoxfs: fs.data, readFile: (path) => readFileSync(path) });
    writeFileSync(join(temporary, 'disk.img'), disk);
    writeFileSync(join(temporary, 'constants.json'), JSON.stringify({ ...values, redoxfsOffset, allocBlocks: fs.blocks }));
    if (bios) return;
    rmSync(join(temporary, 'esp.fat'));
    copyFileSync(loader, join(temporary, 'bootloader.efi'));
  });

  const disk = join(directory, 'disk.img');
  const constants = JSON.parse(readFileSync(join(directory, 'constants.json'), 'utf8'));
  const programs = Object.fromEntries(PROGRAMS.map((name) => [name, join(system, 'user', name)]));
  return {
    directory,
    sources: here,
    disk,
    loader: join(pdb, 'bootloader.efi'),
    loaderPdb: join(pdb, 'bootloader.pdb'),
    loaderDwarf: join(dwarf, 'bootloader.efi'),
    ...(bios ? { biosLoader: join(stages, 'bootloader.elf'), biosLoaderSymbols: join(stages, 'bootloader.elf.sym') } : {}),
    kernel: join(system, 'kernel/kernel.all'),
    kernelSymbols: join(system, 'kernel/kernel.sym'),
    kernelStripped: join(system, 'kernel/kernel'),
    programs: /** @type {import('./build.d.mts').RedoxLivePaths['programs']} */ (programs),
    constants,
    qemu: [
      'qemu-system-x86_64', '-machine', 'q35', '-m', '256M', ...(bios ? [] : ['-bios', firmware('OVMF', ['/usr/share/ovmf/OVMF.fd', '/usr/share/OVMF/OVMF_CODE.fd'])]),
      '-drive', `file=${disk},format=raw,if=none,id=disk0,snapshot=on`, '-device', 'virtio-blk-pci,drive=disk0,bootindex=0',
      '-display', 'none', '-vga', 'none', '-net', 'none', '-no-reboot',
    ],
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  /** @param {string} name */
  const option = (name) => {
    const at = process.argv.indexOf(`--${name}`);
    return at < 0 ? undefined : process.argv[at + 1];
  };
  const started = Date.now();
  const paths = await buildRedoxLive({
    variant: option('variant') === 'mini' ? 'mini' : 'full',
    loader: option('loader') === 'dwarf' ? 'dwarf' : 'pdb',
    firmware: option('firmware') === 'bios' ? 'bios' : 'uefi',
    ...(option('shuffle') === undefined ? {} : { shuffle: option('shuffle') }),
    ...(option('codegen-units') === undefined ? {} : { codegenUnits: Number(option('codegen-units')) }),
  });
  process.stdout.write(`${JSON.stringify(paths, null, 2)}\n`);
  process.stderr.write(`built in ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
}
