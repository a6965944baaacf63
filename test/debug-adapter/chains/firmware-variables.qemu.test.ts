import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBootEntries } from '../../../debug-adapter/chains/firmware-variables';
import { launchQemu } from '../../../debug-adapter/machine/launch';
import type { Machine } from '../../../debug-adapter/machine/machine';

const [code, variables, whole] = ['/usr/share/OVMF/OVMF_CODE_4M.fd', '/usr/share/OVMF/OVMF_VARS_4M.fd', '/usr/share/ovmf/OVMF.fd'];
const [smallCode, smallVariables] = ['/usr/share/OVMF/OVMF_CODE.fd', '/usr/share/OVMF/OVMF_VARS.fd'];

/** A line of the firmware (MdeModulePkg/Universal/BdsDxe) is its own word on an entry: number, description, device path. */
const started = /BdsDxe: starting (Boot[0-9A-F]{4}) "(.*?)\s*" from (.*?)\r?\n/;

describe.skipIf(![code, variables, whole, smallCode, smallVariables].every(existsSync))('boot entries of OVMF', () => {
  let directory = '';
  const machines: Machine[] = [];
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'ovmf-'));
  });
  afterAll(async () => {
    for (const machine of machines) await machine.close('kill');
    rmSync(directory, { recursive: true, force: true });
  });
  const flash = (firmware: string, store: string, extra = ''): string[] => {
    const copy = join(directory, `vars-${machines.length}.fd`);
    copyFileSync(store, copy);
    return ['-drive', `if=pflash,format=raw,readonly=on,file=${firmware}`, '-drive', `if=pflash,format=raw,file=${copy}${extra}`];
  };

  it.each<[string, () => string[]]>([
    ['in its flash of 4 MiB', () => flash(code, variables)],
    ['in its flash of 2 MiB, whose file is not written', () => flash(smallCode, smallVariables, ',snapshot=on')],
    ['in memory, where there is no flash', () => ['-bios', whole]],
  ])('%s are what it says itself when it starts one', async (_name, firmware) => {
    const machine = await launchQemu({ argv: ['qemu-system-x86_64', '-machine', 'q35', '-m', '256M', ...firmware(), '-display', 'none', '-net', 'none'] });
    machines.push(machine);
    const said = (): string => Buffer.from(machine.serial[0]?.read().bytes ?? []).toString('utf8');
    await new Promise<void>((resolve, reject) => {
      const off = machine.on('serial', () => { if (started.test(said())) { off(); resolve(); } });
      machine.on('ended', ({ detail }) => reject(new Error(detail)));
      void machine.resume();
    });
    // The shell it has started waits for a key.
    await machine.interrupt();
    const [, name = '', label = '', path = ''] = started.exec(said()) ?? [];
    const entries = (await readBootEntries(machine)) ?? [];
    const entry = entries.find((one) => one.name === name);
    expect(entry).toMatchObject({ label, active: true, order: expect.any(Number) as number });
    expect(entry?.devicePath.toLowerCase()).toBe(path.trim().toLowerCase());
    expect(entries.map(({ order }) => order)).toEqual(entries.map((_, index) => index + 1));
    await machine.close('kill');
  });

  it('are none of a machine with a BIOS', async () => {
    const machine = await launchQemu({ argv: ['qemu-system-x86_64', '-m', '64M', '-display', 'none', '-net', 'none'] });
    machines.push(machine);
    expect(await readBootEntries(machine)).toBeUndefined();
    await machine.close('kill');
  });
});
