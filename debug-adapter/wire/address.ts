import net from 'node:net';
import { failure } from '../errors/catalogue';
import { qemuErrors } from '../errors/qemu';
import { Slab } from './slab';

/** Where a socket listens. */
export type Address = { readonly kind: 'unix'; readonly path: string } | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

const bad = (address: string, detail: string) => failure(qemuErrors.badAddress, { address, detail });

/**
 * Reads `host:port`, `:port` (this host), `[v6]:port` or `unix:PATH`, as QEMU and gdb write them.
 * @throws BS100
 */
export function parseAddress(text: string): Address {
  const trimmed = text.trim();
  if (trimmed.startsWith('unix:')) {
    const path = trimmed.slice('unix:'.length);
    if (path === '') throw bad(text, 'the path after unix: is missing');
    return { kind: 'unix', path };
  }
  const match = /^(?:tcp:)?(?:\[([^\]]+)\]|([^:[\]]*)):(\d+)$/.exec(trimmed);
  if (match === null) throw bad(text, trimmed === '' ? 'it is empty' : 'neither host:port nor unix:PATH');
  const port = Number(match[3]);
  if (port < 1 || port > 65_535) throw bad(text, `port ${match[3] ?? ''} is outside 1–65535`);
  const host = match[1] ?? match[2] ?? '';
  return { kind: 'tcp', host: host === '' ? '127.0.0.1' : host, port };
}

export const formatAddress = (address: Address): string =>
  address.kind === 'unix' ? `unix:${address.path}` : `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`;

/** Longest path of a unix socket on every host we support: macOS has 104 bytes with the final zero. */
export const longestSocketPath = 103;

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOENT: 'there is no such socket',
  EACCES: 'permission denied',
  ENOTFOUND: 'the host is not known',
  ETIMEDOUT: 'the host does not answer',
};

/**
 * Opens a connection. `what` names the service in messages. `chatty`: for a service of many small answers; the socket then has `data` events alone, no other
 * way to read.
 * @throws BS101, BS115
 */
export function connect(address: Address, what: string, { deadlineMs = 5000, chatty = false }: { readonly deadlineMs?: number; readonly chatty?: boolean } = {}): Promise<net.Socket> {
  if (address.kind === 'unix' && Buffer.byteLength(address.path) > longestSocketPath) {
    return Promise.reject(failure(qemuErrors.socketPath, { path: address.path, limit: longestSocketPath }));
  }
  return new Promise((resolve, reject) => {
    const slab = chatty ? new Slab() : undefined;
    const reading = slab === undefined ? {} : { onread: slab };
    const socket = address.kind === 'unix' ? net.connect({ path: address.path, ...reading }) : net.connect({ host: address.host, port: address.port, noDelay: true, ...reading });
    slab?.serve(socket);
    const fail = (detail: string, cause?: unknown) => {
      clearTimeout(timer);
      socket.destroy();
      reject(failure(qemuErrors.connectFailed, { what, address: formatAddress(address), detail }, { cause }));
    };
    const onError = (error: NodeJS.ErrnoException) => fail(reasons[error.code ?? ''] ?? error.message, error);
    const timer = setTimeout(() => fail('no answer'), deadlineMs);
    socket.once('error', onError);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', onError);
      resolve(socket);
    });
  });
}
