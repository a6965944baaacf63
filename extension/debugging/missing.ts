import * as fs from 'node:fs';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { findFirmware, installCommand, isProgram, type Part } from './detect/system';

/** What a configuration needs and this machine has not. */
export interface Missing {
  readonly part: Part;
  readonly name: string;
}

/**
 * The first part that is missing: a system on which QEMU can be started, QEMU, its firmware. A path of the user's own is left to the adapter, which knows more of it.
 */
export function missingPart(configuration: Readonly<Record<string, unknown>>, platform: NodeJS.Platform = process.platform): Missing | undefined {
  const { qemu, firmware, env } = configuration;
  const cwd = typeof configuration.cwd === 'string' ? configuration.cwd : process.cwd();
  const program: unknown = Array.isArray(qemu) ? qemu[0] : undefined;
  // The adapter would refuse it as well (BS126); here what to do can be copied.
  if (platform === 'win32' && program !== undefined) return { part: 'wsl', name: '' };
  const searchPath = typeof env === 'object' && env !== null && 'PATH' in env && typeof env.PATH === 'string' ? env.PATH : process.env.PATH;
  if (typeof program === 'string' && /^qemu-system-\w+$/.test(program) && !isProgram(program, cwd, searchPath, platform)) return { part: 'qemu', name: program };
  if (typeof firmware === 'string' && !fs.existsSync(path.resolve(cwd, firmware))) return { part: 'firmware', name: firmware };
  return undefined;
}

/** Says what is missing and what installs it here. */
export function tellMissing({ part, name }: Missing): void {
  const command = installCommand(part);
  const what = {
    wsl: vscode.l10n.t('On native Windows Bootscope joins a QEMU that listens with -gdb tcp:127.0.0.1:1234, and starts none. To have it started, open this folder in WSL.'),
    qemu: vscode.l10n.t('{0} is not on this machine.', name),
    firmware: vscode.l10n.t('The UEFI firmware {0} is not on this machine.', name),
  }[part];
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
