import { fileURLToPath } from 'node:url';
import { freebsdChroot, freebsdOverlay } from './freebsd';
import { linuxFailedMount } from './linux';
import { Narrator } from './narrator';
import { redoxFull, redoxMini, redoxReply } from './redox';
import { redoxTime } from './redox-time';
import type { DemoReport, GuestReport } from './report';

const json = process.argv.includes('--json');
const only = process.argv.find((argument) => argument.startsWith('--only='))?.slice('--only='.length);
const tell = new Narrator(json ? process.stderr : process.stdout);
const adapter = fileURLToPath(new URL('./debug-adapter.js', import.meta.url));

const scenes: [string, () => Promise<GuestReport>][] = [
  ['redox-full', () => redoxFull(adapter, tell)],
  ['redox-reply', () => redoxReply(adapter, tell)],
  ['redox-time', () => redoxTime(adapter, tell)],
  ['redox-mini', () => redoxMini(adapter, tell)],
  ['freebsd-a', () => freebsdChroot(adapter, tell)],
  ['freebsd-b', () => freebsdOverlay(adapter, tell, 'b')],
  ['freebsd-b-bug', () => freebsdOverlay(adapter, tell, 'b-bug')],
  ['linux', () => linuxFailedMount(adapter, tell)],
];

async function main(): Promise<void> {
  const started = Date.now();
  const report: DemoReport = { version: 1, guests: [] };
  for (const [name, run] of scenes) if (only === undefined || name.includes(only)) report.guests.push(await run());
  tell.title(`done in ${((Date.now() - started) / 1000).toFixed(0)} s`);
  if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`demo: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
