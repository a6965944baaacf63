import type { Image } from '../../debug-adapter/images/image';
import type { FunctionInfo } from '../../debug-adapter/images/debug-info';
import type { UnwindRule } from '../../debug-adapter/images/debug-info';
import { readAddress, writeAddress } from './addresses';
import { locationText } from './location-text';
import { describeType, typeName, type TypeLayout } from './type-text';

export interface SymbolResult {
  name: string;
  linkageName?: string;
  /** Linked address, `0x…`. */
  address?: string;
  file?: string;
  line?: number;
  /** Callers by inlining, innermost first; empty for a function that stands by itself. */
  inlined: { name: string; file?: string; line?: number }[];
  type?: TypeLayout;
  /** `location`: the bytes of a DWARF expression; `where`: the same in words. */
  locals?: { name: string; type: string; location: string; where?: string; parameter: boolean }[];
  cfa?: { rule: string; registers: Record<string, string> };
  /** Of a batch or a trace: the line that this answers. */
  query?: string;
  /** Of a batch: nothing was found for the query. */
  notFound?: true;
}

export const queryKinds = ['address', 'function', 'functions', 'line', 'type', 'locals', 'unwind'] as const;

export interface Query {
  readonly kind: (typeof queryKinds)[number];
  readonly text: string;
  /** One of many: it is answered even when nothing is found. */
  readonly batch?: true;
}

/** What the image says to one query. */
export function answer(image: Image, query: Query, firstOnly = false): SymbolResult[] {
  switch (query.kind) {
    case 'address':
      return atAddress(image, query.text, place);
    case 'function':
      return functionsNamed(image, query.text, firstOnly);
    case 'functions':
      return functionsMatching(image, query.text);
    case 'line':
      return linePlaces(image, query.text);
    case 'type':
      return image.debugInfo.typesNamed(query.text).map((type) => ({ name: type.qualifiedName, inlined: [], type: describeType(type), ...('declared' in type && type.declared ? type.declared : {}) }));
    case 'locals':
      return atAddress(image, query.text, locals);
    case 'unwind':
      return atAddress(image, query.text, unwind);
  }
}

const atAddress = (image: Image, text: string, look: (image: Image, address: bigint) => SymbolResult[]): SymbolResult[] => {
  const address = readAddress(image, text);
  return address === undefined ? [] : look(image, address);
};

/** Function, line and inlined callers of a linked address. */
export function place(image: Image, address: bigint): SymbolResult[] {
  const scopes = image.debugInfo.scopesAt(address);
  const line = image.debugInfo.lineAt(address);
  const symbol = image.symbols.at(address);
  const [innermost] = scopes;
  const name = innermost?.function.qualifiedName ?? symbol?.name;
  if (name === undefined && line === undefined) return [];
  const concrete = scopes.at(-1)?.function;
  return [
    {
      name: name ?? '??',
      ...(symbol ? { linkageName: symbol.linkageName } : concrete?.linkageName === undefined ? {} : { linkageName: concrete.linkageName }),
      address: writeAddress(image, address),
      ...(line && line.line > 0 ? { file: line.file, line: line.line } : {}),
      inlined: scopes.slice(0, -1).map((scope, index) => ({ name: scopes[index + 1]?.function.qualifiedName ?? '??', ...(scope.callSite ?? {}) })),
    },
  ];
}

const functionResult = (image: Image, info: FunctionInfo): SymbolResult => {
  const at = info.afterPrologue ?? info.entry;
  const line = at === undefined ? undefined : image.debugInfo.lineAt(at);
  // Where the body begins with an inlined call, the function's own line is that of the call.
  const call = at === undefined ? undefined : image.debugInfo.scopesAt(at).at(-2)?.callSite;
  const declared = call ?? (line && line.line > 0 ? { file: line.file, line: line.line } : info.declared);
  return {
    name: info.qualifiedName,
    ...(info.linkageName === undefined ? {} : { linkageName: info.linkageName }),
    ...(info.entry === undefined ? {} : { address: writeAddress(image, info.entry) }),
    ...(declared ?? {}),
    inlined: [],
  };
};

