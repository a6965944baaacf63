import type { DiagnosisAnswer, EnvironmentVariable, Known, Mount, MountsAnswer, ViewMount } from '../../debug-adapter/api';

/** One stop as the contracts print it. */
export interface StopReport {
  reason: string;
  stage: string | null;
  process?: string;
  function: string;
  file?: string;
  line?: number;
  frames: { function: string; file?: string; line?: number; inlined?: boolean }[];
  values: Record<string, string>;
}

/** A row of the kernel's table, or of the table as a process sees it. */
export type MountReport = Mount | (ViewMount & { process: string; root: Known<string> });

export interface GuestReport {
  guest: string;
  chain: string;
  variant: string;
  skipped?: string;
  stops: StopReport[];
  environment: EnvironmentVariable[];
  mounts: MountReport[];
  diagnosis: DiagnosisAnswer;
}

export interface DemoReport {
  version: 1;
  guests: GuestReport[];
}

export const emptyReport = (guest: string, chain: string, variant: string): GuestReport => ({
  guest,
  chain,
  variant,
  stops: [],
  environment: [],
  mounts: [],
  diagnosis: { failures: [] },
});

/** The rows of the kernel's table, then those of each process's view. */
export const mountReport = ({ kernel, views }: MountsAnswer): MountReport[] => [
  ...kernel,
  ...views.flatMap(({ process, root, mounts }) => mounts.map((mount) => ({ ...mount, process, root }))),
];
