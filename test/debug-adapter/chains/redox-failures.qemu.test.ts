import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChainContext } from '../../../debug-adapter/chains/chain';
import { RedoxChain } from '../../../debug-adapter/chains/redox/redox';
import { launchQemu } from '../../../debug-adapter/machine/launch';
import type { Machine } from '../../../debug-adapter/machine/machine';
import { buildRedoxLive, type RedoxLiveOptions } from '../../guests/redox-live/build.mjs';

let folder: string;
const machines: Machine[] = [];
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bs-redox-failures-'));
});
afterAll(async () => {
  for (const machine of machines) await machine.close('kill');
  fs.rmSync(folder, { recursive: true, force: true });
});

interface Found {
  readonly code: string;
  readonly title: string;
}

/** The failures of a boot by the BIOS up to `until`, from its console alone (level 0). `change`: of QEMU's arguments. */
const failuresOf = async (options: RedoxLiveOptions, until: RegExp, change: (argv: string[], disk: string) => string[] = (argv) => argv): Promise<Found[]> => {
  const guest = await buildRedoxLive({ firmware: 'bios', variant: 'mini', ...options });
  const machine = await launchQemu({ argv: change([...guest.qemu], guest.disk) });
  machines.push(machine);
  const said = (): string => Buffer.from(machine.serial[0]?.read().bytes ?? []).toString('utf8');
  // The machine runs on: what comes behind is another story (a login prompt makes an earlier failure one that was got over).
  const text = await new Promise<string>((resolve, reject) => {
    machine.on('serial', () => {
      const found = until.exec(said());
      if (found !== null) resolve(said().slice(0, found.index + found[0].length));
    });
    machine.on('ended', ({ detail }) => reject(new Error(`${detail}\n${said()}`)));
    void machine.resume();
  });
  const context = { machine, stage: 'init', serialText: () => text } as unknown as ChainContext;
  const { failures } = await new RedoxChain().diagnosis(context);
  await machine.close('kill');
  return failures.map(({ code, title }) => ({ code, title }));
};

const over = /init: switchroot to \/usr/;
const service = (cmd: string, type = 'notify'): string => `[unit]\ndescription = "One more"\n\n[service]\ncmd = "${cmd}"\ntype = "${type}"\n`;
const drivers = (...more: string[]): string => `[unit]\ndescription = "Initfs drivers"\nrequires_weak = ["10_lived.service", "40_ahcid.service"${more.map((id) => `, "${id}"`).join('')}]\n`;
/** One more unit among the drivers. The mount works all the same, so what init says of the unit is looked at before the login. */
const withUnit = (id: string, text: string): RedoxLiveOptions => ({ initfsUnits: { '40_drivers.target': drivers(id), [id]: text } });

describe('real failures of Redox boots, from the console alone', () => {
  it('a unit that none of the folders holds', async () => {
    expect(await failuresOf({ initfsUnits: { '40_drivers.target': drivers('40_nvmed.service') } }, over)).toMatchObject([{ code: 'redox.unit-not-found', title: expect.stringContaining('40_nvmed.service') as string }]);
  });
  it('a daemon that ends before it is ready', async () => {
    expect(await failuresOf(withUnit('40_more.service', service('redoxfs')), over)).toMatchObject([{ code: 'redox.service-not-ready', title: expect.stringContaining('redoxfs') as string }]);
  });
  it('a program that is not in the initfs', async () => {
    expect(await failuresOf(withUnit('40_more.service', service('nvmed')), over)).toMatchObject([{ code: 'redox.service-failed', title: expect.stringContaining('nvmed') as string }]);
  });
  it('a unit file that init cannot read', async () => {
    expect(await failuresOf(withUnit('40_more.service', '[unit]\ndescription = "One more"\nafter = "40_ahcid.service"\n'), over)).toMatchObject([{ code: 'redox.unit-unreadable' }]);
  });
  it('a live disk that nobody serves', async () => {
    expect(await failuresOf({ initfsUnits: { '40_drivers.target': '[unit]\nrequires_weak = []\n' } }, over)).toMatchObject([{ code: 'redox.rootfs-not-found' }]);
  });
  it('a machine too small for the preload', async () => {
    expect(await failuresOf({ preloadMib: 16, sizeMib: 16 }, over, (argv) => argv.map((one) => (one === '256M' ? '16M' : one)))).toMatchObject([{ code: 'redox.live-disabled' }]);
  });
  it('a disk without a filesystem where the bootloader looks', async () => {
    const empty = path.join(folder, 'empty.img');
    expect(
      await failuresOf({}, /Failed to open RedoxFS: [^\n]*\n/, (argv, disk) => {
        fs.writeFileSync(empty, fs.readFileSync(disk).fill(0, 2 << 20));
        return argv.map((one) => one.replace(disk, empty));
      }),
    ).toMatchObject([{ code: 'redox.no-filesystem' }]);
  });
  it('nothing is said of a boot that goes well', async () => {
    expect(await failuresOf({}, /login:/)).toEqual([]);
  });
});
