import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DiagnosisAnswer } from '../../../debug-adapter/api';
import { DapClient } from '../../../debug-adapter/session/client';
import { buildRedoxLive } from '../../guests/redox-live/build.mjs';

let folder: string;
let client: DapClient;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bs-firmware-'));
  client = new DapClient();
});
afterEach(async () => {
  await client.stop();
  fs.rmSync(folder, { recursive: true, force: true });
});

describe('a machine whose firmware finds nothing', () => {
  it('goes into the shell of the firmware, and that is told from the words of the real one', async () => {
    const disk = path.join(folder, 'blank.img');
    fs.writeFileSync(disk, Buffer.alloc(1 << 20));
    const guest = await buildRedoxLive();
    const qemu = guest.qemu.map((word) => word.replace(guest.disk, disk));
    await client.start({ request: 'launch', type: 'bootscope', name: 'firmware', serialOutput: 'event', qemu } as never, () =>
      client.request('setExceptionBreakpoints', { filters: [], filterOptions: [{ filterId: 'serial', condition: '/UEFI Interactive Shell v/' }] }),
    );
    expect((await client.waitFor<DebugProtocol.StoppedEvent['body']>('stopped')).reason).toBe('exception');
    const { failures } = await client.request<DiagnosisAnswer>('bootscope/diagnosis');
    expect(failures.map(({ code }) => code)).toEqual(['firmware.shell']);
    expect(failures[0]?.evidence.map(({ text }) => text).join('\n')).toMatch(/BdsDxe: failed to load Boot\d+ ".*: Not Found/);
  });
});
