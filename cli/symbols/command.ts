import fs from 'node:fs';
import type { Command } from 'commander';
import { openImage } from '../../debug-adapter/images/open';
import { usage } from '../exit';
import { answer, type Query, type SymbolResult } from './queries';

interface Options {
  address: string[];
  function: string[];
  functions: string[];
  line: string[];
  type: string[];
  locals: string[];
  unwind: string[];
  batch?: string;
  symbols?: string;
  first?: boolean;
  index?: boolean;
  json?: boolean;
}

const kinds = ['address', 'function', 'functions', 'line', 'type', 'locals', 'unwind'] as const;

/** `symbols IMAGE …`: what a file says of its code, without a machine. Exit 1 when nothing was found. */
export function addSymbols(program: Command): void {
  const collect = (value: string, before: string[]): string[] => [...before, value];
  program
    .command('symbols')
    .description('names, lines, types, locals and unwind rows of an image')
    .argument('<image>', 'ELF or PE file')
    .option('--symbols <file>', 'where its debug information is, when in another file')
    .option('--address <address>', 'function, line and inlined callers of a linked address', collect, [])
    .option('--function <name>', 'places of a function, inlined copies too', collect, [])
    .option('--functions <glob>', 'functions whose name matches', collect, [])
    .option('--line <file:n>', 'addresses of a source line', collect, [])
    .option('--type <name>', 'layout of a type', collect, [])
    .option('--locals <address>', 'variables visible at an address', collect, [])
    .option('--unwind <address>', 'CFA and saved registers at an address', collect, [])
    .option('--batch <file>', 'a query a line: KIND TEXT')
    .option('--first', 'only the first place of a function, inlined copies left aside')
    .option('--index', 'make the index on disk now')
    .option('--json', 'one JSON value')
    .action((file: string, options: Options) => {
      const queries: Query[] = kinds.flatMap((kind) => options[kind].map((text) => ({ kind, text })));
      if (options.batch !== undefined) queries.push(...readBatch(options.batch));
      if (queries.length === 0 && options.index !== true) usage(`say what to look up: ${kinds.map((kind) => `--${kind}`).join(', ')} or --batch`);
      const image = openImage(file, options.symbols === undefined ? {} : { symbols: options.symbols });
      if (options.index === true) image.debugInfo.index?.save();
      const results: SymbolResult[] = [];
      for (const query of queries) {
        try {
          results.push(...answer(image, query, options.first === true));
        } catch (error) {
          if (error instanceof RangeError || error instanceof SyntaxError) usage(`${query.kind} ${query.text}: ${error.message}`);
          throw error;
        }
      }
      if (options.json) process.stdout.write(`${JSON.stringify({ version: 1, image: file, kind: image.format, results })}\n`);
      else for (const result of results) process.stdout.write(`${text(result)}\n`);
      if (results.length === 0) {
        if (!options.json) process.stderr.write('nothing found\n');
        process.exitCode = 1;
      }
    });
}

function readBatch(file: string): Query[] {
  return fs
    .readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [kind = '', ...rest] = line.trim().replace(/^--/, '').split(/\s+/);
      const known = kinds.find((one) => one === kind);
      return known === undefined ? usage(`${file}: "${line}" does not begin with one of ${kinds.join(', ')}`) : { kind: known, text: rest.join(' ') };
    });
}

function text(result: SymbolResult): string {
  const lines = [`${result.address ?? ''} ${result.name}${result.file === undefined ? '' : ` at ${result.file}:${result.line}`}`.trim()];
  for (const caller of result.inlined) lines.push(`    inlined by ${caller.name}${caller.file === undefined ? '' : ` at ${caller.file}:${caller.line}`}`);
  for (const local of result.locals ?? []) lines.push(`    ${local.type} ${local.name}  [${local.location}]${local.parameter ? ' parameter' : ''}`);
  if (result.type !== undefined) lines.push(JSON.stringify(result.type, null, 2));
  if (result.cfa) lines.push(`    cfa = ${result.cfa.rule}`, ...Object.entries(result.cfa.registers).map(([register, how]) => `    ${register} = ${how}`));
  return lines.join('\n');
}
