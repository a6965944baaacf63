import { describe, expect, it } from 'vitest';
import type { CodeAction } from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { Client } from '../client';

const conf = 'init_script="/init.sh"\ngeom_uzip_load="YES"\ngeom_union_load="YES"\nunionfs_load="YES"\n';
const head = '#!/rescue/sh\n';

interface Case {
  readonly code: string;
  readonly title: string;
  /** The script without its first line. */
  readonly before: string;
  readonly after: string;
  /** What loader.conf becomes, when the fix is there. */
  readonly conf?: string;
  readonly files?: Record<string, string>;
}

const cases: Case[] = [
  { code: 'after-the-end', title: 'Remove what never runs', before: 'exec /sbin/init\n\tmount -a\n', after: 'exec /sbin/init\n' },
  { code: 'after-the-end', title: 'Remove what never runs', before: 'exec /sbin/init; mount -a\n', after: 'exec /sbin/init; :\n' },
  {
    code: 'reroot-busy-file',
    title: 'Have the loader preload /rootfs.uzip as md0',
    files: { 'cd/rootfs.uzip': 'compressed' },
    before: 'kenv -u init_script\nmdconfig -a -t vnode -o readonly -f /rootfs.uzip -u 0\nkenv vfs.root.mountfrom="ufs:/dev/md0.uzip"\nreboot -r\n',
    after: 'kenv -u init_script\nkenv vfs.root.mountfrom="ufs:/dev/md0.uzip"\nreboot -r\n',
    conf: `${conf}rootfs_load="YES"\nrootfs_type="md_image"\nrootfs_name="/rootfs.uzip"\n`,
  },
  { code: 'init-script-kept', title: 'Unset init_script first', before: 'if true; then\n  reboot -r\nfi\n', after: 'if true; then\n  kenv -u init_script\n  reboot -r\nfi\n' },
  { code: 'set-after-reader', title: 'Have init change to /sysroot by init_chroot', before: 'mount -t tmpfs tmpfs /sysroot\nkenv vfs.root.mountfrom="unionfs:/sysroot"\n', after: 'mount -t tmpfs tmpfs /sysroot\nkenv init_chroot="/sysroot"\n' },
  { code: 'set-after-reader', title: 'Remove what changes nothing', before: 'kenv init_chroot=/sysroot\nkenv vfs.root.mountfrom="ufs:/dev/md0"\n', after: 'kenv init_chroot=/sysroot\n' },
  { code: 'chroot-without-devfs', title: 'Mount devfs on /sysroot/dev first', before: 'mount /dev/md0 /sysroot\nchroot /sysroot /sbin/mount -a\n', after: 'mount /dev/md0 /sysroot\nmount -t devfs devfs /sysroot/dev\nchroot /sysroot /sbin/mount -a\n' },
  { code: 'mount-covered', title: 'Mount /sysroot first', before: 'mount -t devfs devfs /sysroot/dev\n# The image.\nmount -o ro /dev/md0 /sysroot\n', after: 'mount -o ro /dev/md0 /sysroot\nmount -t devfs devfs /sysroot/dev\n# The image.\n' },
  { code: 'mount-covered', title: 'Mount /cow first', before: '/rescue/mount -t devfs devfs /cow/dev\n/rescue/mount -t tmpfs tmpfs /cow\n', after: '/rescue/mount -t tmpfs tmpfs /cow\n/rescue/mkdir -p /cow/dev\n/rescue/mount -t devfs devfs /cow/dev\n' },
  { code: 'unit-taken', title: 'Use md2, which is free here', before: 'mdconfig -a -t swap -s 64m -u 0\nmdconfig -a -t swap -s 64m -u 1\nmdconfig -a -t swap -s 64m -u md1\n', after: 'mdconfig -a -t swap -s 64m -u 0\nmdconfig -a -t swap -s 64m -u 1\nmdconfig -a -t swap -s 64m -u md2\n' },
  { code: 'size-not-aligned', title: 'Round up to MiB', before: 'mdconfig -a -t swap -s 1000000b -u 1\n', after: 'mdconfig -a -t swap -s 1m -u 1\n' },
  { code: 'size-not-aligned', title: 'Round up to MiB', before: 'N=$(cat /n)\nmdconfig -a -t swap -s "${N}b" -u 1\n', after: 'N=$(cat /n)\nmdconfig -a -t swap -s "$(( (N + 1048575) / 1048576 ))m" -u 1\n' },
  { code: 'upper-too-small', title: 'Use 1.1 times the lower disk and 64 MiB', before: 'mdconfig -a -t swap -s 1000m -u 0\nmdconfig -a -t swap -s 1000m -u 1\n/sbin/geom union create md1 md0\n', after: 'mdconfig -a -t swap -s 1000m -u 0\nmdconfig -a -t swap -s 1165m -u 1\n/sbin/geom union create md1 md0\n' },
  { code: 'rescue-geom', title: 'Call /sbin/geom', before: '/rescue/geom union create md1 md0\n', after: '/sbin/geom union create md1 md0\n' },
  { code: 'remount-union', title: 'Remove the remount', before: 'mount -t unionfs /upper /sysroot\nmount -uw /\n', after: 'mount -t unionfs /upper /sysroot\n' },
  { code: 'efibootmgr-in-chroot', title: 'Run it outside of the chroot', before: 'chroot /sysroot efibootmgr -c -a -l /efi/BOOTX64.EFI\n', after: 'efibootmgr -c -a -l /sysroot/efi/BOOTX64.EFI\n' },
  { code: 'module-not-loaded', title: 'Load nullfs in boot/loader.conf', before: 'mount -t nullfs /a /b\n', after: 'mount -t nullfs /a /b\n', files: { 'cd/boot/kernel/geom_uzip.ko': '' }, conf: `${conf}nullfs_load="YES"\n` },
  { code: 'loaded-twice', title: 'Use kldload -n', before: 'set -e\nkldload unionfs\n', after: 'set -e\nkldload -n unionfs\n' },
  { code: 'silenced', title: 'Send it to /dev/console', before: 'exec >/dev/null 2>&1\nmount -a\n', after: 'exec >/dev/console 2>&1\nmount -a\n' },
];

