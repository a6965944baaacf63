/** Names of mount flag bits. Pure data. */

type FlagRow = readonly [bit: bigint, name: string];

/**
 * FreeBSD `mnt_flag`, sys/sys/mount.h (15.1). Two bits are shared by two names each; the one that a mounted
 * filesystem can carry is listed (MULTILABEL over NONBUSY, ACLS over BYFSID).
 */
const freebsdFlags: readonly FlagRow[] = [
  [0x1n, 'RDONLY'],
  [0x2n, 'SYNCHRONOUS'],
  [0x4n, 'NOEXEC'],
  [0x8n, 'NOSUID'],
  [0x10n, 'NFS4ACLS'],
  [0x20n, 'UNION'],
  [0x40n, 'ASYNC'],
  [0x80n, 'EXRDONLY'],
  [0x100n, 'EXPORTED'],
  [0x200n, 'DEFEXPORTED'],
  [0x400n, 'EXPORTANON'],
  [0x800n, 'EXKERB'],
  [0x1000n, 'LOCAL'],
  [0x2000n, 'QUOTA'],
  [0x4000n, 'ROOTFS'],
  [0x8000n, 'USER'],
  [0x10000n, 'UPDATE'],
  [0x20000n, 'DELEXPORT'],
  [0x40000n, 'RELOAD'],
  [0x80000n, 'FORCE'],
  [0x100000n, 'SUIDDIR'],
  [0x200000n, 'SOFTDEP'],
  [0x400000n, 'NOSYMFOLLOW'],
  [0x800000n, 'IGNORE'],
  [0x1000000n, 'SNAPSHOT'],
  [0x2000000n, 'GJOURNAL'],
  [0x4000000n, 'MULTILABEL'],
  [0x8000000n, 'ACLS'],
  [0x10000000n, 'NOATIME'],
  [0x20000000n, 'EXPUBLIC'],
  [0x40000000n, 'NOCLUSTERR'],
  [0x80000000n, 'NOCLUSTERW'],
  [0x100000000n, 'SUJ'],
  [0x200000000n, 'AUTOMOUNTED'],
  [0x400000000n, 'VERIFIED'],
  [0x800000000n, 'UNTRUSTED'],
  [0x1000000000n, 'NOCOVER'],
  [0x2000000000n, 'EMPTYDIR'],
  [0x4000000000n, 'EXTLS'],
  [0x8000000000n, 'EXTLSCERT'],
  [0x10000000000n, 'EXTLSCERTUSER'],
  [0x20000000000n, 'NAMEDATTR'],
  [0x100000000000n, 'RECURSE'],
  [0x200000000000n, 'DEFERRED'],
];

/** Linux `mnt_flags` of struct mount, include/linux/mount.h. Bits only the kernel uses inside are left out. */
const linuxMountFlags: readonly FlagRow[] = [
  [0x01n, 'nosuid'],
  [0x02n, 'nodev'],
  [0x04n, 'noexec'],
  [0x08n, 'noatime'],
  [0x10n, 'nodiratime'],
  [0x20n, 'relatime'],
  [0x40n, 'ro'],
  [0x80n, 'nosymfollow'],
];

/** Linux `s_flags` of struct super_block, include/linux/fs.h. */
const linuxSuperFlags: readonly FlagRow[] = [
  [0x01n, 'ro'],
  [0x10n, 'sync'],
  [0x40n, 'mand'],
  [0x80n, 'dirsync'],
  [0x2000000n, 'lazytime'],
];

/** `keepUnknown`: bits without a name are told as one hexadecimal word rather than dropped. */
const names = (value: bigint, rows: readonly FlagRow[], keepUnknown: boolean): string[] => {
  const found: string[] = [];
  let rest = value;
  for (const [bit, name] of rows)
    if ((value & bit) !== 0n) {
      found.push(name);
      rest &= ~bit;
    }
  if (keepUnknown && rest !== 0n) found.push(`0x${rest.toString(16)}`);
  return found;
};

/** `ROOTFS`, `IGNORE`, … of a FreeBSD `mnt_flag`; unknown bits come last as one hexadecimal word. */
export const freebsdMountFlags = (value: bigint): string[] => names(BigInt.asUintN(64, value), freebsdFlags, true);

/** The bit of a FreeBSD flag name. */
export const freebsdMountFlag = (name: string): bigint | undefined => freebsdFlags.find(([, flag]) => flag === name)?.[0];

/** Words as in /proc/mounts, from a mount's own flags and its superblock's. `rw` where neither says `ro`. */
export const linuxMountWords = (mountFlags: bigint, superFlags: bigint): string[] => {
  const words = [...new Set([...names(mountFlags, linuxMountFlags, false), ...names(superFlags, linuxSuperFlags, false)])];
  return [...(words.includes('ro') ? [] : ['rw']), ...words];
};
