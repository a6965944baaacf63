/** A target of a Makefile that starts QEMU with a gdbstub. */
export interface QemuTarget {
  /** What stands behind `make`: the target, and an assignment that switches the gdbstub on. */
  readonly words: readonly string[];
  /** TCP port on which the gdbstub is to listen. */
  readonly port: number;
}

/** QEMU's `-s` is `-gdb tcp::1234` (QEMU's manual page). */
export const defaultPort = 1234;

const rule = /^([A-Za-z0-9_][\w.-]*(?:[ \t]+[\w.-]+)*)[ \t]*:(?![:=])/gm;
const gdbOption = /-gdb\s+tcp:[\w.]*:(\d{2,5})\b/;
const gdbSwitch = /^\s*ifeq\s*\(\s*\$[({](\w*gdb\w*)[)}]\s*,\s*(\w+)\s*\)|^\s*ifdef\s+(\w*gdb\w*)/im;
const shortOption = /(?:^|[\s="'])-s(?=$|[\s"'])/m;

/** Ports that a text (a Makefile, a script, tasks.json) gives to a gdbstub. */
export const gdbPorts = (text: string): number[] => [...text.matchAll(new RegExp(gdbOption, 'g'))].map(([, port]) => Number(port)).filter((port) => port > 0 && port < 65536);

/**
 * The target of this Makefile by which QEMU listens for a debugger. Of several the one that says so by its name; a target that
 * opens no gdbstub is none, since nothing could be joined.
 */
export function qemuTarget(text: string): QemuTarget | undefined {
  const names = [...text.matchAll(rule)].flatMap(([, names = '']) => names.split(/[ \t]+/)).filter((name) => /qemu/i.test(name) && !/\.(o|d|img|iso|elf|bin|mk)$/.test(name));
  if (names.length === 0 || !/qemu-system|\$[({]\w*qemu\w*[)}]/i.test(text)) return undefined;
  const port = gdbPorts(text)[0] ?? defaultPort;
  const named = names.find((name) => /gdb|debug/i.test(name));
  if (named !== undefined) return { words: [named], port };
  const plain = names.find((name) => /^qemu$/i.test(name)) ?? names[0] ?? '';
  const [, variable, value, defined] = gdbSwitch.exec(text) ?? [];
  if (variable !== undefined && value !== undefined) return { words: [plain, `${variable}=${value}`], port };
  if (defined !== undefined) return { words: [plain, `${defined}=1`], port };
  return gdbOption.test(text) || shortOption.test(text.replace(/\b(?:ln|strip|ld|make|\$\(MAKE\))\b.*$/gm, '')) ? { words: [plain], port } : undefined;
}
