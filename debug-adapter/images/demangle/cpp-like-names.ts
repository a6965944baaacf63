/**
 * Rust type names as Rust writes them. For targets with Microsoft's tools, UEFI among them, rustc writes C++-like ones
 * (compiler/rustc_codegen_ssa/src/debuginfo/type_names.rs): `enum2$<core::option::Option<u64> >`, `ref$<slice2$<u8> >`.
 */
export const rustTypeName = (name: string): string => (name.includes('$') ? convert(name).trim() : name);

const simple: Readonly<Record<string, string>> = { 'str$': 'str', 'never$': '!', 'tuple$<>': '()' };

/** Arguments of a `name$<…>` that starts at `open`, and where it ends; angle brackets of `->` do not count. */
const splitArguments = (text: string, open: number): { readonly parts: string[]; readonly end: number } => {
  const parts: string[] = [];
  let depth = 0;
  let start = open + 1;
  for (let i = open; i < text.length; i++) {
    const c = text[i];
    if (c === '<' || c === '(' || c === '[') depth++;
    else if ((c === '>' && text[i - 1] !== '-') || c === ')' || c === ']') depth--;
    if (depth === 0 || (depth === 1 && c === ',')) {
      const part = text.slice(start, i).trim();
      if (part !== '') parts.push(part);
      start = i + 1;
    }
    if (depth === 0) return { parts, end: i + 1 };
  }
  return { parts: [text.slice(start)], end: text.length };
};

const convert = (text: string): string => {
  const match = /(?:(enum2|ref|ref_mut|ptr_const|ptr_mut|slice2|slice|array|tuple|dyn|assoc)\$<)|str\$|never\$/.exec(text);
  if (!match) return text.replaceAll(' >', '>');
  const before = text.slice(0, match.index).replaceAll(' >', '>');
  const [found, kind] = match;
  if (kind === undefined) return before + (simple[found] ?? found) + convert(text.slice(match.index + found.length));
  const { parts, end } = splitArguments(text, match.index + found.length - 1);
  const inner = parts.map(convert);
  return before + spell(kind, inner) + convert(text.slice(end));
};

const spell = (kind: string, parts: readonly string[]): string => {
  const [first = '', second = ''] = parts;
  switch (kind) {
    case 'enum2':
      return first;
    case 'ref':
      return `&${first}`;
    case 'ref_mut':
      return `&mut ${first}`;
    case 'ptr_const':
      return `*const ${first}`;
    case 'ptr_mut':
      return `*mut ${first}`;
    case 'slice2':
    case 'slice':
      return `[${first}]`;
    case 'array':
      return `[${first}; ${second}]`;
    case 'tuple':
      return parts.length === 1 ? `(${first},)` : `(${parts.join(', ')})`;
    case 'dyn':
      return `dyn ${parts.join(' + ')}`;
    default:
      return `${first} = ${second}`;
  }
};
