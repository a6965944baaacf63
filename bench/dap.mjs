import { spawn } from 'node:child_process';
import path from 'node:path';
import { root } from '../scripts/setup/ensure.mjs';

/** The built adapter over stdio, for measuring: requests, and events to wait for. */
export class Adapter {
  constructor() {
    this.child = spawn(process.execPath, [path.join(root, 'dist/debug-adapter.js')], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.buffer = Buffer.alloc(0);
    /** What has come of a long message, and how much of it is still to come. */
    this.parts = [];
    this.missing = 0;
    this.seq = 1;
    this.waiting = new Map();
    this.listeners = [];
    this.child.stdout.on('data', (data) => this.receive(data));
  }

  request(command, parameters = {}) {
    const seq = this.seq++;
    const body = Buffer.from(JSON.stringify({ seq, type: 'request', command, arguments: parameters }));
    this.child.stdin.write(Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]));
    return new Promise((resolve, reject) => this.waiting.set(seq, { resolve, reject }));
  }

  /** The next event of that name that the test accepts. */
  event(name, accept = () => true) {
    return new Promise((resolve) => this.listeners.push({ name, accept, resolve }));
  }

  /** Launches a machine; resolves when it runs. */
  async launch(configuration, { functions = [], filters = [] } = {}) {
    const initialized = this.event('initialized');
    await this.request('initialize', { adapterID: 'bootscope' });
    const launched = this.request('launch', { type: 'bootscope', request: 'launch', name: 'bench', serialOutput: 'event', ...configuration });
    await Promise.race([initialized, launched]);
    await this.request('setFunctionBreakpoints', { breakpoints: functions.map((name) => ({ name })) });
    await this.request('setExceptionBreakpoints', { filters: [], filterOptions: filters });
    await this.request('configurationDone');
    await launched;
  }

  async close() {
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    await this.request('disconnect', { terminateDebuggee: true }).catch(() => undefined);
    this.child.stdin.end();
    await gone;
  }

  receive(data) {
    this.parts.push(data);
    this.missing -= data.length;
    if (this.missing > 0) return;
    this.buffer = Buffer.concat([this.buffer, ...this.parts]);
    this.parts = [];
    for (;;) {
      const end = this.buffer.indexOf('\r\n\r\n');
      this.missing = 0;
      if (end < 0) return;
      const length = Number(/Content-Length: (\d+)/.exec(this.buffer.toString('latin1', 0, end))[1]);
      this.missing = end + 4 + length - this.buffer.length;
      if (this.missing > 0) return;
      const message = JSON.parse(this.buffer.toString('utf8', end + 4, end + 4 + length));
      this.buffer = this.buffer.subarray(end + 4 + length);
      if (message.type === 'response') {
        const waiter = this.waiting.get(message.request_seq);
        this.waiting.delete(message.request_seq);
        if (message.success) waiter?.resolve(message.body);
        else waiter?.reject(new Error(message.body?.error?.format ?? message.message));
      } else if (message.type === 'event') {
        const index = this.listeners.findIndex(({ name, accept }) => name === message.event && accept(message.body));
        if (index >= 0) this.listeners.splice(index, 1)[0].resolve(message.body);
      }
    }
  }
}
