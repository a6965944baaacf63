import { Command } from 'commander';
import { parse } from '../parse';
import { addSymbols } from './command';

/** Runs `symbols` alone. */
export const run = async (): Promise<void> => {
  const program = new Command('bootscope').exitOverride().showHelpAfterError();
  addSymbols(program);
  await parse(program);
};
