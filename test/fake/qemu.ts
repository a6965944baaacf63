import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { LineDecoder } from '../../debug-adapter/wire/qmp/lines';
import { FakeStub } from './stub';
import type { FakeStubOptions } from './stub';

export interface FakeQemuOptions extends FakeStubOptions {
  /** Answers to QMP commands, or functions that make them; what is left out is an error. */
  readonly qmp?: Readonly<Record<string, unknown>>;
  /** QMP that says nothing. */
  readonly qmpSilent?: boolean;
}

/** The fake stub, QMP and one serial line on unix sockets in a directory of their own. */
export class FakeQemu {
  readonly stub: FakeStub;
  readonly directory: string;
  /** Commands QMP was given. */
  readonly commands: string[] = [];
  /** What was typed on the serial line. */
  typed = '';
  private readonly servers: net.Server[] = [];
  private readonly sockets = new Set<net.Socket>();
  private qmpClients = new Set<net.Socket>();
  private serialClients = new Set<net.Socket>();

  private constructor(private readonly options: FakeQemuOptions) {
    this.stub = new FakeStub(options);
    this.directory = fs.mkdtempSync(path.join(os.tmpdir(), 'bs-fake-'));
  }

  static async start(options: FakeQemuOptions = {}): Promise<FakeQemu> {
    const fake = new FakeQemu(options);
    await fake.listen('gdb', (socket) => {
      fake.stub.join({ write: (bytes) => void socket.write(bytes), destroy: () => socket.destroy() });
      socket.on('data', (chunk: Buffer) => fake.stub.receive(chunk));
      socket.on('close', () => fake.stub.leave());
    });
    await fake.listen('qmp', (socket) => fake.speakQmp(socket));
    await fake.listen('serial', (socket) => {
      fake.serialClients.add(socket);
      socket.on('data', (chunk: Buffer) => (fake.typed += chunk.toString('latin1')));
    });
    return fake;
  }

  /** Clients that are there yet. */
  get connections(): number {
    return this.sockets.size;
  }

  address(of: 'gdb' | 'qmp' | 'serial'): string {
    return `unix:${path.join(this.directory, `${of}.sock`)}`;
  }

  /** Guest output. */
  print(text: string): void {
    for (const socket of this.serialClients) socket.write(text);
  }

  event(event: string, data: Readonly<Record<string, unknown>> = {}): void {
    for (const socket of this.qmpClients) socket.write(`${JSON.stringify({ event, data, timestamp: { seconds: 0, microseconds: 0 } })}\r\n`);
  }

  /** All connections break at once, as when QEMU is killed. */
  die(): void {
    for (const socket of this.sockets) socket.destroy();
    for (const server of this.servers) server.close();
  }

  stop(): void {
    this.die();
    fs.rmSync(this.directory, { recursive: true, force: true });
  }

  private listen(name: string, serve: (socket: net.Socket) => void): Promise<void> {
    const server = net.createServer((socket) => {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => this.sockets.delete(socket));
      serve(socket);
    });
    this.servers.push(server);
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(path.join(this.directory, `${name}.sock`), () => resolve());
    });
  }

  private speakQmp(socket: net.Socket): void {
    if (this.options.qmpSilent === true) return;
    this.qmpClients.add(socket);
    socket.on('close', () => this.qmpClients.delete(socket));
    socket.write('{"QMP": {"version": {"qemu": {"major": 7}}, "capabilities": ["oob"]}}\r\n');
    const answers: Readonly<Record<string, unknown>> = { qmp_capabilities: {}, 'query-kvm': { enabled: this.options.kvm ?? false, present: true }, 'query-status': { running: false }, quit: {}, ...this.options.qmp };
    const answer = (command: string): unknown => {
      const value = answers[command];
      return typeof value === 'function' ? (value as () => unknown)() : value;
    };
    const lines = new LineDecoder();
    socket.on('data', (chunk: Buffer) => {
      for (const line of lines.push(chunk)) {
        const { execute, id } = JSON.parse(line) as { execute: string; id: number };
        this.commands.push(execute);
        const known = execute in answers;
        socket.write(`${JSON.stringify(known ? { return: answer(execute), id } : { error: { class: 'CommandNotFound', desc: `The command ${execute} has not been found` }, id })}\r\n`);
        if (execute === 'quit') this.die();
      }
    });
  }
}
