/** Messages between the Redox kernel and a scheme daemon: redox-os/syscall src/schemev2.rs. A wire format, so offsets are fixed. */

export const requestSize = 64;
export const responseSize = 16;

export interface SchemeRequest {
  readonly opcode: number;
  readonly operation: string;
  readonly tag: number;
  readonly args: readonly bigint[];
  /** Pid of the caller. */
  readonly caller: bigint;
}

export interface SchemeResponse {
  readonly tag: number;
  /** Positive error number; 0: success. */
  readonly errno: number;
  readonly result: bigint;
}

const operations: readonly string[] = [
  'Open', 'Rmdir', 'Unlink', 'Close', 'Dup', 'Read', 'Write', 'Fsize', 'Fchmod', 'Fchown', 'Fcntl', 'Fevent', 'Sendfd', 'Fpath', 'Frename', 'Fstat',
  'Fstatvfs', 'Fsync', 'Ftruncate', 'Futimens', 'MmapPrep', 'RequestMmap', 'Mremap', 'Munmap', 'Msync', 'Cancel', 'Getdents', 'CloseMsg', 'Call', 'OpenAt',
  'Flink', 'Recvfd', 'UnlinkAt', 'StdFsCall', 'Detach',
];

/** Names of the arguments that matter, by operation (kernel/src/scheme/user.rs, kreadoff and its neighbours). */
const argumentNames: Readonly<Record<string, readonly (string | undefined)[]>> = {
  Read: ['file', undefined, 'length', 'offset'],
  Write: ['file', undefined, 'length', 'offset'],
  Getdents: ['file', undefined, 'length', undefined, 'offset'],
};

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Requests in a buffer a daemon read into; the first all-zero or impossible entry ends them. */
export const decodeRequests = (bytes: Uint8Array): SchemeRequest[] => {
  const data = view(bytes);
  const found: SchemeRequest[] = [];
  for (let at = 0; at + requestSize <= bytes.length; at += requestSize) {
    const opcode = data.getUint8(at);
    if (opcode > 63 || data.getUint16(at + 2, true) !== 0) break;
    const args = [0, 1, 2, 3, 4, 5].map((index) => data.getBigUint64(at + 8 + index * 8, true));
    const caller = data.getBigUint64(at + 56, true);
    if (opcode === 0 && caller === 0n && args.every((arg) => arg === 0n)) break;
    found.push({ opcode, operation: operations[opcode] ?? `operation ${opcode}`, tag: data.getUint32(at + 4, true), args, caller });
  }
  return found;
};

/** Plain answers in what a daemon writes; undefined: the bytes are no batch of answers. */
export const decodeResponses = (bytes: Uint8Array): SchemeResponse[] | undefined => {
  if (bytes.length === 0 || bytes.length % responseSize !== 0) return undefined;
  const data = view(bytes);
  const found: SchemeResponse[] = [];
  for (let at = 0; at < bytes.length; at += responseSize) {
    const kind = data.getUint8(at) & 7;
    if (kind > 5) return undefined;
    if (kind !== 0 && kind !== 5) continue;
    const result = data.getBigUint64(at + 8, true);
    const signed = BigInt.asIntN(64, result);
    found.push({ tag: data.getUint32(at + 4, true), errno: signed < 0n && signed > -4096n ? Number(-signed) : 0, result });
  }
  return found;
};

/** Arguments that have a name, in their order. */
export const namedArguments = (request: SchemeRequest): { name: string; value: bigint }[] =>
  (argumentNames[request.operation] ?? []).flatMap((name, index) => (name === undefined ? [] : [{ name, value: request.args[index] ?? 0n }]));
