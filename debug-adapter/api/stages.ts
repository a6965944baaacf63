/** Boot stages. */
import type { Src, StageId } from './common';

export interface StageInfo {
  id: StageId;
  name: string;
  /** Milliseconds since the machine was started (or joined). */
  enteredMs?: number;
  leftMs?: number;
  /** Page-table root, `0x…`. */
  space?: string;
  /** `source`: the code that was reached, where it is known. */
  evidence: { kind: 'breakpoint' | 'serial' | 'memory'; text: string; source?: Src }[];
}
export interface StagesAnswer {
  current: StageId | null;
  stages: StageInfo[];
}
