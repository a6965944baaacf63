import fs from 'node:fs';
import path from 'node:path';
import { execFileSync } from 'node:child_process';
import { gcc } from './harness';

interface Toolchain {
  findTools(): { readonly lldLink: string; readonly version: string };
  libraryFor(tools: object, target: string): Promise<{ readonly sysroot: string; readonly target: string }>;
  rustc(tools: object, args: readonly string[]): Promise<void>;
  vendored(tools: object, name: string): string;
}
interface Cache {
  contentHash(paths: readonly string[], values: unknown): string;
  cachedDirectory(name: string, key: string, build: (directory: string) => Promise<void>): Promise<string>;
}

type Target = 'x86_64-unknown-linux-gnu' | 'x86_64-unknown-uefi' | 'x86_64-uefi-dwarf';

/** One way in which rustc compiles a program. */
export interface RustBuild {
  readonly name: string;
  readonly target: Target;
  readonly optimised: boolean;
  readonly flags: readonly string[];
}

const build = (target: Target, format: string, opt: 0 | 2, mangling: 'legacy' | 'v0', ...flags: string[]): RustBuild => ({
  name: `${format}, opt-level ${opt}, ${mangling}`,
  target,
  optimised: opt > 0,
  flags: [`-Copt-level=${opt}`, `-Csymbol-mangling-version=${mangling}`, '-Zunstable-options', '-Cdebug-assertions=no', ...flags],
});

const levels = [0, 2] as const;
const manglings = ['legacy', 'v0'] as const;

/**
 * ELF with both versions of DWARF, PE with a PDB, and PE with DWARF in the C++-like style, plain and optimised, with both kinds of
 * symbol names. Where optimising takes its time each of these is in one build at least.
 */
export const rustBuilds: readonly RustBuild[] = levels.flatMap((opt) =>
  manglings.flatMap((mangling) => {
    const paired = mangling === 'v0' ? 5 : 4;
    return [
      ...[4, 5].filter((version) => opt === 0 || version === paired).map((version) => build('x86_64-unknown-linux-gnu', `DWARF ${version}`, opt, mangling, `-Cdwarf-version=${version}`)),
      build('x86_64-unknown-uefi', 'PDB', opt, mangling),
      ...((opt === 0) === (paired === 4) ? [build('x86_64-uefi-dwarf', `UEFI with DWARF ${paired}`, opt, mangling, `-Cdwarf-version=${paired}`)] : []),
    ];
  }),
);

const programs = path.join(__dirname, 'programs');
const guests = path.join(__dirname, '../../guests');

/** What starts a program: itself, or for UEFI a process that maps it. */
export interface Runnable {
  readonly image: string;
  readonly program: string;
  readonly arguments: readonly string[];
}

/** Compiles a program of `programs/` for Linux or, with the crate hashbrown in the place of std's maps, for UEFI; kept in `.cache`. */
export const rustProgram = async (source: string, { target, flags }: RustBuild): Promise<Runnable> => {
  const { findTools, libraryFor, rustc, vendored } = (await import(path.join(guests, 'redox-live/toolchain.mjs'))) as Toolchain;
  const { contentHash, cachedDirectory } = (await import(path.join(guests, 'lib/cache.mjs'))) as Cache;
  const tools = findTools();
  const name = path.basename(source, '.rs');
  const file = path.join(programs, source);
  const key = contentHash([file, __filename], { file, flags, target, version: tools.version });
  if (target === 'x86_64-unknown-linux-gnu') {
    const folder = await cachedDirectory('rust-programs', `${name}-${key}`, (directory) => rustc(tools, ['--edition', '2024', '-g', '-Ctarget-feature=+crt-static', '-Crelocation-model=static', ...flags, file, '-o', path.join(directory, name)]));
    return { image: path.join(folder, name), program: path.join(folder, name), arguments: [] };
  }
  const library = await libraryFor(tools, target);
  const common = ['-Zunstable-options', '--sysroot', library.sysroot, '--target', library.target, '-Cembed-bitcode=no', '-Cpanic=abort', '-Cdebuginfo=2'];
  const maps = await cachedDirectory('rust-programs', `hashbrown-${contentHash([__filename], { target, version: tools.version })}`, (directory) =>
    rustc(tools, ['--crate-name', 'hashbrown', '--edition', '2021', path.join(vendored(tools, 'hashbrown'), 'src/lib.rs'), '--crate-type', 'rlib', '--cap-lints', 'allow', ...common, '--out-dir', directory]),
  );
  const runner = await cachedDirectory('rust-programs', `run-pe-${contentHash([path.join(programs, 'run-pe.c')], 1)}`, (directory) => Promise.resolve(void execFileSync(gcc ?? 'gcc', ['-O1', path.join(programs, 'run-pe.c'), '-o', path.join(directory, 'run-pe')])));
  const folder = await cachedDirectory('rust-programs', `${name}-${key}`, async (directory) => {
    const linker = [`-Clinker=${tools.lldLink}`, '-Clinker-flavor=lld-link', `-Clink-arg=${target === 'x86_64-unknown-uefi' ? '/debug' : '/debug:dwarf'}`, ...(target === 'x86_64-unknown-uefi' ? [`-Clink-arg=/pdbaltpath:${name}.pdb`] : [])];
    await rustc(tools, ['--crate-name', name, '--edition', '2024', file, '--crate-type', 'bin', '--extern', `hashbrown=${path.join(maps, 'libhashbrown.rlib')}`, ...common, ...flags, ...linker, '-o', path.join(directory, `${name}.efi`)]);
    fs.chmodSync(path.join(directory, `${name}.efi`), 0o644);
  });
  return { image: path.join(folder, `${name}.efi`), program: path.join(runner, 'run-pe'), arguments: [path.join(folder, `${name}.efi`)] };
};
