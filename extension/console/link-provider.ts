import * as vscode from 'vscode';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { openSource } from '../debugging/open-source';
import type { SessionFacts } from '../debugging/sessions';
import { reason } from '../views/known';
import { consoleLinks, type ConsoleLink } from './links';

interface OurLink extends vscode.TerminalLink {
  readonly target: ConsoleLink['target'];
  readonly facts: SessionFacts;
}

/** The functions in which a kernel prints its panic: FreeBSD sys/kern/kern_shutdown.c, Linux kernel/panic.c, Rust library/core/src/panicking.rs. */
const panicking = /(?:^|::|_)(?:v?panic\w*|kdb_enter|kern_reboot|rust_begin_unwind|begin_panic\w*|panicking)(?:$|::|\b)/;

/** Leads from what a guest printed to code. */
export class ConsoleLinkProvider implements vscode.TerminalLinkProvider<OurLink> {
  /** `factsOf`: the session of a terminal of ours, undefined for others. */
  constructor(private readonly factsOf: (terminal: vscode.Terminal) => SessionFacts | undefined) {}

  provideTerminalLinks({ line, terminal }: vscode.TerminalLinkContext): OurLink[] {
    const facts = this.factsOf(terminal);
    if (!facts) return [];
    return consoleLinks(line).map(({ start, length, target }) => ({ startIndex: start, length, tooltip: tooltip(target), target, facts }));
  }

  async handleTerminalLink({ target, facts }: OurLink): Promise<void> {
    try {
      if (target.kind === 'file') await openSource(target);
      else if (!facts.stopped || facts.ended) void vscode.window.showInformationMessage(vscode.l10n.t('The machine runs: pause it (F6), then follow the link again.'));
      else if (target.kind === 'address') await openAddress(facts.session, target.address);
      else await openPanic(facts.session);
    } catch (error) {
      void vscode.window.showErrorMessage(reason(error));
    }
  }
}

function tooltip({ kind }: ConsoleLink['target']): string {
  if (kind === 'file') return vscode.l10n.t('Open the file');
  return kind === 'address' ? vscode.l10n.t('Show the code at this address') : vscode.l10n.t('Show the code that panicked');
}

async function openAddress(session: vscode.DebugSession, address: string): Promise<void> {
  const { instructions } = (await session.customRequest('disassemble', { memoryReference: address, instructionCount: 1, resolveSymbols: true })) as DebugProtocol.DisassembleResponse['body'] & object;
  const [first] = instructions;
  if (first?.location?.path !== undefined && first.line !== undefined) await openSource({ path: first.location.path, line: first.line });
  else void vscode.window.showInformationMessage(first?.symbol === undefined ? vscode.l10n.t('No loaded image has code at {0}.', address) : vscode.l10n.t('{0} is in {1}; its debug information names no line.', address, first.symbol));
}

/** The first frame outside the functions that panic by themselves. */
async function openPanic(session: vscode.DebugSession): Promise<void> {
  const threadId = vscode.debug.activeStackItem?.threadId ?? 1;
  const { stackFrames } = (await session.customRequest('stackTrace', { threadId, startFrame: 0, levels: 40 })) as DebugProtocol.StackTraceResponse['body'];
  const last = stackFrames.findLastIndex(({ name }) => panicking.test(name));
  const frame = stackFrames.slice(last + 1).find(({ source, line }) => source?.path !== undefined && line > 0);
  if (last < 0 || frame?.source?.path === undefined) {
    void vscode.window.showInformationMessage(vscode.l10n.t('The machine does not stand in its panic. Set the exception filter "Kernel panic" and boot again: it stops where the panic begins.'));
    return;
  }
  await openSource({ path: frame.source.path, line: frame.line });
}
