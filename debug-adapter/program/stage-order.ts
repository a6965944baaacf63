import type { StageId } from '../api';

/** Stages in the order of a boot. `chroot`, `reroot` and `pivot` happen while userland runs. */
const ranks: Record<StageId, number> = { firmware: 0, loader: 1, kernel: 2, init: 3, userland: 4, chroot: 4, reroot: 4, pivot: 4, login: 5 };

/** True for a stage of the contracts. */
export const isStageId = (stage: string): stage is StageId => Object.hasOwn(ranks, stage);

/** Place of a stage in the order of a boot; a stage that is not one of the contracts' counts as userland. */
export const rankOf = (stage: string): number => (isStageId(stage) ? ranks[stage] : ranks.userland);

/** Images of these stages run as processes in address spaces of their own. */
export const isUserStage = (stage: string): boolean => rankOf(stage) >= ranks.init;

/**
 * True unless the boot has left the stage for good. Firmware lives on beside the loader it serves, and both are gone
 * once the kernel runs; a kernel lives on below every later stage.
 */
export const isStageActive = (stage: string, current: string | undefined): boolean =>
  current === undefined || rankOf(stage) >= ranks.kernel || rankOf(current) < ranks.kernel;
