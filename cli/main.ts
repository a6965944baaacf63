import { Command, CommanderError } from 'commander';
import { dap } from './dap';
import { addExplain } from './explain/command';
import { addLint } from './lint/command';
import { addSymbols } from './symbols/command';
import { addVerdict } from './verdict/command';

const program = new Command('bootscope').description('Debug boot chains under QEMU.').exitOverride().showHelpAfterError();
program
  .command('dap')
  .description('the debug adapter on stdin and stdout, or on a port')
  .option('--port <n>', 'listen on this port of 127.0.0.1; 0 picks a free one', Number)
  .action((options: { port?: number }) => dap(options));
addLint(program);
addSymbols(program);
addExplain(program);
addVerdict(program);

program.parseAsync().catch((error: unknown) => {
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : 3);
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(3);
});
