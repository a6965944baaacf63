import path from 'node:path';
import { buildRedoxLive } from '../../test/guests/redox-live/build.mjs';
import type { Narrator } from './narrator';
import { emptyReport, mountReport, type GuestReport } from './report';
import { Scene } from './scene';
import { lineOf } from './source';

const failingRead = { filterId: 'errno', condition: 'LiveDisk::read returns EINVAL' };
const failingReply = { filterId: 'errno', condition: 'EINVAL in process:lived' };

/** From the EINVAL over the border of the kernel, back to a checkpoint, and back in time to the line of the loader that is its cause. */
export async function redoxTime(adapter: string, tell: Narrator): Promise<GuestReport> {
  const report = emptyReport('redox-live', 'redox', 'full, going back in time');
  const guest = await buildRedoxLive({ variant: 'full', loader: 'pdb' });
  const loader = path.join(guest.sources, 'loader/src/main.rs');
  tell.title('redox-live: from the EINVAL back in time to the line of the loader that caps the preload');
  const scene = await Scene.start(
    adapter,
    {
      chain: 'redox',
      timeTravel: true,
      qemu: guest.qemu,
      images: [
        { stage: 'loader', file: guest.loader, symbols: guest.loaderPdb },
        { stage: 'kernel', file: guest.kernel },
        ...(['init', 'lived', 'redoxfs'] as const).map((name) => ({ stage: 'userland' as const, file: guest.programs[name], process: name })),
      ],
    },
    { filters: [failingReply] },
  );
  try {
    tell.say('timeTravel: the machine is saved at the borders of stages; errno filter: EINVAL in process:lived');
    const reply = await scene.stop(300_000);
    report.stops.push(reply);
    tell.stop(reply);
    tell.say('one stack: the kernel, and under its system call the daemon that made it');
    report.environment = (await scene.request('bootscope/environment', {})).variables;
    report.mounts = mountReport(await scene.request('bootscope/mounts', {}));
    report.diagnosis = await scene.request('bootscope/diagnosis', {});

    const { checkpoints } = await scene.request('bootscope/checkpoints', {});
    for (const { id, name, where, atMs } of checkpoints) tell.say(`checkpoint ${id}: ${name}, after ${(atMs / 1000).toFixed(1)} s, ${where}`);
    const { stop: restored, seconds } = await scene.restore('kernel');
    report.stops.push(restored);
    tell.stop(restored);
    tell.say(`restored in ${seconds.toFixed(2)} s, instead of a reboot`);

    await scene.set({ filters: [failingRead] });
    const failed = await scene.run(300_000);
    report.stops.push(failed);
    tell.stop(failed);

    const cap = lineOf(loader, /if size > max_preload/);
    tell.say(`reverse continue, with a breakpoint at ${path.basename(loader)}:${cap}`);
    await scene.set({ lines: { [loader]: [cap] } });
    const cause = await scene.reverse();
    report.stops.push(cause);
    tell.stop(cause);
    const { size, max_preload: preload } = cause.values;
    tell.say(`the loader caps here: max_preload = ${preload ?? 'unknown'} bytes of a filesystem of size = ${size ?? 'unknown'}; the failing read began at ${reply.values['Return.offset'] ?? 'unknown'}`);
    return report;
  } finally {
    await scene.close();
  }
}
