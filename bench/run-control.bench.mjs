// What a stop costs: conditions, log points, steps and memory on a small 64-bit kernel, against gdb and against a raw loop of requests.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { Adapter } from './dap.mjs';
import { buildGuest } from './run-control/build.mjs';
import { RawStub } from './run-control/raw.mjs';

const here = path.join(path.dirname(fileURLToPath(import.meta.url)), 'run-control');
/** Calls of `work` from one call of `done` to the next (guest.c): 500 in the loop, and those of a line of six calls with 3 to 8 each. */
const calls = 500 + 33;
const steps = 500;
/** What is timed, after one that is not: a rate is that of a run that goes on, when both sides' code is warm. */
const rounds = 4;
const times = async (count, work) => {
  for (let i = 0; i < count; i++) await work(i);
};
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
/** A line is stepped over so often, each time from its breakpoint. */
const nexts = 15;
const mebibyte = 1 << 20;
const reads = 7;
const seconds = (from) => Number(process.hrtime.bigint() - from) / 1e9;

const argv = (elf) => ['qemu-system-x86_64', '-kernel', elf, '-display', 'none', '-net', 'none', '-m', '64'];

/** A QEMU that waits for a client on a socket of its own. */
async function bareQemu(elf, folder) {
  const socket = path.join(folder, `gdb-${process.hrtime.bigint()}.sock`);
  const [program, ...rest] = argv(elf);
  const child = spawn(program, [...rest, '-S', '-gdb', `unix:${socket},server=on,wait=off`, '-serial', 'none', '-monitor', 'none'], { stdio: ['ignore', 'ignore', 2] });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  while (!fs.existsSync(socket)) await new Promise((resolve) => setTimeout(resolve, 5));
  return { socket, end: () => (child.kill('SIGKILL'), gone) };
}

const addressOf = (elf, name) => new RegExp(`^([0-9a-f]+) \\w ${name}$`, 'm').exec(execFileSync('nm', [elf], { encoding: 'utf8' }))[1];

