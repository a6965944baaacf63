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

/**
 * Beside DAP's members of a breakpoint in `setBreakpoints`, `setFunctionBreakpoints`, `setInstructionBreakpoints` and `setDataBreakpoints`: the only process in which it stops,
 * by name, pid or `name:pid`. A condition that ends with `in process:P` says the same.
 */
export interface BoundToProcess {
  process?: string;
}
