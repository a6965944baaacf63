import type { Place } from '../../../boot/mount-rules';
import { strip } from '../../images/types';
import type { ProgramView } from '../../inspect/view';
import type { Value } from '../../inspect/value';
import type { Batch } from '../batch';
import { walkList } from '../lists';
import { holderOf } from '../members';
import { perhaps } from '../unknown';
import type { VnodeReader } from './vnodes';

export interface GeomProvider {
  /** Of its struct g_provider. */
  readonly address: bigint;
  readonly name: string;
  /** Its class: `PART`, `UZIP`, `MD`, … */
  readonly className: string;
  /** Names of the providers it reads from. */
  readonly below: readonly string[];
}
export interface Geom {
  readonly classes: readonly string[];
  readonly providers: ReadonlyMap<string, GeomProvider>;
}

/** All classes, and what lies on what: `g_classes` (sys/geom/geom_subr.c), structures of sys/geom/geom.h. */
export const readGeom = async (view: ProgramView, batch: Batch): Promise<Geom> => {
  const text = async (value: Value): Promise<string> => ((await value.integer()) === 0n ? '' : value.string());
  const classes = await walkList(batch, 'g_classes', 'g_class', view.variable('g_classes').member('lh_first'), 'class.le_next');
  const providers = new Map<string, GeomProvider>();
  const names = await Promise.all(
    classes.map(async (one) => {
      const className = await text(one.member('name'));
      const geoms = await walkList(batch, 'geoms of a class', 'g_geom', one.member('geom').member('lh_first'), 'geom.le_next');
      await Promise.all(
        geoms.map(async (geom) => {
          const [consumers, made] = await Promise.all([
            walkList(batch, 'consumers of a geom', 'g_consumer', geom.member('consumer').member('lh_first'), 'consumer.le_next'),
            walkList(batch, 'providers of a geom', 'g_provider', geom.member('provider').member('lh_first'), 'provider.le_next'),
          ]);
          const below = await Promise.all(
            consumers.map(async (consumer) => {
              const provider = await consumer.member('provider').integer();
              return provider === 0n ? '' : text((await batch.at('g_provider', provider)).member('name'));
            }),
          );
          for (const provider of made) {
            const name = await text(provider.member('name'));
            providers.set(name, { address: provider.address ?? 0n, name, className, below: below.filter((one) => one !== '') });
          }
        }),
      );
      return className;
    }),
  );
  return { classes: names, providers };
};

/** Names of the classes alone: one short list. */
export const readGeomClasses = async (view: ProgramView, batch: Batch): Promise<readonly string[]> => {
  const classes = await walkList(batch, 'g_classes', 'g_class', view.variable('g_classes').member('lh_first'), 'class.le_next');
  return Promise.all(classes.map(async (one) => ((await one.member('name').integer()) === 0n ? '' : one.member('name').string())));
};

export interface MemoryDisk {
  readonly unit: number;
  /** `MD_VNODE`, `MD_PRELOAD`, … or the number. */
  readonly type: string;
  /** Size in bytes. */
  readonly bytes: number;
  /** The file behind it; undefined: none. */
  readonly place?: Place;
  /** Its path as it was given, or the name of the preloaded image. */
  readonly file?: string;
}

/** Memory disks: `md_softc_list` of `struct md_s` (sys/dev/md/md.c). What belongs to one type only is in a structure of its own in later kernels (`s_vnode` since 14.0). */
export const readMemoryDisks = async (view: ProgramView, batch: Batch, vnodes: VnodeReader): Promise<readonly MemoryDisk[]> => {
  const units = await walkList(batch, 'md_softc_list', 'md_s', view.variable('md_softc_list').member('lh_first'), 'list.le_next');
  return Promise.all(
    units.map(async (unit) => {
      const kind = unit.member('type');
      const number = await kind.integer();
      const enumeration = strip(kind.type);
      const type = enumeration.kind === 'enum' ? (enumeration.enumerators.find(({ value }) => value === number)?.name ?? String(number)) : String(number);
      // Other kinds may keep something else where the vnode lies.
      const vnode = type === 'MD_VNODE' ? await perhaps(() => holderOf(unit, 'vnode').member('vnode').integer()) : undefined;
      const place = vnode === undefined || vnode === 0n ? undefined : await perhaps(() => vnodes.place(vnode));
      const file = type === 'MD_VNODE' || type === 'MD_PRELOAD' ? await perhaps(() => nameOf(unit, type).string()) : undefined;
      return { unit: await unit.member('unit').number(), type, bytes: await unit.member('mediasize').number(), ...(place === undefined ? {} : { place }), ...(file === undefined || file === '' ? {} : { file }) };
    }),
  );
};

/** `file`, for preloaded images too; in later kernels these have a `name` of their own beside their bytes. */
const nameOf = (unit: Value, type: string): Value => (unit.hasMember('file') || type === 'MD_VNODE' ? holderOf(unit, 'file').member('file') : holderOf(unit, 'pl_ptr').member('name'));

/** Files of the kernel linker: `linker_files` (sys/kern/kern_linker.c), struct linker_file of sys/sys/linker.h. */
export const readModules = async (view: ProgramView, batch: Batch): Promise<readonly string[]> => {
  const files = await walkList(batch, 'linker_files', 'linker_file', view.variable('linker_files').member('tqh_first'), 'link.tqe_next');
  return Promise.all(files.map((file) => file.member('filename').string()));
};

/** A provider with all that lies beneath it, it first. */
export const providersBeneath = (geom: Geom, name: string): readonly GeomProvider[] => {
  const found = new Map<string, GeomProvider>();
  const wanted = [name];
  for (let next = wanted.pop(); next !== undefined; next = wanted.pop()) {
    const provider = geom.providers.get(next);
    if (provider === undefined || found.has(next)) continue;
    found.set(next, provider);
    wanted.push(...provider.below);
  }
  return [...found.values()];
};
