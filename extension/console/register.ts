import * as vscode from 'vscode';
import type { SessionFacts, Sessions } from '../debugging/sessions';
import { ConsoleLinkProvider } from './link-provider';
import { SerialConsole } from './serial-console';
import { SerialLog, SerialLogFiles } from './serial-log';

/** Ports that are looked for when the user asks for one: a PC has four. */
const mostPorts = 4;

/** A QEMU that we start always has one; of another only the user knows. */
const hasSerialLine = ({ qemu, serial, serials }: vscode.DebugConfiguration): boolean => [qemu, serial, serials].some((given) => given !== undefined);

/** The serial consoles of this window: one terminal for each port that speaks, and what can be done with them. */
export function registerSerialConsole(context: vscode.ExtensionContext, sessions: Sessions, log: vscode.LogOutputChannel): SerialLog {
  const consoles = new Map<vscode.Terminal, SerialConsole>();
  const seen = new WeakMap<SessionFacts, Set<number>>();
  const serialLog = new SerialLog(sessions);
  const setting = <T>(name: string, otherwise: T): T => vscode.workspace.getConfiguration('bootscope').get(`serialConsole.${name}`, otherwise);
  const consoleOf = (facts: SessionFacts, port: number): [vscode.Terminal, SerialConsole] | undefined => [...consoles].find(([, one]) => one.facts === facts && one.port === port);

  const open = (facts: SessionFacts, port: number, show: boolean): void => {
    const there = consoleOf(facts, port);
    if (there) {
      if (show) there[0].show(true);
      return;
    }
    const pty = new SerialConsole(sessions, facts, port, { timestamps: setting('timestamps', false), readOnly: setting('readOnly', false) });
    const terminal = vscode.window.createTerminal({ name: pty.name, pty, iconPath: new vscode.ThemeIcon('plug'), isTransient: true });
    consoles.set(terminal, pty);
    if (show) terminal.show(true);
  };

  /** Opens a port that has not been opened yet. */
  const openFirst = (facts: SessionFacts, port: number, show: boolean): void => {
    const ports = seen.get(facts) ?? new Set();
    if (ports.has(port)) return;
    seen.set(facts, ports.add(port));
    open(facts, port, show);
  };

  /** The console the user looks at, else the one of the session in front. */
  const current = (): SerialConsole | undefined => {
    const active = vscode.window.activeTerminal;
    const facts = sessions.shown;
    return (active && consoles.get(active)) ?? (facts && consoleOf(facts, 1)?.[1]);
  };

  const withCurrent = (work: (console: SerialConsole) => unknown) => (): unknown => {
    const console = current();
    return console ? work(console) : vscode.window.showInformationMessage(vscode.l10n.t('No serial console is open.'));
  };

  const choosePort = async (): Promise<void> => {
    const session = sessions.active;
    if (!session) {
      void vscode.window.showInformationMessage(vscode.l10n.t('No Bootscope session is running.'));
      return;
    }
    const facts = sessions.factsOf(session);
    const asked = await Promise.all(
      Array.from({ length: mostPorts }, (_, index) =>
        sessions.request(session, 'bootscope/serial', { port: index + 1, from: Number.MAX_SAFE_INTEGER }).then(
          () => index + 1,
          () => undefined,
        ),
      ),
    );
    const ports = asked.filter((port) => port !== undefined);
    if (ports.length <= 1) return open(facts, ports[0] ?? 1, true);
    const picked = await vscode.window.showQuickPick(
      ports.map((port) => ({ label: `COM${port}`, port, description: facts.serial.has(port) ? vscode.l10n.t('has said something') : '' })),
      { title: vscode.l10n.t('Which serial port?') },
    );
    if (picked) open(facts, picked.port, true);
  };

  context.subscriptions.push(
    serialLog,
    new SerialLogFiles(sessions, (text) => {
      log.error(text);
      void vscode.window.showErrorMessage(text);
    }),
    // Once there is a machine: a start that fails leaves no console, and a command is looked at in its own terminal until its QEMU has been joined.
    sessions.onEvent(({ session, event }) => {
      if (event !== 'initialized') return;
      // The console of the same configuration's last run makes room.
      for (const [terminal, one] of consoles) if (one.facts.ended && one.facts.session.name === session.name) terminal.dispose();
      if (hasSerialLine(session.configuration)) openFirst(sessions.factsOf(session), 1, true);
    }),
    // Other ports show up in the list of terminals once they speak; one that the user has closed stays so until it is asked for.
    sessions.onSerial(({ session, port }) => openFirst(sessions.factsOf(session), port, false)),
    sessions.onDidStop(({ session, reason, description, said }) => {
      if (reason !== 'exception' || description === undefined) return;
      const facts = sessions.factsOf(session);
      const port = said?.port ?? 1;
      const mark = facts.serial.get(port)?.mark(description, facts.nowMs, said?.line);
      if (mark) consoleOf(facts, port)?.[1].mark(mark);
    }),
    vscode.window.onDidCloseTerminal((terminal) => consoles.delete(terminal)),
    // For the buttons in the title of the terminals.
    vscode.window.onDidChangeActiveTerminal((terminal) => void vscode.commands.executeCommand('setContext', 'bootscope.serialConsole', terminal !== undefined && consoles.has(terminal))),
    vscode.window.registerTerminalLinkProvider(new ConsoleLinkProvider((terminal) => consoles.get(terminal)?.facts)),
    vscode.commands.registerCommand('bootscope.openSerialConsole', choosePort),
    vscode.commands.registerCommand('bootscope.toggleSerialTimestamps', withCurrent((console) => console.setOptions({ timestamps: !console.timestamps, readOnly: console.readOnly }))),
    vscode.commands.registerCommand('bootscope.toggleSerialReadOnly', withCurrent((console) => console.setOptions({ timestamps: console.timestamps, readOnly: !console.readOnly }))),
    vscode.commands.registerCommand('bootscope.openSerialLog', withCurrent((console) => serialLog.show(console.facts, console.port))),
  );
  return serialLog;
}
