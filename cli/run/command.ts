import fs from 'node:fs';
import { InvalidArgumentError, type Command } from 'commander';
import { BootscopeError } from '../../debug-adapter/errors/catalogue';
import { DapError } from '../../debug-adapter/session/client';
import { usage } from '../exit';
import { readConfiguration } from './configuration';
import { Boot, Interrupted, type Verdict } from './follow';
import { readGoal, type Goal } from './goal';
import { verdictText } from './text';

interface Options {
  name?: string;
  until: Goal[];
  failOn?: Goal[];
  timeout: number;
  quiet: number;
  log?: string;
  json?: boolean;
}

/** What no boot should come to unless it is asked for. */
const usualFailures = ['panic', 'mountroot-failed', 'cpu-reset'];
const exits: Readonly<Record<Verdict['outcome'], number>> = { pass: 0, failed: 1, hung: 2 };

/** `run CONFIG --until S`: boots what a debug configuration describes, follows it, and judges. Exit 0 pass, 1 failed, 2 hung, 3 could not start. */
export function addRun(program: Command): void {
  const goals = (text: string, before: Goal[] = []): Goal[] => [...before, readGoal(text)];
  program
    .command('run')
    .description('boot what a debug configuration describes, follow it, and judge: exit 0 pass, 1 failed, 2 hung, 3 could not start')
    .argument('<config>', 'a launch.json, or a JSON file with one configuration')
    .option('--name <name>', 'which configuration, where the file has several')
    .requiredOption('--until <goal>', 'pass when the boot comes to this: a stage (login), FILTER: CONDITION (serial: /login:/), or function: NAME; several: in this order', goals)
    .option('--fail-on <goal>', `fail when it comes to this first; beside ${usualFailures.join(', ')}`, goals)
    .option('--timeout <seconds>', 'the whole boot may take so long', positive, 600)
    .option('--quiet <seconds>', 'so long without a word on the console, and it hangs', positive, 60)
    .option('--log <file>', 'write what the first serial line says into this file')
    .option('--json', 'one JSON value')
    .action(async (file: string, options: Options) => {
      const configuration = readConfiguration(file, options.name);
      const log = options.log === undefined ? undefined : openLog(options.log);
      const asked = [...options.until, ...(options.failOn ?? [])];
      const abort = new AbortController();
      const interrupted = (): void => {
        abort.abort();
      };
      process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
      try {
        const verdict = await Boot.follow(
          configuration,
          {
            until: options.until,
            failOn: [...(options.failOn ?? []), ...usualFailures.filter((id) => !asked.some(({ filter }) => filter?.filterId === id)).map(readGoal)],
            timeoutMs: options.timeout * 1000,
            quietMs: options.quiet * 1000,
            onSerial: (text) => {
              if (log !== undefined) fs.writeSync(log, text);
            },
            tell: (line) => {
              process.stderr.write(`${line}\n`);
            },
          },
          abort.signal,
        );
        const text = options.json ? JSON.stringify({ version: 1, configuration: configuration.name, ...verdict }) : verdictText(verdict);
        // The client library leaves the timer of every request behind, which would keep the process for minutes.
        process.stdout.write(`${text}\n`, () => process.exit(exits[verdict.outcome]));
      } catch (error) {
        if (error instanceof Interrupted) process.exit(130);
        else if (error instanceof DapError || error instanceof BootscopeError) usage(error.message);
        else throw error;
      } finally {
        if (log !== undefined) fs.closeSync(log);
        process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
      }
    });
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('a number of seconds is wanted.');
  return value;
}

function openLog(file: string): number {
  try {
    return fs.openSync(file, 'w');
  } catch (error) {
    return usage(`cannot write ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
