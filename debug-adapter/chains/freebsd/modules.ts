import type { ProgramView } from '../../inspect/view';
import type { Value } from '../../inspect/value';
import { Batch } from '../batch';
import { walkList } from '../lists';
import type { LoadedModule } from '../modules';
import { perhaps } from '../unknown';

/** `module_register` (sys/kern/kern_module.c) is called for each module of a file that is linked, before its sysinits run. */
export const moduleHooks = ['module_register'];

/** More sections than any kernel module has. */
const mostSections = 512;

/** Loaded files but the kernel: `linker_files` (sys/kern/kern_linker.c), a TAILQ of `struct linker_file` (sys/sys/linker.h). */
export const readModules = async (view: ProgramView): Promise<readonly LoadedModule[]> => {
  const batch = new Batch(view);
  const files = await walkList(batch, 'linker_files', 'linker_file', view.variable('linker_files', 'kern_linker.c').member('tqh_first'), 'link.tqe_next');
  const loaded = await Promise.all(
    files.map(async (file): Promise<LoadedModule | undefined> => {
      // Number 1 is the kernel, which another linker class has placed.
      if ((await file.member('id').integer()) === 1n) return undefined;
      const name = (await file.member('filename').string()).replace(/\.ko$/, '');
      return { name, sections: (await perhaps(() => readSections(view, batch, file))) ?? [] };
    }),
  );
  return loaded.filter((module) => module !== undefined);
};

/**
 * Sections of a relocatable object: the `struct elf_file` of sys/kern/link_elf_obj.c begins with its linker_file (link_elf.c, which
 * loads the kernel, has another structure of that name); `progtab` holds `nprogtab` entries with name and address.
 */
const readSections = async (view: ProgramView, batch: Batch, file: Value): Promise<LoadedModule['sections']> => {
  const object = await batch.struct(view.value(view.type('elf_file', 'link_elf_obj.c'), file.address ?? 0n));
  const [first, count] = await Promise.all([object.member('progtab').deref(), object.member('nprogtab').number()]);
  if (count < 0 || count > mostSections) return [];
  await batch.need(first.address ?? 0n, first.type.size * count);
  const sections = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const entry = view.value(first.type, (first.address ?? 0n) + BigInt(first.type.size * index));
      const [address, name] = await Promise.all([entry.member('addr').integer(), entry.member('name').integer()]);
      const text = name === 0n ? '' : await entry.member('name').string();
      // Sections without bytes in the file carry this name in place of their own.
      return { name: text === '<<NOBITS>>' ? '.bss' : text, address: BigInt.asUintN(64, address) };
    }),
  );
  return sections.filter(({ name, address }) => name !== '' && address !== 0n);
};
