/**
 * Units that Redox's base package brings (redox-os/base: init.initfs.d/ and init.d/). A tree of configurations alone, as the
 * cookbook is before its first build, names them without holding them.
 */
export const baseUnits: ReadonlySet<string> = new Set([
  ...['00_logd.service', '00_nulld.service', '00_randd.service', '00_rtcd.service', '00_runtime.target', '00_zerod.service', '10_inputd.service', '10_lived.service'],
  ...['20_fbbootlogd.service', '20_fbcond.service', '20_graphics.target', '20_vesad.service', '40_bcm2835-sdhcid.service', '40_drivers.target', '40_hwd.service'],
  ...['40_pcid-spawner-initfs.service', '40_ps2d.service', '50_rootfs.service', '90_initfs.target', 'ramfs@.service'],
  ...['00_base.target', '00_ipcd.service', '00_pcid-spawner.service', '00_ptyd.service', '00_sudo.service', '00_tmp', '10_dhcpd.service', '10_net.target', '10_smolnetd.service', '20_audiod.service'],
]);
