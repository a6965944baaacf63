import fs from 'node:fs';
import type { Command } from 'commander';
import { imageErrors } from '../../debug-adapter/errors/images';
import type { Image } from '../../debug-adapter/images/image';
import { openImage } from '../../debug-adapter/images/open';
import { answer, queryKinds, type Query, type SymbolResult } from './queries';
import { resultText } from './text';
import { readTrace } from './trace';

export interface SymbolsOptions {
  readonly address?: readonly string[];
  readonly function?: readonly string[];
  readonly functions?: readonly string[];
  readonly line?: readonly string[];
  readonly type?: readonly string[];
  readonly locals?: readonly string[];
  readonly unwind?: readonly string[];
  readonly batch?: string;
  /** A file, `-` or true for standard input. */
  readonly trace?: string | true;
  readonly symbols?: string;
  readonly first?: boolean;
  readonly index?: boolean;
  readonly json?: boolean;
}

/** Where the command reads and writes; a test gives its own. */
export interface Streams {
  out(text: string): void;
  err(text: string): void;
  /** All of a file, `-` being standard input. */
  read(file: string): string;
}

/** Faults of a damaged file that are told. */
const mostFaults = 3;

const exits = { found: 0, nothing: 1, usage: 3 } as const;

class UsageError extends Error {}

/** `symbols IMAGE …`: what a file says of its code, without a machine. */
export function addSymbols(program: Command): void {
  const collect = (value: string, before: string[] = []): string[] => [...before, value];
  program
    .command('symbols')
    .description('names, lines, types, locals and unwind rows of an image')
    .argument('<image>', 'ELF or PE file')
    .option('--symbols <file>', 'where its debug information is, when in another file')
    .option('--address <address>', 'function, line and inlined callers of a linked address (0x…, SYMBOL+0x…, SECTION+0x…)', collect)
    .option('--function <name>', 'places of a function, inlined copies and namesakes too', collect)
    .option('--functions <glob>', 'functions whose name matches', collect)
    .option('--line <file:n>', 'addresses of a source line', collect)
    .option('--type <name>', 'layout of a type', collect)
    .option('--locals <address>', 'variables visible at an address', collect)
    .option('--unwind <address>', 'CFA and saved registers at an address', collect)
    .option('--batch <file>', 'a query a line: KIND TEXT; - for standard input')
    .option('--trace [file]', 'a kernel log with a panic in it, by default from standard input: names and lines for its addresses')
    .option('--first', 'only the first place of a function, inlined copies left aside')
    .option('--index', 'make the index on disk now')
    .option('--json', 'one JSON value')
    .action((file: string, options: SymbolsOptions) => {
      // A reader that has seen enough (head) is no error.
      process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : exits.usage));
      process.exitCode = runSymbols(file, options, {
        out: (text) => process.stdout.write(text),
        err: (text) => process.stderr.write(text),
        read: (name) => fs.readFileSync(name === '-' ? 0 : name, 'utf8'),
      });
    });
}

/** Answers the queries; the exit code: 0 found, 1 nothing found, 3 wrong usage or unreadable file. */
export function runSymbols(file: string, options: SymbolsOptions, streams: Streams): number {
  let image: Image | undefined;
  try {
    const queries = queriesOf(options, streams);
    image = openImage(file, options.symbols === undefined ? {} : { symbols: options.symbols });
    if (options.index === true) makeIndex(image, streams);
    const found = options.trace === undefined ? answers(file, image, queries, options, streams) : trace(file, image, options, streams);
    if (image.debugInfo.index?.worthwhile) image.debugInfo.index.saveInBackground(({ message }) => { streams.err(`${message}\n`); });
    const faults = image.damage.found;
    for (const fault of faults.slice(0, mostFaults)) streams.err(`${fault.message}\n`);
    if (faults.length > mostFaults) streams.err(`and ${faults.length - mostFaults} more\n`);
    // Nothing found in a file that could be read in part only is no answer.
    if (!found && queries.length > 0 && faults.some(({ code }) => code !== imageErrors.leftAlone.code)) return exits.usage;
    if (found || (options.index === true && queries.length === 0)) return exits.found;
    if (!options.json) streams.err('nothing found\n');
    return exits.nothing;
  } catch (error) {
    streams.err(`${error instanceof UsageError ? 'bootscope: ' : ''}${error instanceof Error ? error.message : String(error)}\n`);
    return exits.usage;
  } finally {
    image?.close();
  }
}