async function actionsOf(client: Client, code: string): Promise<CodeAction[]> {
  const actions = await client.about<CodeAction[]>('codeAction', 'cd/init.sh', { range: { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } }, context: { diagnostics: [] } });
  return actions.filter((one) => one.diagnostics?.some((diagnostic) => diagnostic.code === `boot-script/${code}`));
}

describe('a quick fix of a boot script', () => {
  it.each(cases)('cures $code: $title', async ({ code, title, before, after, conf: confAfter = conf, files = {} }) => {
    const client = await Client.start({ 'cd/init.sh': head + before, 'cd/boot/loader.conf': conf, ...files });
    try {
      await client.open('cd/boot/loader.conf');
      await client.open('cd/init.sh', 'shellscript');
      const [fix, more] = await actionsOf(client, code);
      expect(fix?.title).toBe(title);
      expect(more).toBeUndefined();
      const applied = (name: string, text: string): string => TextDocument.applyEdits(TextDocument.create(client.uri(name), 'x', 0, text), fix?.edit?.changes?.[client.uri(name)] ?? []);
      const [script, newConf] = [applied('cd/init.sh', head + before), applied('cd/boot/loader.conf', conf)];
      expect(script).toBe(head + after);
      expect(newConf).toBe(confAfter);
      // The fault is gone, and no other has come in its place.
      await client.change('cd/boot/loader.conf', newConf);
      const left = await client.change('cd/init.sh', `${script}\n`);
      expect(left.map((one) => one.code)).not.toContain(`boot-script/${code}`);
    } finally {
      client.stop();
    }
  });

  it.each<[code: string, why: string, script: string, files?: Record<string, string>]>([
    ['reroot-busy-file', 'the image is not in the tree', 'mdconfig -a -t vnode -f /rootfs.uzip -u 0\nreboot -r\n'],
    ['reroot-busy-file', 'the loader would number it anew', 'mdconfig -a -t vnode -f /rootfs.uzip -u 1\nreboot -r\n', { 'cd/rootfs.uzip': 'x' }],
    ['reroot-busy-file', 'the loader preloads another disk', 'mdconfig -a -t vnode -f /rootfs.uzip -u 0\nreboot -r\n', { 'cd/rootfs.uzip': 'x', 'cd/boot/loader.conf.local': 'mfs_load="YES"\nmfs_type="md_image"\nmfs_name="/mfs"\n' }],
    ['set-after-reader', 'nothing tells which root was meant', 'kenv vfs.root.mountfrom="ufs:/dev/md0"\n'],
    ['set-after-reader', 'somebody reads it', 'kenv init_chroot=/x\nkenv vfs.root.mountfrom="ufs:/dev/md0"\necho $(kenv -q vfs.root.mountfrom)\n'],
    ['mount-covered', 'it needs what comes between', 'mount -t devfs devfs /s/dev\nmdconfig -a -t swap -s 64m -u 5\nmount /dev/md5 /s\n'],
    ['mount-covered', 'it lies on what was mounted', 'mount -t cd9660 /dev/cd0 /s/m\nmount -t udf /s/m/image /s\n'],
  ])('of %s is not offered where %s', async (code, _why, script, files = {}) => {
    const client = await Client.start({ 'cd/init.sh': head + script, 'cd/boot/loader.conf': conf, ...files });
    try {
      const found = await client.open('cd/init.sh', 'shellscript');
      expect(found.map((one) => one.code)).toContain(`boot-script/${code}`);
      expect(await actionsOf(client, code)).toEqual([]);
    } finally {
      client.stop();
    }
  });
});
