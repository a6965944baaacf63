import { errnoByName, errnoSystemOf } from '../../../boot/errno';
import { strip } from '../../images/types';
import { whereReturned } from '../../inspect/return-value';
import type { WriteLeaf } from '../../inspect/returns/construct';
import { writeConstructed, writeError, writeErrorNumber } from '../../inspect/returns/construct';
import { poppedAtReturn } from '../../inspect/returns/popped-result';
import { resultAddress } from '../../inspect/returns/result-address';
import type { Frame } from '../../inspect/stack/frame';
import { fromBytes } from '../../inspect/values/place';
import { TypedValue } from '../../inspect/values/typed-value';
import { conventions } from '../filters/result-reader';
import type { Target } from '../target';

/** What has to be written for a call to return a value, and the value in words. */
export interface ForcedResult {
  readonly shown: string;
  readonly registers: readonly { readonly name: string; readonly value: bigint }[];
  /** Bytes that the function takes off the stack when it returns, beside the return address. */
  readonly popped: number;
  readonly memory?: { readonly address: bigint; readonly bytes: Uint8Array };
}

/**
 * The result that the call of a frame is to return, placed as its function's convention has it; nothing is written yet. `text` is an
 * errno name, a constructor (`Err(EIO)`, `Ready(Ok(7))`), or an expression, which for an aggregate is one of the same type.
 * Throws what `refuse` makes where type or place of the result are not known, and BS356 for a value that does not fit.
 */
export const forcedResult = async (target: Target, frame: Frame, text: string | undefined, refuse: (detail: string) => Error): Promise<ForcedResult> => {
  const fn = frame.scope?.function;
  const { module } = frame;
  if (!fn || !module) throw refuse('its type is not known: it has no debug information');
  const popped = module.image.addressSize === 8 ? 0 : poppedAtReturn(fn, module.image);
  if (popped === undefined) throw refuse('its code does not tell what it takes off the stack when it returns');
  if (strip(fn.returns).size === 0) {
    if (text !== undefined && text.trim() !== '()') throw refuse('it returns nothing');
    return { shown: 'nothing', registers: [], popped };
  }
  if (text === undefined) throw refuse('it returns a value, and none was given');
  const { value, bytes } = draft(fn.returns, frame);
  const shown = await write(target, frame, value, text.trim(), refuse);
  const where = whereReturned(fn, module);
  if (where.kind === 'unknown') throw refuse(where.reason);
  if (where.kind === 'registers') {
    if (where.parts.some(({ register }) => register.startsWith('st'))) throw refuse(`a value of the type ${fn.returns.name} is returned on the floating point stack`);
    return { shown, popped, registers: where.parts.map(({ register, size, offset }) => ({ name: register, value: fromBytes(bytes.slice(offset, offset + size)) })) };
  }
  const place = await resultAddress(frame.activation);
  if ('reason' in place) throw refuse(`a value of the type ${fn.returns.name} is returned in memory, and ${place.reason}`);
  return { shown, popped, registers: [{ name: module.image.addressSize === 8 ? 'rax' : 'eax', value: place.address }], memory: { address: place.address, bytes } };
};

/** A value that is nowhere yet. */
const draft = (type: TypedValue['type'], frame: Frame): { readonly value: TypedValue; readonly bytes: Uint8Array } => {
  const bytes = new Uint8Array(type.size);
  return { bytes, value: new TypedValue(type, { kind: 'register', name: 'result', bytes, home: { write: () => Promise.resolve() } }, frame.memory) };
};

const write = async ({ chain, inspector }: Target, frame: Frame, value: TypedValue, text: string, refuse: (detail: string) => Error): Promise<string> => {
  const leaf: WriteLeaf = async (part, written, inError) => {
    const error = /^E[A-Z0-9]+$/.test(written) ? errnoByName(errnoSystemOf(chain.id), written) : undefined;
    if (!error) await inspector.assign(part, written, frame);
    else if (!(await (inError ? writeErrorNumber(part, error.number) : writeError(part, error.number, conventions[chain.id])))) throw refuse(`no value of the type ${part.type.name} means ${written}`);
  };
  if (!(await writeConstructed(value, text, leaf))) await leaf(value, text, false);
  return inspector.textOf(value);
};
