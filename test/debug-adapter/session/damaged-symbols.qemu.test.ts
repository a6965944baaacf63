import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DwarfFunction } from '../../../debug-adapter/images/dwarf/functions';
import type { Image } from '../../../debug-adapter/images/image';
import { openImage } from '../../../debug-adapter/images/open';
import { DapClient } from '../../../debug-adapter/session/client';
import { buildFreebsdLive } from '../../guests/freebsd-live/build.mjs';
import { objcopy } from '../images/support';

/** An abbreviation code that no unit of this size has, in one byte. */
const noAbbreviation = 0x7f;

let guest: Awaited<ReturnType<typeof buildFreebsdLive>>;
let directory: string;
let client: DapClient | undefined;

beforeAll(async () => {
  guest = await buildFreebsdLive();
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'bootscope-damaged-'));
});
afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));
afterEach(async () => {
  await client?.stop();
  client = undefined;
});

/** A copy of the guest's kernel with some bytes changed. */
const damaged = (name: string, change: (image: Image, bytes: Buffer) => void): string => {
  const file = path.join(directory, name);
  const image = openImage(guest.kernel);
  const bytes = fs.readFileSync(guest.kernel);
  change(image, bytes);
  image.close();
  fs.writeFileSync(file, bytes);
  return file;
};

const offsetOf = (image: Image, section: string): number => image.sections.find(({ name }) => name === section)?.fileOffset ?? NaN;

/** The entry of a function with code. */
const entryOf = (image: Image, name: string): DwarfFunction => {
  const found = image.debugInfo.functionsNamed(name).find(({ ranges }) => ranges.length > 0);
  if (!(found instanceof DwarfFunction)) throw new Error(`no ${name}`);
  return found;
};

interface Session {
  readonly client: DapClient;
  readonly outputs: string[];
  readonly breakpoints: DebugProtocol.Breakpoint[];
}

/** Stopped in vfs_mountroot. */
const stopped = async (file: string): Promise<Session> => {
  client = new DapClient();
  const session = client;
  const outputs: string[] = [];
  session.onEvent((event, body) => {
    if (event === 'output') outputs.push((body as DebugProtocol.OutputEvent['body']).output);
  });
  let breakpoints: DebugProtocol.Breakpoint[] = [];
  await session.start({ request: 'launch', type: 'bootscope', name: 'guest', serialOutput: 'event', qemu: guest.qemu('f'), images: [{ stage: 'kernel', file }] } as never, async () => {
    ({ breakpoints } = await session.request<DebugProtocol.SetFunctionBreakpointsResponse['body']>('setFunctionBreakpoints', { breakpoints: [{ name: 'vfs_mountroot' }] }));
  });
  await session.waitFor('stopped');
  return { client: session, outputs, breakpoints };
};

const stackOf = async ({ client: session }: Session): Promise<DebugProtocol.StackFrame[]> => (await session.request<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId: 1 })).stackFrames;

/** All scopes of a frame with what they hold. */
const scopesOf = async ({ client: session }: Session, frameId: number): Promise<Map<string, Map<string, string>>> => {
  const { scopes } = await session.request<DebugProtocol.ScopesResponse['body']>('scopes', { frameId });
  const found = new Map<string, Map<string, string>>();
  for (const { name, variablesReference } of scopes) {
    const { variables } = await session.request<DebugProtocol.VariablesResponse['body']>('variables', { variablesReference });
    found.set(name, new Map(variables.map((variable) => [variable.name, variable.value])));
  }
  return found;
};

const namesOf = (frames: readonly DebugProtocol.StackFrame[]): string[] => frames.filter(({ presentationHint }) => presentationHint !== 'label').map(({ name }) => name.replace(/\+0x[0-9a-f]+$/, ''));

