import { loadRule, type LoadedRule } from './rule';
import { efiFailedToLoad } from './rules/efi-failed-to-load';
import { firmwareDenied } from './rules/firmware-denied';
import { firmwareNothing } from './rules/firmware-nothing';
import { freebsdBusyReroot } from './rules/freebsd-busy-reroot';
import { freebsdChroot } from './rules/freebsd-chroot';
import { freebsdDeviceWait } from './rules/freebsd-device-wait';
import { freebsdEfiEntryCut } from './rules/freebsd-efi-entry-cut';
import { freebsdEfiTranslate } from './rules/freebsd-efi-translate';
import { freebsdFirmwareSplit } from './rules/freebsd-firmware-split';
import { freebsdGeomStatic } from './rules/freebsd-geom-static';
import { freebsdGeomWait } from './rules/freebsd-geom-wait';
import { freebsdGunionSize } from './rules/freebsd-gunion-size';
import { freebsdHalfReroot } from './rules/freebsd-half-reroot';
import { freebsdInitDied } from './rules/freebsd-init-died';
import { freebsdInitScript } from './rules/freebsd-init-script';
import { freebsdKernelNotLoaded } from './rules/freebsd-kernel-not-loaded';
import { freebsdLoaderScript } from './rules/freebsd-loader-script';
import { freebsdLoginClass } from './rules/freebsd-login-class';
import { freebsdMakefsRound } from './rules/freebsd-makefs-round';
import { freebsdMakefsSize } from './rules/freebsd-makefs-size';
import { freebsdMdOrder } from './rules/freebsd-md-order';
import { freebsdMdSize } from './rules/freebsd-md-size';
import { freebsdModule } from './rules/freebsd-module';
import { freebsdModuleVersion } from './rules/freebsd-module-version';
import { freebsdMountfromMalformed } from './rules/freebsd-mountfrom-malformed';
import { freebsdMountfromSemicolon } from './rules/freebsd-mountfrom-semicolon';
import { freebsdMountrootEinval } from './rules/freebsd-mountroot-einval';
import { freebsdMountrootEio } from './rules/freebsd-mountroot-eio';
import { freebsdMountrootEnodev } from './rules/freebsd-mountroot-enodev';
import { freebsdMountrootEnoent } from './rules/freebsd-mountroot-enoent';
import { freebsdMountrootEnxio } from './rules/freebsd-mountroot-enxio';
import { freebsdMountrootPanic } from './rules/freebsd-mountroot-panic';
import { freebsdNoInit } from './rules/freebsd-no-init';
import { freebsdNoSuperblock } from './rules/freebsd-no-superblock';
import { freebsdOutOfSwap } from './rules/freebsd-out-of-swap';
import { freebsdPanic } from './rules/freebsd-panic';
import { freebsdRerootRefused } from './rules/freebsd-reroot-refused';
import { freebsdRerootLostDisk } from './rules/freebsd-reroot-lost-disk';
import { freebsdRootRw } from './rules/freebsd-root-rw';
import { freebsdSingleUser } from './rules/freebsd-single-user';
import { freebsdStaging } from './rules/freebsd-staging';
import { freebsdSuperblock } from './rules/freebsd-superblock';
import { freebsdUnionRoot } from './rules/freebsd-union-root';
import { freebsdVdisk } from './rules/freebsd-vdisk';
import { freebsdVentoy } from './rules/freebsd-ventoy';
import { freebsdVentoyHints } from './rules/freebsd-ventoy-hints';
import { freebsdWrongLabel } from './rules/freebsd-wrong-label';
import { freebsdWrongRoot } from './rules/freebsd-wrong-root';
import { grubRescue } from './rules/grub-rescue';
import { linuxDracut } from './rules/linux-dracut';
import { linuxInitDied } from './rules/linux-init-died';
import { linuxInitramfsInit } from './rules/linux-initramfs-init';
import { linuxInitramfsMount } from './rules/linux-initramfs-mount';
import { linuxInitramfsRoot } from './rules/linux-initramfs-root';
import { linuxInitrdBad } from './rules/linux-initrd-bad';
import { linuxLiveMedium } from './rules/linux-live-medium';
import { linuxNoInit } from './rules/linux-no-init';
import { linuxPanic } from './rules/linux-panic';
import { linuxInitNotExecutable } from './rules/linux-init-not-executable';
import { linuxInitramfsLacksInit } from './rules/linux-initramfs-lacks-init';
import { linuxRootFilesystem } from './rules/linux-root-filesystem';
import { linuxRootMissing } from './rules/linux-root-missing';
import { linuxUnableToMountRoot } from './rules/linux-unable-to-mount-root';
import { nextbsdOverlayFailed } from './rules/nextbsd-overlay-failed';
import { qemuIothread } from './rules/qemu-iothread';
import { redoxKernelPanic } from './rules/redox-kernel-panic';
import { redoxLoaderPanic } from './rules/redox-loader-panic';
import { redoxNoFilesystem } from './rules/redox-no-filesystem';
import { redoxNotReady } from './rules/redox-not-ready';
import { redoxPreloadDisabled } from './rules/redox-preload-disabled';
import { redoxPreloadTooSmall } from './rules/redox-preload-too-small';
import { redoxProcessFault } from './rules/redox-process-fault';
import { redoxRootfsNotFound } from './rules/redox-rootfs-not-found';
import { redoxServiceBeforeDisk } from './rules/redox-service-before-disk';
import { redoxUnitFailed } from './rules/redox-unit-failed';
import { redoxUnitNotFound } from './rules/redox-unit-not-found';
import { redoxUnitUnreadable } from './rules/redox-unit-unreadable';
import { redoxMisalignedReads } from './rules/redox-misaligned-reads';
import { firmwareShell } from './rules/firmware-shell';
import { freebsdMountrootOther } from './rules/freebsd-mountroot-other';
import { redoxEnvironmentDropped } from './rules/redox-environment-dropped';
import { redoxEnvironmentUnparsable } from './rules/redox-environment-unparsable';
import { redoxDiskUnitsBehindRoot } from './rules/redox-disk-units-behind-root';
import { redoxEnvironmentContradicting } from './rules/redox-environment-contradicting';
import { redoxWillNotMount } from './rules/redox-will-not-mount';
import { freebsdCapabilityMissing } from './rules/freebsd-capability-missing';
import { freebsdGeomClassMissing } from './rules/freebsd-geom-class-missing';
import { freebsdNoDisk } from './rules/freebsd-no-disk';
import { freebsdSharedObject } from './rules/freebsd-shared-object';
import { testMarkerMissing } from './rules/test-marker-missing';
import { testQemuNotEnded } from './rules/test-qemu-not-ended';

