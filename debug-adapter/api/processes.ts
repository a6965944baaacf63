/** Processes and address spaces. */
import type { Known } from './common';

export interface ProcessInfo {
  id: string;
  name: string;
  root: Known<string>;
  cwd: Known<string>;
  jail?: string;
  /** Page-table root, `0x…`. */
  space: Known<string>;
  state: string;
}
export interface ProcessesAnswer {
  processes: ProcessInfo[];
  unknown?: string;
}

export interface AddressSpaceAnswer {
  cr3: string;
  ranges: { start: string; end: string; flags: string; image?: string }[];
}
