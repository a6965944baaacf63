import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';
import { until } from './wait';

interface Manifest {
  readonly contributes: { readonly commands: readonly { readonly command: string }[] };
}

describe('activation', () => {
  const extension = vscode.extensions.getExtension('bootscope.bootscope');

  it('waits for a file of ours', async () => {
    assert.ok(extension);
    assert.equal(extension.isActive, false, 'not at start-up');
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ content: 'nothing', language: 'plaintext' }));
    assert.equal(extension.isActive, false, 'not by a file of another kind');
    await vscode.window.showTextDocument((await vscode.workspace.findFiles('cdroot/boot/loader.conf'))[0]!);
    await until('the extension', () => extension.isActive);
  });

  it('registers every command that package.json names', async () => {
    const there = new Set(await vscode.commands.getCommands(true));
    const named = (extension?.packageJSON as Manifest).contributes.commands.map(({ command }) => command);
    assert.deepEqual(named.filter((command) => !there.has(command)), []);
  });
});
