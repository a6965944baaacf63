import type { TargetDescription, DescribedRegister } from '../wire/rsp/target-description';
import { decodeMode } from './modes';
import type { CodeSegment, ModeInputs } from './modes';
import type { Registers } from './registers';

type Group = Registers['all'][number]['group'];

const segments = new Set(['cs', 'ss', 'ds', 'es', 'fs', 'gs', 'fs_base', 'gs_base', 'k_gs_base']);
const controls = new Set(['cr0', 'cr2', 'cr3', 'cr4', 'cr8', 'efer']);

function groupOf({ name, group, type }: DescribedRegister): Group {
  if (segments.has(name)) return 'segment';
  if (controls.has(name)) return 'control';
  if (/^(x|y|z)mm\d+|^mxcsr$/.test(name) || group === 'vector' || type.startsWith('vec')) return 'vector';
  if (/^st\d$/.test(name) || group === 'float' || /^f(ctrl|stat|tag|iseg|ioff|oseg|ooff|op)$/.test(name)) return 'float';
  return 'general';
}

const littleEndian = (bytes: Buffer, at: number, size: number): bigint => {
  if (size === 8) return bytes.readBigUInt64LE(at);
  if (size === 4) return BigInt(bytes.readUInt32LE(at));
  let value = 0n;
  for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[at + i] ?? 0);
  return value;
};

/** Names differ between the 64-bit and the 32-bit description. */
const general64 = ['rax', 'rbx', 'rcx', 'rdx', 'rsi', 'rdi', 'rbp', 'rsp', 'r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15', 'rip'];

const wideNames = [...general64, 'fs_base', 'gs_base'];

/** A `g` answer under a target description; values are decoded when asked for. */
export class RegisterFile {
  private readonly byName: ReadonlyMap<string, DescribedRegister>;

  constructor(
    private readonly description: TargetDescription,
    private readonly bytes: Buffer,
  ) {
    this.byName = layout(description);
  }

  get(name: string): bigint | undefined {
    const register = this.byName.get(name);
    if (register === undefined || register.offset + register.bits / 8 > this.bytes.length) return undefined;
    return littleEndian(this.bytes, register.offset, register.bits / 8);
  }

  /** The first of these registers that exists, else 0. */
  any(...names: string[]): bigint {
    for (const name of names) {
      const value = this.get(name);
      if (value !== undefined) return value;
    }
    return 0n;
  }

  modeInputs(): ModeInputs {
    const rip = this.any('rip', 'eip');
    return {
      cr0: this.any('cr0'),
      efer: this.any('efer'),
      eflags: this.any('eflags'),
      cs: this.any('cs'),
      rip,
      wide: rip >= 1n << 32n || wideNames.some((name) => (this.get(name) ?? 0n) >> 32n !== 0n) || general64.slice(8, 16).some((name) => (this.get(name) ?? 0n) !== 0n),
    };
  }

  /** The registers as the rest of the debugger sees them. */
  decode(segment: CodeSegment | undefined, inputs = this.modeInputs()): Registers {
    const { mode, base, bits } = decodeMode(inputs, segment);
    const mask = (1n << BigInt(bits)) - 1n;
    const linear = bits === 64 ? inputs.rip : (base + inputs.rip) & 0xffffffffn;
    const { description } = this;
    let all: Registers['all'] | undefined;
    const list = (): Registers['all'] => (all ??= description.registers
      .filter((register) => this.get(register.name) !== undefined)
      .map((register) => ({ name: register.name, value: this.get(register.name) ?? 0n, bits: register.bits, group: groupOf(register) })));
    return {
      mode,
      bits,
      // In virtual-8086 mode code runs at level 3 whatever the selector says.
      cpl: mode === 'real' ? ((inputs.eflags >> 17n) & 1n) === 1n ? 3 : 0 : Number(inputs.cs & 3n),
      pc: linear,
      codeBase: base,
      sp: this.any('rsp', 'esp') & (mode === 'real' ? 0xffffn : mask),
      cr3: this.any('cr3'),
      paging: inputs.cr0 >> 31n === 1n,
      get: (name) => this.get(name),
      get all() {
        return list();
      },
    };
  }
}

const layouts = new WeakMap<TargetDescription, ReadonlyMap<string, DescribedRegister>>();
function layout(description: TargetDescription): ReadonlyMap<string, DescribedRegister> {
  let map = layouts.get(description);
  if (map === undefined) layouts.set(description, (map = new Map(description.registers.map((register) => [register.name, register]))));
  return map;
}
