import { askedOfFreebsd, askedOfScript } from '../../../boot/capabilities';
import type { BootFile } from '../../../boot/environment/assignments';
import type { CapabilitiesAnswer } from '../../api';
import type { ProgramView } from '../../inspect/view';
import { Batch } from '../batch';
import { capabilitiesAnswer } from '../capabilities';
import { known, perhaps } from '../unknown';
import { readGeom, readModules } from './geom';
import { readKenv } from './kenv';
import { readFilesystems } from './mountlist';

/** Filesystems (vfsconf), GEOM classes (g_classes) and modules (linker_files) against the kernel environment and the scripts of the workspace that set it up. */
export const readCapabilities = async (kernel: ProgramView, files: readonly BootFile[] = []): Promise<CapabilitiesAnswer> => {
  const batch = new Batch(kernel);
  const [filesystems, classes, modules, kenv] = await Promise.all([
    known(() => readFilesystems(kernel, batch)),
    known(async () => (await readGeom(kernel, batch)).classes),
    known(() => readModules(kernel, batch)),
    perhaps(() => readKenv(kernel)),
  ]);
  const environment = askedOfFreebsd(new Map((kenv?.entries ?? []).map(({ name, value }) => [name, value])));
  const script = kenv?.entries.find(({ name }) => name === 'init_script')?.value;
  return capabilitiesAnswer({ filesystems, classes, modules }, [...environment, ...files.filter(({ path }) => runsAtBoot(path, script)).flatMap(({ path, text }) => askedOfScript(path, text))]);
};

/** The script that init_script names, or one named as such scripts are: other scripts of a workspace run on the host. */
const runsAtBoot = (path: string, script: string | undefined): boolean => {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return ['init.sh', 'init_script', 'init'].includes(name) || (script !== undefined && name === script.slice(script.lastIndexOf('/') + 1));
};
