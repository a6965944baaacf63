import type { ProgramView } from '../../inspect/view';
import type { Value } from '../../inspect/value';
import { Batch } from '../batch';
import type { LoadedModule } from '../modules';
import { perhaps } from '../unknown';
import { walkRing } from './lists';

/** `do_init_module` (kernel/module/main.c) calls a module's init function; its sections are placed, listed and relocated by then. */
export const moduleHooks = ['do_init_module'];

/** More sections than any module has. */
const mostSections = 1024;

/** Loaded modules: `modules` (kernel/module/main.c), a ring of `struct module` (include/linux/module.h). */
export const readModules = async (view: ProgramView): Promise<readonly LoadedModule[]> => {
  const batch = new Batch(view);
  const modules = await walkRing(view, batch, view.variable('modules', 'module/main.c'), 'module', 'list');
  return Promise.all(modules.map(async (module) => ({ name: await module.member('name').string(), sections: (await perhaps(() => readSections(batch, module))) ?? [] })));
};

/**
 * `sect_attrs` (kernel/module/sysfs.c, CONFIG_KALLSYMS and CONFIG_SYSFS): an attribute for each section, with its name and its address
 * in `address`, or in the attribute's `private` since 6.14. Without it, the code's begin: `mem[MOD_TEXT].base` since 6.4
 * (include/linux/module.h, enum mod_mem_type: 0), `core_layout.base` before.
 */
const readSections = async (batch: Batch, module: Value): Promise<LoadedModule['sections']> => {
  const attributes = module.hasMember('sect_attrs') ? await module.member('sect_attrs').integer() : 0n;
  if (attributes === 0n) {
    const base = await (module.hasMember('mem') ? module.member('mem').index(0) : module.member('core_layout')).member('base').integer();
    return [{ name: '.text', address: BigInt.asUintN(64, base) }];
  }
  const table = await batch.at('module_sect_attrs', attributes);
  const list = table.member('attrs');
  const count = table.hasMember('nsections') ? await table.member('nsections').number() : mostSections;
  const size = list.index(0).type.size;
  await batch.need(list.address ?? 0n, size * Math.min(count, 64));
  const sections: { name: string; address: bigint }[] = [];
  for (let index = 0; index < Math.min(count, mostSections); index++) {
    const entry = list.index(index);
    const file = entry.hasMember('battr') ? entry.member('battr') : entry;
    // Since 6.14 an entry without a name ends the list.
    if ((await file.member('attr').member('name').integer()) === 0n) break;
    const address = await (entry.hasMember('address') ? entry.member('address') : file.member('private')).integer();
    sections.push({ name: await file.member('attr').member('name').string(), address: BigInt.asUintN(64, address) });
  }
  return sections;
};
