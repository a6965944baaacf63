import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ConfigurationProvider } from '../../../extension/debugging/configuration-provider';
import { iso, tree } from './detect/files';

const shown: { text: string; actions: unknown[] }[] = [];
const state = { trusted: true, files: [] as string[], answer: undefined as unknown, searches: 0, executed: [] as string[] };

vi.mock('vscode', () => ({
  l10n: { t: (text: string, ...values: string[]) => text.replace(/\{(\d)\}/g, (_, index) => values[Number(index)] ?? '') },
  RelativePattern: vi.fn(),
  commands: { executeCommand: (name: string) => Promise.resolve(state.executed.push(name)) },
  window: {
    showErrorMessage: (text: string, ...actions: unknown[]) => {
      shown.push({ text, actions });
      return Promise.resolve(state.answer);
    },
    showQuickPick: (items: readonly unknown[]) => Promise.resolve(items[1]),
  },
  workspace: {
    get isTrusted() {
      return state.trusted;
    },
    findFiles: () => {
      state.searches++;
      return Promise.resolve(state.files);
    },
    asRelativePath: (file: string) => file,
    workspaceFolders: [],
  },
}));

let root = '';
const folder = (): never => ({ uri: { scheme: 'file', fsPath: root } }) as never;
const provider = new ConfigurationProvider();

beforeEach(() => {
  shown.length = 0;
  Object.assign(state, { trusted: true, files: [], answer: undefined, searches: 0, executed: [] });
  root = tree({ 'a.iso': iso([0]), 'b.iso': iso([0]) });
});
afterEach(() => {
  fs.rmSync(root, { recursive: true, force: true });
});

describe('F5 without a launch.json', () => {
  it('lets the user choose of several', async () => {
    state.files = ['a.iso', 'b.iso'];
    expect(await provider.resolveDebugConfiguration(folder(), {} as never)).toMatchObject({ type: 'bootscope' });
    expect(shown).toEqual([]);
  });

  it('says once what it looked for, and opens launch.json when asked', async () => {
    vi.spyOn(await import('../../../extension/debugging/detect/listening'), 'listening').mockResolvedValue([]);
    state.answer = 'Open launch.json';
    expect(await provider.resolveDebugConfiguration(folder(), {} as never)).toBeNull();
    expect(shown).toHaveLength(1);
    expect(shown[0]?.text).toMatch(/found nothing to boot here/);
  });

  it('leaves a configuration of the user as it is', async () => {
    const own = { type: 'bootscope', request: 'launch', name: 'x', qemu: ['/my/qemu'] };
    expect(await provider.resolveDebugConfiguration(folder(), own)).toBe(own);
    expect(await provider.resolveDebugConfigurationWithSubstitutedVariables(folder(), own)).toEqual({ ...own, cwd: root, serialOutput: 'event' });
  });
});

describe('an untrusted workspace', () => {
  it('is not searched, and nothing of it is started', async () => {
    state.trusted = false;
    state.files = ['a.iso'];
    expect(await provider.provideDebugConfigurations(folder())).toEqual([]);
    for (const configuration of [{}, { type: 'bootscope', request: 'launch', name: 'x', command: ['./evil'] }]) {
      expect(await provider.resolveDebugConfiguration(folder(), configuration as never)).toBeUndefined();
      expect(await provider.resolveDebugConfigurationWithSubstitutedVariables(folder(), configuration as never)).toBeUndefined();
    }
    expect(state.searches).toBe(0);
    expect(shown).toHaveLength(4);
    for (const { text } of shown) expect(text).toMatch(/^Bootscope starts no program and joins no machine in an untrusted workspace\. Trust this workspace first\.$/);
  });
});

describe('a missing part', () => {
  it('is told one at a time, with what installs it', async () => {
    const both = { type: 'bootscope', request: 'launch', name: 'x', qemu: ['qemu-system-x86_64'], firmware: 'none.fd', env: { PATH: root } };
    expect(await provider.resolveDebugConfigurationWithSubstitutedVariables(folder(), both)).toBeUndefined();
    expect(shown.map(({ text }) => text)).toEqual([expect.stringMatching(/^qemu-system-x86_64 is not on this machine\. Install it/)]);
    fs.writeFileSync(path.join(root, 'qemu-system-x86_64'), '', { mode: 0o755 });
    expect(await provider.resolveDebugConfigurationWithSubstitutedVariables(folder(), both)).toBeUndefined();
    expect(shown[1]?.text).toMatch(/^The UEFI firmware none\.fd is not on this machine\. Install it/);
    fs.writeFileSync(path.join(root, 'none.fd'), '');
    expect(await provider.resolveDebugConfigurationWithSubstitutedVariables(folder(), both)).toMatchObject(both);
    expect(shown).toHaveLength(2);
  });
});
