import * as path from 'node:path';
import type { AttachConfiguration, ImageConfiguration, LaunchConfiguration } from '../../api';
import { failure } from '../../errors/catalogue';
import { sessionErrors } from '../../errors/session';
import { grammars, isFilterId } from '../filters/grammar';
import { attributes, fits, imageAttributes } from './attributes';
import type { Shape } from './attributes';
import { nearestWord } from './nearest';

/** A configuration that was checked; paths are absolute. */
export type Configuration = (LaunchConfiguration | AttachConfiguration) & { readonly cwd: string; readonly images: ImageConfiguration[]; readonly serials?: string[]; readonly exitOnDisconnect?: boolean };

const targets = ['qemu', 'command', 'gdb', 'serial', 'serials'] as const;

/** What VS Code and others add to every configuration; it is not the user's and not ours. */
const foreign = new Set(['preLaunchTask', 'postDebugTask', 'internalConsoleOptions', 'presentation', 'debugServer', 'serverReadyAction', 'suppressMultipleSessionWarning', 'restart', 'windows', 'linux', 'osx']);
const isForeign = (name: string): boolean => foreign.has(name) || name.startsWith('__') || name.startsWith('$');

const found = (value: unknown): string => {
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined ? 'nothing' : text.length > 80 ? `${text.slice(0, 77)}…` : text;
};

const check = (record: Readonly<Record<string, unknown>>, shapes: Readonly<Record<string, Shape>>, prefix: string, where: string): void => {
  const names = Object.keys(shapes);
  for (const [name, value] of Object.entries(record)) {
    if (isForeign(name) || value === undefined) continue;
    const shape = shapes[name];
    if (!shape) throw failure(sessionErrors.unknownAttribute, { name: `${prefix}${name}`, where, nearest: nearestWord(name, names), all: names.join(', ') });
    if (!fits(value, shape)) throw failure(sessionErrors.wrongAttribute, { name: `${prefix}${name}`, expected: shape.words, found: found(value) });
  }
};

const checkImages = (images: readonly Readonly<Record<string, unknown>>[]): void => {
  images.forEach((image, index) => {
    const where = ` in images[${index}]`;
    check(image, imageAttributes, `images[${index}].`, where);
    for (const name of ['stage', 'file']) {
      if (image[name] === undefined) throw failure(sessionErrors.missingAttribute, { name, where, expected: imageAttributes[name]?.words ?? '' });
    }
  });
};

const checkFilters = (stopOn: Readonly<Record<string, unknown>>): void => {
  const names = Object.keys(grammars);
  for (const name of Object.keys(stopOn)) {
    if (!isFilterId(name)) throw failure(sessionErrors.unknownAttribute, { name: `stopOn.${name}`, where: ' in stopOn', nearest: nearestWord(name, names), all: names.join(', ') });
  }
};

const checkTarget = (record: Readonly<Record<string, unknown>>, request: 'launch' | 'attach'): void => {
  const allowed = targets.filter((name) => name in attributes[request]);
  const given = allowed.filter((name) => record[name] !== undefined);
  if (given.length === 0) throw failure(sessionErrors.missingTarget, { all: allowed.join(', ') });
  const rivals: readonly (readonly [string, string])[] = [
    ['qemu', 'command'],
    ['qemu', 'gdb'],
    ['qemu', 'serial'],
    ['qemu', 'qmp'],
    ['serial', 'serials'],
  ];
  for (const [first, second] of rivals) {
    if (record[first] !== undefined && record[second] !== undefined) throw failure(sessionErrors.conflictingTargets, { first, second });
  }
};

const absolute = (cwd: string, file: string): string => path.resolve(cwd, file);
const socketFrom = (cwd: string, address: string): string => (address.startsWith('unix:') ? `unix:${absolute(cwd, address.slice('unix:'.length))}` : address);

/**
 * Checks a configuration as it came from the editor or a file, and resolves its paths from `cwd`. Throws BS32x naming the attribute.
 * `base` is where a relative or missing `cwd` starts: the workspace folder or the folder of the file.
 */
export const validateConfiguration = (input: unknown, request: 'launch' | 'attach', base = process.cwd()): Configuration => {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw failure(sessionErrors.wrongAttribute, { name: 'configuration', expected: 'an object', found: found(input) });
  }
  const record: Readonly<Record<string, unknown>> = { ...input };
  check(record, attributes[request], '', ` for "request": "${request}"`);
  const images = (record.images ?? []) as readonly Readonly<Record<string, unknown>>[];
  checkImages(images);
  checkFilters((record.stopOn ?? {}) as Readonly<Record<string, unknown>>);
  checkTarget(record, request);

  const cwd = absolute(base, (record.cwd as string | undefined) ?? '.');
  const checked = { type: 'bootscope', name: 'Bootscope', ...record, request, cwd } as Configuration;
  const sockets: Record<string, string> = {};
  for (const name of ['gdb', 'serial', 'qmp'] as const) {
    const address = checked[name];
    if (address !== undefined) sockets[name] = socketFrom(cwd, address);
  }
  const sourceMap = checked.sourceMap && Object.fromEntries(Object.entries(checked.sourceMap).map(([from, to]) => [from, absolute(cwd, to)]));
  return {
    ...checked,
    ...sockets,
    ...(sourceMap ? { sourceMap } : {}),
    ...(checked.serials ? { serials: checked.serials.map((address) => socketFrom(cwd, address)) } : {}),
    ...('firmware' in checked && checked.firmware !== undefined ? { firmware: absolute(cwd, checked.firmware) } : {}),
    images: (checked.images as ImageConfiguration[] | undefined ?? []).map((image) => ({
      ...image,
      file: absolute(cwd, image.file),
      ...(image.symbols === undefined ? {} : { symbols: absolute(cwd, image.symbols) }),
    })),
  };
};
