import * as fs from 'node:fs';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { findFirmware, installCommand, isProgram, type Part } from './detect/system';

/** What a configuration needs and this machine has not. */
export interface Missing {
  readonly part: Part;
  readonly name: string;
}

/** The first part that is missing: QEMU before its firmware. A path of the user's own is left to the adapter, which knows more of it. */
export function missingPart(configuration: Readonly<Record<string, unknown>>): Missing | undefined {
  const { qemu, firmware, env } = configuration;
  const cwd = typeof configuration.cwd === 'string' ? configuration.cwd : process.cwd();
  const program: unknown = Array.isArray(qemu) ? qemu[0] : undefined;
  const searchPath = typeof env === 'object' && env !== null && 'PATH' in env && typeof env.PATH === 'string' ? env.PATH : process.env.PATH;
  if (typeof program === 'string' && /^qemu-system-\w+$/.test(program) && !isProgram(program, cwd, searchPath)) return { part: 'qemu', name: program };
  if (typeof firmware === 'string' && !fs.existsSync(path.resolve(cwd, firmware))) return { part: 'firmware', name: firmware };
  return undefined;
}

/** Says what is missing and what installs it here. */
export function tellMissing({ part, name }: Missing): void {
  const command = installCommand(part);
  const what = part === 'qemu' ? vscode.l10n.t('{0} is not on this machine.', name) : vscode.l10n.t('The UEFI firmware {0} is not on this machine.', name);
  const next = command === undefined ? vscode.l10n.t('Install it, or give its path in the configuration.') : vscode.l10n.t('Install it: {0}', command);
  const copy = vscode.l10n.t('Copy Command');
  void vscode.window.showErrorMessage(`${what} ${next}`, ...(command === undefined ? [] : [copy])).then(async (picked) => {
    if (picked === copy && command !== undefined) await vscode.env.clipboard.writeText(command);
  });
}

/** Says what of QEMU and a UEFI firmware is missing here, one at a time, or that both are there. */
export function checkRequirements(): void {
  const [qemu, firmware] = ['qemu-system-x86_64', findFirmware()];
  const missing = missingPart({ qemu: [qemu], firmware });
  if (missing) tellMissing(missing);
  else void vscode.window.showInformationMessage(vscode.l10n.t('{0} and the UEFI firmware {1} are on this machine.', qemu, firmware));
}
