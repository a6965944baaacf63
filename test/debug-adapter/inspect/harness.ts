import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import { openImage } from '../../../debug-adapter/images/open';
import { framesPython } from './gdb-frames';
import type { GdbFrame } from './gdb-frames';
import type { Machine, Memory, Vcpu } from '../../../debug-adapter/machine/machine';
import type { Registers } from '../../../debug-adapter/machine/registers';
import type { Space } from '../../../debug-adapter/machine/space';
import { PlacedProgram } from '../../../debug-adapter/program/placed-program';
import type { PlacedModule } from '../../../debug-adapter/program/placed-module';

/** Real processes stopped by gdb, as our machine: what gdb says of them is what we must say. */

const found = (tool: string): boolean => spawnSync(tool, ['--version'], { stdio: 'ignore' }).status === 0;
const tool = (...names: string[]): string | undefined => names.find(found);
export const gcc = tool('gcc');
export const clang = tool('clang-19', 'clang');
/** Debian's own rustc: the one first on PATH may be another. */
export const rustc = tool('/usr/bin/rustc', 'rustc');
export const gdb = tool('gdb');

export type { GdbFrame };

/** A value of an expression: an integer with its bytes, or a floating point number as Python writes it. */
export type GdbAnswer = { readonly integer: string; readonly size: number } | { readonly number: string; readonly size: number } | { readonly error: string };

export interface GdbStop {
  /** What `ask` asked for. */
  readonly answers?: Readonly<Record<string, GdbAnswer>>;
  readonly registers: Record<string, string>;
  readonly memory: readonly { readonly address: string; readonly offset: number; readonly length: number }[];
  readonly frames: readonly GdbFrame[];
}

const script = `
import gdb, json, os
spec = json.load(open(os.environ['SPEC']))
data = open(spec['memory'], 'wb')
for line in ['set pagination off', 'set confirm off', 'set width 0', 'set print entry-values no', 'set debuginfod enabled off', 'set max-value-size 65536', 'set backtrace past-main on', 'set backtrace past-entry on']:
    try: gdb.execute(line)
    except gdb.error: pass
for b in spec['breaks']:
    if not spec['atReturn']:
        gdb.Breakpoint(b)
        continue
    start = int(gdb.parse_and_eval('(long)&' + b))
    block = gdb.block_for_pc(start)
    for instruction in gdb.selected_inferior().architecture().disassemble(start, block.end - 1) if hasattr(gdb.selected_inferior(), 'architecture') else []:
        if instruction['asm'].startswith('ret'): gdb.Breakpoint('*%d' % instruction['addr'])
def evaluated(text):
    try:
        v = gdb.parse_and_eval(text)
        t = v.type.strip_typedefs()
        if t.code == gdb.TYPE_CODE_FLT: return {'number': repr(float(v)), 'size': t.sizeof}
        return {'integer': str(int(v)), 'size': t.sizeof}
    except (gdb.error, gdb.MemoryError, RuntimeError, ValueError, OverflowError) as e:
        return {'error': str(e)}
def answers():
    frame = gdb.newest_frame()
    while frame is not None and frame.name() != spec['ask']['frame']: frame = frame.older()
    if frame is None: return {}
    frame.select()
    return dict((text, evaluated(text)) for text in spec['ask']['expressions'])
${framesPython}def snapshot():
    inferior = gdb.selected_inferior()
    newest = gdb.newest_frame()
    registers = {}
    wide = newest.architecture().name() == 'i386:x86-64'
    # QEMU names registers as in 64-bit code in every mode.
    for name in ['rax','rbx','rcx','rdx','rsi','rdi','rbp','rsp','rip']:
        registers[name] = str(int(newest.read_register(name if wide else 'e' + name[1:])) & (2**64 - 1 if wide else 2**32 - 1))
    for name in ['eflags'] + (['r%d' % i for i in range(8, 16)] + ['fs_base','gs_base'] if wide else []):
        registers[name] = str(int(newest.read_register(name)) & (2**64 - 1))
    for i in range(16 if wide else 8):
        halves = newest.read_register('xmm%d' % i)['v2_int64']
        registers['xmm%d' % i] = str((int(halves[0]) & (2**64 - 1)) | (int(halves[1]) & (2**64 - 1)) << 64)
    sp = int(registers['rsp'])
    memory = []
    for line in gdb.execute('info proc mappings', to_string=True).splitlines():
        words = line.split()
        if len(words) < 5 or not words[0].startswith('0x') or 'r' not in words[4] or 'x' in words[4] or '[v' in line: continue
        start, end = int(words[0], 16), int(words[1], 16)
        if start <= sp < end: start = sp - 256
        end = min(end, start + (1 << 20))
        try: content = bytes(inferior.read_memory(start, end - start))
        except gdb.MemoryError: continue
        memory.append({'address': str(start), 'offset': data.tell(), 'length': len(content)})
        data.write(content)
    frames = frames_of(newest, spec['locals'])
    stop = {'registers': registers, 'memory': memory, 'frames': frames}
    if spec['ask']: stop['answers'] = answers()
    return stop
gdb.execute('run %s > %s' % (' '.join(spec['arguments']), spec['output']))
stops = []
while gdb.selected_inferior().pid != 0 and len(stops) < spec['limit']:
    stops.append(snapshot())
    gdb.execute('continue', to_string=True)
json.dump(stops, open(spec['out'], 'w'))
gdb.execute('kill' if gdb.selected_inferior().pid else 'echo')
`;

