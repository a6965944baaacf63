import type { DiagnosisAnswer, EnvironmentVariable, MountsAnswer } from '../../debug-adapter/api';

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

export interface GuestReport {
  guest: string;
  chain: string;
  variant: string;
  skipped?: string;
  stops: StopReport[];
  environment: EnvironmentVariable[];
  mounts: MountsAnswer;
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
  mounts: { kernel: [], views: [] },
  diagnosis: { failures: [] },
});