describe('a session whose kernel has damaged debug information', () => {
  it('stops, unwinds and shows all variables but those of the damaged function, and tells of it once', async () => {
    const sound = await stopped(guest.kernel);
    const expected = await stackOf(sound);
    const callers = await Promise.all(expected.slice(1, 3).map(({ id }) => scopesOf(sound, id)));
    expect((await scopesOf(sound, expected[0]?.id ?? 0)).has('Locals')).toBe(true);
    expect(sound.outputs.join('')).not.toMatch(/BS2\d\d/);
    await sound.client.stop();
    client = undefined;

    const session = await stopped(damaged('entry', (image, bytes) => (bytes[offsetOf(image, '.debug_info') + entryOf(image, 'vfs_mountroot').die.offset] = noAbbreviation)));
    const frames = await stackOf(session);
    expect(namesOf(frames)).toEqual(namesOf(expected));
    expect(frames.map(({ line }) => line > 0)).toEqual(expected.map(({ line }) => line > 0));
    const own = await scopesOf(session, frames[0]?.id ?? 0);
    expect([...own.keys()]).toEqual(['Unknown', 'Registers']);
    expect(own.get('Unknown')?.get('debug information')).toMatch(/^because .*section \.debug_info is damaged at offset 0x[0-9a-f]+: unknown abbreviation 127: build or copy the file again/);
    expect(own.get('Registers')?.get('rip')).toMatch(/^0x/);
    const held = await Promise.all(frames.slice(1, 3).map(({ id }) => scopesOf(session, id)));
    for (const [index, scopes] of callers.entries()) for (const [name, values] of scopes) if (name !== 'Registers') expect([...(held[index]?.get(name)?.keys() ?? [])]).toEqual([...values.keys()]);
    const told = session.outputs.filter((text) => text.includes('BS2'));
    expect(told).toEqual([expect.stringMatching(/^BS206: .*\/entry: section \.debug_info is damaged at offset 0x[0-9a-f]+: unknown abbreviation 127\. Likely: .* Next: .* what is damaged in it is passed over, and all else is used\.\n$/)]);
  });

  it('says in the place of a variable that its type is damaged, and shows its neighbours', async () => {
    let name = '';
    const file = damaged('type', (image, bytes) => {
      const { die } = entryOf(image, 'vfs_mountroot');
      const variable = [...die.children()].find((child) => child.reference(0x49) !== undefined && child.string(0x03) !== undefined);
      name = variable?.string(0x03) ?? '';
      const at = variable?.place(0x49);
      // DW_AT_type: a reference in four bytes, past the unit's end.
      if (at) bytes.writeUInt32LE(0x7fffffff, offsetOf(image, '.debug_info') + at.at);
    });
    expect(name).not.toBe('');
    const session = await stopped(file);
    const [top] = await stackOf(session);
    const scopes = await scopesOf(session, top?.id ?? 0);
    const shown = [...scopes].filter(([scope]) => scope !== 'Registers' && scope !== 'Unknown').flatMap(([, values]) => [...values]);
    expect(shown.find(([variable]) => variable === name)?.[1]).toMatch(/^<.*\.debug_info.*offset 0x[0-9a-f]+.*>$/);
    expect(shown.filter(([, value]) => value.includes('.debug_info')).length).toBe(1);
    expect(shown.length).toBeGreaterThan(1);
  });

  it.skipIf(objcopy === undefined)('tells once which debug file beside the kernel it leaves alone, and stops by the symbols', async () => {
    const stripped = path.join(directory, 'stripped');
    const debug = path.join(directory, 'stripped.debug');
    execFileSync(objcopy!, ['--only-keep-debug', guest.kernel, debug]);
    execFileSync(objcopy!, ['--strip-debug', `--add-gnu-debuglink=${debug}`, guest.kernel, stripped]);
    fs.truncateSync(debug, 40);
    const session = await stopped(stripped);
    expect(namesOf(await stackOf(session))[0]).toBe('vfs_mountroot');
    const told = session.outputs.filter((text) => text.includes('BS2'));
    expect(told).toEqual([expect.stringMatching(/^BS212: .*\/stripped\.debug, found beside .*\/stripped, is left alone: .*stripped\.debug.*\. Likely: .* Next: .*"symbols"/)]);
  });
});
