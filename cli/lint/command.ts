import path from 'node:path';
import { Option, type Command } from 'commander';
import { loaderRules, type LoaderRules } from '../../boot/languages/loader-conf';
import type { Finding, Range } from '../../language-server/findings';
import { lint } from '../../language-server/lint';
import { usage } from '../exit';

interface Options {
  json?: boolean;
  loader: LoaderRules;
}

/** `lint PATH…`: the diagnostics of the language server. Exit 1 when one of them is an error. */
export function addLint(program: Command): void {
  program
    .command('lint')
    .description('diagnostics for loader.conf, boot scripts and init units, in files and folders')
    .argument('<path...>', 'files and folders')
    .option('--json', 'one JSON value')
    .addOption(new Option('--loader <rules>', 'whose rules decide on a loader.conf').choices(loaderRules).default('lua-15'))
    .action(async (paths: string[], options: Options) => {
      const result = await lint(paths, options.loader).catch((error: unknown) => usage(error instanceof Error ? error.message : String(error)));
      if (options.json) process.stdout.write(`${JSON.stringify({ version: 1, diagnostics: result.findings.map(asJson) })}\n`);
      else {
        for (const one of result.findings) process.stdout.write(`${asText(one)}\n`);
        process.stderr.write(`${result.files} file${result.files === 1 ? '' : 's'} looked at, ${result.findings.length} finding${result.findings.length === 1 ? '' : 's'}\n`);
      }
      if (result.findings.some((one) => one.severity === 'error')) process.exitCode = 1;
    });
}

const shown = (file: string): string => {
  const relative = path.relative(process.cwd(), file);
  return relative.startsWith('..') ? file : relative;
};

/** Counted from 1, as other tools do. */
const place = (range: Range): { line: number; column: number; endLine: number; endColumn: number } => ({
  line: range.start.line + 1,
  column: range.start.character + 1,
  endLine: range.end.line + 1,
  endColumn: range.end.character + 1,
});

const asJson = (one: Finding): unknown => ({
  file: shown(one.path),
  ...place(one.range),
  severity: one.severity,
  code: one.code,
  message: one.message,
  related: one.related.map((other) => ({ file: shown(other.path), ...place(other.range), message: other.message })),
});

function asText(one: Finding): string {
  const { line, column } = place(one.range);
  const lines = [`${shown(one.path)}:${line}:${column}: ${one.severity}: ${one.message.replaceAll('\n', '\n    ')} [${one.code}]`];
  for (const other of one.related) lines.push(`    ${shown(other.path)}:${other.range.start.line + 1}: ${other.message}`);
  return lines.join('\n');
}
