import { askedOfFreebsd, askedOfScript } from '../../../boot/capabilities';
import type { BootFile } from '../../../boot/environment/assignments';
import type { CapabilitiesAnswer } from '../../api';
import type { ProgramView } from '../../inspect/view';
import { Batch } from '../batch';
import { capabilitiesAnswer } from '../capabilities';
import { isUnknown, known, perhaps } from '../unknown';
import { readGeom, readMemoryDisks, readModules } from './geom';
import { readKenv } from './kenv';
import { readFilesystems, readMountlist } from './mountlist';
import { VnodeReader } from './vnodes';

/** Filesystems (vfsconf), GEOM classes (g_classes) and modules (linker_files) against the kernel environment and the scripts of the workspace that set it up. */
export const readCapabilities = async (kernel: ProgramView, files: readonly BootFile[] = []): Promise<CapabilitiesAnswer> => {
  const batch = new Batch(kernel);
  const vnodes = new VnodeReader(kernel, batch);
  const [filesystems, geom, modules, kenv, disks, mounts] = await Promise.all([
    known(() => readFilesystems(kernel, batch)),
    known(() => readGeom(kernel, batch)),
    known(() => readModules(kernel, batch)),
    perhaps(() => readKenv(kernel)),
    known(() => readMemoryDisks(kernel, batch, vnodes)),
    perhaps(() => readMountlist(kernel, batch, vnodes)),
  ]);
  const environment = askedOfFreebsd(new Map((kenv?.entries ?? []).map(({ name, value }) => [name, value])));
  const script = kenv?.entries.find(({ name }) => name === 'init_script')?.value;
  const answer = capabilitiesAnswer({ filesystems, classes: isUnknown(geom) ? geom : geom.classes, modules }, [...environment, ...files.filter(({ path }) => runsAtBoot(path, script)).flatMap(({ path, text }) => askedOfScript(path, text))]);
  const memoryDisks = isUnknown(disks)
    ? disks
    : [...disks].sort((a, b) => a.unit - b.unit).map(({ unit, type, bytes, file, place }) => {
        const mount = place === undefined ? undefined : mounts?.mount(place.mount);
        return { name: `md${unit}`, type, bytes, ...(file === undefined ? {} : { file }), ...(mount === undefined ? {} : { mount: `${mount.fstype} on ${mount.on}` }) };
      });
  return { ...answer, providers: isUnknown(geom) ? geom : [...geom.providers.keys()], memoryDisks };
};

/** The script that init_script names, or one named as such scripts are: other scripts of a workspace run on the host. */
const runsAtBoot = (path: string, script: string | undefined): boolean => {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return ['init.sh', 'init_script', 'init'].includes(name) || (script !== undefined && name === script.slice(script.lastIndexOf('/') + 1));
};
