import fs from 'node:fs';
import path from 'node:path';
import vm from 'node:vm';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { firstGrammars, type WorkerAnswer, type WorkerStart } from '../../boot/languages/editor-files';
import manifest from '../../package.json';
import { forBrowsers } from '../../scripts/wasm.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const bundle = async (entry: string): Promise<string> => {
  const { outputFiles } = await build({ absWorkingDir: root, entryPoints: [entry], bundle: true, write: false, outdir: 'out', ...forBrowsers });
  return outputFiles[0]?.text ?? '';
};

describe('the build for browsers', () => {
  it('runs without Node, and refuses to debug and all commands with what to do instead', async () => {
    const messages: string[] = [];
    const commands = new Map<string, () => unknown>();
    const looked: unknown[] = [];
    let provider: { resolveDebugConfiguration(): unknown } | undefined;
    const vscode = {
      l10n: { t: (text: string) => text },
      window: { showInformationMessage: (text: string) => messages.push(text) },
      debug: { registerDebugConfigurationProvider: (_type: string, given: typeof provider) => (provider = given) },
      commands: { registerCommand: (name: string, run: () => unknown) => commands.set(name, run) },
      workspace: { onDidOpenTextDocument: (look: unknown) => looked.push(look), textDocuments: [] },
      // The library of the language client derives classes of its own from these.
      ...Object.fromEntries(['CodeAction', 'CodeLens', 'CompletionItem', 'DocumentLink', 'Diagnostic', 'CallHierarchyItem', 'TypeHierarchyItem', 'SymbolInformation', 'InlayHint', 'CancellationError'].map((name) => [name, function base() {}])),
    };
    const module = { exports: {} as { activate(context: object): void } };
    const asked: string[] = [];
    const require = (name: string): unknown => {
      asked.push(name);
      return vscode;
    };
    vm.runInNewContext(await bundle('extension/web.ts'), { module, exports: module.exports, require, self: {}, TextDecoder, TextEncoder, setTimeout, queueMicrotask });
    module.exports.activate({ subscriptions: [], extension: { packageJSON: manifest } });
    expect([...new Set(asked)]).toEqual(['vscode']);
    expect([...commands.keys()].sort()).toEqual(manifest.contributes.commands.map(({ command }) => command).sort());
    expect(provider?.resolveDebugConfiguration()).toBeUndefined();
    expect(commands.get('bootscope.showLog')?.()).toBeUndefined();
    expect(messages.filter((text) => /needs QEMU beside the editor/.test(text))).toHaveLength(2);
    expect(looked).toHaveLength(1);
  });

  it('has a language server that starts as a worker, without Node', async () => {
    const places = ['node_modules/web-tree-sitter', 'language-server/grammars/loader-conf/generated'];
    const grammar = (file: string): Uint8Array => new Uint8Array(fs.readFileSync(places.map((place) => path.join(root, place, file)).find((one) => fs.existsSync(one)) ?? file));
    const start = async (grammars: WorkerStart['grammars']): Promise<WorkerAnswer> => {
      const answers: WorkerAnswer[] = [];
      const scope = { onmessage: undefined as ((message: { data: WorkerStart }) => void) | undefined, postMessage: (answer: WorkerAnswer) => answers.push(answer), addEventListener: () => undefined, WebAssembly: Reflect.get(globalThis, 'WebAssembly') as unknown, Uint8Array, URL, TextDecoder, TextEncoder, setTimeout, clearTimeout, console };
      vm.runInNewContext(worker, scope);
      scope.onmessage?.({ data: { grammars } });
      return expect.poll(() => answers).toHaveLength(1).then(() => answers[0]!);
    };
    const worker = await bundle('language-server/browser-main.ts');
    expect(await start(Object.fromEntries(firstGrammars.map((file) => [file, grammar(file)])))).toEqual({});
    expect((await start({ [firstGrammars[0]]: grammar(firstGrammars[0]), [firstGrammars[1]]: new Uint8Array(8) })).failed).toBeTruthy();
  });
});