function functionsNamed(image: Image, name: string, firstOnly: boolean): SymbolResult[] {
  if (firstOnly) {
    const symbol = image.symbols.named(name).find((one) => one.kind === 'function');
    const info = symbol && image.debugInfo.scopesAt(symbol.address).at(-1)?.function;
    if (info) return [functionResult(image, info)];
  }
  const known = image.debugInfo.functionsNamed(name, { complete: true });
  const results: SymbolResult[] = [];
  for (const info of known) {
    if (info.entry !== undefined) results.push(functionResult(image, info));
    for (const instance of info.inlinedInstances()) {
      const [top] = place(image, instance.entry);
      results.push({
        ...functionResult(image, info),
        ...(top?.file === undefined || top.line === undefined ? {} : { file: top.file, line: top.line }),
        address: writeAddress(image, instance.entry),
        inlined: top?.inlined ?? [],
      });
    }
  }
  if (known.length > 0) return results;
  return image.symbols
    .named(name)
    .filter((symbol) => symbol.kind === 'function')
    .map((symbol) => ({ name: symbol.name, linkageName: symbol.linkageName, address: writeAddress(image, symbol.address), inlined: [] }));
}

function functionsMatching(image: Image, glob: string): SymbolResult[] {
  const known = image.debugInfo.functionsMatching(glob);
  if (known.length > 0) return known.map((info) => functionResult(image, info));
  return image.symbols
    .matching(glob)
    .filter((symbol) => symbol.kind === 'function')
    .map((symbol) => ({ name: symbol.name, linkageName: symbol.linkageName, address: writeAddress(image, symbol.address), inlined: [] }));
}

function linePlaces(image: Image, text: string): SymbolResult[] {
  const colon = text.lastIndexOf(':');
  const file = text.slice(0, colon);
  const line = Number(text.slice(colon + 1));
  if (colon < 1 || !Number.isInteger(line) || line < 1) throw new SyntaxError('a line is FILE:N');
  return image.debugInfo.addressesOfLine(file, line).map((found) => {
    const [at] = place(image, found.address);
    return { name: at?.name ?? '??', address: writeAddress(image, found.address), file: found.file, line: found.line, inlined: at?.inlined ?? [] };
  });
}

function locals(image: Image, address: bigint): SymbolResult[] {
  const [at] = place(image, address);
  if (!at) return [];
  const seen = image.debugInfo.scopesAt(address).flatMap((scope) => scope.variablesAt(address));
  return [
    {
      ...at,
      locals: seen.map((variable) => {
        const location = variable.locationAt(address);
        const text = location ? [...location.expression].map((byte) => byte.toString(16).padStart(2, '0')).join(' ') : variable.constant ? 'constant' : 'optimised out';
        return { name: variable.name, type: typeName(variable.type), location: text, ...(location ? { where: locationText(location.expression, image.addressSize) } : {}), parameter: variable.isParameter };
      }),
    },
  ];
}

const rule = (one: UnwindRule): string => {
  switch (one.kind) {
    case 'offset':
      return `[cfa${signed(one.offset)}]`;
    case 'value-offset':
      return `cfa${signed(one.offset)}`;
    case 'register':
      return `r${one.register}`;
    default:
      return one.kind;
  }
};
const signed = (value: bigint): string => (value < 0n ? `${value}` : `+${value}`);

function unwind(image: Image, address: bigint): SymbolResult[] {
  const row = image.debugInfo.unwindAt(address);
  if (!row) return [];
  const [at] = place(image, address);
  return [
    {
      name: at?.name ?? '??',
      address: writeAddress(image, address),
      inlined: at?.inlined ?? [],
      cfa: {
        rule: row.cfa.kind === 'register' ? `r${row.cfa.register}${signed(row.cfa.offset)}` : 'expression',
        registers: Object.fromEntries([...row.registers].map(([register, one]) => [`r${register}`, rule(one)])),
      },
    },
  ];
}