const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'bootscope-inspect-'));
afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));

let counter = 0;

export const scratchFile = (name: string): string => path.join(directory, `${counter++}-${name}`);

export interface Build {
  readonly name: string;
  readonly compiler: string | undefined;
  readonly flags: readonly string[];
  readonly source: string;
}

const programs = path.join(__dirname, 'programs');

/** Compiles a program of `programs/`, linked statically so that all its code has one image. */
export const compile = ({ name, compiler, flags, source }: Build): string => {
  const output = path.join(directory, name.replace(/\W+/g, '-'));
  if (!compiler) throw new Error(`no compiler for ${name}`);
  if (!fs.existsSync(output)) execFileSync(compiler, [...flags, '-o', output, path.join(programs, source)], { stdio: ['ignore', 'ignore', 'pipe'] });
  return output;
};

/** Runs a program under gdb and keeps everything at each hit of the breakpoints. */
export const runUnderGdb = (
  program: string,
  breaks: readonly string[],
  options: {
    readonly locals?: boolean;
    readonly limit?: number;
    /** Expressions to evaluate in the innermost frame of that function. */
    readonly ask?: { readonly frame: string; readonly expressions: readonly string[] };
    /** Stop at the functions' return instructions. */
    readonly atReturn?: boolean;
    /** Of the program. */
    readonly arguments?: readonly string[];
    /** A file for what it prints. */
    readonly output?: string;
  } = {},
): { readonly stops: readonly GdbStop[]; readonly memory: Buffer } => {
  const specification = scratchFile('spec.json');
  const out = scratchFile('out.json');
  const memory = scratchFile('memory.bin');
  const python = scratchFile('script.py');
  fs.writeFileSync(specification, JSON.stringify({ breaks, memory, out, limit: options.limit ?? 100, locals: options.locals ?? true, ask: options.ask ?? null, atReturn: options.atReturn ?? false, arguments: options.arguments ?? [], output: options.output ?? '/dev/null' }));
  fs.writeFileSync(python, script);
  const gdbPath = gdb ?? 'gdb';
  const result = spawnSync(gdbPath, ['-q', '-batch', '-nx', '-x', python, program], { env: { ...process.env, SPEC: specification }, encoding: 'utf8', timeout: 120_000 });
  if (!fs.existsSync(out)) throw new Error(`gdb: ${result.stdout}\n${result.stderr}`);
  return { stops: JSON.parse(fs.readFileSync(out, 'utf8')) as GdbStop[], memory: fs.readFileSync(memory) };
};

class SnapshotSpace implements Space {
  readonly root = 0x1000n;
  reads = 0;

  constructor(
    private readonly parts: readonly { readonly start: bigint; readonly bytes: Uint8Array }[],
    private readonly fallback: (address: bigint, length: number) => Uint8Array | undefined,
  ) {}

