import type { ExpressionContext, Location, VariableInfo } from '../debug-info';
import { sizeOf } from '../dwarf/types';
import { toAddress, toNumber } from '../bytes/address';
import type { SectionBytes } from '../bytes/section-bytes';
import type { Language, Type } from '../types';
import { strip } from '../types';
import { S } from './codeview';
import { atAddress, atRegister, behind, inRegister, location } from './expressions';
import { expressionAt, readLiveRanges } from './live-ranges';
import { readNumeric } from './numeric';
import type { Procedure } from './procedure';
import { registerOf } from './registers';
import type { Segments } from './segments';
import { symbolAt, symbolKind } from './symbol-records';
import type { PdbTypes } from './types';
import { plainName } from './udt';

/** What variables need from their PDB. */
export interface VariableSurroundings {
  readonly types: PdbTypes;
  readonly segments: Segments;
  readonly context: ExpressionContext;
}

/** cvinfo.h, CV_LVARFLAGS: is a parameter. */
const parameterFlag = 1;
/** DWARF's VFRAME has no counterpart: x86's frame offsets from it are left out. */
const nowhere = (): undefined => undefined;

export class PdbVariable implements VariableInfo {
  readonly name: string;
  constructor(
    readonly qualifiedName: string,
    private readonly readType: () => Type,
    readonly isParameter: boolean,
    private readonly locate: (address: number) => readonly number[] | undefined,
    private readonly context: ExpressionContext,
    private readonly value?: bigint,
    /** Address before which a local has no value yet. */
    private readonly begins: () => number | undefined = nowhere,
  ) {
    this.name = plainName(qualifiedName);
  }

  get type(): Type {
    return this.readType();
  }

  get constant(): Uint8Array | undefined {
    if (this.value === undefined) return undefined;
    const size = sizeOf(this.type);
    // The record has one number of 64 bits at most, also for one part of a bigger variable, and does not say which.
    if (size < 1 || size > 8 || !isOneNumber(this.type)) return undefined;
    const { value } = this;
    return Uint8Array.from({ length: size }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
  }

  /** A local that gets its first value only behind this address: its block was dissolved into the one around. */
  isAhead(address: number): boolean {
    const begins = this.isParameter ? undefined : this.begins();
    return begins !== undefined && begins > address;
  }

  locationAt(address: bigint): Location | undefined {
    const expression = this.locate(toNumber(address));
    return expression && location(expression, this.context);
  }
}

/** Whether a number or pointer fills a whole type, be it in structs of nothing else, or as an enum's tag. */
const isOneNumber = (type: Type, depth = 0): boolean => {
  const real = strip(type);
  if (real.kind !== 'struct') return real.kind !== 'array' && real.kind !== 'void';
  const { variantPart } = real;
  if (variantPart?.discriminant) return variantPart.discriminant.type.size === real.size;
  const [only, another] = (variantPart ? variantPart.variants.map(({ member }) => member) : real.members).filter((member) => member.type.size > 0);
  return only !== undefined && another === undefined && only.type.size === real.size && depth < deepest && isOneNumber(only.type, depth + 1);
};

/** Structs in structs. */
const deepest = 16;

/** Rust has no reference types in CodeView: one stands where the compiler passes a value by its address. */
const indirect = (types: PdbTypes, index: number, language: Language): Type | undefined => {
  const type = types.at(index, language);
  return language === 'rust' && type.kind === 'pointer' && type.flavor === 'reference' ? type.target : undefined;
};

/** A local, parameter, local constant or static of a procedure. */
export const localVariable = (around: VariableSurroundings, procedure: Procedure, at: number): PdbVariable | undefined => {
  const { stream, module } = procedure;
  const { types, segments, context } = around;
  const { addressSize } = context;
  const { language } = module;
  const cursor = symbolAt(stream, at);
  const inProcedure = (expression: readonly number[] | undefined) => (address: number) => (address >= procedure.start && address < procedure.end ? expression : undefined);
  switch (symbolKind(stream, at)) {
    case S.local: {
      const type = cursor.u32();
      const isParameter = (cursor.u16() & parameterFlag) !== 0;
      const name = cursor.string();
      const frame = isParameter ? procedure.frame.parameters : procedure.frame.locals;
      let ranges: ReturnType<typeof readLiveRanges> | undefined;
      const readType = (): Type => indirect(types, type, language) ?? types.at(type, language);
      const live = (): NonNullable<typeof ranges> => (ranges ??= readLiveRanges(stream, at, procedure, frame, segments, addressSize));
      const locate = (address: number): readonly number[] | undefined => {
        const expression = expressionAt(live(), address, types.at(type, language));
        return expression && indirect(types, type, language) ? behind(expression) : expression;
      };
      const begins = (): number | undefined => live().reduce<number | undefined>((first, { start }) => (start !== undefined && (first === undefined || start < first) ? start : first), undefined);
      return new PdbVariable(name, readType, isParameter, locate, context, undefined, begins);
    }
    case S.regRel32: {
      const offset = cursor.i32();
      const type = cursor.u32();
      const register = registerOf(cursor.u16(), addressSize);
      return new PdbVariable(cursor.string(), () => types.at(type, language), false, register ? inProcedure(atRegister(register.dwarf, offset)) : nowhere, context);
    }
    case S.bpRel32: {
      const offset = cursor.i32();
      const type = cursor.u32();
      const register = registerOf(addressSize === 8 ? 334 : 22, addressSize);
      return new PdbVariable(cursor.string(), () => types.at(type, language), offset > 0, register ? inProcedure(atRegister(register.dwarf, offset)) : nowhere, context);
    }
    case S.register: {
      const type = cursor.u32();
      const register = registerOf(cursor.u16(), addressSize);
      return new PdbVariable(cursor.string(), () => types.at(type, language), false, register ? inProcedure(inRegister(register)) : nowhere, context);
    }
    case S.constant: {
      const type = cursor.u32();
      const value = readNumeric(cursor);
      return new PdbVariable(cursor.string(), () => types.at(type, language), false, nowhere, context, value);
    }
    case S.localData32:
    case S.globalData32:
      return staticVariable(around, stream, at, language, procedure.name);
    default:
      return undefined;
  }
};

/** A file-scope or static variable; `procedure` is the path of the function around it. */
export const staticVariable = (around: VariableSurroundings, stream: SectionBytes, at: number, language: Language, procedure?: string): PdbVariable | undefined => {
  const { types, segments, context } = around;
  const cursor = symbolAt(stream, at);
  const type = cursor.u32();
  const offset = cursor.u32();
  const address = segments.address(cursor.u16(), offset);
  const name = cursor.string();
  if (address === undefined) return undefined;
  const expression = atAddress(toAddress(address), context.addressSize);
  const qualified = procedure === undefined || name.includes('::') || language === 'c' ? name : `${procedure}::${name}`;
  return new PdbVariable(qualified, () => types.at(type, language), false, () => expression, context);
};
