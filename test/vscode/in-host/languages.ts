import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';
import { until } from './wait';

/** A file of the workspace, opened. */
async function open(name: string): Promise<vscode.TextDocument> {
  const [uri] = await vscode.workspace.findFiles(`cdroot/**/${name}`);
  assert.ok(uri, name);
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document);
  return document;
}

const after = (document: vscode.TextDocument, text: string): vscode.Position => document.positionAt(document.getText().indexOf(text) + text.length);

describe('languages', () => {
  it('gives diagnostics at their lines, and a quick fix that cures', async () => {
    const conf = await open('loader.conf');
    const found = await until('a diagnostic', () => vscode.languages.getDiagnostics(conf.uri).find((one) => conf.lineAt(one.range.start.line).text.startsWith('init_path=')));
    assert.equal(found.source, 'bootscope');
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>('vscode.executeCodeActionProvider', conf.uri, found.range, vscode.CodeActionKind.QuickFix.value);
    const cure = actions.find(({ title }) => title.includes('quotes'));
    assert.ok(cure?.edit);
    await vscode.workspace.applyEdit(cure.edit);
    await until('the cure', () => !vscode.languages.getDiagnostics(conf.uri).some((one) => conf.lineAt(one.range.start.line).text.startsWith('init_path=')));
    assert.match(conf.getText(), /init_path="\/rescue\/init"/);
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  it('answers hover, completion, symbols and references', async () => {
    const conf = await open('loader.conf');
    const at = after(conf, 'vfs.root.mount');
    const [hover] = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', conf.uri, at);
    assert.match(hover!.contents.map((one) => (typeof one === 'string' ? one : one.value)).join('\n'), /root/i);
    const { items } = await vscode.commands.executeCommand<vscode.CompletionList>('vscode.executeCompletionItemProvider', conf.uri, at);
    assert.ok(items.some(({ label }) => (typeof label === 'string' ? label : label.label) === 'vfs.root.mountfrom'));
    const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[]>('vscode.executeDocumentSymbolProvider', conf.uri);
    const names = symbols.flatMap(({ name, children }) => [name, ...children.map((one) => one.name)]);
    assert.ok(names.includes('vfs.root.mountfrom'), names.join());
    const script = await open('init.sh');
    const places = await until('the places', async () => {
      const all = await vscode.commands.executeCommand<vscode.Location[]>('vscode.executeReferenceProvider', script.uri, after(script, 'live.mod'));
      return all.length >= 2 && all;
    });
    assert.deepEqual([...new Set(places.map(({ uri }) => uri.path.split('/').at(-1)))].sort(), ['init.sh', 'loader.conf']);
  });
});
