import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import fs from 'node:fs';
import readline from 'node:readline';
import { framesPython } from './gdb-frames';
import type { GdbFrame } from './gdb-frames';
import { gdb, scratchFile } from './harness';

const script = `
import gdb, json, sys
for line in ['set pagination off', 'set confirm off', 'set width 0', 'set print entry-values no', 'set debuginfod enabled off', 'set max-value-size 65536', 'set backtrace past-main on']:
    try: gdb.execute(line)
    except gdb.error: pass
${framesPython}
while True:
    dump = sys.stdin.readline().strip()
    if not dump: break
    gdb.execute('core-file ' + dump, to_string=True)
    frames = frames_of(gdb.newest_frame(), True)
    sys.stdout.write('FRAMES ' + json.dumps(frames) + '\\n')
    sys.stdout.flush()
`;

/** A gdb that reads core files, one after the other, beside the symbols of one image. */
export class GdbOnDumps {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  #said = '';

  constructor(image: string) {
    const python = scratchFile('dumps.py');
    fs.writeFileSync(python, script);
    this.#process = spawn(gdb ?? 'gdb', ['-q', '-batch', '-nx', '-iex', 'set debuginfod enabled off', '-x', python, image]);
    this.#process.stderr.on('data', (data: Buffer) => (this.#said += data.toString()));
    this.#lines = readline.createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  /** Frames of the dump's processor, innermost first, with their variables. */
  async frames(dump: string): Promise<GdbFrame[]> {
    this.#process.stdin.write(`${dump}\n`);
    for (;;) {
      const { done, value } = await this.#lines.next();
      if (done) throw new Error(`gdb ended: ${this.#said}`);
      if (value.startsWith('FRAMES ')) return JSON.parse(value.slice(7)) as GdbFrame[];
      this.#said += `${value}\n`;
    }
  }

  close(): void {
    this.#process.kill('SIGKILL');
  }
}
