import { loadRule, type LoadedRule } from './rule';
import { efiFailedToLoad } from './rules/efi-failed-to-load';
import { freebsdBusyReroot } from './rules/freebsd-busy-reroot';
import { freebsdFirmwareSplit } from './rules/freebsd-firmware-split';
import { freebsdMountrootEinval } from './rules/freebsd-mountroot-einval';
import { freebsdMountrootEio } from './rules/freebsd-mountroot-eio';
import { freebsdMountrootEnodev } from './rules/freebsd-mountroot-enodev';
import { freebsdMountrootEnoent } from './rules/freebsd-mountroot-enoent';
import { freebsdNoInit } from './rules/freebsd-no-init';
import { freebsdWrongRoot } from './rules/freebsd-wrong-root';
import { linuxNoInit } from './rules/linux-no-init';
import { linuxUnableToMountRoot } from './rules/linux-unable-to-mount-root';
import { redoxKernelPanic } from './rules/redox-kernel-panic';
import { redoxPreloadTooSmall } from './rules/redox-preload-too-small';
import { redoxRootfsNotFound } from './rules/redox-rootfs-not-found';
import { redoxUnitNotFound } from './rules/redox-unit-not-found';

/** The failures Bootscope knows by itself. */
export const failureRules: readonly LoadedRule[] = [
  redoxPreloadTooSmall,
  redoxRootfsNotFound,
  redoxUnitNotFound,
  redoxKernelPanic,
  freebsdMountrootEnoent,
  freebsdMountrootEnodev,
  freebsdMountrootEinval,
  freebsdMountrootEio,
  freebsdNoInit,
  freebsdBusyReroot,
  freebsdWrongRoot,
  freebsdFirmwareSplit,
  linuxUnableToMountRoot,
  linuxNoInit,
  efiFailedToLoad,
].map(loadRule);
