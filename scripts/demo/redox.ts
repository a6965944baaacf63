import path from 'node:path';
import { buildRedoxLive } from '../../test/guests/redox-live/build.mjs';
import type { Narrator } from './narrator';
import { emptyReport, mountReport, type GuestReport } from './report';
import { Scene } from './scene';
import { lineOf } from './source';

/** A live image whose preload is smaller than what its mount reads: from the preload loop to EINVAL and its cause. */
export async function redoxFull(adapter: string, tell: Narrator): Promise<GuestReport> {
  const report = emptyReport('redox-live', 'redox', 'full');
  const guest = await buildRedoxLive({ variant: 'full', loader: 'pdb' });
  const loader = path.join(guest.sources, 'loader/src/main.rs');
  const inLoop = lineOf(loader, /print!\("\\rlive: \{\}\/\{\} MiB"/);
  tell.title('redox-live: a UEFI loader, a kernel and three processes at the same addresses; the mount fails with EINVAL');
  const scene = await Scene.start(
    adapter,
    {
      chain: 'redox',
      qemu: guest.qemu,
      images: [
        { stage: 'loader', file: guest.loader, symbols: guest.loaderPdb },
        { stage: 'kernel', file: guest.kernel },
        ...(['init', 'lived', 'redoxfs'] as const).map((name) => ({ stage: 'userland' as const, file: guest.programs[name], process: name })),
      ],
    },
    { lines: { [loader]: [inLoop] }, filters: [{ filterId: 'errno', condition: 'LiveDisk::read returns EINVAL' }] },
  );
  try {
    tell.say(`breakpoint at ${path.basename(loader)}:${inLoop}, pending until the firmware loads the loader; errno filter: LiveDisk::read returns EINVAL`);
    const first = await scene.stop();
    tell.stop(first);
    report.stops.push(first);

    await scene.clearLines(loader);
    await scene.set({ functions: ['kernel_entry'], filters: [{ filterId: 'errno', condition: 'LiveDisk::read returns EINVAL' }] });
    const handOver = await scene.run();
    report.stops.push(handOver);
    tell.stop(handOver);
    tell.environment('the environment as the loader wrote it:', (await scene.request('bootscope/environment', {})).variables, 'loader');

    await scene.set({ filters: [{ filterId: 'errno', condition: 'LiveDisk::read returns EINVAL' }] });
    const failed = await scene.run();
    report.stops.push(failed);
    tell.stop(failed);
    const { variables } = await scene.request('bootscope/environment', {});
    report.environment = variables;
    tell.environment('the environment as the kernel holds it:', variables, 'kernel');
    const { processes } = await scene.request('bootscope/processes', {});
    tell.say(`processes: ${processes.map((one) => `${one.name} ${typeof one.space === 'string' ? one.space : '?'}`).join(', ')}`);
    const mounts = await scene.request('bootscope/mounts', {});
    report.mounts = mountReport(mounts);
    tell.mounts(mounts);

    await scene.set({});
    await scene.resume();
    await scene.serialSays(/not able to mount uuid/);
    await scene.pause();
    report.diagnosis = await scene.request('bootscope/diagnosis', {});
    for (const failure of report.diagnosis.failures) tell.say(`${failure.code} ${failure.title}: ${failure.cause} → ${failure.fix}`);
    return report;
  } finally {
    await scene.close();
  }
}

/** The same failure without any symbols of the programs: the daemon's reply is seen as it passes the kernel. */
export async function redoxReply(adapter: string, tell: Narrator): Promise<GuestReport> {
  const report = emptyReport('redox-live', 'redox', 'full, no symbols of lived');
  const guest = await buildRedoxLive({ variant: 'full', loader: 'pdb' });
  tell.title('redox-live: the same EINVAL without symbols of lived, by its reply to the scheme request');
  const scene = await Scene.start(
    adapter,
    { chain: 'redox', qemu: guest.qemu, images: [{ stage: 'kernel', file: guest.kernel }] },
    { filters: [{ filterId: 'errno', condition: 'EINVAL in process:lived' }] },
  );
  try {
    const stop = await scene.stop();
    report.stops.push(stop);
    tell.stop(stop);
    report.environment = (await scene.request('bootscope/environment', {})).variables;
    report.mounts = mountReport(await scene.request('bootscope/mounts', {}));
    report.diagnosis = await scene.request('bootscope/diagnosis', {});
    return report;
  } finally {
    await scene.close();
  }
}

/** The small image: the same preload, and the mount works because its metadata happens to lie within it. */
export async function redoxMini(adapter: string, tell: Narrator): Promise<GuestReport> {
  const report = emptyReport('redox-live', 'redox', 'mini');
  const guest = await buildRedoxLive({ variant: 'mini', loader: 'pdb' });
  tell.title('redox-live mini: the same system mounts, by luck');
  const scene = await Scene.start(
    adapter,
    { chain: 'redox', qemu: guest.qemu, images: [{ stage: 'kernel', file: guest.kernel }] },
    { filters: [{ filterId: 'errno', condition: 'EINVAL in process:lived' }] },
  );
  try {
    await scene.serialSays(/login:/);
    const stop = await scene.pause();
    report.stops.push(stop);
    tell.say('booted to its login prompt; the errno filter stayed silent');
    report.environment = (await scene.request('bootscope/environment', {})).variables;
    tell.environment('and yet:', report.environment, 'kernel', /DISK_LIVE_SIZE/);
    report.mounts = mountReport(await scene.request('bootscope/mounts', {}));
    report.diagnosis = await scene.request('bootscope/diagnosis', {});
    tell.say(`diagnosis: ${report.diagnosis.failures.length === 0 ? 'no failure found' : report.diagnosis.failures.map((one) => one.title).join('; ')}`);
    return report;
  } finally {
    await scene.close();
  }
}
