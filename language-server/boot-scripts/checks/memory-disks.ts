import type { Finding } from '../../findings';
import { imageRoot } from '../../loader-conf/project';
import { option, type MemoryDisk, type UnionDisk } from '../devices';
import type { Word } from '../script';
import { arithmetic } from '../words';
import { say, type ScriptContext } from './state';

/** A unit number given twice, or one that a preloaded image has. */
export function unitTaken(context: ScriptContext): Finding[] {
  const { disks } = context.devices;
  const used = new Set(disks.map((one) => one.name));
  return disks.flatMap((disk, at): Finding[] => {
    const command = disk.attached;
    if (command === undefined || disk.name === 'md?' || command.conditional || command.tolerated) return [];
    const here = command.range.start.line;
    const before = disks.slice(0, at).find((one) => one.name === disk.name && (one.attached === undefined || !one.attached.conditional) && !(one.detached !== undefined && one.detached.range.start.line < here));
    if (before === undefined) return [];
    let free = 0;
    while (used.has(`md${free}`)) free++;
    const word = option(command.args, 'u')?.word;
    return [
      say(context, command, 'error', 'unit-taken', `${disk.name} is taken ${before.attached === undefined ? `by ${before.file ?? ''}, which the loader preloads` : 'already'}: mdconfig fails with "File exists". Choose another unit, or leave -u away and use the name mdconfig prints.`, {
        related: before.attached === undefined ? [] : [{ path: context.path, range: before.attached.range, message: 'Taken here' }],
        fixes: word === undefined || word.text !== word.value ? [] : [{ title: `Use md${free}, which is free here`, changes: [{ range: word.range, text: word.text.replace(/\d+$/, String(free)) }] }],
      }),
    ];
  });
}