function makeIndex(image: Image, streams: Streams): void {
  const { index } = image.debugInfo;
  let told = false;
  const refused = ({ message }: Error): void => {
    told = true;
    streams.err(`${message}\n`);
  };
  if (index?.save(undefined, refused)) streams.err('the index is on disk\n');
  else if (!told) streams.err(index ? 'no index may be kept: BOOTSCOPE_NO_CACHE is set, it would take more than its share of the cache, the image is damaged, or part of its debug information is in other files\n' : 'this image needs no index\n');
}

function answers(file: string, image: Image, queries: readonly Query[], options: SymbolsOptions, streams: Streams): boolean {
  const results: SymbolResult[] = [];
  let found = false;
  for (const query of queries) {
    const some = answered(image, query, options.first === true);
    found ||= some.length > 0;
    if (!query.batch) results.push(...some);
    else {
      // Whoever asks many questions must see which answer belongs to which.
      const line = `${query.kind} ${query.text}`;
      if (some.length > 0) results.push(...some.map((one) => ({ ...one, query: line })));
      else results.push({ name: '??', inlined: [], query: line, notFound: true });
    }
  }
  if (options.json) streams.out(`${JSON.stringify({ version: 1, image: file, kind: image.format, results })}\n`);
  else for (const result of results) streams.out(`${resultText(result)}\n`);
  return found;
}

function answered(image: Image, query: Query, firstOnly: boolean): SymbolResult[] {
  try {
    return answer(image, query, firstOnly);
  } catch (error) {
    if (error instanceof SyntaxError) throw new UsageError(`${query.kind} ${query.text}: ${error.message}`);
    throw error;
  }
}

function trace(file: string, image: Image, options: SymbolsOptions, streams: Streams): boolean {
  const lines = readTrace(image, readText(options.trace === true || options.trace === undefined ? '-' : options.trace, streams));
  const results = lines.flatMap(({ text, results: some }) => some.map((one) => ({ ...one, query: text })));
  if (options.json) streams.out(`${JSON.stringify({ version: 1, image: file, kind: image.format, results })}\n`);
  else for (const { text, results: some } of lines) streams.out([text, ...some.map((one) => indented(resultText(one)))].join('\n') + '\n');
  return results.length > 0;
}

const indented = (text: string): string =>
  text
    .split('\n')
    .map((line) => `        ${line}`)
    .join('\n');

function queriesOf(options: SymbolsOptions, streams: Streams): Query[] {
  const queries: Query[] = queryKinds.flatMap((kind) => (options[kind] ?? []).map((text) => ({ kind, text })));
  if (options.batch !== undefined) queries.push(...readBatch(options.batch, streams));
  if (queries.length > 0 && options.trace !== undefined) throw new UsageError('--trace stands alone');
  if (queries.length === 0 && options.batch === undefined && options.trace === undefined && options.index !== true)
    throw new UsageError(`say what to look up: ${queryKinds.map((kind) => `--${kind}`).join(', ')}, --batch or --trace`);
  return queries;
}

function readBatch(file: string, streams: Streams): Query[] {
  return readText(file, streams)
    .split('\n')
    .flatMap((line, number) => {
      if (line.trim() === '') return [];
      const [, word = '', text = ''] = /^(?:--)?(\S+)\s*(.*)$/.exec(line.trim()) ?? [];
      const kind = queryKinds.find((one) => one === word);
      if (kind === undefined || text === '') throw new UsageError(`${file}:${number + 1}: "${line.trim()}" is not KIND TEXT with one of ${queryKinds.join(', ')}`);
      return [{ kind, text, batch: true as const }];
    });
}

function readText(file: string, streams: Streams): string {
  try {
    return streams.read(file);
  } catch (error) {
    throw new UsageError(`cannot read ${file === '-' ? 'standard input' : file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
