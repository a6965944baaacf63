import * as path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { stageSymbolsOf } from '../../boot/stages';
import { openForSession } from '../images/open-for-session';
import { createView } from '../inspect/program-view';
import { attachQemu } from '../machine/attach';
import { launchQemu } from '../machine/launch';
import type { Machine } from '../machine/machine';
import { resetInWords } from '../machine/reset-log';
import { Locations } from '../program/locations';
import type { PlacedModule } from '../program/placed-module';
import { PlacedProgram } from '../program/placed-program';
import { createPlacements } from '../program/placement/placement';
import { Sources } from '../program/sources';
import { StageTracker } from '../program/stages';
import { failure } from '../errors/catalogue';
import { qemuErrors } from '../errors/qemu';
import { LogBatch } from './breakpoints/log-batch';
import { UserBreakpoints } from './breakpoints/user-breakpoints';
import { BootFiles } from './boot-files';
import { ChainReader } from './chain-reader';
import { joinCommand } from './command';
import type { RunningCommand } from './command';
import { commandHost } from './command-hosts';
import type { Configuration } from './configuration/validate';
import type { Core } from './core';
import { DamageReport } from './damage-report';
import { coded } from './errors';
import { Filters } from './filters/filters';
import { ForeignCode } from './foreign-code';
import { Inspector } from './inspection/inspector';
import { Threads } from './inspection/threads';
import { ModuleFiles } from './module-files';
import { present } from './requests/breakpoints';
import { toDapModule } from './requests/modules';
import { sendStopped } from './requests/stopped-event';
import { EnvironmentLook } from './recorders/environment-look';
import { MountHistory } from './recorders/mount-history';
import { Recorders } from './recorders/recorders';
import { RunController } from './run/controller';
import { StageMarks } from './run/stage-marks';
import { SerialFeed } from './serial-feed';
import { SerialMachine } from './serial-machine';
import { SerialText } from './serial-text';
import { SymbolLoading } from './symbol-loading';
import { toDapSource } from './target';
import { Back } from './time/reverse';
import { placeInWords } from './time/place-in-words';
import { StepsBack } from './time/step-back';
import { TimeTravel } from './time/time-travel';
import type { Target } from './target';

const defaultGdb = '127.0.0.1:1234';

/** Starts or joins the machine of a configuration. */
const openMachine = async (core: Core, configuration: Configuration): Promise<{ readonly machine: Machine; readonly command?: RunningCommand }> => {
  const notice = (text: string): void => {
    core.output(text.endsWith('\n') ? text : `${text}\n`);
  };
  const { cwd, gdb = defaultGdb, serial, serials, qmp } = configuration;
  const wires = { gdb, ...(serial === undefined ? {} : { serial }), ...(serials === undefined ? {} : { serials }), ...(qmp === undefined ? {} : { qmp }) };
  if (configuration.request === 'launch') {
    const { qemu, command, env, accel, firmware, timeTravel } = configuration;
    const environment = env === undefined ? {} : { env };
    if (qemu) return { machine: await launchQemu({ argv: qemu, cwd, notice, ...environment, ...(accel === undefined ? {} : { accel }), ...(firmware === undefined ? {} : { firmware }), ...(timeTravel === undefined ? {} : { timeTravel }) }) };
    if (command) {
      const start = commandHost(core, configuration.__terminal);
      const started = await joinCommand(command, { gdb, start: (heard) => start({ command, cwd, env: env ?? {} }, heard), join: () => attachQemu(wires), signal: core.starting.signal });
      return { machine: started.joined, command: started.command };
    }
  }
  if (configuration.gdb === undefined) return { machine: await SerialMachine.join([...(serial === undefined ? [] : [serial]), ...(serials ?? [])]) };
  return { machine: await attachQemu(wires) };
};

/** Brings up everything for a checked configuration. On failure nothing is left behind. */
export const startTarget = async (core: Core, configuration: Configuration): Promise<Target> => {
  const { machine, command } = await core.withProgress(
    'Starting the machine',
    () => openMachine(core, configuration),
    {
      discard: async (late) => {
        await late.machine.close(late.machine.launched || late.command ? 'kill' : 'detach');
        late.command?.end();
      },
    },
  );
  try {
    return await core.withProgress(
      'Reading symbols',
      (tell) => buildTarget(core, configuration, machine, command, tell),
      { discard: (late) => late.dispose() },
    );
  } catch (error) {
    await machine.close(machine.launched || command ? 'kill' : 'detach');
    command?.end();
    throw error;
  }
};

