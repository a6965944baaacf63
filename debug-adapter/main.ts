import { serve, serveStdio } from './session/port';

const index = process.argv.indexOf('--port');
if (index < 0) serveStdio();
else {
  serve(Number(process.argv[index + 1] ?? 0)).then(
    ({ port }) => process.stderr.write(`Bootscope's debug adapter listens on 127.0.0.1:${port}\n`),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 3;
    },
  );
}
