import { describe, expect, it } from 'vitest';
import { openImage } from '../../../debug-adapter/images/open';
import { strip } from '../../../debug-adapter/images/types';
import type { DebugInfo, FunctionInfo } from '../../../debug-adapter/images/debug-info';
import { askGdb } from './gdb';
import { builds, compile, gdb, rustBuilds } from './support';

const hex = (address: bigint): string => `0x${address.toString(16)}`;
/** One disagreement in a line. */
const told = (what: string, ...sides: unknown[]): string => `${what}: ${sides.map((side) => JSON.stringify(side)).join(' ')}`;
const own = (f: FunctionInfo): boolean => /shapes\.(c|rs)$/.test(f.declared?.file ?? '');

/** Addresses at which instructions start: rows of the line table. */
const places = (info: DebugInfo, functions: readonly FunctionInfo[]): bigint[] =>
  functions.flatMap((f) => f.ranges.flatMap((range) => [...new Set(info.lineRows(range.start, range.end).map((row) => row.address))]));

const names = ['leaf', 'recurse', 'sum_all', 'on_event', 'fill', 'stop', 'one_line', 'main', 'inlined'];
const types = ['struct everything', 'struct flags', 'union number', 'enum colour', 'enum big', 'struct list', 'word_t', 'callback_t'];

describe.skipIf(gdb === undefined)('debug information as gdb has it', () => {
  for (const build of builds) {
    it(build.name, () => {
      const program = compile(build);
      const image = openImage(program);
      const info = image.debugInfo;
      const functions = info.functionsMatching('*').filter(own);
      const addresses = places(info, functions);
      const rows = functions.flatMap((f) => f.ranges.flatMap((range) => info.lineRows(range.start, range.end)));
      expect(addresses.length).toBeGreaterThan(40);
      const lines = Array.from({ length: 110 }, (_, i) => `shapes.c:${i + 40}`);
      const answers = askGdb(program, { functions: names, addresses: addresses.map(hex), types, lines });

      const wrong: string[] = [];
      for (const address of addresses) {
        const theirs = answers.addresses[hex(address)];
        const scopes = info.scopesAt(address);
        const chain = scopes.map((scope) => scope.function.name);
        const variables = [...new Set((scopes[0]?.variablesAt(address) ?? []).map((v) => v.name))].sort();
        const row = info.lineAt(address);
        if (JSON.stringify([row?.line, chain]) !== JSON.stringify([theirs?.line, theirs?.chain])) wrong.push(told(hex(address), row?.line, chain, theirs));
        // gdb takes a block of several ranges as one from first to last, and so may show a variable outside its block.
        if (variables.some((name) => !theirs?.variables.includes(name)) || (theirs?.variables ?? []).some((name) => !variables.includes(name) && name !== 'nested' && name !== 'i' && name !== 'j'))
          wrong.push(told(hex(address), variables, theirs));
      }
      for (const name of names) {
        const ours = info.functionsNamed(name).flatMap((f) => [...(f.afterPrologue === undefined ? [] : [f.afterPrologue]), ...f.inlinedInstances().map((scope) => scope.entry)]);
        const sorted = [...new Set(ours)].map(hex).sort();
        if (JSON.stringify(sorted) !== JSON.stringify(answers.functions[name])) wrong.push(told(name, sorted, answers.functions[name]));
      }
      for (const name of types) {
        const [found] = info.typesNamed(name);
        const type = found && strip(found);
        const fields =
          type?.kind === 'struct'
            ? type.members.map((m) => [m.name, m.bitOffset ?? m.offset * 8, m.bitSize ?? 0, m.type.size])
            : type?.kind === 'enum'
              ? type.enumerators.map((e) => [e.name, Number(e.value), 0, 0])
              : [];
        const ours = { size: type?.size, fields };
        if (JSON.stringify(ours) !== JSON.stringify(answers.types[name])) wrong.push(told(name, ours, answers.types[name]));
      }
      for (const line of lines) {
        const number = Number(line.split(':')[1]);
        const ours = info.addressesOfLine('shapes.c', number).map((l) => hex(l.address));
        const exact = rows.some((row) => row.line === number && row.isStatement);
        // Between functions gdb goes on to the next one; we set nothing there.
        if (ours.length === 0 && !exact) continue;
        if (JSON.stringify([...ours].sort()) !== JSON.stringify(answers.lines[line])) wrong.push(told(line, ours, answers.lines[line]));
      }
      expect(wrong).toEqual([]);
      image.close();
    });
  }
});

describe.skipIf(gdb === undefined)('Rust as gdb has it', () => {
  for (const build of rustBuilds) {
    it(build.name, () => {
      const program = compile(build);
      const image = openImage(program);
      const info = image.debugInfo;
      const functions = info.functionsMatching('shapes::*').filter((f) => own(f) && f.ranges.length > 0);
      expect(functions.length).toBeGreaterThan(5);
      const addresses = places(info, functions);
      const answers = askGdb(program, { addresses: addresses.map(hex), types: ['shapes::Generic<u16>', 'shapes::lived::LiveDisk'] });
      const wrong: string[] = [];
      for (const address of addresses) {
        const theirs = answers.addresses[hex(address)];
        const chain = info.scopesAt(address).map((scope) => scope.function.qualifiedName);
        const row = info.lineAt(address);
        if (row?.line !== theirs?.line || chain.length !== theirs?.chain.length || chain.some((name, i) => name !== theirs.chain[i])) wrong.push(told(hex(address), row?.line, chain, theirs));
      }
      expect(wrong).toEqual([]);
      image.close();
    });
  }
});
