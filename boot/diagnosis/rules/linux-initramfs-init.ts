import type { FailureRule } from '../rule';

export const linuxInitramfsInit: FailureRule = {
  code: 'linux.initramfs-no-init',
  chains: ['linux'],
  title: 'the initramfs mounted a root that holds no init',
  cause: 'the wrong partition was mounted as the root, or its init is missing.',
  fix: 'check root= and what that partition holds; init= names another program.',
  confidence: 'certain',
  serial: [
    { any: ['Target filesystem doesn\'t have requested /sbin/init', 'No init found. Try passing init= bootarg'] },
  ],
  unlessLater: ['login:'],
  where: [{ file: 'grub.cfg', find: 'init=' }, { file: 'extlinux.conf', find: 'init=' }, { file: 'isolinux.cfg', find: 'init=' }, { file: 'entries/*.conf', find: 'init=' }, { file: 'launch.json', find: 'init=' }],
  source: 'initramfs-tools init',
};
