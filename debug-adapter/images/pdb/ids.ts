import { LF } from './codeview';
import type { TypeStream } from './type-stream';
import type { PdbTypes } from './types';
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
  private places: Map<number, { readonly file: number; readonly line: number; readonly inNames: boolean }> | undefined;

  constructor(
    private readonly stream: TypeStream | undefined,
    private readonly types: PdbTypes,
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

  /** Where a type was declared; `file` is an LF_STRING_ID, or a name in the string table where `inNames`. */
  typePlace(type: number): { readonly file: number; readonly line: number; readonly inNames: boolean } | undefined {
    if (!this.places) {
      this.places = new Map();
      for (let id = this.stream?.first ?? 0; this.stream && id < this.stream.end; id++) {
        const kind = this.stream.kind(id);
        if (kind !== LF.typeSourceLine && kind !== LF.typeModuleSourceLine) continue;
        const cursor = this.stream.record(id);
        const index = cursor.u32();
        this.places.set(index, { file: cursor.u32(), line: cursor.u32(), inNames: kind === LF.typeModuleSourceLine });
      }
    }
    return this.places.get(type);
  }
}
