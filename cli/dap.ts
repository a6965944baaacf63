import { serve, serveStdio } from '../debug-adapter/session/port';

/**
 * `dap [--port N]`: the debug adapter on stdin and stdout, or on a port of this host (0: a free one, named on stderr).
 * Resolves when a server listens; on stdio the process ends with the session. Throws BS503.
 */
export const dap = async (options: { readonly port?: number } = {}): Promise<void> => {
  if (options.port === undefined) {
    serveStdio();
    return;
  }
  const { port } = await serve(options.port);
  process.stderr.write(`Bootscope's debug adapter listens on 127.0.0.1:${port}\n`);
};
