import type { Src } from '../../api';
import type { PlacedProgram } from '../../program/placed-program';
import type { Sources } from '../../program/sources';

/** A place in code for a list of checkpoints: function, file and line, or the address. */
export const placeInWords = (program: PlacedProgram, sources: Sources, pc: bigint, cr3: bigint): { readonly where: string; readonly source?: Src } => {
  const { scopes, symbol, line, offset } = program.placeOf(pc, { cr3 });
  const name = scopes[0]?.function.qualifiedName ?? (symbol && offset ? `${symbol.name}+0x${offset.toString(16)}` : symbol?.name);
  const address = `0x${pc.toString(16)}`;
  if (!line || line.line === 0) return { where: name === undefined ? address : `${name} at ${address}` };
  const local = sources.toLocal(line.file);
  return { where: `${name ?? address}, ${line.file.slice(line.file.lastIndexOf('/') + 1)}:${line.line}`, ...(local === undefined ? {} : { source: { path: local, line: line.line } }) };
};
