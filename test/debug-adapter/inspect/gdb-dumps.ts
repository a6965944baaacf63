import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import fs from 'node:fs';
import readline from 'node:readline';
import { framesPython } from './gdb-frames';
import type { GdbFrame } from './gdb-frames';
import { savedRegistersPython } from './gdb-saved-registers';
import type { System } from './gdb-saved-registers';
import { gdb, scratchFile } from './harness';

const script = `
import gdb, json, sys
for line in ['set pagination off', 'set confirm off', 'set width 0', 'set print entry-values no', 'set debuginfod enabled off', 'set max-value-size 65536', 'set backtrace past-main on', 'set backtrace past-entry on']:
    try: gdb.execute(line)
    except gdb.error: pass
${framesPython}${savedRegistersPython}
while True:
    line = sys.stdin.readline().strip()
    if not line: break
    question = json.loads(line)
    gdb.execute('core-file ' + question['dump'], to_string=True)
    saved = saved_registers(question['system']) if 'system' in question else None
    frames = frames_of(gdb.newest_frame(), True)
    sys.stdout.write('ANSWER ' + json.dumps({'frames': frames, 'saved': saved}) + '\\n')
    sys.stdout.flush()
`;

export interface DumpAnswer {
  /** Of the dump's processor, innermost first, with their variables. */
  readonly frames: readonly GdbFrame[];
  /** Registers of the program that has entered the kernel, where `system` was told and the thread has one. */
  readonly saved: Readonly<Record<string, string>> | null;
}

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

  /** `system`: the image is a kernel of that kind. */
  async ask(dump: string, system?: System): Promise<DumpAnswer> {
    this.#process.stdin.write(`${JSON.stringify({ dump, system })}\n`);
    for (;;) {
      const { done, value } = await this.#lines.next();
      if (done) throw new Error(`gdb ended: ${this.#said}`);
      if (value.startsWith('ANSWER ')) return JSON.parse(value.slice(7)) as DumpAnswer;
      this.#said += `${value}\n`;
    }
  }

  close(): void {
    this.#process.kill('SIGKILL');
  }
}
