import type { Language, Member, SourcePlace, StructType, Type, VariantPart } from '../types';
import { isCppLikeEnum } from '../cpp-like-enum';
import { LF } from './codeview';
import { genericArguments } from './generics';
import { variantPartOf } from './rust-enum';
import type { TypeLookup } from './type-lookup';
import { plainName } from './udt';
import type { Udt } from './udt';

/** LF_STRUCTURE, LF_CLASS or LF_UNION; a Rust enum in its C++-like shape shows its variants instead of members. */
export class PdbStruct implements StructType {
  readonly kind = 'struct';
  readonly name: string;
  private lazyDefinition: { readonly index: number; readonly udt: Udt } | undefined;
  private lazyMembers: readonly Member[] | undefined;
  private lazyVariants: { readonly part: VariantPart | undefined } | undefined;

  constructor(
    private readonly types: TypeLookup,
    private readonly index: number,
    private readonly udt: Udt,
    readonly language: Language,
  ) {
    this.name = plainName(udt.name);
  }

  get qualifiedName(): string {
    return this.name === '' ? '' : this.udt.name;
  }
  get flavor(): StructType['flavor'] {
    return this.udt.kind === LF.union ? (this.isEnum ? 'struct' : 'union') : this.udt.kind === LF.class ? 'class' : 'struct';
  }
  private get isEnum(): boolean {
    return this.udt.kind === LF.union && this.language === 'rust' && isCppLikeEnum(this.udt.name);
  }
  private get definition(): { readonly index: number; readonly udt: Udt } {
    return (this.lazyDefinition ??= this.types.definition(this.index, this.udt));
  }
  get size(): number {
    return this.definition.udt.size;
  }
  get declaration(): boolean {
    return this.definition.udt.forward;
  }
  get members(): readonly Member[] {
    if (this.variantPart) return [];
    return (this.lazyMembers ??= this.types.fields(this.definition.udt.fields).flatMap((field) => {
      if (field.kind === 'member') return [this.types.member(field, this.language)];
      return field.kind === 'base' ? [{ name: '', type: this.types.at(field.type, this.language), offset: field.offset, artificial: false }] : [];
    }));
  }
  get variantPart(): VariantPart | undefined {
    if (!this.isEnum) return undefined;
    this.lazyVariants ??= { part: variantPartOf(this.types, this.definition.udt) };
    return this.lazyVariants.part;
  }
  /** CodeView has no template parameters; Rust's stand in the name. */
  get templateParameters(): readonly { readonly name: string; readonly type: Type }[] {
    return this.language === 'rust' && !this.isEnum ? genericArguments(this.types, this.name) : [];
  }
  get declared(): SourcePlace | undefined {
    return this.types.around.declared(this.definition.index);
  }
}