  private byte(address: bigint): number | undefined {
    const range = this.parts.find(({ start, bytes }) => address >= start && address < start + BigInt(bytes.length));
    return range ? range.bytes[Number(address - range.start)] : this.fallback(address, 1)?.[0];
  }
  async read(address: bigint, length: number): Promise<Uint8Array> {
    const bytes = await this.readSome(address, length);
    if (bytes.length < length) {
      const { failure } = await import('../../../debug-adapter/errors/catalogue');
      const { qemuErrors } = await import('../../../debug-adapter/errors/qemu');
      throw failure(qemuErrors.memoryUnreadable, { address: `0x${address.toString(16)}`, space: 'snapshot' });
    }
    return bytes;
  }
  readSome(address: bigint, length: number): Promise<Uint8Array> {
    const out: number[] = [];
    const range = this.parts.find(({ start, bytes }) => address >= start && address + BigInt(length) <= start + BigInt(bytes.length));
    if (range) return Promise.resolve(range.bytes.slice(Number(address - range.start), Number(address - range.start) + length));
    for (let i = 0; i < length; i++) {
      const byte = this.byte(address + BigInt(i));
      if (byte === undefined) break;
      out.push(byte);
    }
    return Promise.resolve(Uint8Array.from(out));
  }
  async readMany(requests: readonly { readonly address: bigint; readonly length: number }[]): Promise<(Uint8Array | undefined)[]> {
    this.reads++;
    return Promise.all(requests.map(({ address, length }) => this.read(address, length).catch(() => undefined)));
  }
  write(address: bigint, bytes: Uint8Array): Promise<void> {
    const range = this.parts.find(({ start, bytes: held }) => address >= start && address < start + BigInt(held.length));
    range?.bytes.set(bytes, Number(address - range.start));
    return Promise.resolve();
  }
  translate(address: bigint): Promise<bigint> {
    return Promise.resolve(address);
  }
  ranges(): AsyncIterable<never> {
    throw new Error('a snapshot has no page tables');
  }
}

export interface Snapshot {
  readonly machine: Machine;
  readonly program: PlacedProgram;
  readonly module: PlacedModule;
  readonly space: Memory;
  readonly registers: Registers;
  readonly written: Map<string, bigint>;
}

/** A stop as a machine with the program placed on it. `slide`: runtime minus linked address. `through`: what stands between the debugger and the memory. */
export const snapshotOf = (file: string, stop: GdbStop, memory: Buffer, slide = 0n, through: (space: Space) => Space = (space) => space): Snapshot => {
  const image = openImage(file);
  const ranges = stop.memory.map(({ address, offset, length }) => ({ start: BigInt(address), bytes: Uint8Array.from(memory.subarray(offset, offset + length)) }));
  const space = through(new SnapshotSpace(ranges, (address, length) => image.bytesAt(address - slide, length)));
  const values = new Map(Object.entries(stop.registers).map(([name, value]) => [name, BigInt(value)]));
  const registers: Registers = {
    mode: image.addressSize === 8 ? 'long' : 'protected32',
    bits: image.addressSize === 8 ? 64 : 32,
    cpl: 3,
    pc: values.get('rip')!,
    sp: values.get('rsp')!,
    cr3: 0x1000n,
    paging: true,
    get: (name) => values.get(name),
    all: [...values].map(([name, value]) => ({ name, value, bits: 64, group: 'general' as const })),
  };
  const vcpu: Vcpu = { id: 1, name: 'CPU 1' };
  const written = new Map<string, bigint>();
  const machine = {
    state: 'stopped',
    vcpus: [vcpu],
    current: vcpu,
    registers: () => Promise.resolve(registers),
    setRegister: (name: string, value: bigint) => Promise.resolve(void written.set(name, value)),
    currentSpace: () => Promise.resolve(space),
    spaceOf: () => space,
    physical: space,
  } as unknown as Machine;
  const program = new PlacedProgram(machine);
  const module = program.addImage({ stage: 'kernel', image });
  program.place(module, slide, { confirmed: true });
  program.setActiveStage('kernel');
  return { machine, program, module, space, registers, written };
};
