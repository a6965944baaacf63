// The least that any client of QEMU's gdbstub can do: one socket, packets, no checks. The peer of `run.*` and `memory.1mib`.
import net from 'node:net';

const frame = (payload) => {
  let sum = 0;
  for (let i = 0; i < payload.length; i++) sum += payload.charCodeAt(i);
  return `$${payload}#${(sum & 0xff).toString(16).padStart(2, '0')}`;
};

/** Connects as soon as QEMU listens: the socket's file is there a little earlier. */
async function connect(socketPath) {
  for (let left = 200; ; left--) {
    const socket = net.connect(socketPath);
    try {
      await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
      return socket;
    } catch (error) {
      if (left === 0 || error.code !== 'ECONNREFUSED') throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

/** A raw connection to a stopped QEMU. */
export class RawStub {
  static async join(socketPath) {
    const raw = new RawStub();
    raw.socket = await connect(socketPath);
    raw.text = '';
    raw.waiting = [];
    raw.socket.on('data', (data) => raw.receive(data.toString('latin1')));
    await raw.ask('qSupported:multiprocess+');
    await raw.ask('qXfer:features:read:target.xml:0,ffb');
    return raw;
  }

  receive(data) {
    this.text += data;
    for (;;) {
      const start = this.text.indexOf('$');
      const hash = this.text.indexOf('#', start);
      if (start < 0 || hash < 0 || this.text.length < hash + 3) return;
      const payload = this.text.slice(start + 1, hash);
      this.text = this.text.slice(hash + 3);
      this.waiting.shift()?.(payload);
    }
  }

  /** Sends requests in one go. */
  all(payloads) {
    const answers = payloads.map(() => new Promise((resolve) => this.waiting.push(resolve)));
    this.socket.write(payloads.map(frame).join(''), 'latin1');
    return Promise.all(answers);
  }

  async ask(payload) {
    return (await this.all([payload]))[0];
  }

  async close() {
    await this.ask('D;1').catch(() => undefined);
    this.socket.destroy();
  }
}
