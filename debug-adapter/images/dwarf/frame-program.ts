import type { ExpressionContext, Location, UnwindRow, UnwindRule } from '../debug-info';
import { toAddress } from '../bytes/address';
import { Cursor } from '../bytes/cursor';
import type { FrameEntry, FrameSection } from './frame-section';

type Cfa = UnwindRow['cfa'];

/** The rules at one place; what DW_CFA_remember_state keeps. */
interface State {
  cfa: Cfa;
  readonly rules: Map<number, UnwindRule>;
}

const deepestStack = 256;

/** Runs the call frame instructions of an FDE up to `wanted` (DWARF 5, section 6.4.2) and gives the row there. */
export const rowAtAddress = (frames: FrameSection, entry: FrameEntry, wanted: number, context: ExpressionContext): UnwindRow => {
  const { section } = frames;
  const { common } = entry;
  const { codeAlignment, dataAlignment } = common;
  let state: State = { cfa: { kind: 'register', register: 0, offset: 0n }, rules: new Map() };
  let initial: ReadonlyMap<number, UnwindRule> = new Map();
  const stack: State[] = [];
  let address = entry.start;
  let rowStart = entry.start;
  let rowEnd = entry.end;

  /** True when the row that holds `wanted` is complete. */
  const advance = (to: number): boolean => {
    if (to > wanted) {
      rowEnd = Math.min(to, entry.end);
      return true;
    }
    if (to > address) rowStart = to;
    address = to;
    return false;
  };
  const run = (start: number, end: number): void => {
    const cursor = new Cursor(section, start, end);
    const expression = (): Location => ({ expression: Uint8Array.from(cursor.bytes(cursor.uleb())), context });
    const factored = (value: number): bigint => BigInt(value) * BigInt(dataAlignment);
    const set = (register: number, rule: UnwindRule): void => void state.rules.set(register, rule);
    const restore = (register: number): void => {
      const rule = initial.get(register);
      if (rule) state.rules.set(register, rule);
      else state.rules.delete(register);
    };
    const cfaRegister = (): number => {
      if (state.cfa.kind !== 'register') throw section.damaged(cursor.position, 'CFA offset without a register');
      return state.cfa.register;
    };
    while (!cursor.done) {
      const at = cursor.position;
      const opcode = cursor.u8();
      const low = opcode & 0x3f;
      if (opcode >= 0xc0) {
        restore(low);
        continue;
      }
      if (opcode >= 0x80) {
        set(low, { kind: 'offset', offset: factored(cursor.uleb()) });
        continue;
      }
      if (opcode >= 0x40) {
        if (advance(address + low * codeAlignment)) return;
        continue;
      }
      switch (opcode) {
        case 0x00:
          break;
        case 0x01: {
          const to = frames.pointer(cursor, common.pointerEncoding, common.addressSize);
          // DWARF 5, 6.4.2.1: "always greater than the current one".
          if (to < address) throw section.damaged(at, 'a location before the one that it follows');
          if (advance(to)) return;
          break;
        }
        case 0x02:
          if (advance(address + cursor.u8() * codeAlignment)) return;
          break;
        case 0x03:
          if (advance(address + cursor.u16() * codeAlignment)) return;
          break;
        case 0x04:
          if (advance(address + cursor.u32() * codeAlignment)) return;
          break;
        case 0x1d:
          if (advance(address + cursor.size64() * codeAlignment)) return;
          break;
        case 0x05:
          set(cursor.uleb(), { kind: 'offset', offset: factored(cursor.uleb()) });
          break;
        case 0x06:
          restore(cursor.uleb());
          break;
        case 0x07:
          set(cursor.uleb(), { kind: 'undefined' });
          break;
        case 0x08:
          set(cursor.uleb(), { kind: 'same' });
          break;
        case 0x09:
          set(cursor.uleb(), { kind: 'register', register: cursor.uleb() });
          break;
        case 0x0a:
          if (stack.length >= deepestStack) throw section.damaged(at, 'endless remember_state');
          stack.push({ cfa: state.cfa, rules: new Map(state.rules) });
          break;
        case 0x0b: {
          const saved = stack.pop();
          if (!saved) throw section.damaged(at, 'restore_state without remember_state');
          state = saved;
          break;
        }
        case 0x0c:
          state.cfa = { kind: 'register', register: cursor.uleb(), offset: BigInt(cursor.uleb()) };
          break;
        case 0x0d: {
          const offset = state.cfa.kind === 'register' ? state.cfa.offset : 0n;
          state.cfa = { kind: 'register', register: cursor.uleb(), offset };
          break;
        }
        case 0x0e:
          state.cfa = { kind: 'register', register: cfaRegister(), offset: BigInt(cursor.uleb()) };
          break;
        case 0x0f:
          state.cfa = { kind: 'expression', location: expression() };
          break;
        case 0x10:
          set(cursor.uleb(), { kind: 'expression', location: expression() });
          break;
        case 0x11:
          set(cursor.uleb(), { kind: 'offset', offset: factored(cursor.sleb()) });
          break;
        case 0x12:
          state.cfa = { kind: 'register', register: cursor.uleb(), offset: factored(cursor.sleb()) };
          break;
        case 0x13:
          state.cfa = { kind: 'register', register: cfaRegister(), offset: factored(cursor.sleb()) };
          break;
        case 0x14:
          set(cursor.uleb(), { kind: 'value-offset', offset: factored(cursor.uleb()) });
          break;
        case 0x15:
          set(cursor.uleb(), { kind: 'value-offset', offset: factored(cursor.sleb()) });
          break;
        case 0x16:
          set(cursor.uleb(), { kind: 'value-expression', location: expression() });
          break;
        case 0x2d:
          break;
        case 0x2e:
          cursor.uleb();
          break;
        case 0x2f:
          set(cursor.uleb(), { kind: 'offset', offset: -factored(cursor.uleb()) });
          break;
        default:
          throw section.damaged(at, `call frame instruction 0x${opcode.toString(16)}`);
      }
    }
  };

  run(common.instructionsStart, common.instructionsEnd);
  initial = new Map(state.rules);
  run(entry.instructionsStart, entry.instructionsEnd);
  return {
    start: toAddress(rowStart),
    end: toAddress(rowEnd),
    cfa: state.cfa,
    registers: state.rules,
    returnRegister: common.returnRegister,
    signalFrame: common.signalFrame,
  };
};
