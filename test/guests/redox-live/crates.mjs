// What is compiled, with what, in which order.
import { join } from 'node:path';
import { rustc, vendored } from './toolchain.mjs';

const here = import.meta.dirname ?? new URL('.', import.meta.url).pathname;

/** @typedef {import('./toolchain.mjs').Tools} Tools */
/** @typedef {import('./toolchain.mjs').Library} Library */
/** @typedef {{ name: string, source: string, uses: string[], bin?: boolean, file?: string, args?: string[] }} Crate */

/** @param {string} path */
const inGuest = (path) => join(here, path);

/** @type {Crate[]} */
const shared = [
  { name: 'seahash', source: inGuest('crates/hash/src/lib.rs'), uses: [] },
  { name: 'syscall', source: inGuest('crates/syscall/src/lib.rs'), uses: [] },
  { name: 'redoxfs', source: inGuest('crates/redoxfs/src/lib.rs'), uses: ['syscall', 'seahash'] },
  { name: 'heap', source: inGuest('crates/heap/src/lib.rs'), uses: [] },
];

/** @type {Crate} */
const spin = { name: 'spin', source: inGuest('crates/spin/src/lib.rs'), uses: [] };

/** @param {Tools} tools @returns {Crate} */
const hashbrown = (tools) => ({
  name: 'hashbrown',
  source: join(vendored(tools, 'hashbrown'), 'src/lib.rs'),
  uses: [],
  args: ['--cap-lints', 'allow', '--cfg', 'feature="inline-more"', '-Cdebuginfo=1'],
});

/** @param {Tools} tools @returns {Crate[]} */
export const kernelCrates = (tools) => [
  ...shared.filter((crate) => crate.name === 'syscall' || crate.name === 'heap'),
  hashbrown(tools),
  spin,
  { name: 'arrayvec', source: inGuest('crates/arrayvec/src/lib.rs'), uses: [] },
  { name: 'slab', source: inGuest('crates/slab/src/lib.rs'), uses: [] },
  { name: 'rmm', source: inGuest('crates/rmm/src/lib.rs'), uses: [] },
  {
    name: 'kernel',
    source: inGuest('kernel/src/main.rs'),
    uses: ['syscall', 'heap', 'hashbrown', 'spin', 'arrayvec', 'slab', 'rmm'],
    bin: true,
    file: 'kernel.all',
    args: ['-Ccode-model=kernel', '-Crelocation-model=static', '-Cno-redzone=yes', '-Cforce-frame-pointers=yes', `-Clink-arg=-T${inGuest('kernel/linker.ld')}`, '-Clink-arg=-zmax-page-size=0x1000'],
  },
];

const program = ['-Crelocation-model=static', '-Ctarget-feature=+crt-static', '-Clink-arg=--image-base=0x400000', '-Clink-arg=-zmax-page-size=0x1000', '-Clink-arg=-static', '-Clink-arg=--no-dynamic-linker'];

/** @param {Tools} tools @returns {Crate[]} */
export const userCrates = (tools) => [
  ...shared,
  hashbrown(tools),
  { name: 'std', source: inGuest('userland/redox_std/src/lib.rs'), uses: ['syscall', 'heap', 'hashbrown'] },
  { name: 'redox_scheme', source: inGuest('userland/redox_scheme/src/lib.rs'), uses: ['syscall', 'std'] },
  { name: 'daemon', source: inGuest('userland/daemon/src/lib.rs'), uses: ['syscall', 'std'] },
  { name: 'driver_block', source: inGuest('userland/driver_block/src/lib.rs'), uses: ['syscall', 'std', 'redox_scheme', 'daemon'] },
  { name: 'init', source: inGuest('userland/init/src/main.rs'), uses: ['syscall', 'std'], bin: true, args: program },
  { name: 'getty', source: inGuest('userland/getty/src/main.rs'), uses: ['std'], bin: true, args: program },
  { name: 'lived', source: inGuest('userland/lived/src/main.rs'), uses: ['syscall', 'std', 'driver_block', 'daemon'], bin: true, args: program },
  { name: 'ahcid', source: inGuest('userland/ahcid/src/main.rs'), uses: ['syscall', 'std', 'driver_block', 'daemon'], bin: true, args: program },
  {
    name: 'redoxfs',
    source: inGuest('userland/redoxfs/src/main.rs'),
    uses: ['syscall', 'std', 'redox_scheme', 'driver_block', 'redoxfs'],
    bin: true,
    args: [...program, '-Cmetadata=bin'],
  },
];

/** @returns {Crate[]} */
export const loaderCrates = () => [
  ...shared.filter((crate) => crate.name !== 'heap'),
  { name: 'bootloader', source: inGuest('loader/src/main.rs'), uses: ['syscall', 'redoxfs'], bin: true, file: 'bootloader.efi' },
];

/** Stage 3 of the loader for a BIOS. @returns {Crate[]} */
export const biosLoaderCrates = () => [
  ...shared,
  spin,
  {
    name: 'bootloader',
    source: inGuest('loader/src/main.rs'),
    uses: ['syscall', 'redoxfs', 'heap', 'spin'],
    bin: true,
    file: 'bootloader.elf',
    args: [`-Clink-arg=-T${inGuest('loader/linkers/x86-unknown-none.ld')}`, '-Clink-arg=-zmax-page-size=0x1000', '-Clink-arg=--gc-sections'],
  },
];

/**
 * Compiles crates, two at a time where one does not need the other.
 * @param {Tools} tools @param {Library} library @param {Crate[]} crates @param {string} out
 * @param {{ args: string[], linker: string[], env?: Record<string, string> }} options
 */
export async function compile(tools, library, crates, out, { args, linker, env }) {
  /** @type {Map<string, Promise<void>>} */
  const done = new Map();
  let running = 0;
  /** @type {(() => void)[]} */
  const waiting = [];
  const slot = async () => {
    while (running >= 2) await new Promise((/** @type {(value: void) => void} */ resolve) => waiting.push(resolve));
    running += 1;
  };
  /** @param {Crate} crate */
  const build = async (crate) => {
    await Promise.all(crate.uses.map((name) => done.get(name)));
    await slot();
    try {
      await rustc(
        tools,
        [
          '--crate-name', crate.name, '--edition', '2024', crate.source, '-Zunstable-options', '--sysroot', library.sysroot, '--target', library.target,
          '--crate-type', crate.bin ? 'bin' : 'rlib', '-Cembed-bitcode=no', '-Cpanic=abort', '-L', out, ...args, ...crate.uses.flatMap((name) => ['--extern', `${name}=${join(out, `lib${name}.rlib`)}`]),
          ...(crate.bin ? [...linker, '-o', join(out, crate.file ?? crate.name)] : ['--out-dir', out]), ...(crate.args ?? []),
        ],
        env,
      );
    } finally {
      running -= 1;
      waiting.shift()?.();
    }
  };
  for (const crate of crates) done.set(crate.bin ? `bin ${crate.name}` : crate.name, build(crate));
  const results = await Promise.allSettled(done.values());
  const failed = results.find((result) => result.status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}
