import { SymbolKind, type CallHierarchyItem } from 'vscode-languageserver';
import type { Range } from './findings';
import { environmentFlow } from './init-units/environment';
import { startedBy, starts, unitItem } from './init-units/flow';
import { kenvFlow, type Occurrence } from './kenv/flow';
import { systemReaders } from './kenv/navigate';
import type { FlowItem, FlowSubject } from './service';
import type { Workspace } from './workspace/workspace';
import { uriOf } from './workspace/uris';

/** Another item and the places at which the flow passes between the two. */
export interface Flow {
  readonly item: CallHierarchyItem;
  readonly ranges: Range[];
}

const kinds: Record<FlowSubject['kind'], SymbolKind> = { kenv: SymbolKind.Variable, environment: SymbolKind.Variable, unit: SymbolKind.Event, file: SymbolKind.File };

/** An item as the protocol has it; what it stands for travels in `data`. */
export const asItem = ({ subject, name, detail, path, range }: FlowItem): CallHierarchyItem => ({ name, detail, kind: kinds[subject.kind], uri: uriOf(path), range, selectionRange: range, data: subject });

/** Who sets a variable or has a unit started, in the order of a boot. */
export function incoming(workspace: Workspace, item: CallHierarchyItem): Flow[] {
  const subject = item.data as FlowSubject;
  switch (subject.kind) {
    case 'kenv':
      return byFile(kenvFlow(workspace, subject.name).filter((one) => one.kind !== 'use'));
    case 'environment':
      return environmentFlow(workspace, subject.name).flatMap((one) => (one.kind === 'use' ? [] : [{ item: asItem(unitItem(one.unit)), ranges: [one.range] }]));
    case 'unit':
      return startedBy(workspace, subject.path, subject.line).map(({ item: other, ranges }) => ({ item: asItem(other), ranges }));
    case 'file':
      return [];
  }
}

/** Who reads a variable, init and the kernel after the scripts; what a unit has started. */
export function outgoing(workspace: Workspace, item: CallHierarchyItem): Flow[] {
  const subject = item.data as FlowSubject;
  switch (subject.kind) {
    case 'kenv': {
      const readers = systemReaders(subject.name).map(({ name, path, when }) => ({ item: { ...item, name, detail: when === undefined ? path : `${path}, ${when}`, kind: SymbolKind.Function, data: { kind: 'file' } satisfies FlowSubject }, ranges: [item.selectionRange] }));
      return [...byFile(kenvFlow(workspace, subject.name).filter((one) => one.kind === 'use')).map((one) => ({ ...one, ranges: [item.selectionRange] })), ...readers];
    }
    case 'environment':
      return environmentFlow(workspace, subject.name).flatMap((one) => (one.kind === 'use' ? [{ item: asItem(unitItem(one.unit)), ranges: [item.selectionRange] }] : []));
    case 'unit':
      return starts(workspace, subject.path, subject.line).map(({ item: other, ranges }) => ({ item: asItem(other), ranges }));
    case 'file':
      return [];
  }
}

function byFile(all: readonly Occurrence[]): Flow[] {
  const files = new Map<string, { item: CallHierarchyItem; ranges: Range[] }>();
  for (const one of all) {
    const known = files.get(one.path);
    if (known !== undefined) known.ranges.push(one.range);
    else files.set(one.path, { item: asItem({ subject: { kind: 'file' }, name: one.path.split('/').slice(-2).join('/'), detail: one.conditions.join(', '), path: one.path, range: one.range }), ranges: [one.range] });
  }
  return [...files.values()];
}
