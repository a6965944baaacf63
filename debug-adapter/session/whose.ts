import type { CurrentProcess } from '../chains/chain';
import { isProcess } from '../program/placement/process';

/** Who runs on a processor. Without a process none does (firmware, loader, a kernel that starts), or `unknown` says why it cannot be told. */
export interface RunningProcess {
  readonly process?: CurrentProcess;
  readonly unknown?: string;
}

const suffix = /(?:^|\s)in\s+process:(?!:)\s*(\S.*?)\s*$/;

/** A breakpoint's condition without `in process:P` at its end, and that process: a name, a pid, or `name:pid`. */
export const splitProcess = (condition: string | undefined): { readonly condition?: string; readonly process?: string } => {
  const found = condition === undefined ? null : suffix.exec(condition);
  const rest = found ? condition?.slice(0, found.index) : condition;
  return { ...(rest === undefined || rest.trim() === '' ? {} : { condition: rest }), ...(found?.[1] === undefined ? {} : { process: found[1] }) };
};

/** True when the one that runs is the process that is meant, or a thread of it. */
export const isMeant = (wanted: string, { name, pid, leader }: CurrentProcess): boolean => isProcess(wanted, { name, pid }) || (leader !== undefined && isProcess(wanted, leader));
