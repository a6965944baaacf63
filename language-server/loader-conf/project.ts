import { assignmentsOf, readConf, readTree, settle, type ConfFile, type LoaderState } from '../../boot/languages/loader-conf';
import type { Workspace } from '../workspace/workspace';

/** One loader.conf with everything that is read beside it. */
export interface ConfProject {
  readonly path: string;
  readonly conf: ConfFile;
  readonly state: LoaderState;
  /** Folder that becomes / of the image, when the file lies in its /boot. */
  readonly root?: string;
  readonly workspace: Workspace;
  /** Path on this machine of a path in the image. */
  readonly onDisk: (path: string) => string;
  readonly inImage: string;
}

/** `/ws/cdroot/boot/loader.conf` lies in the tree `/ws/cdroot`. */
export function imageRoot(path: string): string | undefined {
  const at = path.lastIndexOf('/boot/');
  return at >= 0 && /^\/boot\/(loader\.conf(\.local)?|nextboot\.conf|defaults\/loader\.conf|loader\.[\w-]+\.d\/[^/]+)$/.test(path.slice(at)) ? path.slice(0, at) : undefined;
}

export function openConf(path: string, workspace: Workspace, text = workspace.files.read(path) ?? ''): ConfProject {
  const { rules } = workspace.settings;
  const conf = readConf(text, rules);
  const root = imageRoot(path);
  if (root !== undefined) {
    const onDisk = (inside: string): string => `${root}${inside.startsWith('/') ? '' : '/'}${inside}`;
    const read = (inside: string): string | undefined => (onDisk(inside) === path ? text : workspace.files.read(onDisk(inside)));
    const state = readTree({ read, list: (folder) => workspace.files.list(onDisk(folder))?.map((entry) => entry.name) }, rules);
    const inImage = path.slice(root.length);
    if (state.files.some((file) => file.path === inImage)) return { path, conf, state, root, workspace, onDisk, inImage };
    // A file the loader would not read on its own, as one below another name: taken after the others.
    const all = [...state.assignments, ...assignmentsOf(inImage, conf)];
    return { path, conf, state: { files: [...state.files, { path: inImage, conf }], ...settle(all, rules) }, root, workspace, onDisk, inImage };
  }
  return { path, conf, state: { files: [{ path, conf }], ...settle(assignmentsOf(path, conf), rules) }, workspace, onDisk: (inside) => inside, inImage: path };
}

/** Where an assignment of the project stands on this machine. */
export const diskPath = (project: ConfProject, path: string): string => (project.root === undefined ? path : project.onDisk(path));
