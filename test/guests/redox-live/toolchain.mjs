// Debian's rustc (package rustc-web) and libraries `core` and `alloc` built from rust-web-src for a bare target.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cachedDirectory, contentHash } from '../lib/cache.mjs';

/** @param {string[]} candidates */
function firstExisting(candidates) {
  return candidates.find((path) => existsSync(path));
}

/** The tools the guest is built with; throws with what to install when one is missing. */
export function findTools() {
  const rustc = process.env.BOOTSCOPE_RUSTC ?? firstExisting(['/usr/bin/rustc']);
  const version = rustc ? spawnSync(rustc, ['-vV'], { encoding: 'utf8' }).stdout : '';
  const sysroot = rustc ? spawnSync(rustc, ['--print', 'sysroot'], { encoding: 'utf8' }).stdout.trim() : '';
  const library = join(sysroot, 'lib/rustlib/src/rust/library');
  const lld = firstExisting(['/usr/bin/ld.lld-19', '/usr/bin/ld.lld']);
  const lldLink = firstExisting(['/usr/bin/lld-link-19', '/usr/bin/lld-link']);
  const objcopy = firstExisting(['/usr/bin/llvm-objcopy-19', '/usr/bin/llvm-objcopy']);
  const clang = firstExisting(['/usr/bin/clang-19', '/usr/bin/clang']);
  if (!rustc || !version || !existsSync(join(library, 'core')) || !lld || !lldLink || !objcopy || !clang) {
    throw new Error('redox-live needs: apt-get install rustc-web rust-web-src clang-19 lld-19 llvm-19');
  }
  return { rustc, version, library, lld, lldLink, objcopy, clang };
}

/** @typedef {ReturnType<typeof findTools>} Tools */

/**
 * Runs a command; rejects with its output when it fails.
 * @param {string} command @param {string[]} args @param {Record<string, string>} [env]
 * @returns {Promise<void>}
 */
export function run(command, args, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
    let output = '';
    child.stdout.on('data', (data) => (output += data));
    child.stderr.on('data', (data) => (output += data));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${command} ${args.join(' ')}\nended with ${code}:\n${output}`));
    });
  });
}

/** rustc with the unstable options that building `core` takes. @param {Tools} tools @param {string[]} args @param {Record<string, string>} [env] */
export function rustc(tools, args, env = {}) {
  return run(tools.rustc, args, { RUSTC_BOOTSTRAP: '1', ...env });
}

/**
 * The built-in UEFI target, but with DWARF in place of a PDB.
 * @param {Tools} tools
 */
function uefiDwarfTarget(tools) {
  const printed = spawnSync(tools.rustc, ['-Zunstable-options', '--print', 'target-spec-json', '--target', 'x86_64-unknown-uefi'], {
    encoding: 'utf8',
    env: { ...process.env, RUSTC_BOOTSTRAP: '1' },
  });
  const target = JSON.parse(printed.stdout);
  delete target['is-builtin'];
  return JSON.stringify({ ...target, 'debuginfo-kind': 'dwarf', 'split-debuginfo': 'off', 'supported-split-debuginfo': ['off'] }, null, 1);
}

/** Targets that rustc does not have. @param {Tools} tools @param {string} name */
function targetFile(tools, name) {
  if (name === 'x86_64-uefi-dwarf') return uefiDwarfTarget(tools);
  if (name === 'x86-unknown-none') return readFileSync(new URL('loader/targets/x86-unknown-none.json', import.meta.url), 'utf8');
  return undefined;
}

/** @typedef {{ sysroot: string, target: string }} Library */

/**
 * A sysroot with `core`, `compiler_builtins` and `alloc` for a target. Built once per compiler.
 * @param {Tools} tools
 * @param {'x86_64-unknown-none' | 'x86_64-unknown-redox' | 'x86_64-unknown-uefi' | 'x86_64-uefi-dwarf' | 'x86-unknown-none'} name
 * @returns {Promise<Library>}
 */
export async function libraryFor(tools, name) {
  const common = ['-Copt-level=3', '-Cdebuginfo=1', '-Cembed-bitcode=no', '-Cpanic=abort', '-Zforce-unstable-if-unmarked', '--cap-lints', 'allow', '--crate-type', 'rlib'];
  const json = targetFile(tools, name);
  const features = ['compiler-builtins', 'mem', 'mem-unaligned', 'unstable-intrinsics'].map((feature) => `feature="${feature}"`);
  const configured = ['intrinsics_enabled', 'arch_enabled', 'optimizations_enabled', 'f16_enabled', 'f128_enabled'];
  const builtins = [...features, ...configured].flatMap((value) => ['--cfg', value]);
  const key = contentHash([], { version: tools.version, name, common, builtins, json });
  const sysroot = await cachedDirectory('rust-library', `${name}-${key}`, async (directory) => {
    const lib = join(directory, 'lib/rustlib', name, 'lib');
    mkdirSync(lib, { recursive: true });
    const target = json ? join(directory, `${name}.json`) : name;
    if (json) writeFileSync(target, json);
    /** @param {string} crate @param {string} source @param {string[]} extra @param {Record<string, string>} [env] */
    const compile = (crate, source, extra, env) =>
      rustc(
        tools,
        ['--crate-name', crate, '--edition', '2024', join(tools.library, source), '-Zunstable-options', '--target', target, ...common, '--out-dir', lib, '-L', lib, ...extra],
        env,
      );
    await compile('core', 'core/src/lib.rs', []);
    await compile('compiler_builtins', 'compiler-builtins/compiler-builtins/src/lib.rs', ['--extern', 'core', ...builtins], {
      CFG_CARGO_FEATURES: '[]',
      CFG_OPT_LEVEL: '3',
      CFG_TARGET_FEATURES: '[]',
    });
    await compile('alloc', 'alloc/src/lib.rs', ['--extern', 'core', '--extern', 'compiler_builtins']);
  });
  return { sysroot, target: json ? join(sysroot, `${name}.json`) : name };
}

/** The folder of a crate that rust-web-src carries for the standard library. @param {Tools} tools @param {string} name */
export function vendored(tools, name) {
  const vendor = join(tools.library, 'vendor');
  const found = readdirSync(vendor).find((entry) => entry.startsWith(`${name}-`));
  if (!found) throw new Error(`${name} is not in ${vendor}`);
  return join(vendor, found);
}
