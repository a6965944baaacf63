import { parseMountfrom } from '../../../boot/environment/freebsd';
import type { EnvironmentFacts } from '../../../boot/environment/knowledge';
import type { ProgramView } from '../../inspect/view';
import { Batch } from '../batch';
import type { Figure } from '../chain';
import { perhaps } from '../unknown';
import { readGeomClasses } from './geom';
import { readKenv } from './kenv';
import { isRootMounted } from './mountlist';

/** What the kernel tells beside its variables, for their faults. `console` is all that was printed: vfs_mountroot_ask (sys/kern/vfs_mountroot.c) asks at `mountroot> `. */
export const readEnvironmentFacts = async (kernel: ProgramView, console: string): Promise<EnvironmentFacts> => {
  const [classes, mounted] = await Promise.all([perhaps(() => readGeomClasses(kernel, new Batch(kernel))), perhaps(() => isRootMounted(kernel))]);
  const asksForRoot = mounted === false && /mountroot> $/.test(console.slice(-200).replace(/[\r\n]+$/, ''));
  // Before GEOM is up there are no classes at all.
  return { ...(classes === undefined || classes.length === 0 ? {} : { classes }), ...(asksForRoot ? { asksForRoot } : {}) };
};

/** Facts for the one-line why of a stop. */
export const readFigures = async (kernel: ProgramView): Promise<Figure[]> => {
  const figures: Figure[] = [];
  const kenv = await perhaps(() => readKenv(kernel));
  const valueOf = (name: string): string | undefined => kenv?.entries.find((entry) => entry.name === name)?.value;
  const wanted = valueOf('vfs.root.mountfrom');
  if (wanted !== undefined) figures.push({ key: 'rootWanted', value: wanted, text: `vfs.root.mountfrom asks for ${parseMountfrom(wanted).map(({ fstype, device }) => `${fstype}:${device}`).join(', then ') || wanted}` });
  const mounted = await perhaps(() => isRootMounted(kernel));
  if (mounted !== undefined) figures.push({ key: 'rootMounted', value: mounted ? 'yes' : 'no', text: mounted ? 'a root is mounted' : 'no root is mounted' });
  const segments = valueOf('hint.ventoy.0.segnum');
  if (segments !== undefined) {
    const classes = await perhaps(() => readGeomClasses(kernel, new Batch(kernel)));
    const text = `hint.ventoy.* name an ISO file in ${segments} piece(s) of a disk, and this kernel has no GEOM class VENTOY`;
    if (classes !== undefined && classes.length > 0 && !classes.includes('VENTOY')) figures.push({ key: 'ventoyHints', value: text, text });
  }
  return figures;
};
