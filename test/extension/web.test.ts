import path from 'node:path';
import vm from 'node:vm';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');

describe('the build for browsers', () => {
  it('runs without Node, and refuses to debug with what to do instead', async () => {
    const { outputFiles } = await build({ absWorkingDir: root, entryPoints: ['extension/web.ts'], bundle: true, write: false, format: 'cjs', platform: 'browser', external: ['vscode'] });
    const messages: string[] = [];
    let provider: { resolveDebugConfiguration(): unknown } | undefined;
    const vscode = {
      l10n: { t: (text: string) => text },
      window: { showInformationMessage: (text: string) => messages.push(text) },
      debug: { registerDebugConfigurationProvider: (_type: string, given: typeof provider) => (provider = given) },
    };
    const module = { exports: {} as { activate(context: object): void } };
    const asked: string[] = [];
    const require = (name: string): unknown => {
      asked.push(name);
      return vscode;
    };
    vm.runInNewContext(outputFiles[0]?.text ?? '', { module, exports: module.exports, require });
    module.exports.activate({ subscriptions: [] });
    expect(asked).toEqual(['vscode']);
    expect(provider?.resolveDebugConfiguration()).toBeUndefined();
    expect(messages.join()).toMatch(/needs QEMU beside the editor/);
  });
});
