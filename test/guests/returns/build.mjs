// Builds the guest `returns`: one kernel of C and Rust functions.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cachedDirectory, contentHash } from '../lib/cache.mjs';
import { findTools, libraryFor, run, rustc } from '../redox-live/toolchain.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const sources = ['boot.S', 'boot32.S', 'kernel.ld', 'calls.c', 'calls.rs', 'build.mjs'];

/**
 * @param {{ cc?: 'gcc' | 'clang', opt?: 0 | 2, bits?: 32 | 64, structs?: 'memory' | 'registers' }} [options] how C is compiled, and how well
 *   both languages are optimised; `structs`: where 32-bit C has small structs, as on Linux or as on FreeBSD
 * @returns {Promise<{ kernel: string, c: string, rust: string, qemu: string[] }>}
 */
export async function buildReturns({ cc = 'clang', opt = 2, bits = 64, structs = 'memory' } = {}) {
  const tools = findTools();
  const key = contentHash(sources.map((name) => join(here, name)), { here, version: tools.version, cc, opt, bits, structs });
  const directory = await cachedDirectory('returns', key, async (out) => {
    const compiler = cc === 'gcc' ? 'gcc' : 'clang-19';
    const words = bits === 32 ? ['-m32', '-mno-sse', structs === 'memory' ? '-fpcc-struct-return' : '-freg-struct-return'] : ['-mno-red-zone'];
    const flags = ['-g', '-ffreestanding', '-fno-pic', '-fno-stack-protector', '-fcf-protection=none', '-fno-asynchronous-unwind-tables', `-O${opt}`, '-c', ...words];
    await run(compiler, [...flags, '-o', join(out, 'boot.o'), join(here, bits === 32 ? 'boot32.S' : 'boot.S')]);
    await run(compiler, [...flags, '-o', join(out, 'calls.o'), join(here, 'calls.c')]);
    const library = await libraryFor(tools, bits === 32 ? 'x86-unknown-none' : 'x86_64-unknown-none');
    await rustc(tools, [
      '--crate-name', 'calls', '--edition', '2024', join(here, 'calls.rs'), '-Zunstable-options', '--sysroot', library.sysroot, '--target', library.target, '--crate-type', 'bin',
      `-Copt-level=${opt}`, '-Cdebuginfo=2', '-Cembed-bitcode=no', '-Cpanic=abort', '-Crelocation-model=static', '-Cno-redzone=yes',
      `-Clinker=${tools.lld}`, '-Clinker-flavor=ld.lld', `-Clink-arg=-T${join(here, 'kernel.ld')}`, `-Clink-arg=${join(out, 'boot.o')}`, `-Clink-arg=${join(out, 'calls.o')}`, '-o', join(out, 'kernel'),
    ]);
    for (const name of ['boot.o', 'calls.o']) rmSync(join(out, name));
  });
  const kernel = join(directory, 'kernel');
  return { kernel, c: join(here, 'calls.c'), rust: join(here, 'calls.rs'), qemu: ['qemu-system-x86_64', '-kernel', kernel, '-m', '32', '-display', 'none', '-net', 'none'] };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(`${JSON.stringify(await buildReturns(), null, 2)}\n`);
