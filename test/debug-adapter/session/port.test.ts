import * as net from 'node:net';
import { describe, expect, it } from 'vitest';
import { DapClient } from '../../../debug-adapter/session/client';
import { serve } from '../../../debug-adapter/session/port';
import { capabilities } from '../../../debug-adapter/session/session';

/** Sends one DAP message over a socket and resolves with the first answer. */
const ask = (port: number, message: object): Promise<Record<string, unknown>> =>
  new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1');
    let text = '';
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      text += chunk.toString();
      const body = text.indexOf('\r\n\r\n');
      const length = Number(/Content-Length: (\d+)/.exec(text)?.[1]);
      if (body < 0 || text.length < body + 4 + length) return;
      socket.destroy();
      resolve(JSON.parse(text.slice(body + 4, body + 4 + length)) as Record<string, unknown>);
    });
    const json = JSON.stringify(message);
    // In two pieces: a message may be torn anywhere.
    socket.write(`Content-Length: ${json.length}\r\n`);
    socket.write(`\r\n${json}`);
  });

describe('the adapter on a port', () => {
  it('gives each connection a session of its own', async () => {
    const server = await serve(0);
    const [one, two] = await Promise.all([1, 2].map((seq) => ask(server.port, { seq, type: 'request', command: 'initialize', arguments: { adapterID: 'bootscope' } })));
    expect(one).toMatchObject({ type: 'response', success: true, request_seq: 1, body: { supportsConfigurationDoneRequest: true } });
    expect(two).toMatchObject({ request_seq: 2 });
    await server.close();
  });

  it('says with a code that the port is taken', async () => {
    const server = await serve(0);
    await expect(serve(server.port)).rejects.toThrow(/^BS503: /);
    await server.close();
  });
});

describe('a session without a machine', () => {
  it('answers every request, with a code where it cannot do it', async () => {
    const client = new DapClient();
    expect(await client.request('initialize', { adapterID: 'bootscope' })).toEqual(capabilities);
    expect(await client.request('threads')).toEqual({ threads: [] });
    for (const command of ['continue', 'next', 'pause', 'stackTrace', 'scopes', 'variables', 'evaluate', 'modules', 'loadedSources', 'readMemory', 'disassemble', 'setBreakpoints', 'dataBreakpointInfo', 'setDataBreakpoints', 'configurationDone', 'bootscope/stages', 'bootscope/mounts', 'reverseContinue', 'stepBack', 'restart', 'bootscope/checkpoints', 'bootscope/goBack']) {
      await expect(client.request(command)).rejects.toThrow(/^BS330: /);
    }
    await expect(client.request('terminateThreads')).rejects.toThrow(/^BS333: /);
    await client.stop();
  });

  it('advertises what it has a handler for', () => {
    expect(capabilities).toMatchObject({
      supportsFunctionBreakpoints: true,
      supportsInstructionBreakpoints: true,
      supportsDataBreakpoints: true,
      supportsExceptionFilterOptions: true,
      supportsDisassembleRequest: true,
      supportsReadMemoryRequest: true,
      supportsWriteMemoryRequest: true,
      supportsSteppingGranularity: true,
      supportsModulesRequest: true,
    });
    expect(capabilities.supportsStepBack).toBeUndefined();
    expect(capabilities.exceptionBreakpointFilters?.map(({ filter }) => filter)).toEqual(['errno', 'serial', 'stage', 'panic', 'mountroot-failed', 'environment', 'mount', 'cpu-reset']);
  });
});
