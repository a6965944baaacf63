import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Space } from '../../machine/space';
import { hex, parseAddress } from '../addresses';
import type { Handler, RequestGroup } from '../handler';
import type { Target } from '../target';

/** Larger reads are cut: an editor asks again for the rest. */
const most = 1024 * 1024;

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
  const count = Math.max(0, Math.min(args.count, most));
  if (count === 0) return { address: hex(address) };
  const bytes = await space.readSome(address, count);
  const missing = args.count - bytes.length;
  return { address: hex(address), data: Buffer.from(bytes).toString('base64'), ...(missing > 0 ? { unreadableBytes: missing } : {}) };
};

const writeMemory: Handler<DebugProtocol.WriteMemoryArguments> = async (core, args) => {
  const target = core.needStopped('writeMemory');
  const { address, space } = await placeOf(target, args.memoryReference, args.offset, 'writeMemory');
  const bytes = Buffer.from(args.data, 'base64');
  let written = bytes.length;
  if (args.allowPartial) written = (await space.readSome(address, bytes.length)).length;
  await space.write(address, bytes.subarray(0, written));
  target.inspector.written();
  target.breakpoints.memoryWritten();
  core.send('memory', { memoryReference: args.memoryReference, offset: args.offset ?? 0, count: written });
  return { bytesWritten: written };
};

export const memoryRequests: RequestGroup = { capabilities: { supportsReadMemoryRequest: true, supportsWriteMemoryRequest: true }, handlers: { readMemory, writeMemory } };
