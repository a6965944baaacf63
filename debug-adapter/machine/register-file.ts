import { decodeDigits } from '../wire/rsp/digits';
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

/** Names differ between the 64-bit and the 32-bit description. */
const general64 = ['rax', 'rbx', 'rcx', 'rdx', 'rsi', 'rdi', 'rbp', 'rsp', 'r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15', 'rip'];

const wideNames = [...general64, 'fs_base', 'gs_base'];

/** A `g` answer under a target description; values are decoded when asked for. */
export class RegisterFile {
  private readonly byName: ReadonlyMap<string, DescribedRegister>;
  private readonly view: DataView;
  /** Where the bytes are still to be taken from, each when it is asked for. */
  digits: Uint8Array | undefined;

  constructor(
    private readonly description: TargetDescription,
    private readonly bytes: Uint8Array,
  ) {
    this.byName = layout(description);
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get(name: string): bigint | undefined {
    const register = this.byName.get(name);
    return register === undefined ? undefined : this.at(register);
  }

  private at({ offset, bits }: DescribedRegister): bigint | undefined {
    const { view } = this;
    const size = bits / 8;
    if (offset + size > view.byteLength) return undefined;
    if (this.digits !== undefined && !decodeDigits(this.digits, this.bytes, offset, offset + size)) return undefined;
    if (size === 8) return view.getBigUint64(offset, true);
    if (size === 4) return BigInt(view.getUint32(offset, true));
    let value = 0n;
    for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(view.getUint8(offset + i));
    return value;
  }

  /** The first of these registers that exists, else 0. */
  private any(name: string, other: string): bigint {
    return this.get(name) ?? this.get(other) ?? 0n;
  }

  modeInputs(): ModeInputs {
    const rip = this.any('rip', 'eip');
    return {
      cr0: this.get('cr0') ?? 0n,
      efer: this.get('efer') ?? 0n,
      eflags: this.get('eflags') ?? 0n,
      cs: this.get('cs') ?? 0n,
      rip,
      wide: rip >= 1n << 32n || wideNames.some((name) => (this.get(name) ?? 0n) >> 32n !== 0n) || general64.slice(8, 16).some((name) => (this.get(name) ?? 0n) !== 0n),
    };
  }

  /** The registers as the rest of the debugger sees them. */
  decode(segment: CodeSegment | undefined, inputs = this.modeInputs()): Registers {
    const { mode, base, bits } = decodeMode(inputs, segment);
    return new DecodedRegisters(
      this,
      mode,
      bits,
      // In virtual-8086 mode code runs at level 3 whatever the selector says.
      mode === 'real' ? ((inputs.eflags >> 17n) & 1n) === 1n ? 3 : 0 : Number(inputs.cs & 3n),
      bits === 64 ? inputs.rip : (base + inputs.rip) & 0xffffffffn,
      base,
      mode === 'real' ? this.any('rsp', 'esp') & 0xffffn : BigInt.asUintN(bits, this.any('rsp', 'esp')),
      this.get('cr3') ?? 0n,
      inputs.cr0 >> 31n === 1n,
    );
  }

  /** Every register that is there. */
  list(): Registers['all'] {
    return this.description.registers.flatMap((register) => {
      const value = this.at(register);
      return value === undefined ? [] : [{ name: register.name, value, bits: register.bits, group: groupOf(register) }];
    });
  }
}

class DecodedRegisters implements Registers {
  private listed: Registers['all'] | undefined;

  constructor(
    private readonly file: RegisterFile,
    readonly mode: Registers['mode'],
    readonly bits: Registers['bits'],
    readonly cpl: number,
    readonly pc: bigint,
    readonly codeBase: bigint,
    readonly sp: bigint,
    readonly cr3: bigint,
    readonly paging: boolean,
  ) {}

  get(name: string): bigint | undefined {
    return this.file.get(name);
  }

  get all(): Registers['all'] {
    return (this.listed ??= this.file.list());
  }
}

const layouts = new WeakMap<TargetDescription, ReadonlyMap<string, DescribedRegister>>();
function layout(description: TargetDescription): ReadonlyMap<string, DescribedRegister> {
  let map = layouts.get(description);
  if (map === undefined) layouts.set(description, (map = new Map(description.registers.map((register) => [register.name, register]))));
  return map;
}
