import { linuxGuest } from '../../test/guests/linux/build.mjs';
import type { Narrator } from './narrator';
import { emptyReport, mountReport, type GuestReport } from './report';
import { Scene } from './scene';

/** Debian's own kernel, KASLR on, asked for a root that no disk has. */
export async function linuxFailedMount(adapter: string, tell: Narrator): Promise<GuestReport> {
  const report = emptyReport('linux', 'linux', 'no root');
  tell.title("linux: Debian's cloud kernel with KASLR, root=/dev/vda1 and no disk");
  const skipped = process.env.BOOTSCOPE_LINUX_SKIPPED;
  const guest = skipped === undefined ? linuxGuest({ root: '/dev/vda1', download: false }) : { skipped };
  if ('skipped' in guest) {
    tell.say(`skipped: ${guest.skipped}`);
    return { ...report, skipped: guest.skipped };
  }
  const scene = await Scene.start(
    adapter,
    { chain: 'linux', qemu: guest.qemu, images: [{ stage: 'kernel', file: guest.vmlinux }] },
    { functions: ['mount_block_root'], filters: [{ filterId: 'mountroot-failed' }] },
  );
  try {
    const mounting = await scene.stop();
    report.stops.push(mounting);
    tell.stop(mounting);
    report.environment = (await scene.request('bootscope/environment', {})).variables;
    tell.environment('the command line it was given:', report.environment, undefined, /^(root|console)$/);
    const mounts = await scene.request('bootscope/mounts', {});
    report.mounts = mountReport(mounts);
    tell.mounts(mounts);

    const failed = await scene.run();
    report.stops.push(failed);
    tell.stop(failed);
    await scene.set({});
    await scene.resume();
    await scene.serialSays(/end Kernel panic/);
    await scene.pause();
    report.diagnosis = await scene.request('bootscope/diagnosis', {});
    for (const failure of report.diagnosis.failures) tell.say(`${failure.code} ${failure.title}: ${failure.cause} → ${failure.fix}`);
    return report;
  } finally {
    await scene.close();
  }
}
