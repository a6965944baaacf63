import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Space } from '../../machine/space';
import { failure } from '../../errors/catalogue';
import { qemuErrors } from '../../errors/qemu';
import { hex, parseAddress } from '../addresses';
import type { Handler, RequestGroup } from '../handler';
import type { Target } from '../target';
import { written } from '../written';

/** Bytes that one answer carries at most; more are told as unreadable, since editors take what is missing for zeros. */
const most = 16 * 1024 * 1024;
/** One past the highest address. */
const end = 1n << 64n;

/** `0xADDRESS`: in the address space of the frame the user looks at. `0xADDRESS@0xROOT`: in the space of that page-table root. Throws BS334. */
const placeOf = async (target: Target, reference: string, offset: number | undefined, request: string): Promise<{ readonly address: bigint; readonly space: Space }> => {
  const [text, root] = reference.split('@', 2);
  const address = BigInt.asUintN(64, parseAddress(text, request, 'memoryReference') + BigInt(offset ?? 0));
  if (root === undefined) return { address, space: await target.inspector.selectedSpace() };
  return { address, space: target.machine.spaceOf(parseAddress(root, request, 'memoryReference')) };
};

const readMemory: Handler<DebugProtocol.ReadMemoryArguments> = async (core, args) => {
  const target = core.needStopped('readMemory');
  const { address, space } = await placeOf(target, args.memoryReference, args.offset, 'readMemory');
  const wanted = Math.max(0, args.count);
  const count = Number(BigInt(Math.min(wanted, most)) < end - address ? BigInt(Math.min(wanted, most)) : end - address);
  if (wanted === 0) return { address: hex(address) };
  const bytes = await space.readSome(address, count);
  target.inspector.shownMemory.read({ memoryReference: args.memoryReference, offset: args.offset ?? 0, count: wanted });
  // All that follows the last byte, also what could be read behind a hole: VS Code takes bytes that are neither sent nor counted here for zeros.
  const missing = wanted - bytes.length;
  return { address: hex(address), data: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64'), ...(missing > 0 ? { unreadableBytes: missing } : {}) };
};

const writeMemory: Handler<DebugProtocol.WriteMemoryArguments> = async (core, args) => {
  const target = core.needStopped('writeMemory');
  const { address, space } = await placeOf(target, args.memoryReference, args.offset, 'writeMemory');
  const bytes = Buffer.from(args.data, 'base64');
  // All or nothing (DAP): a write that stops half-way is refused before it begins.
  const count = (await space.readSome(address, bytes.length)).length;
  if (count < bytes.length && args.allowPartial !== true) throw failure(qemuErrors.memoryUnwritable, { address: hex(address + BigInt(count)), space: `address space ${hex(space.root)}` });
  await space.write(address, bytes.subarray(0, count));
  written(core, target, { range: { memoryReference: args.memoryReference, offset: args.offset ?? 0, count }, tellValues: true });
  return { bytesWritten: count };
};

export const memoryRequests: RequestGroup = { capabilities: { supportsReadMemoryRequest: true, supportsWriteMemoryRequest: true }, handlers: { readMemory, writeMemory } };
