import { execFileSync } from 'node:child_process';
import { openImage } from '../../../debug-adapter/images/open';
import type { UnwindRow } from '../../../debug-adapter/images/debug-info';
import { readelf } from './support';

const registers = ['rax', 'rdx', 'rcx', 'rbx', 'rsi', 'rdi', 'rbp', 'rsp', 'r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15'];
const nameOf = (register: number): string => (register === 16 ? 'ra' : (registers[register] ?? `r${register}`));
const signed = (offset: bigint): string => (offset < 0n ? String(offset) : `+${offset}`);

const spell = (row: UnwindRow, columns: readonly string[]): string => {
  const cfa = row.cfa.kind === 'expression' ? 'exp' : `${nameOf(row.cfa.register)}${signed(row.cfa.offset)}`;
  const cells = columns.map((column) => {
    const rule = [...row.registers].find(([register]) => nameOf(register) === column)?.[1];
    if (!rule || rule.kind === 'undefined') return 'u';
    if (rule.kind === 'same') return 's';
    if (rule.kind === 'offset') return `c${signed(rule.offset)}`;
    if (rule.kind === 'value-offset') return `v${signed(rule.offset)}`;
    if (rule.kind === 'register') return nameOf(rule.register);
    return rule.kind === 'expression' ? 'exp' : 'vexp';
  });
  return [cfa, ...cells].join(' ');
};

/** Every row of every n-th entry as readelf interprets it, against ours; counts rows. */
export const compareFrames = (file: string, every: number): { rows: number; wrong: string[] } => {
  const text = execFileSync(readelf ?? '', ['--debug-dump=frames-interp', '-W', file], { encoding: 'utf8', maxBuffer: 1 << 29, stdio: ['ignore', 'pipe', 'ignore'] });
  const image = openImage(file);
  const wrong: string[] = [];
  let rows = 0;
  let columns: string[] = [];
  let range: [bigint, bigint] | undefined;
  let entry = 0;
  for (const line of text.split('\n')) {
    const fde = /FDE .*pc=([0-9a-f]+)\.\.([0-9a-f]+)/.exec(line);
    if (fde) {
      range = entry++ % every === 0 ? [BigInt(`0x${fde[1]}`), BigInt(`0x${fde[2]}`)] : undefined;
      continue;
    }
    if (/\bCIE\b/.test(line)) range = undefined;
    if (/^\s+LOC/.test(line)) columns = line.trim().split(/\s+/).slice(2);
    const cells = line.trim().split(/\s+/);
    if (!range || !/^[0-9a-f]{16}$/.test(cells[0] ?? '')) continue;
    const address = BigInt(`0x${cells[0]}`);
    if (address < range[0] || address >= range[1]) continue;
    // Code that the linker dropped lies at 0 in no section.
    if (range[0] === 0n && image.bytesAt(0n, 1) === undefined) continue;
    rows++;
    const theirs = cells.slice(1).join(' ');
    const ours = image.debugInfo.unwindAt(address);
    // Advances of zero give readelf two rows for one place; the last one counts.
    if (ours && spell(ours, columns) !== theirs) wrong.push(`${cells[0]}: ${spell(ours, columns)} instead of ${theirs}`);
    if (!ours) wrong.push(`${cells[0]}: nothing instead of ${theirs}`);
  }
  image.close();
  return { rows, wrong };
};
