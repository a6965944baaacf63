import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { Socket } from 'node:net';
import { failure } from '../../errors/catalogue';
import { qemuErrors } from '../../errors/qemu';
import type { SerialEnds } from './port';

/**
 * Makes the FIFOs of serial ports as QEMU's chardev `pipe` wants them: `PATH.in` for what the guest receives, `PATH.out` for what it says
 * (qemu-options.hx). False where this host cannot make them.
 */
export const makePipes = (paths: readonly string[]): boolean => {
  if (paths.length === 0) return true;
  try {
    execFileSync('mkfifo', ['-m', '600', ...paths.flatMap((path) => [`${path}.in`, `${path}.out`])], { stdio: 'ignore', timeout: 10_000 });
    return true;
  } catch {
    return false;
  }
};

/** The other ends of a port that QEMU has opened. Throws BS101 where it has not. */
export const openPipes = (path: string): SerialEnds => {
  const { O_NONBLOCK, O_RDONLY, O_WRONLY } = fs.constants;
  const open = (end: string, flags: number, options: { readonly readable: boolean; readonly writable: boolean }): Socket => {
    const address = `${path}.${end}`;
    try {
      return new Socket({ fd: fs.openSync(address, flags | O_NONBLOCK), ...options });
    } catch (cause) {
      throw failure(qemuErrors.connectFailed, { what: 'a serial port', address, detail: cause instanceof Error ? cause.message : String(cause) }, { cause });
    }
  };
  const to = open('in', O_WRONLY, { readable: false, writable: true });
  try {
    return { from: open('out', O_RDONLY, { readable: true, writable: false }), to };
  } catch (error) {
    to.destroy();
    throw error;
  }
};
