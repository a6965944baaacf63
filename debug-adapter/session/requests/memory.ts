import type { DebugProtocol } from '@vscode/debugprotocol';
import { hex, parseAddress } from '../addresses';
import type { Handler, RequestGroup } from '../handler';

/** Larger reads are cut: an editor asks again for the rest. */
const most = 1024 * 1024;

const readMemory: Handler<DebugProtocol.ReadMemoryArguments> = async (core, args) => {
  const target = core.needStopped('readMemory');
  const address = BigInt.asUintN(64, parseAddress(args.memoryReference, 'readMemory', 'memoryReference') + BigInt(args.offset ?? 0));
  const count = Math.max(0, Math.min(args.count, most));
  if (count === 0) return { address: hex(address) };
  const space = await target.inspector.selectedSpace();
  const bytes = await space.readSome(address, count);
  const missing = args.count - bytes.length;
  return { address: hex(address), data: Buffer.from(bytes).toString('base64'), ...(missing > 0 ? { unreadableBytes: missing } : {}) };
};

const writeMemory: Handler<DebugProtocol.WriteMemoryArguments> = async (core, args) => {
  const target = core.needStopped('writeMemory');
  const address = BigInt.asUintN(64, parseAddress(args.memoryReference, 'writeMemory', 'memoryReference') + BigInt(args.offset ?? 0));
  const bytes = Buffer.from(args.data, 'base64');
  const space = await target.inspector.selectedSpace();
  let written = bytes.length;
  if (args.allowPartial) written = (await space.readSome(address, bytes.length)).length;
  await space.write(address, bytes.subarray(0, written));
  target.inspector.written();
  target.breakpoints.memoryWritten();
  core.send('memory', { memoryReference: args.memoryReference, offset: args.offset ?? 0, count: written });
  return { bytesWritten: written };
};

export const memoryRequests: RequestGroup = { capabilities: { supportsReadMemoryRequest: true, supportsWriteMemoryRequest: true }, handlers: { readMemory, writeMemory } };
