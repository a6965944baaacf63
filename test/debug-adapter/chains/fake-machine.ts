import type { BaseType, EnumType, Member, PointerType, StructType, Type, ArrayType } from '../../../debug-adapter/images/types';
import { strip } from '../../../debug-adapter/images/types';
import { failure } from '../../../debug-adapter/errors/catalogue';
import { chainErrors } from '../../../debug-adapter/errors/chains';
import type { Value } from '../../../debug-adapter/inspect/value';
import type { ProgramView } from '../../../debug-adapter/inspect/view';
import type { Memory } from '../../../debug-adapter/machine/machine';

/** Memory and types of a kernel that a test writes by hand; members are laid out in the order a seed gives, padded. */

const named = (name: string): { name: string; qualifiedName: string; language: 'c' } => ({ name, qualifiedName: name, language: 'c' });
export const base = (name: string, size: number, encoding: BaseType['encoding'] = 'unsigned'): BaseType => ({ ...named(name), kind: 'base', size, encoding });
export const u8 = base('u8', 1);
export const u32 = base('u32', 4);
export const s32 = base('int', 4, 'signed');
export const u64 = base('u64', 8);
export const char = base('char', 1, 'char');
export const pointer = (target: Type): PointerType => ({ ...named(`${target.name} *`), kind: 'pointer', size: 8, flavor: 'pointer', target });
export const anyPointer = pointer({ ...named('void'), kind: 'void', size: 0 });
export const charPointer = pointer(char);
export const array = (element: Type, count: number | undefined): ArrayType => ({ ...named(`${element.name}[]`), kind: 'array', element, count, size: count === undefined ? 0 : count * element.size });
export const enumeration = (name: string, ...names: string[]): EnumType => ({ ...named(name), kind: 'enum', size: 4, signed: false, enumerators: names.map((n, i) => ({ name: n, value: BigInt(i) })) });

/** Deterministic order and padding. */
export const shuffled = <T>(items: readonly T[], seed: number): T[] => {
  const result = [...items];
  let state = seed * 2654435761 + 12345;
  for (let i = result.length - 1; seed > 0 && i > 0; i--) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    const j = (state >>> 1) % (i + 1);
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
};

export const struct = (name: string, members: Record<string, Type>, seed = 0, last?: string): StructType => {
  const names = shuffled(Object.keys(members).filter((key) => key !== last), seed);
  if (last !== undefined) names.push(last);
  let offset = seed % 3 === 0 ? 0 : 16;
  const laid: Member[] = names.map((key) => {
    const type = members[key]!;
    const member = { name: key, type, offset, artificial: false };
    offset += Math.ceil(Math.max(type.size, 1) / 8) * 8 + (seed > 0 && key !== last ? 8 * (seed % 2) : 0);
    return member;
  });
  return { ...named(name), kind: 'struct', flavor: 'struct', size: offset, declaration: false, members: laid, templateParameters: [] };
};

export class FakeMemory implements Memory {
  readonly pages = new Map<bigint, Uint8Array>();
  fetches = 0;
  rounds = 0;

  put(address: bigint, bytes: Uint8Array): void {
    bytes.forEach((byte, i) => {
      const at = address + BigInt(i);
      const key = at >> 12n;
      const page = this.pages.get(key) ?? new Uint8Array(4096);
      this.pages.set(key, page);
      page[Number(at & 4095n)] = byte;
    });
  }
  putNumber(address: bigint, value: bigint, size: number): void {
    const bytes = new Uint8Array(size);
    for (let i = 0, rest = BigInt.asUintN(64, value); i < size; i++, rest >>= 8n) bytes[i] = Number(rest & 255n);
    this.put(address, bytes);
  }
  async read(address: bigint, length: number): Promise<Uint8Array> {
    const bytes = await this.readSome(address, length);
    if (bytes.length < length) throw failure(chainErrors.notThereYet, { what: `0x${address.toString(16)}`, place: 'memory' });
    return bytes;
  }
  readSome(address: bigint, length: number): Promise<Uint8Array> {
    const bytes: number[] = [];
    for (let i = 0; i < length; i++) {
      const at = address + BigInt(i);
      const page = this.pages.get(at >> 12n);
      if (page === undefined) break;
      bytes.push(page[Number(at & 4095n)]!);
    }
    return Promise.resolve(Uint8Array.from(bytes));
  }
  async readMany(requests: readonly { readonly address: bigint; readonly length: number }[]): Promise<(Uint8Array | undefined)[]> {
    this.rounds++;
    return Promise.all(requests.map((r) => this.read(r.address, r.length).catch(() => undefined)));
  }
  write(address: bigint, bytes: Uint8Array): Promise<void> {
    this.put(address, bytes);
    return Promise.resolve();
  }
}

const le = (bytes: Uint8Array): bigint => [...bytes].reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);

/** A member by name, also inside anonymous structs and unions. */
const find = (type: Type, name: string): { type: Type; offset: number } | undefined => {
  const plain = strip(type);
  if (plain.kind !== 'struct') return undefined;
  const own = plain.members.find((m) => m.name === name);
  if (own !== undefined) return own;
  for (const anonymous of plain.members.filter((m) => m.name === '')) {
    const inner = find(anonymous.type, name);
    if (inner !== undefined) return { type: inner.type, offset: anonymous.offset + inner.offset };
  }
  return undefined;
};

