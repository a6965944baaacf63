import { Damage } from '../../../debug-adapter/images/damage';
import type { DebugInfo, FunctionInfo, LineRow, Scope, UnwindRow, VariableInfo } from '../../../debug-adapter/images/debug-info';
import type { Image, ImageSymbol } from '../../../debug-adapter/images/image';
import type { Type } from '../../../debug-adapter/images/types';
import type { Breakpoint, Machine, Memory, Stop, Vcpu } from '../../../debug-adapter/machine/machine';
import type { MappedRange, Space } from '../../../debug-adapter/machine/space';
import type { Registers } from '../../../debug-adapter/machine/registers';

const voidType: Type = { kind: 'void', size: 0, name: 'void', qualifiedName: 'void', language: 'c' };

export interface FakeFunction {
  name: string;
  file?: string;
  entry?: bigint;
  end?: bigint;
  afterPrologue?: bigint;
  /** Inlined instances: entry, end and the function around. */
  inlined?: { entry: bigint; end: bigint; into: string }[];
}

export interface FakeImageOptions {
  path?: string;
  format?: 'elf' | 'pe';
  addressSize?: 4 | 8;
  base?: bigint;
  code?: Uint8Array;
  entry?: bigint;
  buildId?: string;
  functions?: FakeFunction[];
  lines?: { file: string; line: number; address: bigint }[];
  symbols?: { name: string; address: bigint; kind?: 'function' | 'object' | 'other' }[];
  variables?: string[];
  extraSegments?: { address: bigint; size: number; executable?: boolean }[];
  pe?: Image['pe'];
  debug?: boolean;
  /** Call frame information by linked address. */
  unwindAt?: (address: bigint) => UnwindRow | undefined;
  damage?: Damage;
}

/** Bytes that look like code: no repeats, so that comparisons tell something. */
export const codeLike = (length: number, seed = 1): Uint8Array => {
  const bytes = new Uint8Array(length);
  let state = seed >>> 0 || 1;
  for (let index = 0; index < length; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[index] = state >>> 24;
  }
  return bytes;
};

export const fakeImage = (options: FakeImageOptions = {}): Image => {
  const base = options.base ?? 0x1000n;
  const code = options.code ?? codeLike(0x1000);
  const functions = (options.functions ?? []).map((fake) => {
    const info: FunctionInfo = {
      name: fake.name.split('::').at(-1) ?? fake.name,
      qualifiedName: fake.name,
      language: 'c',
      ...(fake.file ? { declared: { file: fake.file, line: 1 } } : {}),
      returns: voidType,
      noReturn: false,
      ranges: fake.entry === undefined ? [] : [{ start: fake.entry, end: fake.end ?? fake.entry + 16n }],
      ...(fake.entry === undefined ? {} : { entry: fake.entry }),
      ...(fake.afterPrologue === undefined ? {} : { afterPrologue: fake.afterPrologue }),
      parameters: [],
      variadic: false,
      inlinedInstances: () => (fake.inlined ?? []).map((one) => scope(info, one.entry, one.end, true)),
    };
    return { fake, info };
  });
  const scope = (info: FunctionInfo, start: bigint, end: bigint, inlined: boolean): Scope => ({
    function: info,
    inlined,
    ranges: [{ start, end }],
    entry: start,
    variablesAt: () => [],
    callSiteAt: () => undefined,
  });
  const scopesAt = (address: bigint): Scope[] => {
    const found: Scope[] = [];
    for (const { fake, info } of functions)
      for (const one of fake.inlined ?? []) if (address >= one.entry && address < one.end) found.push(scope(info, one.entry, one.end, true));
    for (const { info } of functions) for (const range of info.ranges) if (address >= range.start && address < range.end) found.push(scope(info, range.start, range.end, false));
    return found;
  };
  const rows: LineRow[] = (options.lines ?? []).map(({ file, line, address }) => ({ file, line, address, end: address + 4n, column: 0, isStatement: true, prologueEnd: false }));
  const debugInfo: DebugInfo = {
    kind: options.debug === false ? 'none' : 'dwarf',
    functionsNamed: (name) => functions.filter(({ info }) => info.qualifiedName === name || info.name === name).map(({ info }) => info),
    functionsMatching: () => [],
    scopesAt,
    lineAt: (address) => rows.find((row) => address >= row.address && address < row.end),
    addressesOfLine: (file, line) => rows.filter((row) => row.file === file && row.line === line),
    lineRows: () => rows,
    sourceFiles: () => [...new Set(rows.map((row) => row.file))],
    typesNamed: (name) => (name === 'mount' ? [voidType] : []),
    variablesNamed: (name) => (options.variables ?? []).filter((known) => known === name).map((known): VariableInfo => ({ name: known, qualifiedName: known, type: voidType, isParameter: false, locationAt: () => undefined })),
    unwindAt: options.unwindAt ?? (() => undefined),
  };
  const symbols: ImageSymbol[] = (options.symbols ?? []).map(({ name, address, kind }) => ({ linkageName: name, name, address, size: 0, kind: kind ?? 'function', local: false }));
  return {
    path: options.path ?? '/images/kernel',
    format: options.format ?? 'elf',
    machine: options.addressSize === 4 ? 'i386' : 'x86-64',
    addressSize: options.addressSize ?? 8,
    type: options.format === 'pe' ? 'pe' : 'exec',
    entry: options.entry ?? base,
    base,
    size: code.length,
    ...(options.buildId ? { buildId: options.buildId } : {}),
    ...(options.pe ? { pe: options.pe } : {}),
    sections: [{ name: '.text', address: base, size: code.length, fileOffset: 0x1000, executable: true, writable: false, allocated: true }],
    segments: [
      { virtualAddress: base, physicalAddress: base, fileOffset: 0x1000, fileSize: code.length, memorySize: code.length, executable: true, writable: false },
      ...(options.extraSegments ?? []).map(({ address, size, executable }) => ({ virtualAddress: address, physicalAddress: address, fileOffset: 0, fileSize: 0, memorySize: size, executable: executable ?? false, writable: true })),
    ],
    symbols: {
      count: symbols.length,
      named: (name) => symbols.filter((symbol) => symbol.name === name),
      matching: () => [],
      at: (address) => symbols.filter((symbol) => symbol.address <= address).at(-1),
    },
    debugInfo,
    damage: options.damage ?? new Damage(),
    bytesAt: (address, length) => {
      const offset = Number(address - base);
      return offset >= 0 && offset + length <= code.length ? code.slice(offset, offset + length) : undefined;
    },
    close: () => undefined,
  };
};

