import { parseMountfrom } from '../../../boot/environment/freebsd';
import type { MountRow, Place } from '../../../boot/mount-rules';
import type { RerootForecastAnswer, RerootHolder } from '../../api';
import type { ProgramView } from '../../inspect/view';
import { mountOf } from '../mount-answer';
import { processId } from '../process-name';
import { hex, isUnknown, perhaps } from '../unknown';
import { readBusy } from './busy-mounts';
import { providersBeneath, readGeom, readMemoryDisks, type MemoryDisk } from './geom';
import { readKenv } from './kenv';
import { readOpenFiles } from './open-files';
import type { FreebsdProcess } from './processes';
import type { Tables } from './tables';

const pathInside = (place: Place): string => `/${place.steps.map((step) => step.name).join('/')}`;

/**
 * What kern_reroot (sys/kern/kern_shutdown.c) would meet: init ends every process, then vfs_unmountall takes the mounts down
 * from the last to the first, by force, all but the kernel's devfs; then vfs_mountroot mounts what vfs.root.mountfrom says now.
 */
export const rerootForecast = async (kernel: ProgramView, tables: Tables): Promise<RerootForecastAnswer> => {
  const { table, global, processes, batch, vnodes } = tables;
  const devices = await perhaps(() => kernel.variable('rootdevmp', 'vfs_mountroot.c').integer());
  const goes = [...table.rows].reverse().filter((row) => !staysMounted(row, devices));
  const [disks, geom, kenv, busy, programs] = await Promise.all([
    perhaps(() => readMemoryDisks(kernel, batch, vnodes)),
    perhaps(() => readGeom(kernel, batch)),
    perhaps(() => readKenv(kernel)),
    Promise.all(goes.map((row) => perhaps(() => readBusy(batch, vnodes, row.id)))),
    Promise.all(
      processes.map(async (process): Promise<Uses> => {
        const [program, files] = await Promise.all([
          perhaps(async () => vnodes.place(await (await batch.at('proc', process.address)).member('p_textvp').integer())),
          perhaps(() => readOpenFiles(kernel, batch, vnodes, process.address)),
        ]);
        return { process, ...(program === undefined ? {} : { program }), files: files ?? [] };
      }),
    ),
  ]);
  const wanted = kenv?.entries.find(({ name }) => name === 'vfs.root.mountfrom')?.value;
  const target = wanted === undefined ? undefined : parseMountfrom(wanted)[0];
  const device = target?.device.replace(/^\/dev\//, '');
  const beneath = device === undefined || geom === undefined ? [] : providersBeneath(geom, device);
  const rootDisks = (disks ?? []).filter((disk) => beneath.some(({ name }) => name === `md${disk.unit}`) || device === `md${disk.unit}` || device?.startsWith(`md${disk.unit}.`) === true);

  const mounts = goes.map((row, index) => {
    const holders = [...processHolders(row, programs), ...diskHolders(row, disks ?? [])];
    const files = holders.filter(({ kind }) => kind === 'memory-disk');
    const kept = holders.filter(({ kind, stays }) => kind === 'process' && stays);
    const unmounts = files.length === 0;
    return { mount: mountOf(row), unmounts, reason: reasonOf(files, kept, holders), holders, ...(busy[index] === undefined ? {} : { busy: busy[index] }) };
  });
  const stuck = mounts.filter(({ unmounts }) => !unmounts);
  const lost = rootDisks.filter(({ place }) => place !== undefined);
  const newRoot = wanted ?? { unknown: kenv === undefined ? 'because the kernel environment cannot be read' : 'because vfs.root.mountfrom is not set: the kernel would try what is compiled in' };
  const unknown = disks === undefined ? { unknown: 'because this kernel has no md(4) whose list could be read, so that files behind memory disks are not known' } : undefined;
  const same = global === undefined ? undefined : table.mount(global.mount);
  const onOldRoot = same !== undefined && target !== undefined && same.from === target.device;
  return { mounts, newRoot, succeeds: lost.length > 0 ? false : (unknown ?? true), sentence: sentenceOf(stuck, lost, wanted, onOldRoot, unknown !== undefined) };
};

/** Taken off the list before the unmounting: the kernel's devfs (`rootdevmp`), and the tmpfs init runs its copy from (sbin/init/init.c, reroot). */
const staysMounted = (row: MountRow, devices: bigint | undefined): boolean =>
  (devices === undefined || devices === 0n ? row.fstype === 'devfs' && row.on === '/dev' : row.id === hex(devices)) || (row.fstype === 'tmpfs' && /(^|\/)dev\/reroot$/.test(row.on));

const reasonOf = (files: readonly RerootHolder[], kept: readonly RerootHolder[], all: readonly RerootHolder[]): string => {
  if (files.length > 0) return `${files.map(({ text }) => text).join('; ')}: the unmount fails (EBUSY), or, done by force, takes the file away and every later read of the disk fails (EIO).`;
  if (kept.length > 0) return `${kept.map(({ name }) => name).join(', ')} cannot be ended and has a directory here: the unmount needs force, which the reroot uses.`;
  return all.length > 0 ? 'only processes that init ends before it unmounts hold it.' : 'nothing holds it.';
};

/** What ties a process to mounts, beside its directories. */
interface Uses {
  readonly process: FreebsdProcess;
  /** The file its program was run from. */
  readonly program?: Place;
  readonly files: readonly Place[];
}

/** Open files that are named; a process may have very many. */
const mostNamed = 3;

const processHolders = (row: MountRow, programs: readonly Uses[]): RerootHolder[] =>
  programs.flatMap(({ process, program, files }) => {
    const uses: string[] = [];
    const use = (what: string, place: Place | undefined | { unknown: string }): void => {
      if (place !== undefined && !isUnknown(place) && place.mount === row.id) uses.push(`${what} ${pathInside(place)}`);
    };
    use('root directory', process.root);
    use('working directory', process.cwd);
    use('jail root', process.jailRoot);
    use('program', program);
    const open = [...new Set(files.filter(({ mount }) => mount === row.id).map(pathInside))];
    if (open.length > 0) uses.push(`open ${open.slice(0, mostNamed).join(', ')}${open.length > mostNamed ? ` and ${open.length - mostNamed} more` : ''}`);
    if (uses.length === 0) return [];
    // Kernel processes have no program of their own, and no signal ends them; init goes on from its copy in /dev/reroot.
    const stays = program === undefined && process.pid !== 1;
    return [{ kind: 'process' as const, name: processId(process), text: `${process.name} (pid ${process.pid}): ${uses.join(', ')}`, stays }];
  });

const diskHolders = (row: MountRow, disks: readonly MemoryDisk[]): RerootHolder[] =>
  disks.flatMap((disk) =>
    disk.place?.mount === row.id ? [{ kind: 'memory-disk' as const, name: `md${disk.unit}`, text: `md${disk.unit} reads from ${disk.file ?? pathInside(disk.place)} on it`, stays: true }] : [],
  );

const sentenceOf = (stuck: RerootForecastAnswer['mounts'], lost: readonly MemoryDisk[], wanted: string | undefined, onOldRoot: boolean, unknown: boolean): string => {
  const names = stuck.map(({ mount, holders }) => `${mount.on} (${mount.fstype}, held by ${holders.filter(({ kind }) => kind === 'memory-disk').map(({ name }) => name).join(', ')})`).join(', ');
  if (lost.length > 0) {
    const disks = lost.map(({ unit }) => `md${unit}`).join(', ');
    const from = stuck.map(({ mount }) => `${mount.on} (${mount.fstype})`).join(', ');
    return `A reroot now fails: the new root ${wanted ?? ''} lies on ${disks}, whose file is on ${from}, which the reroot takes down first. Have the loader preload the image (md_image), or copy it to a malloc or swap disk.`;
  }
  if (stuck.length > 0) return `${names} will not unmount cleanly; the new root ${wanted ?? ''} does not lie on it, so the reroot can go on.`;
  if (unknown) return 'Nothing that can be read stands in the way of a reroot; files behind memory disks are not known.';
  return onOldRoot ? `Nothing stands in the way of a reroot, but vfs.root.mountfrom still names the present root ${wanted ?? ''}: set it first.` : `Nothing stands in the way of a reroot to ${wanted ?? 'the compiled-in root'}.`;
};
