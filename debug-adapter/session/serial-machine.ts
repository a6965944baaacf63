import { failure } from '../errors/catalogue';
import { sessionErrors } from '../errors/session';
import type { BreakpointTable, Machine, MachineEvents, Memory, SerialPort, Vcpu } from '../machine/machine';
import { connect, formatAddress, parseAddress } from '../wire/address';
import { SerialStream } from '../wire/serial/port';

const refused = (request: string): Promise<never> => Promise.reject(failure(sessionErrors.noStub, { request }));

const noMemory: Memory = {
  read: () => refused('reading memory'),
  readMany: () => refused('reading memory'),
  readSome: () => refused('reading memory'),
  write: () => refused('writing memory'),
};

const noBreakpoints: BreakpointTable = {
  all: [],
  add: () => refused('a breakpoint'),
  addMany: (requests) => (requests.length === 0 ? Promise.resolve([]) : refused('a breakpoint')),
  remove: () => Promise.resolve(),
  at: () => [],
};

/** A machine of which only the serial lines are known (level 0): it can be listened to and typed at, nothing else. */
export class SerialMachine implements Machine {
  state: Machine['state'] = 'running';
  readonly accelerator = 'unknown';
  readonly launched = false;
  readonly vcpus: readonly Vcpu[] = [];
  readonly current: Vcpu = { id: 1, name: 'unknown' };
  readonly physical = noMemory;
  readonly breakpoints = noBreakpoints;
  readonly #ports: SerialStream[] = [];
  readonly #listeners = new Map<keyof MachineEvents, Set<(argument: never) => void>>();

  /** Connects to every address, COM1 first. Throws BS100, BS101. */
  static async join(addresses: readonly string[]): Promise<SerialMachine> {
    const machine = new SerialMachine();
    const startedAt = performance.now();
    try {
      for (const [index, text] of addresses.entries()) {
        const address = parseAddress(text);
        const port = index + 1;
        const socket = await connect(address, `serial port ${port}`);
        machine.#ports.push(new SerialStream(port, socket, (bytes) => { machine.#emit('serial', { port, bytes, atMs: performance.now() - startedAt }); }));
        socket.on('close', () => { machine.#finish(`the serial line at ${formatAddress(address)} was closed`); });
      }
    } catch (error) {
      await machine.close();
      throw error;
    }
    return machine;
  }

  get serial(): readonly SerialPort[] {
    return this.#ports;
  }

  registers = (): Promise<never> => refused('registers');
  setRegister = (): Promise<never> => refused('registers');
  currentSpace = (): Promise<never> => refused('memory');
  spaceOf(): never {
    throw failure(sessionErrors.noStub, { request: 'memory' });
  }
  resume = (): Promise<never> => refused('continue');
  step = (): Promise<never> => refused('step');
  interrupt = (): Promise<never> => refused('pause');
  nextStop = (): Promise<never> => refused('pause');
  monitor = (): Promise<never> => refused('the monitor');

  on<E extends keyof MachineEvents>(event: E, listener: (argument: MachineEvents[E]) => void): () => void {
    const all = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, all);
    all.add(listener);
    return () => all.delete(listener);
  }

  close(): Promise<void> {
    this.state = 'ended';
    for (const port of this.#ports) port.close();
    return Promise.resolve();
  }

  #emit<E extends keyof MachineEvents>(event: E, argument: MachineEvents[E]): void {
    for (const listener of this.#listeners.get(event) ?? []) (listener as (argument: MachineEvents[E]) => void)(argument);
  }

  #finish(detail: string): void {
    if (this.state === 'ended') return;
    this.state = 'ended';
    this.#emit('ended', { expected: true, detail });
  }
}
