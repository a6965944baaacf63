import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DiagnosisAnswer, SerialAnswer } from '../../../debug-adapter/api';
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

/** A client of a machine whose disk is blank, stopped when the firmware's shell greets. `heard`: is called for each piece of output. */
const startBlank = async (heard: () => void = () => undefined): Promise<void> => {
  const disk = path.join(folder, 'blank.img');
  fs.writeFileSync(disk, Buffer.alloc(1 << 20));
  const guest = await buildRedoxLive();
  const qemu = guest.qemu.map((word) => word.replace(guest.disk, disk));
  client.onEvent((event) => {
    if (event === 'bootscope/serial') heard();
  });
  await client.start({ request: 'launch', type: 'bootscope', name: 'firmware', serialOutput: 'event', qemu } as never, () =>
    client.request('setExceptionBreakpoints', { filters: [], filterOptions: [{ filterId: 'serial', condition: '/UEFI Interactive Shell v/' }] }),
  );
};

describe('a machine whose firmware finds nothing', () => {
  it('goes into the shell of the firmware, and that is told from the words of the real one', async () => {
    await startBlank();
    expect((await client.waitFor<DebugProtocol.StoppedEvent['body']>('stopped')).reason).toBe('exception');
    const { failures } = await client.request<DiagnosisAnswer>('bootscope/diagnosis');
    expect(failures.map(({ code }) => code)).toEqual(['firmware.shell']);
    expect(failures[0]?.evidence.map(({ text }) => text).join('\n')).toMatch(/BdsDxe: failed to load Boot\d+ ".*: Not Found/);
  });

  it('says all it has to say though the adapter hears nothing for a while', async () => {
    // A line of a UART that is not taken within some microseconds makes the firmware give up its console, and its shell ends with "Device Error".
    let deaf = 0;
    await startBlank(() => {
      if (deaf++ < 8) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400);
    });
    expect((await client.waitFor<DebugProtocol.StoppedEvent['body']>('stopped')).reason).toBe('exception');
    expect(deaf).toBeGreaterThan(1);
    const { text } = await client.request<SerialAnswer>('bootscope/serial', { from: 0 });
    expect(text).toMatch(/BdsDxe: starting Boot\d+ "EFI Internal Shell" from Fv\([-0-9A-F]+\)\/FvFile\([-0-9A-F]+\)\r\n/);
    expect(text).not.toMatch(/Device Error/);
  });
});
