import { isDiskType, type Assignment, type Module } from '../../../boot/languages/loader-conf';
import { finding, onLine, type Finding } from '../../findings';
import type { ConfProject } from '../project';
import { atValue, related, settings, text, type Check } from './check';

const truthy = /^[ \t]*(true|1|on|y|enabled?|yes)[ \t]*$/i;
/** A file that can only be the image of a disk. */
const imageFile = /(^|\/)(mfsroot|mdroot|ramdisk|initrd|rootfs)[\w.-]*$|\.(img|uzip|ufs|iso|mfs)(\.gz|\.bz2|\.xz)?$/i;

/** `"TRUE"`, `"1"`: only YES loads a module. */
export const loadValues: Check = (project) =>
  settings(project).flatMap((line) => {
    const { field, raw, name, valueSpan } = line.setting;
    const accepted = project.conf.rules === 'forth' ? raw === 'YES' || raw === 'yes' : raw.toLowerCase() === 'yes';
    if (field?.key !== 'load' || accepted || !truthy.test(raw)) return [];
    return [
      atValue(project, line, 'error', 'load-not-yes', `Only ${project.conf.rules === 'forth' ? 'YES or yes' : 'YES'} loads a module: with "${raw}" ${field.module} is not loaded, and nothing is printed about it (${name}).`, {
        fixes: [{ title: 'Write "YES"', changes: [{ range: onLine(line.index, valueSpan.start, valueSpan.end), text: line.setting.quoted ? 'YES' : '"YES"' }] }],
      }),
    ];
  });

/** Modules whose `_load` line that counts stands in this file. */
const loadedHere = (project: ConfProject): { module: Module; load: Assignment }[] =>
  [...project.state.modules.values()].flatMap((module) => {
    const load = module.fields.get('load');
    return module.loaded && load?.path === project.inImage ? [{ module, load }] : [];
  });

const atLoad = (project: ConfProject, load: Assignment, severity: 'error' | 'warning', code: string, message: string, more: Parameters<typeof finding>[5] = {}): Finding =>
  finding(project.path, onLine(load.line, load.setting.nameSpan.start, load.setting.nameSpan.end), severity, `loader-conf/${code}`, message, more);

/** A disk image without its type is loaded as a kernel module and refused; a type without a name looks for a file of the prefix's name. */
export const memoryDisks: Check = (project) =>
  loadedHere(project).flatMap(({ module, load }) => {
    const name = module.fields.get('name');
    const suggested = /^(mfs|mfsroot|mdroot|md_?root|rootfs|ramdisk)$/i.test(module.name);
    if (module.type === undefined && (name === undefined ? suggested : imageFile.test(name.value))) {
      const missing = name === undefined ? `${module.name}_type and ${module.name}_name` : `${module.name}_type`;
      return [
        atLoad(project, load, 'error', 'memory-disk-incomplete', `${missing} ${name === undefined ? 'are' : 'is'} missing: without a type the loader takes "${module.file}" for a kernel module and cannot load it. A disk image needs ${module.name}_type="md_image".`, {
          fixes: [
            {
              title: `Add ${missing}`,
              changes: [{ range: onLine(load.line + 1, 0, 0), text: `${module.name}_type="md_image"\n${name === undefined ? `${module.name}_name="/boot/${module.name}.img"\n` : ''}` }],
            },
          ],
        }),
      ];
    }
    if (isDiskType(module.type) && name === undefined)
      return [atLoad(project, load, 'error', 'memory-disk-incomplete', `${module.name}_name is missing: the loader will look for a file called "${module.name}" in module_path.`)];
    return [];
  });

/** Two preloaded disks, and something that relies on which is md0: the loader walks its modules in no fixed order. */
export const diskOrder: Check = (project) => {
  if (project.conf.rules === 'forth') return [];
  const disks = [...project.state.modules.values()].filter((module) => module.loaded && isDiskType(module.type));
  if (disks.length < 2) return [];
  const last = disks.flatMap((disk) => disk.fields.get('load') ?? []).at(-1);
  const root = project.state.variables.get('vfs.root.mountfrom');
  const relied = root !== undefined && /\/dev\/md\d/.test(root.value) ? root : undefined;
  const script = scriptUsingUnits(project);
  if (last?.path !== project.inImage || (relied === undefined && script === undefined)) return [];
  return [
    atLoad(
      project,
      last,
      'warning',
      'memory-disk-order',
      `${disks.map((disk) => disk.name).join(' and ')} are preloaded as memory disks. The loader loads modules in no fixed order, so which of them becomes md0 changes from boot to boot; ${relied === undefined ? `${script ?? ''} relies on a unit number` : 'vfs.root.mountfrom relies on one'}. Preload one image only, or find the disk by its label (/dev/ufs/…).`,
      { related: [...(relied === undefined ? [] : [related(project, relied, 'Relies on a unit number')]), ...disks.flatMap((disk) => disk.fields.get('load') ?? []).map((one) => related(project, one, 'A memory disk'))] },
    ),
  ];
};

function scriptUsingUnits(project: ConfProject): string | undefined {
  const path = text(project, 'init_script');
  if (path === undefined || project.root === undefined) return undefined;
  const script = project.workspace.files.read(project.onDisk(path));
  return script !== undefined && /^[^#\n]*\/dev\/md[0-9]|^[^#\n]*\bmd[01]\.uzip\b/m.test(script) ? path : undefined;
}

/** What the UEFI loader's staging area can be trusted with; beyond, growing it fails on fragmented firmware memory. */
export const stagingLimit = 250 * 1024 * 1024;

export const preloadSize: Check = (project) =>
  loadedHere(project).flatMap(({ module, load }) => {
    if (!isDiskType(module.type) || project.root === undefined) return [];
    const size = [module.file, `${module.file}.gz`].map((file) => project.workspace.files.size(project.onDisk(file.startsWith('/') ? file : `/boot/${file}`))).find((bytes) => bytes !== undefined);
    if (size === undefined || size <= stagingLimit) return [];
    return [
      atLoad(project, load, 'warning', 'preload-too-large', `${module.file} has ${Math.round(size / (1 << 20))} MiB. The UEFI loader's staging area cannot be relied on beyond about 250 MiB ("Unable to expand staging area"), and the image stays in memory for ever. Mount it from the medium instead (mdconfig -t vnode).`),
    ];
  });

/** A module that is both loaded and on the blacklist of the same tree. */
export const blacklisted: Check = (project) => {
  const list = project.state.variables.get('module_blacklist');
  if (list === undefined || project.conf.rules === 'forth' || list.path.endsWith('/defaults/loader.conf')) return [];
  const names = new Set(list.value.split(/[;, ]+/));
  return loadedHere(project).flatMap(({ module, load }) =>
    names.has(module.file) ? [atLoad(project, load, 'warning', 'blacklisted', `The loader prints: Not loading blacklisted module '${module.file}'`, { related: [related(project, list, 'The blacklist')] })] : [],
  );
};

