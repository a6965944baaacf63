import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** A boot sector: 512 bytes at 0x7c00, ending in 55 AA. */
export function bootSector(code: readonly number[]): Buffer {
  const sector = Buffer.alloc(512);
  Buffer.from(code).copy(sector);
  sector[510] = 0x55;
  sector[511] = 0xaa;
  return sector;
}

export interface Assembled {
  readonly image: Buffer;
  /** Addresses of the labels. */
  readonly symbols: Readonly<Record<string, bigint>>;
}

/** Assembles a boot sector, linked at 0x7c00, with the host's gcc and binutils. */
export function assemble(source: string): Assembled {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'bs-asm-'));
  try {
    const file = (name: string): string => path.join(directory, name);
    fs.writeFileSync(file('boot.S'), source);
    execFileSync('gcc', ['-c', '-o', file('boot.o'), file('boot.S')]);
    execFileSync('ld', ['-m', 'elf_x86_64', '-Ttext=0x7c00', '-e', '0x7c00', '-o', file('boot.elf'), file('boot.o')]);
    execFileSync('objcopy', ['-O', 'binary', '-j', '.text', file('boot.elf'), file('boot.bin')]);
    const lines = execFileSync('nm', [file('boot.elf')], { encoding: 'utf8' }).split('\n');
    const symbols = Object.fromEntries(lines.flatMap((line) => (/^([0-9a-f]+) \w (\w+)$/.exec(line) === null ? [] : [[line.slice(19), BigInt(`0x${line.slice(0, 16)}`)]])));
    return { image: bootSector([...fs.readFileSync(file('boot.bin'))]), symbols };
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

/**
 * Goes from real mode through 16- and 32-bit protected mode and compatibility mode into long mode, with page tables that
 * map the first 2 MiB one to one in a large page, 4 KiB at 2 MiB in a small one, and the upper half likewise.
 */
export const modesSource = `
.code16
start:
  cli
  xor %ax, %ax
  mov %ax, %ds
  mov $0x7000, %sp
  ljmp $0x7c0, $(in_real - start)
in_real:
  nop
  xor %ax, %ax
  mov %ax, %es
  mov $0x1000, %di
  mov $0x4000, %cx
  cld
  rep stosb
  movl $0x2003, %ds:0x1000
  movl $0x2003, %ds:0x1800
  movl $0x3003, %ds:0x2000
  movl $0x83, %ds:0x3000
  movl $0x4003, %ds:0x3008
  movl $0x200003, %ds:0x4000
  lgdtl gdtr
  mov %cr0, %eax
  or $1, %al
  mov %eax, %cr0
  ljmp $0x18, $(in_protected16 - start)
in_protected16:
  nop
  ljmpl $0x08, $in_protected32
.code32
in_protected32:
  nop
  mov $0x10, %eax
  mov %eax, %ds
  mov %eax, %es
  mov %eax, %ss
  movl $0x5a5a1234, 0x200000
  mov %cr4, %eax
  or $0x20, %eax
  mov %eax, %cr4
  mov $0x1000, %eax
  mov %eax, %cr3
  mov $0xc0000080, %ecx
  rdmsr
  or $0x100, %eax
  wrmsr
  mov %cr0, %eax
  or $0x80000000, %eax
  mov %eax, %cr0
in_compat32:
  nop
  ljmp $0x20, $in_long
.code64
in_long:
  nop
  movabs $0xffff800000000000 + in_upper, %rax
  jmp *%rax
in_upper:
  nop
watched:
  movl $0x77, 0x6000
after_watched:
  incl 0x6008
  jmp after_watched
.align 8
gdt:
  .quad 0
  .quad 0x00cf9a000000ffff
  .quad 0x00cf92000000ffff
  .quad 0x00009a007c00ffff
  .quad 0x00af9a000000ffff
gdtr:
  .word 39
  .long gdt
`;

/** Writes an image into a fresh directory that `remove` deletes. */
export function imageFile(bytes: Uint8Array): { file: string; remove: () => void } {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'bs-test-'));
  const file = path.join(directory, 'disk.img');
  fs.writeFileSync(file, bytes);
  return { file, remove: () => fs.rmSync(directory, { recursive: true, force: true }) };
}

/** Command line of a small machine that boots the image. */
export const qemuFor = (file: string, ...more: string[]): string[] => ['qemu-system-x86_64', '-m', '32', '-display', 'none', '-net', 'none', '-drive', `file=${file},format=raw,if=ide`, ...more];

/** False once the process is gone, or dead and waiting for a parent that does not look. */
export function alive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(fs.readFileSync(`/proc/${String(pid)}/status`, 'utf8'));
  } catch {
    return false;
  }
}
