import * as net from 'node:net';
import { failure } from '../errors/catalogue';
import { fileErrors } from '../errors/files';
import { BootscopeSession } from './session';

/** Serves one session on stdin and stdout; nothing else is ever written there. The process ends with the session. */
export const serveStdio = (): void => {
  const session = new BootscopeSession(() => {
    // What was written to a pipe must have left before the process ends.
    process.stdout.write('', () => process.exit(0));
  });
  // A library's stray word would break the protocol.
  console.log = console.error;
  process.on('SIGTERM', () => process.stdin.destroy());
  session.start(process.stdin, process.stdout);
};

/** A server that gives each connection a session of its own. */
export interface AdapterServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Listens on this host only; `port` 0 picks a free one. Throws BS503. */
export const serve = (port: number): Promise<AdapterServer> =>
  new Promise((resolve, reject) => {
    const sockets = new Set<net.Socket>();
    const server = net.createServer((socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      const session = new BootscopeSession(() => socket.end());
      session.start(socket, socket);
    });
    server.on('error', (error) => {
      reject(failure(fileErrors.portInUse, { port, detail: error.message }, { cause: error }));
    });
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve({
        port: typeof address === 'object' && address !== null ? address.port : port,
        close: () =>
          new Promise((closed) => {
            for (const socket of sockets) socket.destroy();
            server.close(() => { closed(); });
          }),
      });
    });
  });
