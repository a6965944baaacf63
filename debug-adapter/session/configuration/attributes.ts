/** What an attribute of a debug configuration may hold. The words are those of the error message. */
export type Shape =
  | { readonly is: 'string' | 'boolean' | 'number'; readonly words: string }
  | { readonly is: 'strings'; readonly words: string }
  | { readonly is: 'map'; readonly words: string }
  | { readonly is: 'one-of'; readonly values: readonly unknown[]; readonly words: string }
  | { readonly is: 'images'; readonly words: string }
  | { readonly is: 'at'; readonly words: string };

const text = (words = 'a string'): Shape => ({ is: 'string', words });
const flag: Shape = { is: 'boolean', words: 'true or false' };
const strings: Shape = { is: 'strings', words: 'a list of strings, one for each argument' };
const map: Shape = { is: 'map', words: 'an object of strings' };
const oneOf = (...values: readonly unknown[]): Shape => ({ is: 'one-of', values, words: `one of ${values.map((value) => JSON.stringify(value)).join(', ')}` });
const socket = text('an address: host:port or unix:PATH');

const stages = ['firmware', 'loader', 'kernel', 'init', 'userland', 'login', 'chroot', 'reroot', 'pivot'] as const;

const common: Readonly<Record<string, Shape>> = {
  type: oneOf('bootscope'),
  request: oneOf('launch', 'attach'),
  name: text(),
  chain: oneOf('redox', 'freebsd', 'nextbsd', 'linux', 'generic'),
  images: { is: 'images', words: 'a list of { "stage": …, "file": … }' },
  sourceMap: map,
  serialOutput: oneOf('output', 'event'),
  cwd: text('a directory'),
  gdb: socket,
  serial: socket,
  qmp: socket,
  exitOnDisconnect: flag,
  stopOn: { is: 'map', words: 'an object of filters and their conditions, e.g. { "errno": "EINVAL in process:lived" }' },
  recordReads: flag,
};

/** Attributes of a configuration, by request. `serials` goes with attach as with a `command` that starts QEMU itself. */
export const attributes: Readonly<Record<'launch' | 'attach', Readonly<Record<string, Shape>>>> = {
  launch: {
    ...common,
    qemu: strings,
    command: strings,
    env: map,
    firmware: text('the path of a firmware image'),
    stopOnEntry: oneOf(true, false, ...stages),
    timeTravel: flag,
    accel: oneOf('tcg', 'asGiven'),
    serials: strings,
    noDebug: flag,
  },
  attach: { ...common, serials: strings },
};

/** Attributes of one entry of `images`. */
export const imageAttributes: Readonly<Record<string, Shape>> = {
  stage: oneOf(...stages),
  file: text('the path of an image'),
  symbols: text('the path of an ELF, PE or PDB'),
  process: text('the name of a process'),
  at: { is: 'at', words: '"auto", "linked", a number, or { "symbol": NAME }' },
  optional: flag,
};

const isStrings = (value: unknown): boolean => Array.isArray(value) && value.every((item) => typeof item === 'string');
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** True when the value has the shape. The entries of `images` are looked at one by one elsewhere. */
export const fits = (value: unknown, shape: Shape): boolean => {
  switch (shape.is) {
    case 'strings':
      return isStrings(value) && (value as string[]).length > 0;
    case 'map':
      return isObject(value) && Object.values(value).every((item) => typeof item === 'string');
    case 'one-of':
      return shape.values.includes(value);
    case 'images':
      return Array.isArray(value) && value.every(isObject);
    case 'at':
      if (isObject(value)) return typeof value.symbol === 'string' && Object.keys(value).length === 1;
      return value === 'auto' || value === 'linked' || (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0);
    default:
      return typeof value === shape.is;
  }
};
