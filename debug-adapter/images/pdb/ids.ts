import type { IndexHandle } from '../index/handle';
import { LF } from './codeview';
import { storedTypePlace } from './stored-types';
import type { TypePlace } from './stored-types';
import type { TypeStream } from './type-stream';
import { isUdt, readUdt } from './udt';

const deepest = 64;

export interface FunctionId {
  readonly qualifiedName: string;
  /** TPI record of its signature. */
  readonly signature: number;
}

/** The IPI stream: functions that are inlined somewhere, and where types were declared. */
export class Ids {
  private readonly functions = new Map<number, FunctionId | undefined>();
  private readonly typeNames = new Map<number, string>();
  private places: Map<number, TypePlace> | undefined;

  constructor(
    readonly stream: TypeStream | undefined,
    private readonly types: { readonly stream: TypeStream },
    private readonly index: IndexHandle | undefined,
  ) {}

  function(id: number): FunctionId | undefined {
    if (!this.functions.has(id)) this.functions.set(id, this.readFunction(id));
    return this.functions.get(id);
  }

  private readFunction(id: number): FunctionId | undefined {
    const kind = this.stream?.kind(id);
    if (!this.stream || (kind !== LF.functionId && kind !== LF.memberFunctionId)) return undefined;
    const cursor = this.stream.record(id);
    const scope = cursor.u32();
    const signature = cursor.u32();
    const name = cursor.string();
    const path = kind === LF.functionId ? this.text(scope) : this.typeName(scope);
    return { qualifiedName: path === '' ? name : `${path}::${name}`, signature };
  }

  private typeName(index: number): string {
    const { stream } = this.types;
    let name = this.typeNames.get(index);
    if (name === undefined) {
      name = isUdt(stream.kind(index)) ? readUdt(stream, index).name : '';
      this.typeNames.set(index, name);
    }
    return name;
  }

  /** An LF_STRING_ID; long ones are a list of parts and a rest. */
  text(id: number, depth = 0): string {
    if (!this.stream || depth > deepest || this.stream.kind(id) !== LF.stringId) return '';
    const cursor = this.stream.record(id);
    const parts = cursor.u32();
    const rest = cursor.string();
    if (parts === 0 || this.stream.kind(parts) === 0) return rest;
    const list = this.stream.record(parts);
    const count = Math.min(list.u32(), 256);
    let before = '';
    for (let i = 0; i < count; i++) before += this.text(list.u32(), depth + 1);
    return before + rest;
  }

  /** Where a type was declared. */
  typePlace(type: number): TypePlace | undefined {
    const stored = this.places ? undefined : storedTypePlace(this.index, type);
    return stored ? stored.place : this.typePlaces().get(type);
  }

  /** Where each type was declared. Reads the head of every record. */
  typePlaces(): ReadonlyMap<number, TypePlace> {
    if (this.places) return this.places;
    const places = new Map<number, TypePlace>();
    for (let id = this.stream?.first ?? 0; this.stream && id < this.stream.end; id++) {
      const kind = this.stream.kind(id);
      if (kind !== LF.typeSourceLine && kind !== LF.typeModuleSourceLine) continue;
      const cursor = this.stream.record(id);
      const index = cursor.u32();
      places.set(index, { file: cursor.u32(), line: cursor.u32(), inNames: kind === LF.typeModuleSourceLine });
    }
    return (this.places = places);
  }
}
