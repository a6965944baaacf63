/** The register file of the fake stub, in the order of QEMU's i386-64bit.xml up to its control registers. */
const general = ['rax', 'rbx', 'rcx', 'rdx', 'rsi', 'rdi', 'rbp', 'rsp', 'r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15', 'rip'];
const layout: readonly { name: string; bits: number }[] = [
  ...general.map((name) => ({ name, bits: 64 })),
  { name: 'eflags', bits: 32 },
  ...['cs', 'ss', 'ds', 'es', 'fs', 'gs'].map((name) => ({ name, bits: 32 })),
  ...['fs_base', 'gs_base', 'k_gs_base', 'cr0', 'cr2', 'cr3', 'cr4', 'cr8', 'efer'].map((name) => ({ name, bits: 64 })),
  { name: 'mxcsr', bits: 32 },
];

export const targetXml = '<?xml version="1.0"?><!DOCTYPE target SYSTEM "gdb-target.dtd"><target><architecture>i386:x86-64</architecture><xi:include href="core.xml"/></target>';
export const coreXml = `<?xml version="1.0"?><feature name="org.gnu.gdb.i386.core">${layout.map(({ name, bits }) => `<reg name="${name}" bitsize="${String(bits)}"/>`).join('')}</feature>`;

export class FakeRegisters {
  readonly values = new Map<string, bigint>();

  constructor(initial: Readonly<Record<string, bigint>>) {
    for (const [name, value] of Object.entries(initial)) this.values.set(name, value);
  }

  get(name: string): bigint {
    return this.values.get(name) ?? 0n;
  }

  set(name: string, value: bigint): void {
    this.values.set(name, value);
  }

  /** The answer to `g`. */
  encode(): string {
    return layout.map(({ name, bits }) => littleEndian(this.get(name), bits / 8)).join('');
  }

  /** `P n=value`; false when there is no such register. */
  write(number: number, hex: string): boolean {
    const register = layout[number];
    if (register === undefined) return false;
    this.set(register.name, BigInt(`0x${Buffer.from(hex, 'hex').reverse().toString('hex') || '0'}`));
    return true;
  }
}

function littleEndian(value: bigint, bytes: number): string {
  const out = Buffer.alloc(bytes);
  for (let i = 0; i < bytes; i++) out[i] = Number((value >> BigInt(8 * i)) & 0xffn);
  return out.toString('hex');
}
