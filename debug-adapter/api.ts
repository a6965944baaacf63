/**
 * The custom requests of the adapter, all named `bootscope/…`, as other tools rely on them. They change only by adding.
 * Addresses are `"0x…"` strings, sizes are bytes. A `process` in a request is a name, a pid, or `name:pid`.
 */
import type { CapabilitiesAnswer, DiagnosisAnswer, UnitsAnswer } from './api/boot';
import type { SerialAnswer, SerialArguments, TerminalEndedArguments, TraceArguments } from './api/console';
import type { EnvironmentAnswer, SetEnvironmentAnswer, SetEnvironmentArguments } from './api/environment';
import type { EfiBootEntryAnswer, EfiBootEntryArguments, MountHistoryAnswer, MountsAnswer, MountsArguments, RerootForecastAnswer, ResolvePathAnswer, ResolvePathArguments } from './api/mounts';
import type { AddressSpaceAnswer, ProcessesAnswer } from './api/processes';
import type { ReadsAnswer, ReadsArguments } from './api/reads';
import type { CheckpointsAnswer, CheckpointsArguments, ForceReturnAnswer, ForceReturnArguments, GoBackArguments, StopWhenAnswer, StopWhenArguments } from './api/run';
import type { StagesAnswer } from './api/stages';

export type * from './api/common';
export type * from './api/stages';
export type * from './api/environment';
export type * from './api/mounts';
export type * from './api/processes';
export type * from './api/reads';
export type * from './api/boot';
export type * from './api/console';
export type * from './api/run';
export type * from './api/configuration';

/** Request name → arguments and answer. */
export interface CustomRequests {
  'bootscope/stages': { arguments: Record<string, never>; answer: StagesAnswer };
  'bootscope/environment': { arguments: Record<string, never>; answer: EnvironmentAnswer };
  'bootscope/mounts': { arguments: MountsArguments; answer: MountsAnswer };
  'bootscope/processes': { arguments: Record<string, never>; answer: ProcessesAnswer };
  'bootscope/addressSpace': { arguments: { process?: string }; answer: AddressSpaceAnswer };
  'bootscope/reads': { arguments: ReadsArguments; answer: ReadsAnswer };
  'bootscope/resolvePath': { arguments: ResolvePathArguments; answer: ResolvePathAnswer };
  'bootscope/efiBootEntry': { arguments: EfiBootEntryArguments; answer: EfiBootEntryAnswer };
  'bootscope/rerootForecast': { arguments: Record<string, never>; answer: RerootForecastAnswer };
  'bootscope/capabilities': { arguments: Record<string, never>; answer: CapabilitiesAnswer };
  'bootscope/setEnvironment': { arguments: SetEnvironmentArguments; answer: SetEnvironmentAnswer };
  'bootscope/checkpoints': { arguments: CheckpointsArguments; answer: CheckpointsAnswer };
  'bootscope/goBack': { arguments: GoBackArguments; answer: Record<string, never> };
  'bootscope/forceReturn': { arguments: ForceReturnArguments; answer: ForceReturnAnswer };
  'bootscope/units': { arguments: Record<string, never>; answer: UnitsAnswer };
  'bootscope/mountHistory': { arguments: Record<string, never>; answer: MountHistoryAnswer };
  'bootscope/trace': { arguments: TraceArguments; answer: TraceArguments };
  'bootscope/stopWhen': { arguments: StopWhenArguments; answer: StopWhenAnswer };
  'bootscope/diagnosis': { arguments: Record<string, never>; answer: DiagnosisAnswer };
  'bootscope/serial': { arguments: SerialArguments; answer: SerialAnswer };
  'bootscope/terminalEnded': { arguments: TerminalEndedArguments; answer: Record<string, never> };
}
