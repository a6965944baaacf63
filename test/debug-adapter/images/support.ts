import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const programs = path.join(__dirname, 'programs');

/** A directory that is removed when the test process ends. */
export const scratch = (): string => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'bootscope-images-'));
  process.once('exit', () => fs.rmSync(directory, { recursive: true, force: true }));
  return directory;
};

const found = (tool: string): boolean => spawnSync(tool, ['--version'], { stdio: 'ignore' }).status === 0;

/** First of these tools that runs here. */
export const tool = (...names: string[]): string | undefined => names.find(found);
export const gcc = tool('gcc');
export const clang = tool('clang-19', 'clang');
/** Debian's own rustc: the one first on PATH may be another. */
export const rustc = tool('/usr/bin/rustc', 'rustc');
export const gdb = tool('gdb');
export const readelf = tool('readelf');
export const objcopy = tool('objcopy');

export interface Build {
  readonly name: string;
  readonly compiler: string;
  readonly flags: readonly string[];
  readonly source: 'shapes.c' | 'shapes.rs';
}

const c = (name: string, compiler: string | undefined, ...flags: string[]): Build[] => (compiler === undefined ? [] : [{ name, compiler, flags: ['-g', ...flags], source: 'shapes.c' }]);
const rust = (name: string, ...flags: string[]): Build[] => (rustc === undefined ? [] : [{ name, compiler: rustc, flags: ['--edition', '2024', '-g', ...flags], source: 'shapes.rs' }]);

export const builds: readonly Build[] = [
  ...c('gcc -O0 dwarf 5', gcc, '-O0', '-gdwarf-5'),
  ...c('gcc -O2 dwarf 5', gcc, '-O2', '-gdwarf-5'),
  ...c('gcc -O0 dwarf 4', gcc, '-O0', '-gdwarf-4'),
  ...c('gcc -O2 dwarf 4 types', gcc, '-O2', '-gdwarf-4', '-fdebug-types-section'),
  ...c('gcc -O1 dwarf 5 zlib', gcc, '-O1', '-gdwarf-5', '-gz=zlib'),
  ...c('clang -O0 dwarf 5', clang, '-O0', '-gdwarf-5'),
  ...c('clang -O2 dwarf 5', clang, '-O2', '-gdwarf-5'),
  ...c('clang -O0 dwarf 4', clang, '-O0', '-gdwarf-4'),
  ...c('clang -O2 dwarf 4', clang, '-O2', '-gdwarf-4'),
  ...c('gcc -O2 dwarf 5 split', gcc, '-O2', '-gdwarf-5', '-gsplit-dwarf'),
  ...c('gcc -O1 dwarf 4 split', gcc, '-O1', '-gdwarf-4', '-gsplit-dwarf'),
  ...c('clang -O2 dwarf 5 split', clang, '-O2', '-gdwarf-5', '-gsplit-dwarf'),
  ...c('clang -O1 dwarf 4 split', clang, '-O1', '-gdwarf-4', '-gsplit-dwarf'),
  ...c('clang -O1 dwarf 5 zstd', clang, '-O1', '-gdwarf-5', '-gz=zstd'),
];

export const rustBuilds: readonly Build[] = [
  ...rust('rustc -O0 dwarf 4', '-Cdwarf-version=4'),
  ...rust('rustc -O2 dwarf 5 v0', '-Copt-level=2', '-Cdwarf-version=5', '-Csymbol-mangling-version=v0'),
];

const directory = scratch();

/** Compiles once per process and build; the path of the program. */
export const compile = (build: Build, ...extra: string[]): string => {
  const output = path.join(directory, [build.name, ...extra].join(' ').replace(/\W+/g, '-'));
  if (!fs.existsSync(output)) execFileSync(build.compiler, [...build.flags, ...extra, '-o', output, path.join(programs, build.source)], { stdio: ['ignore', 'ignore', 'inherit'] });
  return output;
};

/** 1-based number of the first line of a program's source that contains the text. */
export const lineOf = (source: string, text: string): number =>
  fs.readFileSync(path.join(programs, source), 'utf8').split('\n').findIndex((line) => line.includes(text)) + 1;
