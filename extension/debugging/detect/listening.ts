import { readFile } from 'node:fs/promises';
import * as net from 'node:net';

const listenState = '0A';
const tables = ['/proc/net/tcp', '/proc/net/tcp6'];

/** Ports on which something listens, from the text of Linux's /proc/net/tcp or tcp6 (Documentation/networking/proc_net_tcp.rst). */
export function portsInTable(text: string): number[] {
  const ports: number[] = [];
  for (const line of text.split('\n')) {
    const [, local, , state] = line.trim().split(/\s+/);
    const port = Number.parseInt(local?.slice(local.lastIndexOf(':') + 1) ?? '', 16);
    if (state === listenState && Number.isFinite(port)) ports.push(port);
  }
  return ports;
}

/** True when nobody can listen there because somebody does. */
const taken = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EADDRINUSE'));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(false)));
  });

/**
 * Which of these loopback ports are listened on. Nothing is connected to: QEMU stops its machine for any connection to its
 * gdbstub and leaves it stopped (gdbstub.c, gdb_chr_event). Linux is asked for its table; elsewhere the port is tried.
 */
export async function listening(ports: readonly number[]): Promise<number[]> {
  const texts = await Promise.all(tables.map((table) => readFile(table, 'utf8').catch(() => undefined)));
  const known = texts.filter((text) => text !== undefined);
  if (known.length > 0) {
    const open = new Set(known.flatMap(portsInTable));
    return ports.filter((port) => open.has(port));
  }
  const answers = await Promise.all(ports.map(taken));
  return ports.filter((_, index) => answers[index]);
}
