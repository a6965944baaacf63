import { demangleLegacy } from './legacy';
import { demangleV0 } from './v0';

export const isMangled = (name: string): boolean => /^_{0,2}(R[A-Z]|ZN)/.test(name);

/** Demangled full path of a Rust name, legacy or v0; anything else (C++ too) is returned as it is. Hashes and compiler suffixes (`.llvm.123`) are left out. */
export const demangle = (name: string): string => {
  if (!isMangled(name)) return name;
  const plain = name.replace(/\.llvm\.[0-9A-F@]+$/, '');
  return demangleLegacy(plain) ?? demangleV0(plain) ?? name;
};
