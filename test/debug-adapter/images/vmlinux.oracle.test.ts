import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openImage } from '../../../debug-adapter/images/open';
import { strip } from '../../../debug-adapter/images/types';
import { dwarfdump } from './dwarfdump';
import { askGdb } from './gdb';
import type { Answers } from './gdb';
import { compareNames, compareScopes } from './scope-agreement';
import { gdb } from './support';
import { vmlinux } from './vmlinux';

const hex = (address: bigint): string => `0x${address.toString(16)}`;

describe.skipIf(gdb === undefined || dwarfdump === undefined || vmlinux === undefined)('the Debian kernel as gdb has it', () => {
  const file = vmlinux ?? '';
  const image = openImage(file);
  afterAll(() => image.close());
  const info = image.debugInfo;
  // Spread over the whole kernel, the same in every run; BOOTSCOPE_ORACLE=full asks about five times as many.
  const full = process.env['BOOTSCOPE_ORACLE'] === 'full';
  const wanted = full ? 3000 : 600;
  const globals = info.functionsMatching('*').filter((f) => f.ranges.length > 0);
  const functions = globals.filter((_, i) => i % Math.ceil(globals.length / wanted) === 0);
  const addresses = functions.flatMap((f) => f.ranges.flatMap((r) => [...new Set(info.lineRows(r.start, r.end).map((row) => row.address))].filter((_, i) => i % 5 === 0)));
  const types = ['mount', 'task_struct', 'super_block', 'file', 'dentry', 'inode', 'sk_buff', 'page', 'mm_struct', 'vm_area_struct', 'device', 'pci_dev', 'net_device', 'bio', 'request_queue', 'module', 'cred', 'nsproxy', 'pt_regs', 'tcp_sock'].map((name) => `struct ${name}`);
  const names = [...new Set(functions.map((f) => f.name))].filter((_, i) => i % 4 === 0);
  const inScope = full ? addresses : addresses.filter((_, i) => i % 2 === 0);
  let answers: Answers;
  beforeAll(() => {
    answers = askGdb(file, { addresses: addresses.map(hex), types, functions: names, scopes: inScope.map(hex) });
  });

  it('agrees on lines, inline chains, types and places of breakpoints', () => {
    expect(addresses.length).toBeGreaterThan(3000);
    const wrong: string[] = [];
    for (const address of addresses) {
      const theirs = answers.addresses[hex(address)];
      const chain = info.scopesAt(address).map((scope) => scope.function.name);
      const line = info.lineAt(address)?.line;
      if (line !== theirs?.line || JSON.stringify(chain) !== JSON.stringify(theirs?.chain)) wrong.push(JSON.stringify([hex(address), line, chain, theirs?.line, theirs?.chain]));
    }
    for (const name of types) {
      const [found] = info.typesNamed(name);
      const type = found && strip(found);
      const fields = type?.kind === 'struct' ? type.members.map((m) => [m.name, m.bitOffset ?? m.offset * 8, m.bitSize ?? 0, m.type.size]) : [];
      if (JSON.stringify({ size: type?.size, fields }) !== JSON.stringify(answers.types[name])) wrong.push(name);
    }
    const misplaced: string[] = [];
    for (const name of names) {
      const found = info.functionsNamed(name, { complete: true });
      // Of an inlined copy in pieces gdb 13 takes the lowest address, we what DW_AT_entry_pc says: the lowest piece may be
      // hoisted code that runs although the call is not made. So the lowest are compared, and the entry must be in a piece.
      const copies = found.flatMap((f) => f.inlinedInstances());
      const ours = [...found.flatMap((f) => f.afterPrologue ?? []), ...copies.map((copy) => copy.ranges.reduce((lowest, { start }) => (start < lowest ? start : lowest), copy.entry))];
      const sorted = [...new Set(ours)].map(hex).sort();
      const theirs = answers.functions[name] ?? [];
      if (JSON.stringify(sorted) !== JSON.stringify(theirs)) misplaced.push(JSON.stringify([name, 'only ours', sorted.filter((a) => !theirs.includes(a)), "only gdb's", theirs.filter((a) => !sorted.includes(a))]));
      const outside = copies.filter((copy) => !copy.ranges.some(({ start, end }) => copy.entry >= start && copy.entry < end));
      if (outside.length > 0) misplaced.push(JSON.stringify([name, 'entries outside', outside.map((copy) => hex(copy.entry))]));
    }
    console.log(`${addresses.length} addresses, ${names.length} functions, ${types.length} types`, wrong.length, misplaced.length);
    expect([...wrong, ...misplaced].slice(0, 80)).toEqual([]);
  });

  it('agrees on the variables in scope and their places', () => {
    const { places, known, wrong, beyond } = compareScopes(info, inScope, answers.scopes);
    const names = compareNames(file, info, beyond, full ? 60 : 3);
    console.log(`${inScope.length} addresses, ${places} places, ${wrong.length + names.length} differences; known: ${known}`);
    expect([...wrong, ...names].slice(0, 40)).toEqual([]);
    expect(places).toBeGreaterThan(10_000);
    expect(known.of('refused by gdb')).toBeLessThan(inScope.length / 40);
  });
});
