import type { UnitGraph } from '../../../boot/languages/init-units/unit-graph';
import type {
  CheckpointsAnswer,
  EfiBootEntryAnswer,
  EnvironmentAnswer,
  MountHistoryAnswer,
  MountsAnswer,
  ReadsAnswer,
  ResolvePathAnswer,
  StagesAnswer,
  UnitsAnswer,
} from '../../../debug-adapter/api';
import type { TabId } from './tabs';

/** What the adapter said for a page; `failed` holds its words where it refused. */
export type Answer<T> = T | { readonly failed: string };

/** What each page shows. */
export interface Contents {
  timeline?: { readonly stages: Answer<StagesAnswer>; readonly checkpoints: Answer<CheckpointsAnswer>; readonly nowMs: number };
  environment?: { readonly environment: Answer<EnvironmentAnswer>; readonly breaksOn: readonly string[] };
  mounts?: { readonly mounts: Answer<MountsAnswer>; readonly history: Answer<MountHistoryAnswer> };
  reads?: { readonly reads: Answer<ReadsAnswer> };
  /** `units`: of the session; `graph`: of the files, from the language server. */
  units?: { readonly units?: Answer<UnitsAnswer>; readonly graph?: UnitGraph };
}

/** An answer to a question asked on the page Mounts. */
export type Asked =
  | { readonly kind: 'resolvePath'; readonly path: string; readonly answer: Answer<ResolvePathAnswer> }
  | { readonly kind: 'efiBootEntry'; readonly loader: string; readonly answer: Answer<EfiBootEntryAnswer> };

/** All the extension tells the page. */
export interface State {
  readonly tab: TabId;
  readonly session?: string;
  readonly machine: 'none' | 'running' | 'stopped' | 'ended';
  readonly contents: Contents;
  readonly asked?: Asked;
  /** Translations of the page's texts. */
  readonly words: Readonly<Record<string, string>>;
}

/** How the user looks at the pages; kept by the page itself. */
export interface Look {
  /** 1: everything fits. */
  readonly zoom: number;
  /** Pixels there are for a picture. */
  readonly width: number;
  readonly mountsAs: 'table' | 'tree';
  /** Index of the group of processes whose mounts are shown. */
  readonly view: number;
  /** Number of the stop the mount table is compared with; 0: none. */
  readonly against: number;
  /** Variable that is being edited. */
  readonly editing: string;
  /** Only variables whose name or value holds this are shown. */
  readonly filter: string;
}

export const firstLook: Look = { zoom: 1, width: 800, mountsAs: 'table', view: 0, against: 0, editing: '', filter: '' };

/** True for the words of a refusal. */
export const refused = <T extends object>(answer: Answer<T>): answer is { readonly failed: string } => 'failed' in answer;
