/** What a stub may answer; the shape a request expects decides, since a stop may come unasked. */
export type Reply =
  | { readonly kind: 'data'; readonly bytes: Buffer }
  /** `Enn` */
  | { readonly kind: 'error'; readonly text: string }
  /** The empty answer: the stub does not know the request. */
  | { readonly kind: 'unsupported' };

/** Tells whether a non-empty, non-error answer can belong to the request. */
export type Shape = (payload: Buffer) => boolean;

const startsWith = (payload: Buffer, letters: string): boolean => payload.length > 0 && letters.includes(String.fromCharCode(payload[0] ?? 0));

/** `T`, `S`, `W` or `X`: none of them is a digit that hexadecimal data could begin with. */
export const isStopLetter = (letter: number | undefined): boolean => letter === 0x54 || letter === 0x53 || letter === 0x57 || letter === 0x58;
export const isStopReply = (payload: Buffer): boolean => isStopLetter(payload[0]);

/** The most frequent answer, one for all. */
export const okPayload = Buffer.from('OK');
export const isOk = (data: Buffer, start: number, end: number): boolean => end - start === 2 && data[start] === 0x4f && data[start + 1] === 0x4b;

const isHexDigit = (c: number): boolean => (c >= 0x30 && c <= 0x39) || ((c | 0x20) >= 0x61 && (c | 0x20) <= 0x66);

export const shapes = {
  ok: (payload: Buffer) => isOk(payload, 0, payload.length),
  /** Hexadecimal data of exactly so many bytes; only both ends are looked at, decoding checks the rest. */
  hex: (bytes: number): Shape => (payload) =>
    payload.length === bytes * 2 && isHexDigit(payload[0] ?? 0) && isHexDigit(payload[payload.length - 1] ?? 0),
  anyHex: (payload: Buffer) => payload.length % 2 === 0 && isHexDigit(payload[0] ?? 0),
  /** `g` may hold `x` for registers that are not available. */
  registers: (payload: Buffer) => payload.length % 2 === 0 && payload.length >= 8 && (isHexDigit(payload[0] ?? 0) || payload[0] === 0x78),
  stop: isStopReply,
  currentThread: (payload: Buffer) => payload.length > 2 && payload[0] === 0x51 && payload[1] === 0x43,
  /** `qXfer` and thread lists: a letter `m` or `l`, then data. */
  chunk: (payload: Buffer) => startsWith(payload, 'ml'),
  /** Free text with `=` or `;` or a name in it, such as the answer to qSupported. */
  text: (payload: Buffer) => !isStopReply(payload),
  vCont: (payload: Buffer) => payload.toString('latin1', 0, 5) === 'vCont',
} as const;

export function classify(payload: Buffer): Reply {
  if (payload.length === 0) return { kind: 'unsupported' };
  if (payload[0] === 0x45 && ((payload.length === 3 && isHexDigit(payload[1] ?? 0)) || payload[1] === 0x2e)) {
    return { kind: 'error', text: payload.toString('latin1') };
  }
  return { kind: 'data', bytes: payload };
}

export interface StopReply {
  readonly kind: 'stop' | 'exited';
  readonly signal: number;
  /** As the stub wrote it, for `Hg` and `vCont`. */
  readonly thread?: string;
  readonly watch?: { readonly access: 'read' | 'write' | 'access'; readonly address: bigint };
}

const watchNames: Readonly<Record<string, 'read' | 'write' | 'access'>> = { watch: 'write', rwatch: 'read', awatch: 'access' };

/** Reads a `T`, `S`, `W` or `X` packet. */
export function parseStopReply(payload: Buffer): StopReply {
  const text = payload.toString('latin1');
  const signal = Number.parseInt(text.slice(1, 3), 16) || 0;
  if (text[0] === 'W' || text[0] === 'X') return { kind: 'exited', signal };
  let thread: string | undefined;
  let watch: StopReply['watch'];
  for (const pair of text.slice(3).split(';')) {
    const colon = pair.indexOf(':');
    if (colon < 0) continue;
    const key = pair.slice(0, colon);
    const value = pair.slice(colon + 1);
    const access = watchNames[key];
    if (key === 'thread') thread = value;
    else if (access !== undefined && /^[0-9a-f]+$/i.test(value)) watch = { access, address: BigInt(`0x${value}`) };
  }
  return { kind: 'stop', signal, ...(thread === undefined ? {} : { thread }), ...(watch === undefined ? {} : { watch }) };
}
