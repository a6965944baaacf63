/** Which files are ours, by path first and by a few lines of text where the path is not enough. */

export type FileKind = 'loader-conf' | 'boot-script' | 'init-unit' | 'line-script' | 'redox-config' | 'launchd-job' | 'build-script';

const base = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const parent = (path: string): string => base(path.slice(0, Math.max(0, path.lastIndexOf('/'))));

const extensions = new Set(['conf', 'local', 'service', 'target', 'toml', 'sh', 'rc', 'mk', 'plist']);

/** Most files of a workspace end here: by their name alone they are none of ours. */
export function mayConcern(name: string): boolean {
  const dot = name.lastIndexOf('.');
  return dot <= 0 || extensions.has(name.slice(dot + 1));
}

/** What a file may be, from its path alone; `text` decides the doubtful ones (see `kindOf`). */
export function candidateKind(path: string): FileKind | undefined {
  const name = base(path);
  if (!mayConcern(name)) return undefined;
  const folder = parent(path);
  if (name === 'loader.conf') return folder === 'loader' ? undefined : 'loader-conf';
  if (name === 'loader.conf.local' || name === 'nextboot.conf') return 'loader-conf';
  if (name.endsWith('.conf') && /^loader\.[\w-]+\.d$/.test(folder)) return 'loader-conf';
  if (/(^|\/)(init(\.initfs)?\.d|initfs)\/[^/]+$/.test(path)) {
    if (/\.(service|target)$/.test(name)) return 'init-unit';
    return /^\d\d_[\w@-]+$/.test(name) ? 'line-script' : undefined;
  }
  if (name === 'init.rc' || /^init_[\w-]+\.rc$/.test(name)) return 'line-script';
  if (name.endsWith('.toml') && /(^|\/)config\/([^/]+\/)*[^/]+\.toml$/.test(path)) return 'redox-config';
  if (name.endsWith('.plist')) return launchdFolder.test(path) || /^[\w-]+(\.[\w-]+){2,}\.plist$/.test(name) ? 'launchd-job' : undefined;
  // Scripts that rc(8) runs, and those that come with packages.
  if (/\/rc(\.local)?\.d\/[\w.-]+$/.test(path) && !name.includes('.')) return 'boot-script';
  if (/^(init|init_script|rc|live)(\.sh)?$/.test(name) || /\.(sh|rc)$/.test(name)) return 'boot-script';
  if (/^(GNU)?[Mm]akefile$|\.mk$/.test(name)) return 'build-script';
  return undefined;
}

const launchdFolder = /\/Launch(Daemons|Agents)\/[^/]+$/;

/** systemd-boot's loader.conf has `key value` lines and no `=`. */
const systemdBoot = /^[ \t]*(default|timeout|editor|console-mode|auto-entries|auto-firmware|auto-reboot|auto-poweroff|beep|secure-boot-enroll|random-seed-mode|reboot-for-bitlocker)[ \t]+[^=\s]/m;

/** What a file is, knowing its text. */
export function kindOf(path: string, text: string): FileKind | undefined {
  const kind = candidateKind(path);
  switch (kind) {
    case 'loader-conf':
      return systemdBoot.test(text) && !/^[ \t]*[\w.-]+[ \t]*=[ \t]*"/m.test(text) ? undefined : kind;
    case 'init-unit':
      // systemd's sections and keys begin with capitals.
      return /^[ \t]*\[(Unit|Service|Install|Socket|Timer|Mount|Path)\]/m.test(text) ? undefined : kind;
    case 'line-script':
      // SysV and rc scripts in a folder called init.d begin with #!.
      return text.startsWith('#!') ? undefined : kind;
    case 'redox-config':
      return /^\[\[files\]\]/m.test(text) && /init(\.initfs)?\.d\//.test(text) ? kind : undefined;
    case 'launchd-job':
      // Property lists of other kinds have such names too.
      return /<!DOCTYPE plist\b|<plist\b/.test(text) && (launchdFolder.test(path) || (/<key>\s*Label\s*<\/key>/.test(text) && /<key>\s*Program(Arguments)?\s*<\/key>/.test(text))) ? kind : undefined;
    case 'boot-script':
      return isBootScript(path, text) ? kind : 'build-script';
    default:
      return kind;
  }
}

/** A script that takes part in a boot: run from the rescue folder, or one that uses the tools of one. */
export function isBootScript(path: string, text: string): boolean {
  const first = text.slice(0, Math.max(0, text.indexOf('\n')));
  if (/^#!\s*\/rescue\/sh\b/.test(first)) return true;
  if (!/^#!.*\bsh\b/.test(first) && first.startsWith('#!')) return false;
  const named = /^(init|init_script|rc\.live|live)(\.sh)?$/.test(base(path));
  const uses = /^[^#\n]*\b(kenv[ \t]+-?\w|reboot[ \t]+-r\b|init_chroot|vfs\.pivot)/m.test(text);
  // A script that makes an image writes such files rather than running them.
  const builds = /\b(makefs|mkuzip|mkisofs|xorriso|pkg[ \t]+-r|buildworld|bsdinstall|debootstrap)\b/.test(text);
  return !builds && (uses || (named && /\b(mdconfig|mount)\b/.test(text)));
}
