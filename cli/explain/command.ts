import fs from 'node:fs';
import type { Command } from 'commander';
import { findFailures } from '../../boot/diagnosis/diagnose';
import { failureRules } from '../../boot/diagnosis/rules';
import { detectChainBySerial } from '../../boot/stages';
import { failuresAnswer } from '../../debug-adapter/chains/diagnose';
import { usage } from '../exit';
import { withOwn } from '../../debug-adapter/chains/own-rules';
import { readRules } from './rules';
import { failureText } from './text';

interface Options {
  json?: boolean;
  exitCode?: boolean;
  chain?: string;
  rules?: string[];
  workspace?: string[];
}

const chains = ['redox', 'freebsd', 'nextbsd', 'linux', 'generic'];

/** `explain LOG`: what failed in a boot, from what its console said. `-` reads standard input. */
export function addExplain(program: Command): void {
  const collect = (value: string, before: string[] = []): string[] => [...before, value];
  program
    .command('explain')
    .description('what failed in a boot, why, and what to do, from a serial log')
    .argument('<log>', 'file with what the serial console said; - for standard input')
    .option('--chain <name>', `${chains.join(', ')}; left out: told from the log`)
    .option('--rules <folder>', 'also the failures described by the JSON files in this folder', collect)
    .option('--workspace <folder>', 'say where in the files of this folder the cause is written', collect)
    .option('--exit-code', 'end with 1 when a failure is found')
    .option('--json', 'one JSON value, as bootscope/diagnosis answers')
    .action((file: string, options: Options) => {
      if (options.chain !== undefined && !chains.includes(options.chain)) usage(`there is no boot chain "${options.chain}"; use one of ${chains.join(', ')}`);
      const own = (options.rules ?? []).flatMap(readRules);
      const rules = withOwn(own, failureRules);
      const text = readLog(file);
      for (const folder of options.workspace ?? []) if (!fs.existsSync(folder)) usage(`there is no folder ${folder}`);
      const failures = failuresAnswer(findFailures(rules, text, new Map(), options.chain ?? detectChainBySerial(text)), options.workspace);
      if (options.json) process.stdout.write(`${JSON.stringify({ version: 1, failures })}\n`);
      else process.stdout.write(failures.length === 0 ? 'no failure found\n' : `${failures.map(failureText).join('\n\n')}\n`);
      if (options.exitCode && failures.length > 0) process.exitCode = 1;
    });
}

function readLog(file: string): string {
  try {
    return fs.readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    return usage(`cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
