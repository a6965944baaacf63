import type { Image } from '../../images/image';

/** How one instruction set numbers and names its registers in DWARF (psABI x86-64 table 3.36, i386 table 2.14). */
export interface RegisterNames {
  readonly wordSize: 4 | 8;
  readonly pc: number;
  readonly sp: number;
  readonly framePointer: number;
  nameOf(number: number): string;
  numberOf(name: string): number | undefined;
  /** Register numbers that a function keeps for its caller; the thread's own base is never touched by a call. */
  readonly preserved: ReadonlySet<number>;
  /** General registers with the program counter, for showing. */
  readonly general: readonly number[];
}

const make = (wordSize: 4 | 8, names: ReadonlyMap<number, string>, special: { pc: number; sp: number; framePointer: number }, preserved: readonly number[], general: readonly number[]): RegisterNames => {
  const numbers = new Map([...names].map(([number, name]) => [name, number]));
  return {
    wordSize,
    ...special,
    nameOf: (number) => names.get(number) ?? `register ${number}`,
    numberOf: (name) => numbers.get(name),
    preserved: new Set(preserved),
    general,
  };
};

const row = (start: number, ...names: string[]): [number, string][] => names.map((name, i) => [start + i, name]);
const run = (start: number, prefix: string, count: number, first = 0): [number, string][] => Array.from({ length: count }, (_, i) => [start + i, `${prefix}${first + i}`]);

const names64 = new Map<number, string>([
  ...row(0, 'rax', 'rdx', 'rcx', 'rbx', 'rsi', 'rdi', 'rbp', 'rsp', 'r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15', 'rip'),
  ...run(17, 'xmm', 16),
  ...run(33, 'st', 8),
  ...row(49, 'eflags', 'es', 'cs', 'ss', 'ds', 'fs', 'gs'),
  ...row(58, 'fs_base', 'gs_base'),
  [64, 'mxcsr'],
]);

const names32 = new Map<number, string>([
  ...row(0, 'eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi', 'eip', 'eflags'),
  ...run(11, 'st', 8),
  ...run(21, 'xmm', 8),
  [39, 'mxcsr'],
  ...row(40, 'es', 'cs', 'ss', 'ds', 'fs', 'gs'),
]);

const special64 = { pc: 16, sp: 7, framePointer: 6 };
const general64 = [0, 3, 2, 1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 49];

const threadBase = 58;
const systemV64 = make(8, names64, special64, [3, 6, 12, 13, 14, 15, threadBase], general64);
/** Microsoft's x64 convention, which UEFI code follows: also rsi, rdi and xmm6 to xmm15. */
const microsoft64 = make(8, names64, special64, [3, 4, 5, 6, 12, 13, 14, 15, ...Array.from({ length: 10 }, (_, i) => 23 + i)], general64);
const i386 = make(4, names32, { pc: 8, sp: 4, framePointer: 5 }, [3, 5, 6, 7], [0, 3, 1, 2, 6, 7, 5, 4, 8, 9]);

/** The register set that an image's code uses; `bits` decides where there is no image. */
export const registerNamesFor = (image: Image | undefined, bits: 32 | 64): RegisterNames => {
  if (bits === 32) return i386;
  return image?.format === 'pe' ? microsoft64 : systemV64;
};

/** The name under which a machine keeps a register: QEMU's x86-64 description also serves 32-bit code. */
export const machineNamesOf = (name: string): readonly string[] => (/^e(ax|bx|cx|dx|si|di|bp|sp|ip)$/.test(name) ? [name, `r${name.slice(1)}`] : [name]);
