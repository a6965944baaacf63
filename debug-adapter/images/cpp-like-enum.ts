import type { Variant } from './types';

/**
 * rustc's C++-like shape of an enum or coroutine, for targets with Microsoft's tools and UEFI
 * (compiler/rustc_codegen_llvm/src/debuginfo/metadata/enums/cpp_like.rs): a union `enum2$<path>` of `variantN`, each a struct
 * with the payload in `value` and constants with its name and discriminant, and of `tag`.
 */
export const isCppLikeEnum = (name: string): boolean => name.startsWith('enum2$<') && name.endsWith('>');

export const isVariantMember = (name: string): boolean => /^variant\d+$/.test(name);

/**
 * Discriminant values by the constants of a variant: one, or, for the variant without a tag of its own, a range that may wrap
 * around; undefined: whatever is left. `width`: bits of the tag, those of 128 bits are split in two.
 */
export const discriminantValues = (constant: (name: string) => bigint | undefined, width: number): Variant['values'] => {
  const wide = (name: string): bigint | undefined => {
    const plain = constant(`DISCR_${name}`);
    if (plain !== undefined) return BigInt.asUintN(width, plain);
    const low = constant(`DISCR128_${name}_LO`);
    const high = constant(`DISCR128_${name}_HI`);
    return low === undefined || high === undefined ? undefined : BigInt.asUintN(64, low) | (BigInt.asUintN(64, high) << 64n);
  };
  const exact = wide('EXACT');
  if (exact !== undefined) return [{ low: exact, high: exact }];
  const begin = wide('BEGIN');
  const end = wide('END');
  if (begin === undefined || end === undefined) return undefined;
  if (begin <= end) return [{ low: begin, high: end }];
  return [
    { low: 0n, high: end },
    { low: begin, high: (1n << BigInt(width)) - 1n },
  ];
};