/** Memory disks have sectors of 4096 bytes: a size in bytes has to be a multiple. */
export function sizeInBytes(context: ScriptContext): Finding[] {
  return context.devices.disks.flatMap((disk): Finding[] => {
    const { size, attached: command } = disk;
    const bytes = size === undefined || !/^(swap|malloc)$/.test(disk.backing) ? null : /^(.*[\d}\w"')])"?b"?$/.exec(size.text);
    if (size === undefined || command === undefined || bytes === null) return [];
    const value = size.value === undefined ? undefined : /^(\d+)b$/.exec(size.value)?.[1];
    if (value !== undefined && BigInt(value) % 4096n === 0n) return [];
    const variable = /\$\{?(\w+)/.exec(size.text)?.[1];
    const computed = context.script.assignments.filter((one) => one.name === variable).map((one) => one.text);
    if (value === undefined && (variable === undefined || computed.some((text) => /4096|1048576|1024|<<|%/.test(text)))) return [];
    const rounded = value !== undefined ? `${(BigInt(value) + 1048575n) / 1048576n}m` : variable === undefined ? undefined : `"$(( (${variable} + 1048575) / 1048576 ))m"`;
    return [
      say(context, command, value === undefined ? 'warning' : 'error', 'size-not-aligned', `A size in bytes has to be a multiple of 4096, the sector size of memory disks${value === undefined ? '; nothing here rounds it' : ''}: mdconfig fails with EDOM ("Numerical argument out of domain"). Round up to MiB and write …m.`, {
        related: context.script.assignments.filter((one) => one.name === variable).slice(0, 1).map((one) => ({ path: context.path, range: one.range, message: 'The size comes from here' })),
        fixes: rounded === undefined ? [] : [{ title: 'Round up to MiB', changes: [{ range: size.range, text: rounded }] }],
      }),
    ];
  });
}

const units: Readonly<Record<string, bigint>> = { b: 1n, k: 1024n, m: 1n << 20n, g: 1n << 30n, t: 1n << 40n };

/** Bytes of a size as mdconfig(8) reads it; without a letter it counts sectors of 512 bytes. */
function bytesOf(text: string): bigint | undefined {
  const found = /^(\d+)([bkmgt]?)$/i.exec(text);
  return found === null ? undefined : BigInt(found[1] ?? '0') * (found[2] === '' ? 512n : (units[(found[2] ?? '').toLowerCase()] ?? 1n));
}

/** gunion keeps a map of what was written beside the data: the upper disk has to be some 6 percent larger than the lower one. */
export function upperTooSmall(context: ScriptContext): Finding[] {
  const { disks, unions } = context.devices;
  return unions.flatMap((union): Finding[] => {
    const upper = disks.findLast((one) => one.name === union.upper);
    const lower = disks.findLast((one) => one.name === union.lower.replace(/\.\w+$/, ''));
    if (upper?.size === undefined || upper.attached === undefined || lower === undefined || option(union.effective.args, 's') !== undefined) return [];
    const small = compareSizes(context, union, upper.size, lower);
    if (small === undefined) return [];
    return [
      say(context, upper.attached, 'error', 'upper-too-small', `${small.what}: the upper disk of a union has to be about 1.06 times as large as the lower one, for its map of written sectors. geom prints "Upper provider ${union.upper} size too small, needs …". Lower × 1.1 + 64 MiB is on the safe side.`, {
        related: [{ path: context.path, range: union.command.range, message: 'The union is made here' }, ...(lower.attached === undefined ? [] : [{ path: context.path, range: lower.attached.range, message: 'The lower disk' }])],
        fixes: [{ title: 'Use 1.1 times the lower disk and 64 MiB', changes: [{ range: upper.size.range, text: small.enough }] }],
      }),
    ];
  });
}

function compareSizes(context: ScriptContext, union: UnionDisk, size: Word, lower: MemoryDisk): { what: string; enough: string } | undefined {
  const have = size.value === undefined ? undefined : bytesOf(size.value);
  const need = lower.size?.value !== undefined ? bytesOf(lower.size.value) : union.lower === lower.name ? fileSize(context, lower) : undefined;
  if (have !== undefined && need !== undefined) {
    if (have * 100n >= need * 106n) return undefined;
    return { what: `${union.upper} has ${have / (1n << 20n)} MiB and ${union.lower} ${need / (1n << 20n)} MiB`, enough: `${(need * 11n) / 10n / (1n << 20n) + 65n}m` };
  }
  // A size worked out from the lower disk's: tried with 1 TiB.
  const stem = (lower.file ?? '').replace(/^.*\//, '').replace(/\.\w+$/, '');
  const found = stem.length < 3 ? undefined : inProportion(context, size.text, stem);
  if (found === undefined || found.ratio < 0.5 || found.ratio >= 1.06) return undefined;
  return { what: `${union.upper} has ${Math.round(found.ratio * 100)} percent of the size of ${union.lower}`, enough: `"$((${found.variable} / 1048576 * 11 / 10 + 64))m"` };
}

/** Bytes of the image behind a disk, when it lies in the tree of a loader.conf that starts the script. */
function fileSize(context: ScriptContext, disk: MemoryDisk): bigint | undefined {
  for (const conf of context.startedBy) {
    const root = imageRoot(conf);
    const size = root === undefined || disk.file?.startsWith('/') !== true ? undefined : context.workspace.files.size(`${root}${disk.file}`);
    if (size !== undefined) return BigInt(size);
  }
  return undefined;
}

/**
 * How a size grows with the one variable that tells the lower disk's bytes (`$(cat /rootfs.bytes)`); undefined as soon as another
 * variable has a part in it, or one is set in more than one place.
 */
function inProportion(context: ScriptContext, text: string, stem: string): { ratio: number; variable: string } | undefined {
  const found = /^"?\$(?:\{(\w+)\}|(\w+)|\(\((.*)\)\))([bkmgt]?)"?$/.exec(text);
  if (found === null) return undefined;
  const trial = 2 ** 40;
  let variable: string | undefined;
  const value = (expression: string, depth: number): string | undefined => {
    if (depth > 8) return undefined;
    const known = new Map<string, string | undefined>();
    for (const [name] of expression.matchAll(/[A-Za-z_]\w*/g)) {
      const [only, more] = context.script.assignments.filter((one) => one.name === name);
      if (only === undefined || more !== undefined) return undefined;
      const inner = /^"?\$\(\((.*)\)\)"?$/s.exec(only.text)?.[1];
      if (only.value !== undefined) known.set(name, only.value);
      else if (inner !== undefined) known.set(name, value(inner, depth + 1));
      else if (/^"?[$`]/.test(only.text) && only.text.includes(stem)) {
        variable = name;
        known.set(name, String(trial));
      } else return undefined;
    }
    return arithmetic(expression, known);
  };
  const number = value(found[3] ?? found[1] ?? found[2] ?? '', 0);
  const bytes = number === undefined ? undefined : bytesOf(`${number}${found[4] ?? ''}`);
  return bytes === undefined || variable === undefined ? undefined : { ratio: Number(bytes) / trial, variable };
}