export async function benches() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bootscope-bench-'));
  process.once('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
  const elf = buildGuest(folder);
  const source = path.join(here, 'guest.c');
  const lineOf = (words) => fs.readFileSync(source, 'utf8').split('\n').findIndex((text) => text.includes(words)) + 1;
  const line = lineOf('counter++');
  const callsLine = lineOf('sum = busy');
  const [work, done, counter] = ['work', 'done', 'counter'].map((name) => addressOf(elf, name));

  /** Our adapter at the first `done`, with breakpoints set from there on; what is measured is one round to the next. */
  const ours = async (breakpoints, measure) => {
    const adapter = new Adapter();
    try {
      const first = adapter.event('stopped');
      await adapter.launch({ qemu: argv(elf), images: [{ stage: 'kernel', file: elf }] }, { functions: ['done'] });
      await first;
      await adapter.request('setFunctionBreakpoints', { breakpoints: [{ name: 'done' }, ...breakpoints] });
      return [await measure(adapter)];
    } finally {
      await adapter.close();
    }
  };
  const go = async (adapter, request, more = {}) => {
    const started = process.hrtime.bigint();
    const stopped = adapter.event('stopped');
    await adapter.request(request, { threadId: 1, ...more });
    await stopped;
    return seconds(started);
  };

  /** gdb at the first `done`; it times its own command between two calls of the shell's clock. */
  const gdb = async (before, command, count = 1) => {
    const qemu = await bareQemu(elf, folder);
    const clock = 'shell date +T%s.%N';
    const script = ['set pagination off', 'set confirm off', `target remote ${qemu.socket}`, 'break done', 'continue', ...before, clock, ...Array.from({ length: count }, () => command), clock, 'kill'];
    const { stdout } = spawnSync('gdb', ['-nx', '-batch', ...script.flatMap((line) => ['-ex', line]), elf], { encoding: 'utf8', maxBuffer: 1 << 26 });
    await qemu.end();
    const [from, to] = [...stdout.matchAll(/^T([\d.]+)$/gm)].map((match) => Number(match[1]));
    return [(to - from) / count];
  };

  /** gdb at the line with the calls, again and again; it times its own `next` over it. A breakpoint by name would be at the brace before, where `next` steps over nothing. */
  const gdbNext = async () => {
    const qemu = await bareQemu(elf, folder);
    const script = path.join(folder, 'next.py');
    fs.writeFileSync(script, [
      'import gdb, time',
      `for command in ('set pagination off', 'set confirm off', 'target remote ${qemu.socket}', 'break guest.c:${callsLine}'): gdb.execute(command)`,
      'taken = []',
      `for _ in range(${nexts}):`,
      "    gdb.execute('continue', to_string=True)",
      '    started = time.perf_counter()',
      "    gdb.execute('next', to_string=True)",
      '    taken.append(time.perf_counter() - started)',
      `    assert gdb.selected_frame().find_sal().line == ${callsLine + 1}`,
      "print('median', sorted(taken)[len(taken) // 2])",
      "gdb.execute('kill')",
    ].join('\n'));
    const { stdout, stderr } = spawnSync('gdb', ['-nx', '-batch', '-x', script, elf], { encoding: 'utf8' });
    await qemu.end();
    const found = /^median (\S+)$/m.exec(stdout);
    if (found === null) throw new Error(`gdb: ${stdout} ${stderr}`);
    return [Number(found[1])];
  };

  /** A raw connection at the first `done`. */
  const raw = async (measure) => {
    const qemu = await bareQemu(elf, folder);
    const stub = await RawStub.join(qemu.socket);
    try {
      await stub.all([`Z0,${done},1`]);
      await stub.ask('vCont;c');
      return [await measure(stub)];
    } finally {
      await stub.close();
      await qemu.end();
    }
  };
  /** Every hit of `work`: registers and the condition's four bytes, a step off the breakpoint, and on. */
  const rawCondition = (stub) => (async () => {
    await stub.all([`Z0,${work},1`]);
    const started = process.hrtime.bigint();
    await stub.ask('vCont;s:p1.1');
    for (let i = 0; i < calls * rounds; i++) {
      await stub.ask('vCont;c');
      await stub.all(['g', `m${counter},4`]);
      await stub.ask('vCont;s:p1.1');
    }
    return (calls * rounds) / seconds(started);
  })();

  /**
   * The same with the least that QEMU can be asked: what the condition and the instruction need in one write; what `mov` does (guest.c, the first of `work`) in the one that runs on.
   */
  const rawFloor = (stub) => (async () => {
    const at = BigInt(`0x${work}`);
    await stub.all([`Z0,${work},1`]);
    await stub.ask('vCont;c');
    // mov offset(%rip),%eax
    if (!(await stub.ask(`m${work},6`)).startsWith('8b05')) throw new Error('the first instruction of work is another one');
    const hit = async () => {
      const [, value] = await stub.all(['g', `m${counter},4`, `m${work},f`]);
      await stub.all([`P0=${value}00000000`, `c${(at + 6n).toString(16)}`]);
    };
    await times(calls, hit);
    const started = process.hrtime.bigint();
    await times(calls * rounds, hit);
    return (calls * rounds) / seconds(started);
  })();

  /** As many before are not counted, on neither side. */
  const rawSteps = async (stub) => {
    const step = async () => {
      await stub.ask('vCont;s:p1.1');
      await stub.ask('g');
    };
    await times(steps, step);
    const started = process.hrtime.bigint();
    await times(steps, step);
    return steps / seconds(started);
  };
  let bundled;
  /** The machine layer without the adapter around it. */
  const target = () => (bundled ??= (async () => {
    const outfile = path.join(folder, 'target.mjs');
    await build({ entryPoints: [path.join(here, 'target.ts')], outfile, bundle: true, platform: 'node', target: 'node20', format: 'esm', logLevel: 'warning', banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" } });
    return import(pathToFileURL(outfile).href);
  })());

  const rate = { unit: '1/s', better: 'higher' };
  const condition = [{ name: 'work', condition: 'counter == 0xffffffff' }];
  const log = { source: { path: source }, breakpoints: [{ line, logMessage: 'n {n} counter {counter}' }] };
  const hits = async (adapter) => {
    await go(adapter, 'continue');
    const started = process.hrtime.bigint();
    await times(rounds, () => go(adapter, 'continue'));
    return (calls * rounds) / seconds(started);
  };
  const bench = (name, figure, mine, peer, peerName) => ({ figures: [{ name, ...figure }], ours: mine, peer, peerName });
  const perSecond = (from, count) => async () => [count / (await from())[0]];
  return [
    bench('run.condition', rate, () => ours(condition, hits), perSecond(() => gdb(['break work if counter == 0xffffffff', 'continue'], 'continue', rounds), calls), 'gdb'),
    bench('run.condition.raw', rate, () => ours(condition, hits), () => raw(rawCondition), 'a raw loop of requests'),
    bench('run.condition.floor', rate, () => ours(condition, hits), () => raw(rawFloor), 'a raw loop of the fewest requests'),
    bench('run.logpoint', rate, () => ours([], async (adapter) => {
      await adapter.request('setBreakpoints', log);
      return hits(adapter);
    }), perSecond(() => gdb(['dprintf work,"n %d counter %d\\n",n,counter', 'continue'], 'continue', rounds), calls), 'gdb dprintf'),
    bench('run.step', rate, () => ours([], async (adapter) => {
      const step = () => go(adapter, 'stepIn', { granularity: 'instruction' });
      await times(steps, step);
      const started = process.hrtime.bigint();
      await times(steps, step);
      return steps / seconds(started);
    }), () => raw(rawSteps), 'a raw loop of requests'),
    bench('run.step.machine', rate, async () => {
      const qemu = await bareQemu(elf, folder);
      try {
        return [await (await target()).stepRate(`unix:${qemu.socket}`, BigInt(`0x${done}`), steps)];
      } finally {
        await qemu.end();
      }
    }, () => raw(rawSteps), 'a raw loop of requests'),
    bench('run.next', { unit: 's' }, () => ours([], async (adapter) => {
      await adapter.request('setFunctionBreakpoints', { breakpoints: [] });
      await adapter.request('setBreakpoints', { source: { path: source }, breakpoints: [{ line: callsLine }] });
      const taken = [];
      await times(nexts, async () => {
        await go(adapter, 'continue');
        taken.push(await go(adapter, 'next'));
        const { stackFrames: [frame] } = await adapter.request('stackTrace', { threadId: 1, levels: 1 });
        if (frame.line !== callsLine + 1) throw new Error(`next came to line ${frame.line}`);
      });
      return median(taken);
    }), gdbNext, 'gdb next'),
    bench('memory.1mib', { unit: 's' }, () => ours([], async (adapter) => {
      const taken = [];
      await times(reads, async () => {
        // What was read is known until the machine runs.
        await go(adapter, 'stepIn', { granularity: 'instruction' });
        const started = process.hrtime.bigint();
        await adapter.request('readMemory', { memoryReference: '0xffffffff80100000', count: mebibyte });
        taken.push(seconds(started));
      });
      return median(taken);
    }), () => raw(async (stub) => {
      const taken = [];
      await times(reads, async () => {
        const started = process.hrtime.bigint();
        await stub.all(Array.from({ length: mebibyte / 2048 }, (_, i) => `m${(0xffffffff80100000n + BigInt(i * 2048)).toString(16)},800`));
        taken.push(seconds(started));
      });
      return median(taken);
    }), 'a raw pipelined loop'),
  ];
}
