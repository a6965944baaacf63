import assert from 'node:assert/strict';
import { after, describe, it } from 'mocha';
import * as vscode from 'vscode';
import type { EnvironmentAnswer, MountsAnswer, TraceEventBody } from '../../../debug-adapter/api';
import { until } from './wait';

const folder = (): vscode.WorkspaceFolder => vscode.workspace.workspaceFolders![0]!;

describe('a session', () => {
  const stopped = (): Promise<vscode.DebugStackFrame> => until('a stopped frame', () => (vscode.debug.activeStackItem instanceof vscode.DebugStackFrame ? vscode.debug.activeStackItem : undefined));
  after(() => vscode.debug.stopDebugging());
  const wires: TraceEventBody[] = [];
  vscode.debug.registerDebugAdapterTrackerFactory('bootscope', {
    createDebugAdapterTracker: () => ({
      onDidSendMessage: ({ event, body }: { event?: string; body: TraceEventBody }) => {
        if (event === 'bootscope/trace') wires.push(body);
      },
    }),
  });

  it('is refused with a message when its configuration is wrong, and leaves nothing', async () => {
    // In tests VS Code gives the text of a dialog as an error.
    await assert.rejects(async () => vscode.debug.startDebugging(folder(), { type: 'bootscope', request: 'launch', name: 'wrong', qemu: ['qemu-system-x86_64'], images: [{ file: 'nothing-here' }] }), /BS324: the attribute "stage" is missing in images\[0\]/);
    assert.equal(vscode.debug.activeDebugSession, undefined);
  });

  it('starts from launch.json, stops at a breakpoint that was set before, and answers', async () => {
    const [source] = await vscode.workspace.findFiles('**/vfs_mountroot.c');
    const lines = (await vscode.workspace.openTextDocument(source!)).getText().split('\n');
    const signature = lines.findIndex((line) => line.startsWith('vfs_mountroot(void)'));
    const line = lines.findIndex((one, index) => index > signature && one.includes('vfs_mountroot_conf0('));
    const breakpoint = new vscode.SourceBreakpoint(new vscode.Location(source!, new vscode.Position(line, 0)));
    vscode.debug.addBreakpoints([breakpoint]);
    assert.equal(await vscode.debug.startDebugging(folder(), 'FreeBSD live'), true);
    const { session } = await stopped();
    const { stackFrames } = (await session.customRequest('stackTrace', { threadId: 1 })) as { stackFrames: { name: string; line: number; source?: { path?: string } }[] };
    const placed = (await session.getDebugProtocolBreakpoint(breakpoint)) as { verified: boolean; line?: number } | undefined;
    assert.equal(placed?.verified, true);
    assert.equal(stackFrames[0]?.line, placed.line);
    assert.match(stackFrames[0]?.name ?? '', /^vfs_mountroot/);
    // The user's copy, by the source map.
    assert.ok(stackFrames[0]?.source?.path?.endsWith(source!.path), stackFrames[0]?.source?.path);
    const environment = (await session.customRequest('bootscope/environment', {})) as EnvironmentAnswer;
    assert.ok(JSON.stringify(environment).includes('vfs.root.mountfrom'));
    assert.deepEqual(vscode.debug.breakpoints.length, 1);
  });

  it('has a terminal for its serial port', () => {
    assert.ok(vscode.window.terminals.some(({ name }) => /serial|console/i.test(name)), vscode.window.terminals.map(({ name }) => name).join());
  });

  it('tells what goes over its wires while the log is at level Trace, and not before', async () => {
    const { session } = await stopped();
    await session.customRequest('threads');
    assert.deepEqual(wires, []);
    // What "Developer: Set Log Level…" does, for tests of extensions.
    await vscode.commands.executeCommand('_extensionTests.setLogLevel', 'trace');
    await until('packets', async () => {
      await session.customRequest('evaluate', { expression: '$rsp', context: 'watch' });
      await session.customRequest('readMemory', { memoryReference: '0x1000', count: 16 });
      return wires.some(({ wire, to }) => wire === 'rsp' && to === 'qemu') && wires.some(({ wire, to }) => wire === 'rsp' && to !== 'qemu');
    });
    await vscode.commands.executeCommand('_extensionTests.setLogLevel', 'info');
  });

  it('puts a failure into the problems, at the line of the user\'s file that causes it', async () => {
    const { session } = await stopped();
    await session.customRequest('setExceptionBreakpoints', { filters: ['mountroot-failed'] });
    vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
    await session.customRequest('continue', { threadId: 1 });
    const conf = (await vscode.workspace.findFiles('cdroot/boot/loader.conf'))[0]!;
    const text = (await vscode.workspace.openTextDocument(conf)).getText().split('\n');
    const problem = await until('the problem', () => vscode.languages.getDiagnostics(conf).find(({ source }) => source === 'Bootscope')).catch(async (error: unknown) => {
      throw new Error(`${String(error)}: ${JSON.stringify(await session.customRequest('bootscope/diagnosis', {}))}`);
    });
    assert.equal(problem.code, 'freebsd.wrong-label');
    assert.match(text[problem.range.start.line] ?? '', /^vfs\.root\.mountfrom=/);
    assert.ok((problem.relatedInformation ?? []).length > 0, 'the evidence');
    const { kernel } = (await session.customRequest('bootscope/mounts', {})) as MountsAnswer;
    assert.ok(kernel.length > 0, 'the table, though no root is mounted');
  });

  it('ends whole', async () => {
    await vscode.debug.stopDebugging();
    await until('the end', () => vscode.debug.activeDebugSession === undefined);
  });
});
