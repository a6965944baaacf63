// Leader of the terminal in which a user's command runs: `command-leader.js PROGRAM ARGUMENT…`. A program of its own.
//
// A terminal that closes sends SIGHUP to its leader alone (kernel/tty: the session leader; termios(4)), and make waits for its children
// however it is ended. This leader ends its whole process group instead; so nothing is left when the window, the extension's process or
// the adapter is gone, whatever ended it. And QEMU in the background of a script keeps its terminal after the script is done.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** Between asking the group to end and ending it: while the command lives, and for what it left in the background. */
const patienceMs = { command: 2000, others: 500 };
/** No program of that name can be run, as shells say it. */
const notStarted = 127;

/** What is this program's own is not the command's. */
function commandEnvironment(): NodeJS.ProcessEnv {
  const env = { ...process.env };
  const options = env.BOOTSCOPE_NODE_OPTIONS;
  for (const own of ['ELECTRON_RUN_AS_NODE', 'NODE_OPTIONS', 'BOOTSCOPE_NODE_OPTIONS']) Reflect.deleteProperty(env, own);
  return options === undefined ? env : { ...env, NODE_OPTIONS: options };
}

const [program = '', ...args] = process.argv.slice(2);
const child = spawn(program, args, { stdio: 'inherit', env: commandEnvironment() });
const isOver = (): boolean => child.exitCode !== null || child.signalCode !== null;
let ending = false;

function end(): void {
  if (ending) return;
  ending = true;
  // To all of the group; here it does nothing, as we are ending already.
  process.kill(0, 'SIGTERM');
  const kill = (): void => void process.kill(0, 'SIGKILL');
  child.on('exit', () => setTimeout(kill, patienceMs.others));
  setTimeout(kill, isOver() ? patienceMs.others : patienceMs.command);
}

// Those of the keyboard go to the whole group and are the command's business; a shell has its background ignore them.
for (const name of ['SIGINT', 'SIGQUIT'] as const)
  process.on(name, () => {
    if (isOver()) end();
  });
for (const name of ['SIGHUP', 'SIGTERM'] as const) process.on(name, end);

child.on('error', ({ message }) => {
  process.stderr.write(`${message}\r\n`);
  process.exit(notStarted);
});
child.on('exit', (code, signal) => {
  if (ending) return;
  // What it started may go on; it is ended with the session.
  if (code === 0) setInterval(() => undefined, 2 ** 30);
  else process.exit(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
});
