import { describe, expect, it } from 'vitest';
import { disksBehindRoot } from '../../../boot/languages/init-units/late-disks';

describe('units that bring disks behind the one that mounts the root', () => {
  it('are none in the order of a real initfs', () => {
    expect(disksBehindRoot(['00_logd.service', '00_runtime.target', '10_lived.service', '40_pcid-spawner-initfs.service', '40_drivers.target', '50_rootfs.service', '90_initfs.target'])).toEqual([]);
    expect(disksBehindRoot(['10_lived.service', '90_initfs.target'])).toEqual([]);
  });

  it('are told in their order, and what brings no disk is not', () => {
    expect(disksBehindRoot(['50_rootfs.service', '40_ps2d.service', '20_graphics.target', '40_nvmed.service', '10_lived.service', '40_drivers.target'])).toEqual(['40_nvmed.service', '10_lived.service', '40_drivers.target']);
  });
});
