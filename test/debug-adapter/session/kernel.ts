import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

/** A multiboot kernel of our own, small enough to be compiled in a test: 32-bit, flat, it talks on COM1. */
const source = `
typedef unsigned char u8; typedef unsigned int u32;
__asm__(
  ".section .multiboot,\\"a\\"\\n.align 4\\n.long 0x1badb002, 0x10003, -(0x1badb002 + 0x10003)\\n"
  ".long header_address, load_start, load_end, bss_end, start\\n"
  ".text\\n.globl start\\nstart: mov $stack_top, %esp\\n push $0\\n push $0\\n call kmain\\n1: hlt\\n jmp 1b\\n"
  ".bss\\n.align 16\\n.skip 16384\\nstack_top:\\n.text\\n");
static inline void out(unsigned short port, u8 v) { __asm__ volatile("outb %0, %1" :: "a"(v), "Nd"(port)); }
static inline u8 in(unsigned short port) { u8 v; __asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"(port)); return v; }
static void put(const char *s) { while (*s) out(0x3f8, *s++); }
struct device { const char *name; u32 blocks; int errors[4]; struct device *next; };
struct device second = { "disk1", 64, { 5, 6, 7, 8 }, 0 };
struct device first = { "disk0", 16, { 1, 2, 3, 4 }, &second };
volatile int counter;
volatile int wanted = 0;
static int __attribute__((noinline)) read_block(struct device *device, u32 block)
{
	counter++;
	if (block >= device->blocks)
		return -22;
	return device->errors[block & 3];
}
static int __attribute__((noinline)) mount_root(struct device *device)
{
	int sum = 0;
	for (u32 block = 0; block < 20; block++) {
		int result = read_block(device, block);
		if (result < 0)
			return result;
		sum += result;
	}
	return sum;
}
void kmain(void)
{
	put("hello \\xc3\\xa9 from the guest\\n");
	int error = mount_root(&first);
	wanted = error;
	put(error < 0 ? "mount failed\\n" : "mounted\\n");
	for (;;) {
		if (in(0x3fd) & 1) {
			u8 c = in(0x3f8);
			out(0x3f8, c);
			if (c == 'r')
				out(0x64, 0xfe);
			if (c == 'p')
				out(0x505, 1);
			if (c == 'w')
				out(0x443, 0xf);
			if (c == 'q')
				__asm__ volatile("lidt %0; int3" :: "m"(*(long *)0));
		}
		counter++;
	}
}
`;

const linker = `
ENTRY(start)
SECTIONS {
  . = 0x100000;
  load_start = .;
  .multiboot : { header_address = .; *(.multiboot) }
  .text : { *(.text*) }
  .rodata : { *(.rodata*) }
  .data : { *(.data*) }
  load_end = .;
  .bss : { *(.bss*) *(COMMON) }
  bss_end = .;
  /DISCARD/ : { *(.note*) *(.comment) *(.eh_frame*) }
}
`;

export interface TestKernel {
  readonly directory: string;
  readonly elf: string;
  readonly source: string;
  /** 1-based line of the first source line that contains the text. */
  line(text: string): number;
  remove(): void;
}

/** Compiles it with gcc for the 32-bit flat mode that a multiboot loader leaves. */
export const buildKernel = (optimisation: '-O0' | '-O1' = '-O1'): TestKernel => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'bootscope-kernel-'));
  const file = path.join(directory, 'kernel.c');
  fs.writeFileSync(file, source);
  fs.writeFileSync(path.join(directory, 'kernel.ld'), linker);
  const elf = path.join(directory, 'kernel.elf');
  const args = ['-m32', optimisation, '-g', '-gdwarf-5', '-ffreestanding', '-fno-pie', '-no-pie', '-fno-stack-protector', '-fno-inline-small-functions', '-fno-asynchronous-unwind-tables', '-mno-sse', '-nostdlib', '-Wl,--build-id=none', '-Wl,-T,kernel.ld', '-o', elf, file];
  const { status, stderr } = spawnSync('gcc', args, { cwd: directory, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  const lines = source.split('\n');
  return {
    directory,
    elf,
    source: file,
    line: (text) => lines.findIndex((line) => line.includes(text)) + 1,
    remove: () => {
      fs.rmSync(directory, { recursive: true, force: true });
    },
  };
};
