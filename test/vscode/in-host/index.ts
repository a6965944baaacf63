import fs from 'node:fs';
import Mocha from 'mocha';

/** Called by VS Code in its extension host. The report goes to the file that the suite named. */
export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', timeout: 240_000 });
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  await import('./activation.js');
  await import('./languages.js');
  await import('./session.js');
  const lines: string[] = [];
  const failures = await new Promise<number>((resolve) => {
    const runner = mocha.run(resolve);
    runner.on('pass', (test) => lines.push(`ok    ${test.fullTitle()} (${test.duration ?? 0} ms)`));
    runner.on('fail', (test, error) => lines.push(`FAIL  ${test.fullTitle()}\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}`));
  });
  fs.writeFileSync(process.env.BOOTSCOPE_IN_HOST_REPORT ?? '', `${lines.join('\n')}\n`);
  if (failures > 0) throw new Error(`${failures} failed`);
}
