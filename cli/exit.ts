/** Ends the command with exit code 3: wrong usage or an unreadable file. */
export function usage(message: string): never {
  process.stderr.write(`bootscope: ${message}\n`);
  process.exit(3);
}
