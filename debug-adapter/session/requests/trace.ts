import type { TraceArguments, TraceEventBody } from '../../api';
import { failure } from '../../errors/catalogue';
import { sessionErrors } from '../../errors/session';
import type { Core } from '../core';
import type { Handler, RequestGroup } from '../handler';

const wires = ['rsp', 'qmp'] as const;
/** A stop may cost thousands of messages; an editor's log need not hold them all. */
const mostASecond = 1000;
const longest = 400;

/** Bytes that do not print as `\xNN`, the rest as it is; cut, with the length that it had. */
const shown = (text: string): string => {
  const printable = text.slice(0, longest).replace(/[^\x20-\x7e]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return text.length > longest ? `${printable}… (${text.length} characters)` : printable;
};

/** Sends trace events, at most so many a second; what was left out is counted in the next one. */
const teller = (core: Core, wanted: ReadonlySet<string>): ((wire: 'rsp' | 'qmp', to: 'qemu' | 'bootscope', text: string) => void) => {
  let second = 0;
  let sent = 0;
  let dropped = 0;
  return (wire, to, text) => {
    if (!wanted.has(wire)) return;
    const now = Math.floor(performance.now() / 1000);
    if (now !== second) [second, sent] = [now, 0];
    if (++sent > mostASecond) {
      dropped++;
      return;
    }
    const body: TraceEventBody = { wire, to, text: shown(text), ...(dropped === 0 ? {} : { dropped }) };
    dropped = 0;
    core.send('bootscope/trace', body);
  };
};

const trace: Handler<TraceArguments> = async (core, args): Promise<TraceArguments> => {
  const asked: unknown = args.wires;
  if (!Array.isArray(asked) || !asked.every((wire) => (wires as readonly unknown[]).includes(wire))) {
    throw failure(sessionErrors.badArgument, { name: 'wires', request: 'bootscope/trace', found: JSON.stringify(asked) ?? 'nothing', expected: 'a list of "rsp" and "qmp"' });
  }
  const { machine } = core.need('bootscope/trace');
  if (!machine.traceWires) return Promise.resolve({ wires: [] });
  const wanted = new Set<string>(asked);
  machine.traceWires(wanted.size === 0 ? undefined : teller(core, wanted));
  return Promise.resolve({ wires: wires.filter((wire) => wanted.has(wire)) });
};

/** What goes over the wires to QEMU, for a face's log. */
export const traceRequests: RequestGroup = { handlers: { 'bootscope/trace': trace } };
