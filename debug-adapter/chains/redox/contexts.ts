import type { ProgramView } from '../../inspect/view';
import type { Value } from '../../inspect/value';
import { known, perhaps } from '../unknown';
import type { Unknown } from '../../api';
import { Batch } from '../batch';
import { btreeKeys } from './btree';
import { holderOf, innerInteger, innerMember } from '../members';

export interface RedoxContext {
  readonly pid: number;
  /** As the kernel holds it: `/scheme/initfs/bin/lived`, `[kmain]`. */
  readonly name: string;
  /** `Runnable`, `Blocked: UserInner::call`, … */
  readonly state: string;
  /** Page-table root; 0n: it has no address space of its own (a kernel context, or one that ends). */
  readonly space: bigint | Unknown;
  readonly running: boolean;
  /** The lock around it. */
  readonly lock: Value;
}

/** All contexts: `CONTEXTS`, a BTreeSet of Arc<RwLock<Context>> (kernel/src/context/mod.rs, context/context.rs). */
export const readContexts = async (kernel: ProgramView): Promise<readonly RedoxContext[]> => {
  const batch = new Batch(kernel);
  return Promise.all((await contextLocks(kernel, batch)).map((lock) => readContext(batch, lock)));
};

/** The locks around all contexts. */
export const contextLocks = async (kernel: ProgramView, batch: Batch): Promise<readonly Value[]> => {
  const keys = await btreeKeys(kernel, batch, kernel.variable('CONTEXTS', 'context/mod.rs'));
  return Promise.all(keys.map((key) => (key.hasMember('__0') ? key.member('__0') : key).deref()));
};

/** A context that something else in the kernel points to, from the lock around it. */
export const contextBehind = (kernel: ProgramView, lock: Value): Promise<RedoxContext> => readContext(new Batch(kernel), lock);

/** One context from the lock around it. */
export const readContext = async (batch: Batch, lock: Value): Promise<RedoxContext> => {
  await batch.struct(lock);
  const context = holderOf(lock, 'name', 'addr_space', 'status');
  const [name, space, state] = await Promise.all([readName(context.member('name')), known(() => readSpace(batch, context)), perhaps(() => readState(context))]);
  return {
    pid: await context.member('pid').number(),
    name,
    state: state ?? 'unknown',
    space,
    lock,
    running: context.hasMember('running') && (await context.member('running').integer()) !== 0n,
  };
};

/** ArrayString<N> of crate arrayvec: `len`, and `xs` bytes. */
const readName = async (name: Value): Promise<string> => {
  const holder = holderOf(name, 'len', 'xs');
  const length = Number(await innerInteger(holder.member('len')));
  const bytes = await holder.member('xs').bytes();
  return Buffer.from(bytes.subarray(0, Math.min(length, bytes.length))).toString('utf8');
};

/** Option<Arc<AddrSpaceWrapper>> → inner.table.utable.table_addr (kernel/src/context/memory.rs, rmm's PageMapper). */
const readSpace = async (batch: Batch, context: Value): Promise<bigint> => {
  const option = await context.member('addr_space').variant();
  if (option.name !== 'Some') return 0n;
  const wrapper = await (option.payload.hasMember('__0') ? option.payload.member('__0') : option.payload).deref();
  await batch.struct(wrapper);
  const table = innerMember(wrapper, 'utable');
  return innerInteger(innerMember(table, 'table_addr'));
};

/** Status and, while blocked, the kernel's own word for why. */
const readState = async (context: Value): Promise<string> => {
  const { name } = await context.member('status').variant();
  if (name !== 'Blocked' || !context.hasMember('status_reason')) return name;
  const reason = await perhaps(() => context.member('status_reason').string());
  return reason === undefined || reason === '' ? name : `${name}: ${reason}`;
};

/**
 * The context a CPU runs: ProcessorControlRegion at the kernel's GS base (kernel/src/arch/x86_shared/gdt.rs) →
 * percpu.switch_internals.current_ctxt (percpu.rs, context/switch.rs), a RefCell<Option<Arc<RwLock<Context>>>>.
 */
export const readCurrentContext = async (kernel: ProgramView, gsBase: bigint): Promise<RedoxContext | undefined> => {
  const batch = new Batch(kernel);
  const region = kernel.value(kernel.type('ProcessorControlRegion'), gsBase);
  const cell = innerMember(innerMember(region.member('percpu'), 'switch_internals'), 'current_ctxt');
  const option = await holderOf(cell, 'value', 'borrow').member('value').member('value').variant();
  if (option.name !== 'Some') return undefined;
  const arc = option.payload.hasMember('__0') ? option.payload.member('__0') : option.payload;
  return readContext(batch, await arc.deref());
};
