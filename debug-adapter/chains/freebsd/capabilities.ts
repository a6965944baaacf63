import { askedOfFreebsd, askedOfScript } from '../../../boot/capabilities';
import type { BootFile } from '../../../boot/environment/assignments';
import type { CapabilitiesAnswer } from '../../api';
import type { ProgramView } from '../../inspect/view';
import { Batch } from '../batch';
import { capabilitiesAnswer } from '../capabilities';
import { isUnknown, known, perhaps } from '../unknown';
import { readGeom, readModules } from './geom';
import { readKenv } from './kenv';
import { readFilesystems } from './mountlist';

/** Filesystems (vfsconf), GEOM classes (g_classes) and modules (linker_files) against the kernel environment and the scripts of the workspace that set it up. */
export const readCapabilities = async (kernel: ProgramView, files: readonly BootFile[] = []): Promise<CapabilitiesAnswer> => {
  const batch = new Batch(kernel);
  const [filesystems, geom, modules, kenv] = await Promise.all([
    known(() => readFilesystems(kernel, batch)),
    known(() => readGeom(kernel, batch)),
    known(() => readModules(kernel, batch)),
    perhaps(() => readKenv(kernel)),
  ]);
  const environment = askedOfFreebsd(new Map((kenv?.entries ?? []).map(({ name, value }) => [name, value])));
  const script = kenv?.entries.find(({ name }) => name === 'init_script')?.value;
  const answer = capabilitiesAnswer({ filesystems, classes: isUnknown(geom) ? geom : geom.classes, modules }, [...environment, ...files.filter(({ path }) => runsAtBoot(path, script)).flatMap(({ path, text }) => askedOfScript(path, text))]);
  return { ...answer, providers: isUnknown(geom) ? geom : [...geom.providers.keys()] };
};

/** The script that init_script names, or one named as such scripts are: other scripts of a workspace run on the host. */
const runsAtBoot = (path: string, script: string | undefined): boolean => {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return ['init.sh', 'init_script', 'init'].includes(name) || (script !== undefined && name === script.slice(script.lastIndexOf('/') + 1));
};
