import { mountfromWords } from '../../../boot/environment/freebsd';
import { finding, onLine, type Fix } from '../../findings';
import type { ConfProject } from '../project';
import { atValue, counts, nameRange, related, settings, text, variableFaults, type Check } from './check';
import { labelsMade } from '../labels';

const checked = new Set(['vfs.root.mountfrom', 'vfs.mountroot.timeout', 'init_chroot', 'init_path', 'kern.panic_reboot_wait_time', 'kern.cam.boot_delay', 'hw.physmem', 'comconsole_speed']);

/** What the table of the debugger says of the variables that choose the root and init. */
export const bootValues: Check = (project) =>
  settings(project).flatMap((line) => {
    const { name, raw } = line.setting;
    if (!checked.has(name) || !counts(project, line) || raw === '' || raw.includes('$')) return [];
    return variableFaults(project, name).map((fault) => {
      const fixes: Fix[] = fault.code === 'bad-separator' ? [{ title: 'Separate the roots by blanks', changes: [{ range: onLine(line.index, line.setting.valueSpan.start, line.setting.valueSpan.end), text: raw.replace(/\s*[;,]\s*/g, ' ') }] }] : [];
      return atValue(project, line, 'error', `root-${fault.code}`, `${name}: ${fault.message}`, { fixes });
    });
  });

/** init_script names a file that no tree of the workspace has. */
export const initScript: Check = (project) =>
  settings(project).flatMap((line) => {
    const { name, raw } = line.setting;
    if (name !== 'init_script' || !counts(project, line) || raw === '' || raw.includes('$')) return [];
    if (!raw.startsWith('/')) return [atValue(project, line, 'error', 'init-script-relative', `"${raw}" is not an absolute path: init looks for it from its own working directory.`)];
    if (project.root === undefined || !project.workspace.complete || project.workspace.files.exists(project.onDisk(raw))) return [];
    // A build may copy it from elsewhere in the source tree.
    const last = raw.slice(raw.lastIndexOf('/') + 1);
    if (project.workspace.named(last).length > 0 || mentioned(project, last)) return [];
    return [atValue(project, line, 'error', 'init-script-missing', `${raw} is not in this image tree (${project.root || '/'}) and nothing in the workspace makes it: init prints "can't access ${raw}" and goes to single-user mode.`)];
  });

const mentioned = (project: ConfProject, word: string): boolean =>
  [...project.workspace.of('build-script'), ...project.workspace.of('boot-script')].some((path) => project.workspace.files.read(path)?.includes(word) === true);

/** A label in the root specification that none of the image builders makes. */
export const rootLabel: Check = (project) =>
  settings(project).flatMap((line) => {
    if (line.setting.name !== 'vfs.root.mountfrom' || !counts(project, line)) return [];
    const made = labelsMade(project.workspace, project.path);
    if (made === undefined || made.length === 0) return [];
    // Roots that are parted wrongly have their labels all the same.
    return mountfromWords(line.setting.raw.replace(/[;,]/g, ' ')).flatMap((word) => {
      const label = /^[\w-]+:\/?(?:dev\/)?(iso9660|ufs|gpt|label|msdosfs)\/([^/]+)$/.exec(word);
      if (label === null || word.includes('$')) return [];
      const own = made.filter((one) => one.kind === label[1]);
      if (own.length === 0 || own.some((one) => one.label.toLowerCase() === (label[2] ?? '').toLowerCase())) return [];
      const at = line.setting.valueSpan.start + line.setting.raw.indexOf(word);
      return [
        finding(project.path, onLine(line.index, at, at + word.length), 'warning', 'loader-conf/unknown-label', `No build script here makes the ${label[1] ?? ''} label ${label[2] ?? ''}; they make ${[...new Set(own.map((one) => one.label))].join(', ')}. The kernel will wait for the device and then stop at mountroot>.`, {
          related: own.map((one) => ({ path: one.path, range: onLine(one.line, 0, one.length), message: `Makes ${one.label}` })),
          fixes: own.slice(0, 3).map((one) => ({ title: `Use ${one.label}`, changes: [{ range: onLine(line.index, at, at + word.length), text: word.slice(0, word.length - (label[2] ?? '').length) + one.label }] })),
        }),
      ];
    });
  });

