import { expect } from 'vitest';
import { BootscopeError } from '../../../debug-adapter/errors/catalogue';
import type { FunctionInfo } from '../../../debug-adapter/images/debug-info';
import type { Image } from '../../../debug-adapter/images/image';
import { openImage } from '../../../debug-adapter/images/open';
import type { Type } from '../../../debug-adapter/images/types';

const walkType = (type: Type, depth: number): void => {
  if (depth > 4) return;
  void type.name;
  if (type.kind === 'struct') {
    for (const member of type.members.slice(0, 20)) walkType(member.type, depth + 1);
    for (const variant of type.variantPart?.variants ?? []) walkType(variant.member.type, depth + 1);
  } else if (type.kind === 'pointer' || type.kind === 'alias') walkType(type.target, depth + 1);
  else if (type.kind === 'array') walkType(type.element, depth + 1);
  else if (type.kind === 'enum') void type.enumerators;
};

/** Every refusal says in which file, and where in it: a section or stream with an offset, or an offset in the headers. */
const tellsWhere = /section \S.* (is damaged at|ends before) offset 0x[0-9a-f]+|section \S+ cannot be decompressed at offset 0x[0-9a-f]+|headers of .* are damaged at offset (0x)?[0-9a-f]+|PDB stream \d+ \(.*offset 0x[0-9a-f]+|DWARF version \d+ in \S+ at offset 0x[0-9a-f]+/;
/** What has no place: no image at all, another build's, another format's, an empty stream, a part in a file of no use. */
const hasNone = /^BS(201|202|203|208|209|212|214)$/;

const check = (fault: BootscopeError): string => {
  expect(fault.code).toMatch(/^BS2\d\d$/);
  if (!hasNone.test(fault.code)) expect(fault.what).toMatch(tellsWhere);
  return fault.message;
};

/**
 * Asks a file of shapes.c everything there is to ask. Each question may fail by itself, with a coded error that says where the file
 * is damaged; gives what was refused or passed over.
 */
export const askEverything = (file: string, addresses: readonly bigint[], options: { readonly symbols?: string } = {}): string[] => {
  const refused: string[] = [];
  const ask = (question: () => unknown): void => {
    try {
      question();
    } catch (error) {
      if (!(error instanceof BootscopeError)) throw error;
      refused.push(check(error));
    }
  };
  let opened: Image | undefined;
  ask(() => (opened = openImage(file, options)));
  // A variable that only a closure sets is undefined to the compiler.
  const image = opened as Image | undefined;
  if (!image) return refused;
  // Once open, these are there: nothing that uses an image expects a refusal here.
  const { debugInfo: info, symbols, damage } = image;
  const about = (f: FunctionInfo): void => {
    ask(() => [f.name, f.qualifiedName, f.declared, f.afterPrologue, f.frameBase, f.linkageName, f.noReturn, f.variadic]);
    ask(() => walkType(f.returns, 0));
    ask(() => f.parameters.forEach((p) => walkType(p.type, 0)));
    ask(() => f.inlinedInstances().map((scope) => [scope.callSite, scope.ranges]));
  };
  // These note what they meet and answer from what is sound.
  symbols.named('main');
  symbols.matching('*main*');
  for (const name of ['main', 'inlined', 'fill', 'LiveDisk::read']) info.functionsNamed(name, { complete: true }).forEach(about);
  info.functionsMatching('*').slice(0, 50).forEach(about);
  for (const name of ['everything', 'colour', 'callback_t', 'shapes::Message', 'shapes::Generic<u64>', 'shapes::Level']) info.typesNamed(name).forEach((type) => ask(() => walkType(type, 0)));
  for (const name of ['counter', 'calls']) info.variablesNamed(name).forEach((v) => ask(() => [v.type.name, v.locationAt(0n), v.constant]));
  info.sourceFiles();
  info.addressesOfLine('shapes.c', 64);
  for (const address of addresses) {
    symbols.at(address);
    info.lineAt(address);
    info.unwindAt(address);
    for (const scope of info.scopesAt(address)) {
      ask(() => [scope.callSite, scope.function.name, scope.callSiteAt(address)]);
      ask(() => scope.variablesAt(address).forEach((v) => ask(() => [v.name, v.type.name, v.locationAt(address), v.constant])));
    }
  }
  info.lineRows(addresses[0] ?? 0n, (addresses[0] ?? 0n) + 0x200n);
  refused.push(...damage.found.map(check));
  image.close();
  return refused;
};

/** Addresses that are asked about, of an image of shapes.c. */
export const placesIn = (file: string, options: { readonly symbols?: string } = {}): readonly bigint[] => {
  const image = openImage(file, options);
  const at = (name: string): bigint => image.symbols.named(name)[0]?.address ?? 0n;
  const found = [at('main'), at('main') + 20n, at('fill'), at('recurse') + 9n];
  image.close();
  return found;
};
