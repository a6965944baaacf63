// An extension beside ours, in the place of Microsoft's hex editor: it shows memory as VS Code hands it over, and writes down what the adapter is asked.
import fs from 'node:fs';
import path from 'node:path';

/** The id under which VS Code looks for the editor that shows memory, and the editor it opens (src/vs/workbench/contrib/debug/common/debug.ts, debugMemory). */
const manifest = {
  publisher: 'ms-vscode',
  name: 'hexeditor',
  version: '99.0.0',
  engines: { vscode: '^1.91.0' },
  main: './main.js',
  activationEvents: ['onDebugAdapterProtocolTracker:bootscope'],
  contributes: { customEditors: [{ viewType: 'hexEditor.hexedit', displayName: 'Memory', selector: [{ filenamePattern: '*' }], priority: 'option' }] },
};

/** vscode-debug-memory://SESSION/REFERENCE/…: the reference is what the adapter gave. */
const main = (log) => `
const vscode = require('vscode');
const fs = require('fs');
const note = (text) => fs.appendFileSync(${JSON.stringify(log)}, text + '\\n');
exports.activate = (context) => {
  context.subscriptions.push(
    vscode.debug.registerDebugAdapterTrackerFactory('bootscope', { createDebugAdapterTracker: () => ({
      onWillReceiveMessage: (message) => note(message.command),
      onDidSendMessage: (message) => { if (message.type === 'event' && (message.event === 'stopped' || message.event === 'continued')) note('event ' + message.event); },
    }) }),
    vscode.window.registerCustomEditorProvider('hexEditor.hexedit', {
      openCustomDocument: (uri) => ({ uri, dispose() {} }),
      resolveCustomEditor: async ({ uri }, panel) => {
        const memoryReference = decodeURIComponent(uri.path.split('/')[1]);
        const { data = '' } = await vscode.debug.activeDebugSession.customRequest('readMemory', { memoryReference, offset: 0, count: 16 });
        panel.webview.html = '<p>' + memoryReference + ': ' + Buffer.from(data, 'base64').toString('hex') + '</p>';
      },
    }),
  );
};
`;

/**
 * Installs it, after ours. Gives what the adapter has been asked since the start or the last call of `forget`: command names in order, with
 * `event stopped` and `event continued` between them.
 */
export function installMemoryEditor(folders) {
  const id = `${manifest.publisher}.${manifest.name}`;
  const folder = path.join(folders.extensions, `${id}-${manifest.version}`);
  const log = path.join(folders.extensions, 'requests.log');
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest));
  fs.writeFileSync(path.join(folder, 'main.js'), main(log));
  fs.writeFileSync(log, '');
  const list = path.join(folders.extensions, 'extensions.json');
  const known = JSON.parse(fs.readFileSync(list, 'utf8'));
  fs.writeFileSync(list, JSON.stringify([...known, { identifier: { id }, version: manifest.version, location: { $mid: 1, path: folder, scheme: 'file' }, relativeLocation: path.basename(folder), metadata: {} }]));
  return { requests: () => fs.readFileSync(log, 'utf8').split('\n').filter((line) => line !== ''), forget: () => fs.writeFileSync(log, '') };
}
