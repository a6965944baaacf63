import type { Location, VariableInfo } from '../debug-info';
import type { SourcePlace, Type } from '../types';
import { AT, TAG } from './constants';
import type { Die } from './die';
import { locationOf } from './locations';
import { shownNameOf, shownQualifiedNameOf } from './names';
import type { Reader } from './reader';
import { sizeOf } from './types';

export class DwarfVariable implements VariableInfo {
  private lazyName: string | undefined;

  constructor(
    readonly die: Die,
    private readonly reader: Reader,
  ) {}

  get name(): string {
    return (this.lazyName ??= shownNameOf(this.die));
  }
  get qualifiedName(): string {
    return this.isParameter ? this.name : shownQualifiedNameOf(this.die);
  }
  get type(): Type {
    return this.reader.types.typeOf(this.die);
  }
  get isParameter(): boolean {
    return this.die.tag === TAG.formal_parameter;
  }
  get declared(): SourcePlace | undefined {
    return this.reader.lines.declared(this.die);
  }
  get constant(): Uint8Array | undefined {
    for (const link of this.die.chain()) {
      if (!link.has(AT.const_value)) continue;
      const block = link.block(AT.const_value);
      if (block) return Uint8Array.from(block);
      const text = link.string(AT.const_value);
      if (text !== undefined) return Buffer.from(`${text}\0`);
      // gcc writes what is not negative in the shortest fixed form, whatever the type (add_const_value_attribute, gcc/dwarf2out.cc).
      const value = link.integer(AT.const_value, false);
      if (value === undefined) return undefined;
      const bytes = new Uint8Array(Math.min(64, Math.max(1, sizeOf(this.type))));
      for (let i = 0; i < bytes.length; i++) bytes[i] = Number((value >> BigInt(8 * i)) & 0xffn);
      return bytes;
    }
    return undefined;
  }

  locationAt(address: bigint): Location | undefined {
    for (const link of this.die.chain()) if (link.has(AT.location)) return locationOf(link, AT.location, this.reader.types, address);
    return undefined;
  }
}
