/**
 * Programs of the first stage that bring a disk: drivers of base drivers/storage, pcid-spawner, which starts those of PCI devices, and the target that
 * stands for all of them (base init.initfs.d/40_drivers.target).
 */
const bringsDisk = /^(?:\d+_)?(?:lived|ahcid|ided|nvmed|usbscsid|virtio-blkd|bcm2835-sdhcid|pcid-spawner(?:-initfs)?)\.service$|^(?:\d+_)?drivers\.target$/;
/** The unit that mounts the root (base init.initfs.d/50_rootfs.service). */
const mountsRoot = '50_rootfs.service';

/** Units that bring disks and that init takes up only behind the one that mounts the root. `order`: ids of the first stage as init takes them up. */
export const disksBehindRoot = (order: readonly string[]): readonly string[] => {
  const root = order.indexOf(mountsRoot);
  return root < 0 ? [] : order.slice(root + 1).filter((id) => bringsDisk.test(id));
};