/** The failures Bootscope knows by itself. */
export const failureRules: readonly LoadedRule[] = [
  redoxKernelPanic,
  redoxLoaderPanic,
  redoxNoFilesystem,
  redoxNotReady,
  redoxPreloadDisabled,
  redoxPreloadTooSmall,
  redoxProcessFault,
  redoxRootfsNotFound,
  redoxServiceBeforeDisk,
  redoxUnitFailed,
  redoxUnitNotFound,
  redoxUnitUnreadable,
  freebsdBusyReroot,
  freebsdChroot,
  freebsdDeviceWait,
  freebsdEfiEntryCut,
  freebsdEfiTranslate,
  freebsdFirmwareSplit,
  freebsdGeomStatic,
  freebsdGeomWait,
  freebsdGunionSize,
  freebsdHalfReroot,
  freebsdInitDied,
  freebsdInitScript,
  freebsdKernelNotLoaded,
  freebsdLoaderScript,
  freebsdLoginClass,
  freebsdMakefsRound,
  freebsdMakefsSize,
  freebsdMdOrder,
  freebsdMdSize,
  freebsdModule,
  freebsdModuleVersion,
  freebsdMountfromMalformed,
  freebsdMountfromSemicolon,
  freebsdMountrootEinval,
  freebsdMountrootEio,
  freebsdMountrootEnodev,
  freebsdMountrootEnoent,
  freebsdMountrootEnxio,
  freebsdMountrootOther,
  freebsdMountrootPanic,
  freebsdNoInit,
  freebsdOutOfSwap,
  freebsdPanic,
  freebsdRerootRefused,
  freebsdRerootLostDisk,
  freebsdNoSuperblock,
  freebsdRootRw,
  freebsdSingleUser,
  freebsdStaging,
  freebsdSuperblock,
  freebsdUnionRoot,
  freebsdVdisk,
  freebsdVentoy,
  freebsdVentoyHints,
  freebsdWrongLabel,
  freebsdWrongRoot,
  nextbsdOverlayFailed,
  linuxDracut,
  linuxInitDied,
  linuxInitramfsInit,
  linuxInitramfsMount,
  linuxInitramfsRoot,
  linuxInitrdBad,
  linuxLiveMedium,
  linuxNoInit,
  linuxPanic,
  linuxInitNotExecutable,
  linuxInitramfsLacksInit,
  linuxRootFilesystem,
  linuxRootMissing,
  linuxUnableToMountRoot,
  efiFailedToLoad,
  firmwareDenied,
  firmwareNothing,
  firmwareShell,
  grubRescue,
  qemuIothread,
  redoxMisalignedReads,
  redoxEnvironmentUnparsable,
  redoxEnvironmentDropped,
  redoxDiskUnitsBehindRoot,
  redoxEnvironmentContradicting,
  redoxWillNotMount,
  freebsdCapabilityMissing,
  freebsdGeomClassMissing,
  freebsdNoDisk,
  freebsdSharedObject,
  testMarkerMissing,
  testQemuNotEnded,
].map(loadRule);
