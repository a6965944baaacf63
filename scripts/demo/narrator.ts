import { sameViews } from '../../boot/mount-groups';
import type { EnvironmentVariable, MountsAnswer } from '../../debug-adapter/api';
import type { StopReport } from './report';

const colours = { title: '1;36', good: '32', bad: '1;31', dim: '2', value: '33' };

/** Tells the demo in words: on stdout, or on stderr when stdout carries the report. */
export class Narrator {
  constructor(private readonly out: NodeJS.WriteStream) {}

  private paint(colour: keyof typeof colours, text: string): string {
    return this.out.isTTY ? `\u001b[${colours[colour]}m${text}\u001b[0m` : text;
  }

  line(text = ''): void {
    this.out.write(`${text}\n`);
  }

  title(text: string): void {
    this.line();
    this.line(this.paint('title', `━━ ${text} ${'━'.repeat(Math.max(0, 96 - text.length))}`));
  }

  say(text: string): void {
    this.line(`   ${text}`);
  }

  stop(stop: StopReport): void {
    const where = stop.file === undefined ? '' : ` at ${base(stop.file)}:${stop.line}`;
    this.line(`${this.paint('good', ' ■')} stopped in ${stop.function}${where}${stop.process === undefined ? '' : ` (process ${stop.process})`}${stop.stage === null ? '' : `, stage ${stop.stage}`}`);
    this.say(this.paint('bad', stop.reason));
    const values = Object.entries(stop.values);
    const shown = values.filter(([, value]) => value !== '<optimised out>');
    for (const [name, value] of shown) this.say(`${name} = ${this.paint('value', clip(value, 110))}`);
    if (shown.length < values.length) this.say(this.paint('dim', `(optimised out here: ${values.filter((one) => !shown.includes(one)).map(([name]) => name).join(', ')})`));
    for (const [index, frame] of stop.frames.entries())
      this.say(this.paint('dim', `#${index} ${frame.function}${frame.inlined ? ' (inlined)' : ''}${frame.file === undefined ? '' : `  ${base(frame.file)}:${frame.line}`}`));
  }

  environment(title: string, variables: readonly EnvironmentVariable[], stage: string | undefined, only?: RegExp): void {
    this.say(title);
    for (const variable of variables) {
      if (only && !only.test(variable.name)) continue;
      const value = (stage === undefined ? undefined : variable.values.find((one) => one.stage === stage)) ?? variable.values.at(-1);
      if (!value) continue;
      const text = typeof value.value === 'string' ? value.value : `unknown: ${value.value.unknown}`;
      this.say(`  ${variable.name}=${this.paint('value', text)}${variable.meaning === undefined ? '' : this.paint('dim', `  ${variable.meaning}`)}`);
      for (const fault of variable.faults) this.say(this.paint('bad', `    ! ${fault.message}`));
    }
  }

  mounts(answer: MountsAnswer): void {
    if (answer.unknown !== undefined) {
      this.say(answer.unknown);
      return;
    }
    const width = Math.max(...answer.kernel.map((mount) => mount.on.length), 12) + 2;
    this.say('as the kernel sees it');
    for (const mount of answer.kernel) this.say(`  ${mount.on.padEnd(width)}${mount.fstype.padEnd(10)}${mount.from}  (${mount.flags.join(', ')})`);
    for (const { processes, view } of sameViews(answer.views)) {
      this.say(`as ${processes.join(', ')} see${processes.length === 1 ? 's' : ''} it, root ${typeof view.root === 'string' ? view.root : `unknown, ${view.root.unknown}`}`);
      for (const mount of view.mounts)
        this.say(`${mount.differs ? this.paint('bad', '≠ ') : '  '}${(mount.visiblePath ?? '—').padEnd(width)}${mount.fstype.padEnd(10)}${mount.differs ? this.paint('bad', mount.differs.message) : ''}`);
    }
  }
}

const base = (file: string): string => file.split('/').slice(-2).join('/');
const clip = (text: string, length: number): string => (text.length <= length ? text : `${text.slice(0, length - 1)}…`);
