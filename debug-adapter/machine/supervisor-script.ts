/**
 * The supervisor's program, in plain JavaScript for any Node: written to the session's private directory and run from there,
 * so that it works the same from sources, from a bundle and from Electron.
 *
 * Its first line of input is `{argv, cwd, env, directory, patienceMs}`. End of input means that the adapter is gone or wants
 * an end: the child's process group gets SIGTERM, after `patienceMs` SIGKILL, and the directory is removed.
 * Its output is a JSON object a line: `{started}`, `{error}`, `{output, stream}`, `{exit, signal}`.
 */
export const supervisorScript = `'use strict';
const { spawn } = require('node:child_process');
const fs = require('node:fs');
let spec, child, ending = false, input = '';
const report = (message) => { try { process.stdout.write(JSON.stringify(message) + '\\n'); } catch {} };
process.stdout.on('error', () => {});
const finish = () => {
  try { fs.rmSync(spec.directory, { recursive: true, force: true, maxRetries: 5 }); } catch {}
  process.exitCode = 0;
  process.stdin.destroy();
  process.stdout.end(() => process.exit(0));
  setTimeout(() => process.exit(0), 500);
};
const signal = (name) => {
  try { process.kill(-child.pid, name); } catch { try { child.kill(name); } catch {} }
};
const end = () => {
  if (ending) return;
  ending = true;
  if (spec === undefined) process.exit(0);
  if (child === undefined || child.pid === undefined) return;
  signal('SIGTERM');
  setTimeout(() => signal('SIGKILL'), spec.patienceMs);
};
const start = () => {
  child = spawn(spec.argv[0], spec.argv.slice(1), { cwd: spec.cwd, env: spec.env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  child.on('error', (error) => { report({ error: error.code || error.message }); if (child.pid === undefined) finish(); });
  if (child.pid !== undefined) report({ started: child.pid });
  for (const stream of ['stdout', 'stderr']) child[stream].setEncoding('utf8').on('data', (output) => report({ output, stream }));
  child.on('exit', (exit, name) => {
    signal('SIGKILL');
    let told = false;
    const tell = () => { if (!told) { told = true; report({ exit, signal: name }); finish(); } };
    child.on('close', tell);
    setTimeout(tell, 300);
  });
};
process.stdin.setEncoding('utf8').on('data', (text) => {
  if (spec !== undefined) return;
  input += text;
  const at = input.indexOf('\\n');
  if (at < 0) return;
  spec = JSON.parse(input.slice(0, at));
  start();
});
process.stdin.on('end', end).on('close', end).on('error', end);
for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(name, end);
`;