/** Memory made of pieces; what lies outside is unmapped. */
export class FakeSpace implements Space {
  readonly pieces: { start: bigint; bytes: Uint8Array; executable?: boolean }[] = [];
  constructor(readonly root: bigint) {}
  put(start: bigint, bytes: Uint8Array, executable = true): this {
    this.pieces.unshift({ start, bytes, executable });
    return this;
  }
  #find(address: bigint, length: number): Uint8Array | undefined {
    for (const { start, bytes } of this.pieces) {
      const offset = Number(address - start);
      if (offset >= 0 && offset + length <= bytes.length) return bytes.slice(offset, offset + length);
    }
    return undefined;
  }
  read(address: bigint, length: number): Promise<Uint8Array> {
    const bytes = this.#find(address, length);
    return bytes ? Promise.resolve(bytes) : Promise.reject(new Error(`unmapped ${address.toString(16)}`));
  }
  readMany(requests: readonly { address: bigint; length: number }[]): Promise<(Uint8Array | undefined)[]> {
    return Promise.resolve(requests.map(({ address, length }) => this.#find(address, length)));
  }
  readSome(address: bigint, length: number): Promise<Uint8Array> {
    for (let size = length; size > 0; size--) {
      const bytes = this.#find(address, size);
      if (bytes) return Promise.resolve(bytes);
    }
    return Promise.resolve(new Uint8Array());
  }
  write(address: bigint, bytes: Uint8Array): Promise<void> {
    this.put(address, bytes);
    return Promise.resolve();
  }
  translate(address: bigint): Promise<bigint | undefined> {
    return Promise.resolve(this.#find(address, 1) ? address : undefined);
  }
  async *ranges(start = 0n, end = 1n << 64n): AsyncIterable<MappedRange> {
    for (const piece of [...this.pieces].sort((a, b) => (a.start < b.start ? -1 : 1))) {
      const stop = piece.start + BigInt(piece.bytes.length);
      if (piece.start >= end || stop <= start) continue;
      yield { start: piece.start, end: stop, physical: piece.start, writable: !piece.executable, user: true, executable: piece.executable ?? false, pageSize: 4096 };
    }
    await Promise.resolve();
  }
}

const cpu: Vcpu = { id: 1, name: 'CPU#0' };

/** A stopped machine with spaces by root; `current` is the space of the present CR3. */
export class FakeMachine {
  readonly accelerator: 'tcg' | 'kvm' = 'tcg';
  readonly physical: Memory = new FakeSpace(0n);
  readonly spaces = new Map<bigint, FakeSpace>();
  root = 0x1000n;
  cpl = 0;
  paging = true;
  memoryTree = '';
  table: Breakpoint[] = [];
  #id = 1;

  get fakePhysical(): FakeSpace {
    return this.physical as FakeSpace;
  }
  space(root: bigint): FakeSpace {
    let space = this.spaces.get(root);
    if (!space) this.spaces.set(root, (space = new FakeSpace(root)));
    return space;
  }
  stop(pc: bigint, reason: Stop['reason'] = 'breakpoint'): Stop {
    return { reason, vcpu: cpu, pc, cr3: this.root, hits: this.table.filter((one) => one.address === pc) };
  }
  asMachine(): Machine {
    const add = (request: { kind: Breakpoint['kind']; address: bigint; length?: number; owner: string }): Breakpoint => {
      const one = { id: this.#id++, kind: request.kind, address: request.address, length: request.length ?? 1, owner: request.owner };
      this.table.push(one);
      return one;
    };
    const machine: Partial<Machine> = {
      state: 'stopped',
      accelerator: this.accelerator,
      launched: true,
      vcpus: [cpu],
      current: cpu,
      physical: this.physical,
      registers: () => Promise.resolve({ cpl: this.cpl, cr3: this.root, paging: this.paging, mode: 'long', bits: 64 } as Registers),
      currentSpace: () => Promise.resolve(this.space(this.root)),
      spaceOf: (cr3) => this.space(cr3 & 0x000f_ffff_ffff_f000n),
      monitor: () => Promise.resolve(this.memoryTree),
      breakpoints: {
        all: this.table,
        add: (request) => Promise.resolve(add(request)),
        addMany: (requests) => Promise.resolve(requests.map(add)),
        remove: (gone) => {
          this.table = this.table.filter((one) => !gone.includes(one));
          return Promise.resolve();
        },
        at: (address) => this.table.filter((one) => one.address === address),
      },
    };
    return machine as Machine;
  }
}
