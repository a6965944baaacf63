import { beforeEach, describe, expect, it, vi } from 'vitest';

interface Factory {
  createDebugAdapterDescriptor(): { command: string; args: string[]; options: { env: Record<string, string> } };
}
const workspace = { isTrusted: true, registerTextDocumentContentProvider: () => ({ dispose: () => undefined }) };
const factories = new Map<string, Factory>();

vi.mock('vscode', () => ({
  workspace,
  Disposable: { from: () => ({ dispose: () => undefined }) },
  commands: { registerCommand: () => ({ dispose: () => undefined }) },
  EventEmitter: class {
    readonly event = (): void => undefined;
  },
  l10n: { t: (text: string) => text },
  DebugConfigurationProviderTriggerKind: { Dynamic: 2 },
  DebugAdapterExecutable: class {
    constructor(
      readonly command: string,
      readonly args: string[],
      readonly options: object,
    ) {}
  },
  debug: {
    registerDebugConfigurationProvider: () => ({ dispose: () => undefined }),
    registerDebugAdapterDescriptorFactory: (type: string, factory: Factory) => {
      factories.set(type, factory);
      return { dispose: () => undefined };
    },
  },
}));

describe('the debug adapter of the extension', () => {
  beforeEach(async () => {
    factories.clear();
    const { registerDebugging } = await import('../../../extension/debugging/register');
    registerDebugging({ extensionPath: '/ext', subscriptions: [] } as never, { info: () => undefined } as never);
  });

  it('runs as plain Node on desktop VS Code, whose executable is Electron', () => {
    const adapter = factories.get('bootscope')?.createDebugAdapterDescriptor();
    expect(adapter?.command).toBe(process.execPath);
    expect(adapter?.args).toEqual(['/ext/dist/debug-adapter.js']);
    expect(adapter?.options.env).toEqual({ ELECTRON_RUN_AS_NODE: '1' });
  });
  it('is not started in an untrusted workspace', () => {
    workspace.isTrusted = false;
    expect(() => factories.get('bootscope')?.createDebugAdapterDescriptor()).toThrow(/untrusted workspace/);
    workspace.isTrusted = true;
  });
});
