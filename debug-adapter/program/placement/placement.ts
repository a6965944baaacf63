import type { StopObserver } from '../observer';
import type { PlacedModule } from '../placed-module';
import { isUserStage } from '../stage-order';
import type { PlacementContext } from './context';
import { EfiPlacement, isEfi } from './efi';
import { KaslrPlacement, isMovableLinux } from './kaslr';
import { KernelModulePlacement, isKernelModule } from './kernel-modules';
import type { FindModuleFiles, ModuleLister } from './kernel-modules';
import { LinkedPlacement } from './linked';
import { ProcessPlacement } from './process';
import type { ProcessSource } from './process';

/** The ways in which a program's modules find their places. */
export interface Placements {
  /** In the order in which they are to be asked at a stop. */
  readonly observers: readonly StopObserver[];
  /** Gives the kernel's list of processes once a boot chain's reader is known. */
  setProcessSource(source: ProcessSource | undefined): void;
  /** Finds the images of processes that do not run, as the kernel lists them now. Call on a stopped machine. */
  refreshProcesses(): Promise<void>;
}

/** What the kernel of a boot chain lists, and where files that it names are. */
export interface PlacementSources {
  readonly processes?: ProcessSource;
  readonly modules?: ModuleLister;
  readonly findModuleFiles?: FindModuleFiles;
}

/** Chooses for every module added so far how it is placed: by `at`, else by what the image is (see the contracts on `at: "auto"`). */
export const createPlacements = (context: PlacementContext, { processes: source, modules: loaded, findModuleFiles }: PlacementSources = {}): Placements => {
  const linked: PlacedModule[] = [];
  const efi: PlacedModule[] = [];
  const processes: PlacedModule[] = [];
  const moved: KaslrPlacement[] = [];
  const kernelModules: PlacedModule[] = [];
  for (const module of context.program.modules) {
    if (loaded && isKernelModule(module)) kernelModules.push(module);
    else if (typeof module.at !== 'string') linked.push(module);
    else if (isUserStage(module.stage)) processes.push(module);
    else if (module.at === 'linked') linked.push(module);
    else if (isMovableLinux(module)) moved.push(new KaslrPlacement(context, module));
    else if (isEfi(module)) efi.push(module);
    else linked.push(module);
  }
  const processPlacement = new ProcessPlacement(context, processes, source);
  const observers: StopObserver[] = [];
  if (efi.length > 0) observers.push(new EfiPlacement(context, efi));
  observers.push(...moved);
  if (linked.length > 0) observers.push(new LinkedPlacement(context, linked));
  // Only a kernel loads modules: a session on a loader alone asks for none.
  if (loaded && context.program.modulesOf('kernel').length > 0) observers.push(new KernelModulePlacement(context, kernelModules, loaded, findModuleFiles));
  if (processes.length > 0) observers.push(processPlacement);
  return {
    observers,
    setProcessSource: (next) => {
      processPlacement.setSource(next);
    },
    refreshProcesses: () => processPlacement.refresh(),
  };
};
