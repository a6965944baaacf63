import { typeText } from './type-text';
import type { SymbolResult } from './queries';

const at = (one: { file?: string; line?: number }): string => (one.file === undefined ? '' : ` at ${one.file}${one.line === undefined ? '' : `:${one.line}`}`);

/** One answer for a person: the place, then what belongs to it, indented. */
export function resultText(result: SymbolResult): string {
  if (result.notFound) return `?? ${result.query ?? ''}: not found`;
  const lines = [`${result.address ?? ''} ${result.name}${at(result)}`.trim()];
  for (const caller of result.inlined) lines.push(`    inlined by ${caller.name}${at(caller)}`);
  for (const local of result.locals ?? []) lines.push(`    ${local.type} ${local.name}  [${local.where ?? local.location}]${local.parameter ? ' parameter' : ''}`);
  if (result.type !== undefined) lines.push(...typeText(result.type));
  if (result.cfa) lines.push(`    cfa = ${result.cfa.rule}`, ...Object.entries(result.cfa.registers).map(([register, how]) => `    ${register} = ${how}`));
  return lines.join('\n');
}
