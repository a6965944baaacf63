import { CommanderError } from 'commander';
import type { Command } from 'commander';

/** Runs a command line; wrong usage and what goes wrong without a code of its own end the process with 3. */
export const parse = async (program: Command): Promise<void> => {
  try {
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : 3);
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(3);
  }
};