export class FakeValue implements Value {
  constructor(
    readonly type: Type,
    readonly address: bigint,
    readonly memory: Memory,
  ) {}
  bytes(): Promise<Uint8Array> {
    return this.memory.read(this.address, this.type.size);
  }
  hasMember(name: string): boolean {
    return find(this.type, name) !== undefined;
  }
  member(name: string): Value {
    const found = find(this.type, name);
    if (found === undefined) throw failure(chainErrors.noMember, { type: this.type.name, member: name });
    return new FakeValue(found.type, this.address + BigInt(found.offset), this.memory);
  }
  async path(path: string): Promise<Value> {
    let current: Value = new FakeValue(this.type, this.address, this.memory);
    for (const name of path.split('.')) current = (strip(current.type).kind === 'pointer' ? await current.deref() : current).member(name);
    return current;
  }
  index(n: number | bigint): Value {
    const type = strip(this.type);
    if (type.kind !== 'array') throw new Error('no array');
    return new FakeValue(type.element, this.address + BigInt(n) * BigInt(type.element.size), this.memory);
  }
  async deref(): Promise<Value> {
    const type = strip(this.type);
    if (type.kind !== 'pointer') throw failure(chainErrors.notPointer, { type: this.type.name });
    return new FakeValue(type.target, await this.integer(), this.memory);
  }
  cast(type: Type): Value {
    return new FakeValue(type, this.address, this.memory);
  }
  async integer(): Promise<bigint> {
    const value = le(await this.bytes());
    const type = strip(this.type);
    return type.kind === 'base' && type.encoding === 'signed' ? BigInt.asIntN(type.size * 8, value) : value;
  }
  async number(): Promise<number> {
    return Number(await this.integer());
  }
  async isNull(): Promise<boolean> {
    return (await this.integer()) === 0n;
  }
  async string(max = 4096): Promise<string> {
    const type = strip(this.type);
    const at = type.kind === 'pointer' ? await this.integer() : this.address;
    const bytes = await this.memory.readSome(at, type.kind === 'array' ? type.size : max);
    const end = bytes.indexOf(0);
    return Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString('utf8');
  }
  variant(): Promise<{ name: string; payload: Value }> {
    return Promise.reject(new Error('no enum'));
  }
}

/** A machine's memory with an allocator, types and variables. */
export class FakeKernel implements ProgramView {
  level: 0 | 1 | 2 = 2;
  readonly addressSize = 8;
  readonly memory = new FakeMemory();
  readonly physical = this.memory;
  readonly types = new Map<string, Type>();
  readonly variables = new Map<string, { type: Type; address: bigint }>();
  readonly symbols = new Map<string, bigint>();
  prefetches = 0;
  #next = 0xffff_8000_0000_1000n;

  constructor(private readonly scatter = 0) {}

  allocate(size: number): bigint {
    const at = this.#next;
    this.#next += BigInt(Math.ceil((size + 1) / 64) * 64 + this.scatter);
    this.memory.put(at, new Uint8Array(size + 8));
    return at;
  }
  text(text: string): bigint {
    const bytes = Buffer.from(`${text}\0`);
    const at = this.allocate(bytes.length);
    this.memory.put(at, bytes);
    return at;
  }
  declare(...types: Type[]): void {
    for (const type of types) this.types.set(type.name, type);
  }
  global(name: string, type: Type): Value {
    const address = this.allocate(type.size);
    this.variables.set(name, { type, address });
    this.symbols.set(name, address);
    return new FakeValue(type, address, this.memory);
  }
  make(type: string): Value {
    const found = this.type(type);
    return new FakeValue(found, this.allocate(found.size + 64), this.memory);
  }
  set(value: Value, path: string, content: bigint | number | string): void {
    const target = path.split('.').reduce((v, name) => (name === '' ? v : v.member(name)), value);
    if (typeof content === 'string') this.memory.put(target.address!, Buffer.from(`${content}\0`));
    else this.memory.putNumber(target.address!, BigInt(content), target.type.size);
  }

  variable(name: string): Value {
    const found = this.variables.get(name);
    if (found === undefined) throw failure(chainErrors.noSymbol, { name, file: 'fake' });
    return new FakeValue(found.type, found.address, this.memory);
  }
  hasVariable(name: string): boolean {
    return this.variables.has(name);
  }
  type(name: string): Type {
    const found = this.types.get(name);
    if (found === undefined) throw failure(chainErrors.noType, { name, file: 'fake' });
    return found;
  }
  hasType(name: string): boolean {
    return this.types.has(name);
  }
  symbol(name: string): bigint {
    const found = this.symbols.get(name);
    if (found === undefined) throw failure(chainErrors.noSymbol, { name, file: 'fake' });
    return found;
  }
  hasSymbol(name: string): boolean {
    return this.symbols.has(name);
  }
  value(type: Type, address: bigint, memory: Memory = this.memory): Value {
    return new FakeValue(type, address, memory);
  }
  with(): ProgramView {
    return this;
  }
  offsetOf(type: Type, path: string): number {
    return Number(path.split('.').reduce<Value>((v, name) => v.member(name), new FakeValue(type, 0n, this.memory)).address);
  }
  prefetch(): Promise<void> {
    this.prefetches++;
    return Promise.resolve();
  }
}
