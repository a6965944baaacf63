import * as path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Machine } from '../machine/machine';
import type { Locations } from '../program/locations';
import type { PlacedProgram } from '../program/placed-program';
import type { Sources } from '../program/sources';
import type { StageTracker } from '../program/stages';
import type { UserBreakpoints } from './breakpoints/user-breakpoints';
import type { ChainReader } from './chain-reader';
import type { RunningCommand } from './command';
import type { Configuration } from './configuration/validate';
import type { Filters } from './filters/filters';
import type { Inspector } from './inspection/inspector';
import type { Threads } from './inspection/threads';
import type { MountHistory } from './recorders/mount-history';
import type { RunController } from './run/controller';
import type { Recorders } from './recorders/recorders';
import type { SerialFeed } from './serial-feed';
import type { StepsBack } from './time/step-back';
import type { Back } from './time/reverse';
import type { TimeTravel } from './time/time-travel';
import type { SerialText } from './serial-text';
import type { SymbolLoading } from './symbol-loading';

/** One machine under debugging, with everything the session knows of it. Lives from launch or attach to the end. */
export interface Target {
  readonly configuration: Configuration;
  readonly machine: Machine;
  readonly program: PlacedProgram;
  readonly sources: Sources;
  readonly locations: Locations;
  readonly symbols: SymbolLoading;
  readonly stages: StageTracker;
  readonly run: RunController;
  readonly breakpoints: UserBreakpoints;
  readonly filters: Filters;
  readonly recorders: Recorders;
  readonly inspector: Inspector;
  readonly threads: Threads;
  readonly chain: ChainReader;
  readonly mountHistory: MountHistory;
  readonly serialFeed: SerialFeed;
  readonly serialText: SerialText;
  readonly travel: TimeTravel;
  readonly back: Back;
  readonly stepsBack: StepsBack;
  /** The user's command that started QEMU. */
  readonly command?: RunningCommand;
  /** A recorded source path as the editor can open it. */
  sourceOf(recorded: string): DebugProtocol.Source;
  /** What the machine says from now on is no news: it is being ended. */
  silence(): void;
  /** Stops listening and closes the images. The machine is closed apart. */
  dispose(): Promise<void>;
}

/** A recorded source path as DAP wants it: the local file where there is one, else the recorded path, greyed out. */
export const toDapSource = (sources: Sources, recorded: string): DebugProtocol.Source => {
  const local = sources.toLocal(recorded);
  const name = path.posix.basename(recorded.replaceAll('\\', '/'));
  return local === undefined ? { name, path: recorded, presentationHint: 'deemphasize', origin: 'not found on this machine: add its folder to "sourceMap"' } : { name, path: local };
};