const installedRoot = /^(zfs:|(ufs|ffs|ext2fs):\/dev\/(ada|da|nda|nvd|vtbd|mmcsd|ad|gpt\/|ufs\/|gptid\/|ufsid\/|diskid\/))/;

/** The overlay of live media: a mount point in the image, and never in the file of an installed system. */
export const overlay: Check = (project) => {
  const flag = settings(project).find((line) => line.setting.name === 'vfs.root.overlay' && counts(project, line));
  if (flag === undefined || flag.setting.raw === '') return [];
  const found = [];
  const from = project.state.variables.get('vfs.root.mountfrom');
  const { files } = project.workspace;
  const fstab = project.root === undefined ? undefined : files.read(project.onDisk('/etc/fstab'));
  const fstabRoot = fstab?.split('\n').find((line) => /^[^#\s]\S*\s+\/\s+/.test(line));
  const writable = fstabRoot !== undefined && /\s(ufs|zfs)\s+(\S+,)?rw\b/.test(fstabRoot) ? fstabRoot.trim() : undefined;
  const disk = from !== undefined && installedRoot.test(mountfromWords(from.value)[0] ?? '') ? from : undefined;
  if (disk !== undefined || (from === undefined && writable !== undefined))
    found.push(
      finding(project.path, nameRange(flag), 'warning', 'loader-conf/live-flag-installed', `vfs.root.overlay says that this is live media, but the root is ${disk?.value ?? writable ?? ''}: an installed system. Everything written after boot is lost at the next one. Write a fresh loader.conf when installing, without this line.`, {
        ...(disk === undefined ? {} : { related: [related(project, disk, 'The root')] }),
        fixes: [{ title: 'Remove the live flag', changes: [{ range: { start: { line: flag.index, character: 0 }, end: { line: flag.index + 1, character: 0 } }, text: '' }] }],
      }),
    );
  else if (project.root !== undefined && project.workspace.complete && files.exists(project.onDisk('/sbin')) && !files.exists(project.onDisk('/.overlay')) && !mentioned(project, '.overlay'))
    found.push(finding(project.path, nameRange(flag), 'warning', 'loader-conf/overlay-without-mountpoint', 'The overlay is mounted on /.overlay, which this image tree does not have; the read-only root cannot make it at boot.'));
  return found;
};

/** Files the defaults preload, which live media do not have. */
export const seedFiles: Check = (project) => {
  const { root } = project;
  const from = settings(project).find((line) => line.setting.name === 'vfs.root.mountfrom' && counts(project, line));
  // An overlay is laid over a tree that has the rest.
  if (root === undefined || /(^|\/)overlays?(\/|$)/.test(root)) return [];
  if (from === undefined || !/^cd9660:/.test(from.setting.raw) || project.conf.rules === 'forth') return [];
  const missing = [
    ['hostuuid_load', '/etc/hostid'],
    ['entropy_cache_load', '/boot/entropy'],
  ].filter(([name, file]) => text(project, name ?? '') === undefined && !project.workspace.files.exists(project.onDisk(file ?? '')));
  // Only a tree that has the rest of an image can be said to lack a file.
  if (missing.length === 0 || !project.workspace.files.exists(project.onDisk('/etc')) || !project.workspace.files.exists(project.onDisk('/sbin'))) return [];
  const lines = missing.map(([name]) => `${name ?? ''}="NO"`);
  return [
    finding(project.path, nameRange(from), 'information', 'loader-conf/missing-seed-files', `The loader will print ${missing.map(([, file]) => `can't find '${file ?? ''}'`).join(' and ')}, which the defaults preload and this medium does not have. ${lines.join(' and ')} silence it.`, {
      fixes: [{ title: `Add ${lines.join(' and ')}`, changes: [{ range: onLine(from.index + 1, 0, 0), text: `${lines.join('\n')}\n` }] }],
    }),
  ];
};
