import { askedOfFreebsd } from '../../../boot/capabilities';
import type { CapabilitiesAnswer } from '../../api';
import type { ProgramView } from '../../inspect/view';
import { Batch } from '../batch';
import { capabilitiesAnswer } from '../capabilities';
import { known, perhaps } from '../unknown';
import { readGeom, readModules } from './geom';
import { readKenv } from './kenv';
import { readFilesystems } from './mountlist';

/** Filesystems (vfsconf), GEOM classes (g_classes) and modules (linker_files) against the kernel environment. */
export const readCapabilities = async (kernel: ProgramView): Promise<CapabilitiesAnswer> => {
  const batch = new Batch(kernel);
  const [filesystems, classes, modules, kenv] = await Promise.all([
    known(() => readFilesystems(kernel, batch)),
    known(async () => (await readGeom(kernel, batch)).classes),
    known(() => readModules(kernel, batch)),
    perhaps(() => readKenv(kernel)),
  ]);
  return capabilitiesAnswer({ filesystems, classes, modules }, askedOfFreebsd(new Map((kenv?.entries ?? []).map(({ name, value }) => [name, value]))));
};
