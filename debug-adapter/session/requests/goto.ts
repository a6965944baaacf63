import type { DebugProtocol } from '@vscode/debugprotocol';
import { failure } from '../../errors/catalogue';
import { timeErrors } from '../../errors/time';
import type { UnwindRow } from '../../images/debug-info';
import type { Frame } from '../../inspect/stack/frame';
import type { CodePlace } from '../../program/program';
import type { Handler, RequestGroup } from '../handler';
import { linePlaceOf, sameFunction, startsStatement } from '../run/line-range';
import type { LinePlace } from '../run/line-range';
import type { StopReport } from '../run/stop-report';
import type { Target } from '../target';
import { vcpuOf } from './run';
import { writeRegister } from './write-register';

interface Place {
  /** Runtime address of a statement's first instruction. */
  readonly address: bigint;
  readonly line: number;
  /** Why it is no place to go on from. */
  readonly refused: string | undefined;
}

/** What was offered last, by target id, and the stop that it holds for. */
const offered = new WeakMap<Target, { readonly stop: StopReport | undefined; readonly places: readonly Place[] }>();

const asText = (row: UnwindRow): string =>
  JSON.stringify([row.cfa, [...row.registers].sort(([a], [b]) => a - b)], (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));

/** Why code at `to` would not find registers and stack as it expects them, coming from `from`. */
const whyNot = (target: Target, from: LinePlace, to: CodePlace): string | undefined => {
  const { program } = target;
  const place = linePlaceOf(program, to);
  if (!place || !sameFunction(place, from)) return `it is in ${to.scopes[0]?.function.qualifiedName ?? 'another place'}, which is not the function that runs`;
  if (place.inlined.join() !== from.inlined.join()) return 'it belongs to another inlined call, or lies outside the one that runs';
  if (!startsStatement(place)) return 'no statement starts there';
  const { debugInfo } = from.module.image;
  const [here, there] = [debugInfo.unwindAt(from.linked), debugInfo.unwindAt(place.linked)];
  if (!here || !there) return 'no call frame information says how the stack lies there';
  return asText(here) === asText(there) ? undefined : 'the stack, or the registers saved on it, lie otherwise there';
};

const innermost = async (target: Target): Promise<Frame | undefined> => target.inspector.framesOf(target.machine.current).at(0);

/** The statements of a line that the innermost function may go on from. Throws BS387 when there are statements and none of them will do. */
const gotoTargets: Handler<DebugProtocol.GotoTargetsArguments> = async (core, args): Promise<DebugProtocol.GotoTargetsResponse['body']> => {
  const target = core.needStopped('gotoTargets');
  const { program, sources, run } = target;
  const line = core.lineIn(args.line);
  const frame = await innermost(target);
  const from = frame && linePlaceOf(program, frame.place);
  const what = `${args.source.name ?? args.source.path ?? 'this source'}:${args.line}`;
  if (!from || args.source.path === undefined) throw failure(timeErrors.unsafeGoto, { target: what, detail: 'the place where the machine stands is in no function with debug information' });
  const { module } = from;
  const { debugInfo } = module.image;
  const { cr3 } = await target.machine.registers();
  const rows = sources.toRecorded(args.source.path, debugInfo).flatMap((file) => debugInfo.addressesOfLine(file, line));
  const places = [...new Map(rows.map((row) => [row.address, row])).values()].map((row): Place => {
    const address = program.toRuntime(module, row.address);
    return { address, line: row.line, refused: whyNot(target, from, program.placeOf(address, { cr3 })) };
  });
  const possible = places.filter(({ refused }) => refused === undefined);
  if (possible.length === 0 && places[0]) throw failure(timeErrors.unsafeGoto, { target: what, detail: places[0].refused ?? '' });
  offered.set(target, { stop: run.last, places: possible });
  return {
    targets: possible.map(({ address, line: at }, id) => {
      const reference = `0x${address.toString(16)}`;
      return { id, label: possible.length === 1 ? `line ${core.lineOut(at)}` : `line ${core.lineOut(at)} at ${reference}`, line: core.lineOut(at), instructionPointerReference: reference };
    }),
  };
};

/** Sets the instruction pointer to a target that was offered at this very stop; nothing in between runs. Throws BS387. */
const goTo: Handler<DebugProtocol.GotoArguments> = async (core, args) => {
  const target = core.needStopped('goto');
  const { machine, run, inspector } = target;
  const vcpu = await vcpuOf(target, args.threadId);
  const last = offered.get(target);
  const place = last?.places[args.targetId];
  const refuse = (detail: string): Error => failure(timeErrors.unsafeGoto, { target: place ? `line ${core.lineOut(place.line)}` : `target ${args.targetId}`, detail });
  if (!place || last?.stop !== run.last) throw refuse('it was not offered at this stop');
  if (vcpu.id !== machine.current.id) throw refuse('another vCPU is the one that stopped');
  const { bits, codeBase = 0n } = await machine.registers(vcpu);
  await writeRegister(machine, vcpu, bits === 64 ? 'rip' : 'eip', place.address - codeBase);
  inspector.changed();
  const { pc, cr3 } = await machine.registers(vcpu);
  run.report({ stop: { reason: 'other', vcpu, pc, cr3, hits: [] }, reason: 'goto' });
  return undefined;
};

export const gotoRequests: RequestGroup = { capabilities: { supportsGotoTargetsRequest: true }, handlers: { gotoTargets, goto: goTo } };
