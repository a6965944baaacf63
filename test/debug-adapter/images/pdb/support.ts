import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { Location, Scope, VariableInfo } from '../../../../debug-adapter/images/debug-info';
import type { Type } from '../../../../debug-adapter/images/types';
import { strip } from '../../../../debug-adapter/images/types';
import { clang, scratch, tool } from '../support';

export const lldLink = tool('lld-link-19', 'lld-link');
export const canBuild = clang !== undefined && lldLink !== undefined;
export const source = path.join(__dirname, '../programs/shapes.c');
export const directory = scratch();

/** Compiles shapes.c as a UEFI application; the path of the PE. Its PDB stands beside it. */
export const buildPe = (name: string, format: 'codeview' | 'dwarf-4', ...flags: string[]): string => {
  const output = path.join(directory, `${name}.efi`);
  if (fs.existsSync(output) || clang === undefined || lldLink === undefined) return output;
  const object = path.join(directory, `${name}.obj`);
  execFileSync(clang, ['-target', 'x86_64-unknown-windows', '-ffreestanding', '-g', `-g${format}`, ...flags, '-c', source, '-o', object]);
  const debug = format === 'codeview' ? '/debug' : '/debug:dwarf';
  execFileSync(lldLink, ['/nodefaultlib', '/entry:main', '/subsystem:efi_application', debug, '/force:unresolved', object, `/out:${output}`], { stdio: 'ignore' });
  return output;
};

/** Everything a type says, as plain data; `depth` ends what is cyclic. Unnamed members count as part of the whole. */
export const shapeOf = (type: Type, depth = 3): unknown => {
  const real = strip(type);
  switch (real.kind) {
    case 'struct':
      return depth < 0 ? real.name : { name: real.name, flavor: real.flavor, size: real.size, declaration: real.declaration, members: flatMembers(real, 0, depth) };
    case 'pointer':
      return ['pointer', real.size, depth < 1 ? '' : shapeOf(real.target, depth - 1)];
    case 'array':
      return ['array', real.count, real.size, shapeOf(real.element, depth - 1)];
    case 'enum':
      return ['enum', real.name, real.size, real.signed, real.enumerators.map(({ name, value }) => `${name} ${value}`)];
    case 'function':
      return ['function', shapeOf(real.returns, depth - 1), real.parameters.map((parameter) => shapeOf(parameter, depth - 1)), real.variadic];
    case 'base':
      return ['base', real.name, real.size, real.encoding];
    case 'void':
      return 'void';
  }
};

/** CodeView has members of unnamed structs as the outer struct's own. */
const flatMembers = (type: Type, at: number, depth: number): unknown[] => {
  const real = strip(type);
  if (real.kind !== 'struct') return [];
  return real.members.flatMap(({ name, offset, bitOffset, bitSize, type: inner }) =>
    name === '' ? flatMembers(inner, at + offset, depth) : [[name, at + offset, bitOffset, bitSize, shapeOf(inner, depth - 1)]],
  );
};

const hex = (location: Location | undefined): string => Buffer.from(location?.expression ?? []).toString('hex');

/** A place as text; DWARF's frame base, a register, is put in, so that both formats say it alike. */
export const placeOf = (variable: VariableInfo, scope: Scope, address: bigint): string => {
  const expression = hex(variable.locationAt(address));
  const base = hex(scope.frameBase);
  return /^5.$/.test(base) ? expression.replace(/^91/, (parseInt(base, 16) + 0x20).toString(16)) : expression;
};
