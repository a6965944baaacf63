import { BootscopeError } from '../../../debug-adapter/errors/catalogue';
import type { VariableInfo } from '../../../debug-adapter/images/debug-info';
import type { Image } from '../../../debug-adapter/images/image';
import { strip } from '../../../debug-adapter/images/types';
import type { Frame } from '../../../debug-adapter/inspect/stack/frame';
import type { TypedValue } from '../../../debug-adapter/inspect/values/typed-value';
import { Tally } from '../images/disagreements';
import { compareNames } from '../images/scope-agreement';
import { expressionText } from '../images/scope-text';
import type { GdbFrame } from './gdb-frames';

/** What was compared of frames and their variables, and what differed. */
export class FrameAgreement {
  frames = 0;
  values = 0;
  readonly known = new Tally();
  readonly wrong: string[] = [];
  /** Variables that only gdb has, with a value: by the linked address of their frame. */
  readonly beyond: { readonly where: string; readonly name: string; readonly image: Image | undefined; readonly address: bigint }[] = [];

  /** Takes these for blocks in pieces where llvm-dwarfdump has of samples of each image exactly the names that are here. */
  askOfBeyond(): void {
    for (const image of new Set(this.beyond.map((one) => one.image)))
      if (image !== undefined) this.wrong.push(...compareNames(image.path, image.debugInfo, this.beyond.flatMap((one) => (one.image === image ? [one.address] : [])), 5));
    this.known.note('block in pieces', this.beyond.length);
  }
}

/** A part by gdb's path: `.name`, `[i]`. */
const partOf = (value: TypedValue, path: string): TypedValue => {
  let current = value;
  for (const [, name, index] of path.matchAll(/\.([^.[\]]+)|\[(\d+)\]/g)) current = name === undefined ? current.index(Number(index)) : current.member(name);
  return current;
};

const ours = async (value: TypedValue, path: string): Promise<string> => {
  try {
    const part = partOf(value, path);
    const type = strip(part.type);
    if (type.kind === 'struct' || type.kind === 'array') {
      await part.bytes();
      return 'aggregate';
    }
    return String(await part.integer());
  } catch (error) {
    if (error instanceof BootscopeError) return error.code !== 'BS350' ? error.code : /have not kept/.test(error.what) ? 'not kept' : 'optimized out';
    throw error;
  }
};

const isByEntryValue = (variable: VariableInfo, { activation: { linked } }: Frame): boolean => {
  const location = linked === undefined ? undefined : variable.locationAt(linked);
  return location !== undefined && expressionText(location.expression, location.context).includes('entry_value');
};

/** Compares the variables of a frame's innermost function with what gdb has of them, path by path. */
export const compareFrame = async (frame: Frame, theirs: GdbFrame, where: string, agreement: FrameAgreement): Promise<void> => {
  const { known, wrong } = agreement;
  agreement.frames++;
  const variables = frame.variables();
  const rust = frame.scope?.function.language === 'rust';
  for (const [name, paths] of Object.entries(theirs.locals)) {
    const variable = variables.find((candidate) => candidate.name === name);
    const gone = Object.values(paths).every((expected) => expected === 'optimized out');
    if (!variable) {
      if (gone) known.note('block without code');
      else agreement.beyond.push({ where, name, image: frame.module?.image, address: frame.activation.linked ?? 0n });
      continue;
    }
    const value = await frame.valueOf(variable);
    for (const [path, expected] of Object.entries(paths)) {
      if (expected === 'error') continue;
      const type = strip(variable.type);
      if (type.kind === 'struct' && type.variantPart) {
        known.note('enum of Rust');
        continue;
      }
      const got = await ours(value, path);
      // A part of an enum inside.
      if ((/^BS40/.test(got) || got === 'aggregate') && rust) {
        known.note('enum of Rust');
        continue;
      }
      agreement.values++;
      if (got === expected || (got === 'not kept' && expected === 'optimized out')) continue;
      if (got === 'not kept') known.note('caller-saved register');
      else if (gone && rust) known.note('block without code');
      else if (got === 'optimized out' && expected === '0' && value.place.kind === 'pieces') known.note('missing piece');
      else if (expected === '0' && value.place.kind === 'implicit-pointer') known.note('synthetic pointer');
      else if (got === 'optimized out' && value.absence?.includes('entry')) known.note('entry value');
      else if (expected === 'optimized out' && isByEntryValue(variable, frame)) known.note('entry value of a copied function');
      else wrong.push(`${where}: ${name}${path} is ${got} (${value.absence ?? value.place.kind}), gdb says ${expected}`);
    }
  }
};
