import type { DebugProtocol } from '@vscode/debugprotocol';
import { failure } from '../../errors/catalogue';
import { sessionErrors } from '../../errors/session';
import { linearOf } from '../../machine/segment-space';
import { rootOf } from '../../program/placed-program';
import { hex, parseAddress } from '../addresses';
import type { DataAccess } from '../breakpoints/watch-list';
import type { WatchedPlace } from '../breakpoints/watched-value';
import type { Core } from '../core';
import { coded } from '../errors';
import type { Handler, RequestGroup } from '../handler';
import type { Target } from '../target';
import { boundTo, replaceGroup } from './breakpoints';

/** x86 watches up to 8 bytes with one debug register; QEMU's TCG could more, KVM could not. */
const mostBytes = 8;
const upperHalf = 1n << 47n;

const accessTypes: DebugProtocol.DataBreakpointAccessType[] = ['write', 'read', 'readWrite'];
const accesses: Readonly<Record<DebugProtocol.DataBreakpointAccessType, DataAccess>> = { read: 'read', write: 'write', readWrite: 'access' };

/** Places that were offered in this session, by their dataId. */
const offered = new WeakMap<Target, Map<string, WatchedPlace>>();

const placesOf = (target: Target): Map<string, WatchedPlace> => {
  let places = offered.get(target);
  if (!places) offered.set(target, (places = new Map<string, WatchedPlace>()));
  return places;
};

/** A program's memory is its own; kernel, firmware and loader are there in every space. */
const rootFor = async (target: Target, address: bigint): Promise<bigint | undefined> => {
  const { cpl, cr3 } = await target.machine.registers();
  return cpl === 3 && address < upperHalf ? rootOf(cr3) : undefined;
};

const checked = (name: string, length: number): number => {
  if (!Number.isInteger(length) || length < 1 || length > mostBytes) throw failure(sessionErrors.notWatchable, { name, detail: `it has ${length} bytes` });
  return length;
};

const placeAsked = async (target: Target, args: DebugProtocol.DataBreakpointInfoArguments): Promise<WatchedPlace> => {
  const { name, bytes, variablesReference, frameId } = args;
  let address: bigint;
  let length: number;
  let more: Pick<WatchedPlace, 'type'> = {};
  if (args.asAddress === true) {
    address = parseAddress(name, 'dataBreakpointInfo', 'name');
    length = checked(name, bytes ?? mostBytes);
  } else {
    const value = await target.inspector.watchable(name, variablesReference, frameId);
    if (value?.address === undefined) throw failure(sessionErrors.notWatchable, { name, detail: value?.absence ?? 'it is in a register, not in memory' });
    address = linearOf(value.memory, value.address);
    length = checked(name, bytes ?? value.type.size);
    more = { type: value.type };
  }
  const root = await rootFor(target, address);
  const { process } = root === undefined ? {} : await target.chain.whoRuns(target.machine.current);
  return { address, length, name, ...more, ...(root === undefined ? {} : { root }), ...(process ? { owner: process.leader ?? { pid: process.pid, name: process.name } } : {}) };
};

/** The place that a request means, by the id of a data breakpoint or an expression in a frame. Throws BS343, BS344. */
export const watchedPlaceOf = async (target: Target, { dataId, expression, frameId }: { readonly dataId?: string; readonly expression?: string; readonly frameId?: number }): Promise<WatchedPlace> => {
  if (dataId === undefined) return placeAsked(target, { name: expression ?? '', ...(frameId === undefined ? {} : { frameId }) });
  const known = placesOf(target).get(dataId);
  if (!known) throw failure(sessionErrors.badDataId, { dataId });
  return known;
};

const dataBreakpointInfo: Handler<DebugProtocol.DataBreakpointInfoArguments> = async (core, args): Promise<DebugProtocol.DataBreakpointInfoResponse['body']> => {
  const target = core.needStopped('dataBreakpointInfo');
  try {
    const place = await placeAsked(target, args);
    const { address, length, name, root } = place;
    const dataId = `${hex(address)},${length}${root === undefined ? '' : `@${hex(root)}`},${name}`;
    const places = placesOf(target);
    // The same place keeps its object, and with it what it held.
    if (!places.has(dataId)) places.set(dataId, place);
    return { dataId, description: `${name} (${length} bytes at ${hex(address)})`, accessTypes, canPersist: false };
  } catch (error) {
    // DAP: null says that there is nothing to watch, with the reason as description.
    return { dataId: null, description: coded(error).message };
  }
};

const setDataBreakpoints: Handler<DebugProtocol.SetDataBreakpointsArguments> = async (core: Core, args) => {
  const target = core.need('setDataBreakpoints');
  const places = placesOf(target);
  const known = args.breakpoints.map((one) => {
    const { dataId, accessType, condition, hitCondition } = one;
    const place = places.get(dataId);
    return place && { spec: { kind: 'data' as const, dataId, place, access: accesses[accessType ?? 'write'] }, condition, hitCondition, ...boundTo(one, 'setDataBreakpoints') };
  });
  const wanted = known.filter((one) => one !== undefined);
  try {
    const { breakpoints } = await replaceGroup(core, target, 'data', wanted);
    const answers = breakpoints[Symbol.iterator]();
    return {
      breakpoints: known.map((one, index): DebugProtocol.Breakpoint => {
        const refused = { verified: false, message: failure(sessionErrors.badDataId, { dataId: args.breakpoints[index]?.dataId ?? '' }).message };
        return one ? (answers.next().value ?? refused) : refused;
      }),
    };
  } catch (error) {
    // What QEMU refuses must not be tried again at every step.
    await replaceGroup(core, target, 'data', []);
    throw error;
  }
};

export const dataBreakpointRequests: RequestGroup = {
  capabilities: { supportsDataBreakpoints: true, supportsDataBreakpointBytes: true },
  handlers: { dataBreakpointInfo, setDataBreakpoints },
};
