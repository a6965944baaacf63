import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

/** Where distributions put a UEFI firmware for x86-64, most usual first. Code apart from its variables is flash; the adapter finds the store beside it. */
const firmwarePlaces = [
  '/usr/share/ovmf/OVMF.fd', // Debian, Ubuntu
  '/usr/share/OVMF/OVMF_CODE_4M.fd', // Debian, Ubuntu
  '/usr/share/OVMF/OVMF_CODE.fd', // Debian, Ubuntu, Fedora
  '/usr/share/edk2/ovmf/OVMF_CODE.fd', // Fedora
  '/usr/share/edk2/x64/OVMF_CODE.4m.fd', // Arch
  '/usr/share/edk2-ovmf/x64/OVMF_CODE.fd', // Arch before 2024, Gentoo
  '/usr/share/qemu/ovmf-x86_64-code.bin', // openSUSE
  '/usr/share/qemu/edk2-x86_64-code.fd', // QEMU's own
  '/usr/local/share/qemu/edk2-x86_64-code.fd', // QEMU's own: FreeBSD, Homebrew on Intel
  '/usr/local/share/edk2-qemu/QEMU_UEFI-x86_64.fd', // FreeBSD
  '/opt/homebrew/share/qemu/edk2-x86_64-code.fd', // Homebrew on Apple silicon
];

/** A UEFI firmware of this machine, by its usual places; with none there, the place where the system's package would put it. */
export const findFirmware = (exists: (file: string) => boolean = fs.existsSync, platform: NodeJS.Platform = process.platform): string =>
  firmwarePlaces.find(exists) ?? firmwarePlaces.find((file) => file.startsWith({ darwin: '/opt/', freebsd: '/usr/local/' }[platform as string] ?? '/usr/share/')) ?? '';

/** True when a program can be found as `spawn` would: by its path, else in the folders of PATH. */
export function isProgram(name: string, cwd: string, searchPath = process.env.PATH ?? '', platform: NodeJS.Platform = process.platform): boolean {
  const endings = platform === 'win32' ? ['', '.exe', '.cmd', '.bat'] : [''];
  const runs = (file: string): boolean =>
    endings.some((ending) => {
      try {
        fs.accessSync(file + ending, fs.constants.X_OK);
        return fs.statSync(file + ending).isFile();
      } catch {
        return false;
      }
    });
  if (/[\\/]/.test(name)) return runs(path.resolve(cwd, name));
  return searchPath.split(platform === 'win32' ? ';' : ':').some((folder) => runs(path.join(folder === '' ? cwd : folder, name)));
}

export type Part = 'qemu' | 'firmware' | 'wsl';

const commands: readonly { readonly ids: readonly string[]; readonly qemu: string; readonly firmware: string }[] = [
  { ids: ['debian', 'ubuntu'], qemu: 'sudo apt install qemu-system-x86', firmware: 'sudo apt install ovmf' },
  { ids: ['fedora', 'rhel', 'centos'], qemu: 'sudo dnf install qemu-system-x86', firmware: 'sudo dnf install edk2-ovmf' },
  { ids: ['arch'], qemu: 'sudo pacman -S qemu-system-x86', firmware: 'sudo pacman -S edk2-ovmf' },
  { ids: ['suse', 'opensuse'], qemu: 'sudo zypper install qemu-x86', firmware: 'sudo zypper install qemu-ovmf-x86_64' },
  { ids: ['alpine'], qemu: 'sudo apk add qemu-system-x86_64', firmware: 'sudo apk add ovmf' },
  { ids: ['gentoo'], qemu: 'sudo emerge app-emulation/qemu', firmware: 'sudo emerge sys-firmware/edk2-bin' },
  { ids: ['freebsd'], qemu: 'sudo pkg install qemu', firmware: 'sudo pkg install edk2-qemu-x64' },
  { ids: ['darwin'], qemu: 'brew install qemu', firmware: 'brew install qemu' },
];

/** The command that installs a part on this system; undefined where none is known. `release` is the text of os-release(5). */
export function installCommand(part: Part, platform: NodeJS.Platform = process.platform, release = osRelease()): string | undefined {
  // Windows Subsystem for Linux: learn.microsoft.com/windows/wsl/install.
  if (part === 'wsl') return platform === 'win32' ? 'wsl --install' : undefined;
  const fields = new Map([...release.matchAll(/^(ID|ID_LIKE)="?([^"\n]*)"?$/gm)].map(([, key = '', value = '']) => [key, value] as const));
  const ids = [platform as string, ...(fields.get('ID')?.split(' ') ?? []), ...(fields.get('ID_LIKE')?.split(' ') ?? [])];
  for (const id of ids) {
    const entry = commands.find((one) => one.ids.some((known) => id === known || id.startsWith(`${known}-`)));
    if (entry) return entry[part];
  }
  return undefined;
}

function osRelease(): string {
  if (os.platform() !== 'linux') return '';
  for (const file of ['/etc/os-release', '/usr/lib/os-release']) {
    try {
      return fs.readFileSync(file, 'utf8');
    } catch {
      // The next place.
    }
  }
  return '';
}
