import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Core } from '../core';
import { validateConfiguration } from '../configuration/validate';
import { coded } from '../errors';
import type { Handler, RequestGroup } from '../handler';
import type { Stop } from '../../machine/machine';
import { startTarget } from '../start';
import type { Target } from '../target';

/** An adapter must be gone this long after `disconnect`, whatever hangs. */
const closePatienceMs = 4000;

const initialize: Handler<DebugProtocol.InitializeRequestArguments> = async (core, args) => {
  core.client = {
    lineBase: args.linesStartAt1 === false ? 0 : 1,
    columnBase: args.columnsStartAt1 === false ? 0 : 1,
    supportsProgress: args.supportsProgressReporting === true,
    supportsInvalidated: args.supportsInvalidatedEvent === true,
    supportsMemory: args.supportsMemoryEvent === true,
  };
  return Promise.resolve(undefined);
};

const begin =
  (request: 'launch' | 'attach'): Handler<object> =>
  async (core, args) => {
    const configuration = validateConfiguration(args, request);
    await closeTarget(core, undefined);
    core.starting = new AbortController();
    core.setTarget(await startTarget(core, configuration));
    core.send('initialized');
    return undefined;
  };

/** Runs from the first instruction to where the configuration wants to stop. */
const beginRunning = async (core: Core, { run, machine, stages, configuration }: Target, here: Stop): Promise<void> => {
  const wanted = configuration.request === 'launch' ? configuration.stopOnEntry : undefined;
  if (wanted === true || (wanted !== undefined && wanted === stages.current)) {
    run.report({ stop: here, reason: 'entry', description: machine.launched ? 'The machine stands before its first instruction' : 'The machine was stopped' });
    return;
  }
  if (typeof wanted === 'string') {
    const reached = new Promise<void>((resolve) => {
      machine.on('ended', () => {
        resolve();
      });
      const off = stages.onEntered(({ id, name }) => {
        if (id !== wanted) return;
        off();
        resolve();
        run.stopFor((stop) => ({ stop, reason: 'entry', description: `The stage ${name} was entered` }));
      });
    });
    // Who has waited enough is shown where the machine is.
    void core.withProgress(`Waiting for the stage ${wanted}`, () => reached, { discard: () => undefined }).catch(() => {
      run.pause();
    });
  }
  await run.resume();
};

/** What the configuration wants beside the editor's breakpoints. A filter that cannot be set is told; the boot goes on. */
const setWishes = async (core: Core, { configuration, filters, recorders, symbols }: Target): Promise<void> => {
  const { stopOn, recordReads } = configuration;
  if (stopOn !== undefined) {
    await symbols.settled;
    const wanted = Object.entries(stopOn).map(([filterId, condition]) => ({ filterId, condition }));
    const set = await filters.replaceBeside(wanted);
    // What is only pending (the kernel has not been loaded) says so without a code.
    for (const [index, { message = '' }] of set.entries()) if (/^BS\d+:/.test(message)) core.output(`stopOn.${wanted[index]?.filterId ?? ''}: ${message}\n`, 'important');
  }
  if (recordReads === true) {
    const refused = await recorders.record('traffic', true);
    if (refused !== undefined) core.output(`recordReads: ${refused}\n`);
  }
};

const configurationDone: Handler = async (core) => {
  const target = core.need('configurationDone');
  const { run, machine, configuration, travel } = target;
  if (machine.vcpus.length === 0) return undefined;
  const registers = await machine.registers();
  const here = { reason: 'other' as const, vcpu: machine.current, pc: registers.pc, cr3: registers.cr3, hits: [] };
  await run.look(here);
  await setWishes(core, target);
  if (configuration.request === 'launch' && configuration.timeTravel === true) await run.whileStopped(() => travel.begin(here));
  await beginRunning(core, target, here);
  return undefined;
};

const disconnect: Handler<DebugProtocol.DisconnectArguments> = async (core, args) => {
  await closeTarget(core, args.terminateDebuggee);
  return undefined;
};

const terminate: Handler = async (core) => {
  await closeTarget(core, true);
  core.send('terminated');
  return undefined;
};

/**
 * Ends the session with its machine: a launched QEMU is ended, an attached one runs on unless `kill` or the configuration says
 * otherwise. Returns within a few seconds in any case. Idempotent.
 */
export const closeTarget = async (core: Core, kill: boolean | undefined): Promise<void> => {
  const target = core.target;
  if (!target) {
    core.starting.abort();
    return;
  }
  core.setTarget(undefined);
  const { configuration, machine, run, command } = target;
  const how = machine.launched || (kill ?? (configuration.exitOnDisconnect === true || command !== undefined)) ? 'kill' : 'detach';
  const close = async (): Promise<void> => {
    try {
      target.silence();
      // A machine that is to be ended needs no tidying, and may be hanging.
      if (how === 'detach') await run.close();
      else void run.close().catch(() => undefined);
    } finally {
      await machine.close(how);
      if (how === 'kill') command?.end();
      else command?.leave();
      await target.dispose();
    }
  };
  const over = new Promise<void>((resolve) => setTimeout(resolve, closePatienceMs).unref());
  try {
    await Promise.race([close(), over]);
  } catch (error) {
    core.output(`${coded(error).message}\n`, 'stderr');
  }
};

export const lifecycleRequests: RequestGroup = {
  capabilities: { supportsConfigurationDoneRequest: true, supportsTerminateRequest: true, supportTerminateDebuggee: true },
  handlers: { initialize, launch: begin('launch'), attach: begin('attach'), configurationDone, disconnect, terminate },
};