const buildTarget = async (core: Core, configuration: Configuration, machine: Machine, command: RunningCommand | undefined, tell: (message: string) => void): Promise<Target> => {
  const log = (text: string): void => {
    core.output(text.endsWith('\n') ? text : `${text}\n`);
  };
  const startedAt = performance.now();
  const nowMs = (): number => performance.now() - startedAt;
  const serialText = new SerialText(machine, nowMs);
  const serialFeed = new SerialFeed(machine, (piece) => {
    core.send('bootscope/serial', piece);
    if (configuration.serialOutput !== 'event') core.output(piece.text, 'stdout');
  });
  const program = new PlacedProgram(machine, { open: openForSession });
  for (const image of configuration.images) {
    tell(image.file);
    if (!(await program.add(image))) log(`The image ${image.file} is missing; it is optional, so the session goes on without it.`);
  }
  const sources = new Sources({ roots: [configuration.cwd], ...(configuration.sourceMap ? { sourceMap: configuration.sourceMap } : {}) });
  const symbols = new SymbolLoading(core);
  const damage = new DamageReport((text) => {
    core.output(text, 'important');
  });
  const added = ({ image, carrier }: PlacedModule): void => {
    damage.watch(image);
    damage.watch(carrier);
    symbols.start(image);
  };
  program.modules.forEach(added);
  program.onAdded(added);
  const locations = new Locations(program, sources, (image) => symbols.of(image));
  const chain: ChainReader = new ChainReader({
    machine,
    program,
    configured: configuration.chain,
    serialText: () => serialText.text,
    whenSaid: (words, from) => serialText.whenSaid(words, from),
    view: (module, memory) => createView(program, module, memory),
    stage: () => stages.current ?? null,
    local: (name) => inspector.local(name),
    placeProcesses: () => placements.refreshProcesses(),
    workspace: [configuration.cwd],
    bootFiles: () => bootFiles.files(),
  });
  const bootFiles = new BootFiles(configuration.cwd);
  const stages: StageTracker = new StageTracker({ machine, program, names: () => chain.stageNames, stageOfLine: (line) => chain.stageOfLine(line), now: nowMs });

  const run = new RunController(machine, {
    stopped: (report) => {
      serialFeed.flush();
      logged.flush();
      inspector.changed();
      sendStopped(core, report);
      mountHistory.stopped(report);
      environmentLook.stopped();
      void run.whileStopped(() => travel.told(report)).catch(() => undefined);
      // Words about the stop; reading what they need may fail with the machine.
      void foreign.look(report.stop).catch(() => undefined);
    },
    resumed: () => {
      inspector.changed();
      // DAP asks for none behind a request to step, but an editor concludes from that request that the one thread runs; here all do.
      core.send('continued', { threadId: machine.current.id, allThreadsContinued: true });
    },
    ended: () => undefined,
    deaf: (error) => {
      core.output(`${coded(error).message}\n`, 'important');
    },
    fault: (error) => {
      core.output(`${coded(error).message}\n`, 'important');
      run.report({ stop: { reason: 'other', vcpu: machine.current, pc: 0n, cr3: 0n, hits: [] }, reason: 'pause', description: coded(error).message });
    },
  });
  const environmentLook = new EnvironmentLook({ chain, run, stage: () => stages.current ?? null });
  const mountHistory = new MountHistory({ machine, program, chain, run, stage: () => stages.current ?? null, nowMs: () => stages.nowMs });
  const foreign = new ForeignCode(machine, program, (error) => {
    core.output(`${error.message}\n`, 'important');
  });
  const threads = new Threads(machine, () => chain.sleepingThreads());
  const inspector = new Inspector({ machine, program, threads, placeProcesses: () => placements.refreshProcesses(), last: () => run.last });
  const logged = new LogBatch((text, at) => {
    core.output(`${text}\n`, 'console', at?.file === undefined || at.line === undefined ? {} : { source: toDapSource(sources, at.file), line: core.lineOut(at.line) });
  });
  const breakpoints = new UserBreakpoints({
    machine,
    program,
    locations,
    evaluator: inspector,
    whoRuns: ({ vcpu }) => chain.whoRuns(vcpu),
    changed: (breakpoint) => {
      core.send('breakpoint', { reason: 'changed', breakpoint: present(core, target, breakpoint) });
    },
    log: (text, at) => {
      logged.add(text, at);
    },
  });
  run.addJudge(breakpoints);
  const filters = new Filters({
    machine,
    program,
    locations,
    stages,
    run,
    inspector,
    chain,
    chainId: () => chain.id,
    log,
    changed: (breakpoint: DebugProtocol.Breakpoint) => {
      core.send('breakpoint', { reason: 'changed', breakpoint });
    },
  });
  const recorders = new Recorders({ machine, program, locations, chain, stages, log });
  run.addJudge(recorders);
  const stageMarks = new StageMarks({ machine, program, stages, stageSymbols: () => stageSymbolsOf(chain.id) });
  run.addJudge(stageMarks);
  const kernelFolders = configuration.images.flatMap(({ stage, file }) => (stage === 'kernel' ? [path.dirname(file)] : []));
  const moduleFiles = new ModuleFiles([...kernelFolders, ...Object.values(configuration.sourceMap ?? {}), configuration.cwd]);
  const placements = createPlacements({ machine, program, log: (text) => { if (!breakpoints.silent) log(text); }, report: (error) => { core.output(`${error.message}\n`, 'important'); } }, { processes: chain.processSource, modules: chain.moduleSource, findModuleFiles: (name) => moduleFiles.find(name) });
  const observers = [...placements.observers, stages];
  const travel = new TimeTravel({
    machine,
    program,
    stages,
    run,
    breakpoints,
    log: (text) => {
      core.output(`${text}\n`, 'important');
    },
    nowMs,
    stage: () => stages.current ?? null,
    placeOf: ({ pc, cr3 }) => placeInWords(program, sources, pc, cr3),
    mark: () => {
      const back = [program, serialText, breakpoints, filters].map((part) => part.mark());
      const looks = observers.flatMap((observer) => observer.mark?.() ?? []);
      const chained = chain.mark();
      return async () => {
        for (const restore of back) restore();
        for (const restore of looks) await restore();
        chained();
      };
    },
    forget: () => {
      inspector.changed();
    },
    able: (stepBack) => {
      core.send('capabilities', { capabilities: { supportsStepBack: stepBack, supportsRestartRequest: stepBack, supportsRestartFrame: stepBack } });
    },
  });
  run.addJudge(travel.judge);
  const back = new Back({
    machine,
    run,
    travel,
    log: (text) => {
      core.output(`${text}\n`, 'important');
    },
    progress: (title, cancel, work) => core.withProgress(title, work, { cancel }),
  });
  for (const module of program.modules) core.send('module', { reason: 'new', module: toDapModule(program, module) });
  const unlisten = [
    program.onAdded((module) => {
      core.send('module', { reason: 'new', module: toDapModule(program, module) });
    }),
    program.onPlaced((module) => {
      // A stack that was asked for before has no names of it.
      inspector.written();
      core.send('module', { reason: 'changed', module: toDapModule(program, module) });
    }),
    machine.on('notice', log),
    machine.on('serial', ({ port, bytes }) => {
      if (port === 1) stages.onConsole(bytes);
    }),
    machine.on('repeated', ({ port, bytes }) => {
      if (port === 1) stages.onConsole(bytes);
    }),
    machine.on('reset', ({ reason, facts, firmwareOwn }) => {
      mountHistory.reset();
      environmentLook.reset();
      core.output(firmwareOwn ? 'The firmware has reset the machine once more by itself, as SeaBIOS does behind every reset.\n' : `The machine was reset: ${resetInWords(reason, facts)}.\n`, firmwareOwn ? 'console' : 'important');
    }),
    machine.on('watchdog', ({ action }) => {
      core.output(`The machine's watchdog ran out (QEMU's answer: ${action}).\n`, 'important');
    }),
    machine.on('panicked', ({ action }) => {
      core.output(`The guest told QEMU that it panicked (QEMU's answer: ${action}).\n`, 'important');
    }),
    machine.on('ended', ({ expected, detail }) => {
      serialFeed.flush(true);
      logged.flush();
      const text = expected ? `QEMU has ended: ${detail}` : coded(failure(qemuErrors.ended, { detail })).message;
      core.output(`${text}\n`, expected ? 'console' : 'important');
      core.send('terminated');
    }),
  ];
  const target: Target = {
    configuration,
    machine,
    program,
    sources,
    locations,
    symbols,
    stages,
    run,
    breakpoints,
    filters,
    recorders,
    inspector,
    threads,
    chain,
    mountHistory,
    serialFeed,
    serialText,
    travel,
    back,
    stepsBack: new StepsBack({ machine, program, inspector, back }),
    ...(command ? { command } : {}),
    sourceOf: (recorded) => toDapSource(sources, recorded),
    silence: () => {
      for (const stop of unlisten.splice(0)) stop();
    },
    dispose: () => {
      target.silence();
      logged.flush();
      symbols.dispose();
      damage.dispose();
      serialFeed.dispose();
      serialText.dispose();
      breakpoints.dispose();
      recorders.dispose();
      stageMarks.dispose();
      locations.dispose();
      program.close();
      return Promise.resolve();
    },
  };
  // With a serial line only, there is no stop at which anything could be looked at.
  if (machine.vcpus.length > 0) for (const observer of [...observers, travel]) await run.addObserver(observer);
  return target;
};
