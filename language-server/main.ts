import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { diskHost } from './disk-host';
import { serve } from './server';

/** The language server as a process: `--stdio`, `--node-ipc` or `--socket=PORT`, as its client asks. */
const connection = createConnection(ProposedFeatures.all);
serve(connection, diskHost()).then(
  () => connection.listen(),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
