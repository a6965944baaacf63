import { Command } from 'commander';
import { dap } from './dap';
import { addExplain } from './explain/command';
import { addLint } from './lint/command';
import { parse } from './parse';
import { addRun } from './run/command';
import { addSymbols } from './symbols/command';
import { addVerdict } from './verdict/command';

/** Runs the command that the process was given, `symbols` among them. */
export const run = async (): Promise<void> => {
  const program = new Command('bootscope').description('Debug boot chains under QEMU.').exitOverride().showHelpAfterError();
  program
    .command('dap')
    .description('the debug adapter on stdin and stdout, or on a port')
    .option('--port <n>', 'listen on this port of 127.0.0.1; 0 picks a free one', Number)
    .action((options: { port?: number }) => dap(options));
  addRun(program);
  addLint(program);
  addSymbols(program);
  addExplain(program);
  addVerdict(program);

  await parse(program);
};
