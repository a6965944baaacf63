import { execFileSync } from 'node:child_process';
import path from 'node:path';

const here = import.meta.dirname;

/** Compiles the kernel for measuring into a folder; gives the path of its ELF file. */
export function buildGuest(folder) {
  const elf = path.join(folder, 'guest.elf');
  const flags = ['-O1', '-g', '-gdwarf-5', '-ffreestanding', '-fno-pie', '-no-pie', '-mcmodel=kernel', '-mno-red-zone', '-mno-sse', '-fno-stack-protector', '-fcf-protection=none', '-fno-optimize-sibling-calls', '-nostdlib', '-Wl,--build-id=none', '-Wl,--no-warn-rwx-segments'];
  execFileSync('gcc', [...flags, `-Wl,-T,${path.join(here, 'guest.ld')}`, '-o', elf, path.join(here, 'guest.c')], { stdio: ['ignore', 2, 2] });
  return elf;
}
