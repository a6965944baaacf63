/** Escapes of rustc's legacy mangling (compiler/rustc_symbol_mangling/src/legacy.rs). */
const escapes: Readonly<Record<string, string>> = { SP: '@', BP: '*', RF: '&', LT: '<', GT: '>', LP: '(', RP: ')', C: ',' };

const unescape = (part: string): string => {
  // An element that would start with `$` gets a leading underscore.
  let text = part.startsWith('_$') ? part.slice(1) : part;
  text = text.replace(/\$([A-Z]+|u[0-9a-f]{1,6})\$/g, (whole, code: string) => {
    const known = escapes[code];
    if (known !== undefined) return known;
    const point = code.startsWith('u') ? parseInt(code.slice(1), 16) : NaN;
    return point >= 0x20 && point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
  return text.replace(/\.\./g, '::');
};

/** `_ZN4core3ptr4read17h0123456789abcdefE` → `core::ptr::read`; undefined when it is no legacy Rust name (no hash: C++). */
export const demangleLegacy = (name: string): string | undefined => {
  const start = /^_{0,2}ZN/.exec(name)?.[0].length;
  if (start === undefined) return undefined;
  const parts: string[] = [];
  let at = start;
  for (;;) {
    const digits = /^\d+/.exec(name.slice(at, at + 6))?.[0];
    if (digits === undefined) break;
    at += digits.length;
    const length = Number(digits);
    if (length === 0 || at + length > name.length) return undefined;
    parts.push(name.slice(at, at + length));
    at += length;
  }
  if (name[at] !== 'E') return undefined;
  const hash = parts.pop();
  if (hash === undefined || !/^h[0-9a-f]{16}$/.test(hash) || parts.length === 0) return undefined;
  return parts.map(unescape).join('::');
};
